"""The example deid-core-serial-screener: a wrapper that adds to our verdict."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pydicom
import pytest
from pydicom.sequence import Sequence

if TYPE_CHECKING:
    from tests.examples.conftest import Environment

pytestmark = pytest.mark.slow

CREATOR = "ACME SCANNERS"
DEFAULT = ["--default", "keep"]


@pytest.fixture(scope="module")
def environment(installed: Callable[..., Environment]) -> Environment:
    return installed("deid-core-serial-screener")


def _with_serials(dataset: pydicom.Dataset) -> None:
    block = dataset.private_block(0x0071, CREATOR, create=True)
    block.add_new(0x01, "LO", "SN 0081234")
    block.add_new(0x02, "LO", ["good", "X-998877"])
    block.add_new(0x03, "UN", b"\x00\x01serial=123456\x00\x00")
    block.add_new(0x04, "LO", "gantry")
    block.add_new(0x05, "DS", "1234567")
    block.add_new(0x06, "UI", "1.2.840.99999999.1")
    block.add_new(0x07, "SL", 862399669)
    item = pydicom.Dataset()
    inner = item.private_block(0x0071, CREATOR, create=True)
    inner.add_new(0x01, "LO", "00812345")
    inner.add_new(0x04, "LO", "table")
    block.add_new(0x08, "SQ", Sequence([item]))
    block.add_new(0x09, "UN", b"\1\2\3\4\5\6")


def _elements(dataset: pydicom.Dataset) -> dict[int, Any]:
    block = dataset.private_block(0x0071, CREATOR)
    return {offset: block[offset].value for offset in range(1, 10) if offset in block}


def test_it_amends_screening(environment: Environment) -> None:
    plugins = environment.plugins()
    assert plugins["serial-screener"]["status"] == "loaded"
    hooks = plugins["serial-screener"]["hooks"]
    assert hooks == ["deid_parallel_runs", "deid_screen_private_tags"]
    assert plugins["screening"]["status"] == "loaded"


def test_serial_numbers_go_and_the_rest_stays(
    environment: Environment,
    scan: Callable[..., Path],
    tmp_path: Path,
    outputs: Callable[..., Any],
) -> None:
    path = scan(_with_serials)
    # A number of four bytes that has six cannot be decoded.
    data = path.read_bytes()
    broken = data.replace(b"UN\0\0\6\0\0\0\1\2\3\4\5\6", b"SL\6\0\1\2\3\4\5\6")
    assert broken != data
    path.write_bytes(broken)
    options = ["--output", tmp_path / "out", "--keep-private", *DEFAULT]
    done = environment.run("run", path, *options)
    assert done.returncode == 0, done.stderr
    (dataset,) = outputs(tmp_path / "out")
    left = _elements(dataset)
    assert set(left) == {4, 5, 6, 7, 8}
    assert left[4] == "gantry"
    assert _elements(left[8][0]) == {4: "table"}
    # What GE wrote holds no serial number, so it is all there.
    kept = {element.tag for element in dataset.group_dataset(0x0043)}
    assert kept == {element.tag for element in pydicom.dcmread(path).group_dataset(0x0043)}


def test_blocked_it_leaves_our_verdict(
    environment: Environment,
    scan: Callable[..., Path],
    tmp_path: Path,
    outputs: Callable[..., Any],
) -> None:
    options = ["--output", tmp_path / "out", "--keep-private", *DEFAULT]
    done = environment.run("run", scan(_with_serials), *options, "--block", "serial-screener")
    assert done.returncode == 0, done.stderr
    assert _elements(outputs(tmp_path / "out")[0])[1] == "SN 0081234"


def test_where_private_elements_go_they_all_go(
    environment: Environment,
    scan: Callable[..., Path],
    tmp_path: Path,
    outputs: Callable[..., Any],
) -> None:
    done = environment.run("run", scan(_with_serials), "--output", tmp_path / "out", *DEFAULT)
    assert done.returncode == 0, done.stderr
    assert not [element for element in outputs(tmp_path / "out")[0] if element.tag.is_private]


LIBRARY = """\
import sys
from collections import namedtuple
from deid_core.dicom import replace_identifiers

Rule = namedtuple("Rule", "type tag split separator minvaluelen pattern")
replace_identifiers(
    sys.argv[1],
    output_folder=sys.argv[2],
    remove_private=False,
    screen_private=True,
    screen_values=[Rule("pattern", None, False, None, None, "gantry")],
    default="KEEP",
)
"""


def test_what_our_rules_find_goes_as_before(
    environment: Environment,
    scan: Callable[..., Path],
    tmp_path: Path,
    outputs: Callable[..., Any],
) -> None:
    done = environment.call("-c", LIBRARY, scan(_with_serials), tmp_path / "out")
    assert done.returncode == 0, done.stderr
    (dataset,) = outputs(tmp_path / "out")
    assert set(_elements(dataset)) == {5, 6, 7, 8, 9}


def test_with_nobody_to_wrap_the_run_says_that_nobody_answered(
    environment: Environment, scan: Callable[..., Path], tmp_path: Path
) -> None:
    done = environment.run("run", scan(), "--output", tmp_path / "out", "--block", "screening")
    assert done.returncode != 0
    assert "no plugin answered the hook 'deid_screen_private_tags'" in done.stderr
    assert "blocked: screening" in done.stderr
