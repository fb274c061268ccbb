"""Outputs are for others: what dcmtk and gdcm could read before, they can read after."""

from __future__ import annotations

import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from jobs import Pair, loaded
from pydicom.dataset import Dataset

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

READERS = [["dcmdump", "-q"], ["dcmftest"], ["gdcmdump"], ["gdcminfo"]]
MORE = {"gdcminfo": [pytest.mark.exhaustive]}
LISTED = re.compile(r"^ *\(([0-9a-f]{4}),([0-9a-f]{4})\)", re.MULTILINE)
DELIMITERS = 0xFFFE


def installed(reader: str) -> pytest.MarkDecorator:
    package = "dcmtk" if reader.startswith("dcm") else "libgdcm-tools"
    missing = shutil.which(reader) is None
    return pytest.mark.skipif(missing, reason=f"there is no {reader}: install {package}")


def run(command: list[str], path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command, str(path)], capture_output=True, encoding="latin-1", check=False
    )


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(one, marks=[installed(one[0]), *MORE.get(one[0], [])], id=one[0])
        for one in READERS
    ],
)
def test_a_reader_that_reads_the_input_reads_the_output(command, every_pair: list[Pair]):
    def ends(path: Path) -> int:
        return run(command, path).returncode

    with ThreadPoolExecutor(4) as pool:
        before = list(pool.map(ends, [pair.before for pair in every_pair]))
        after = list(pool.map(ends, [pair.after for pair in every_pair]))
    assert before.count(0) > 150
    both = zip(every_pair, before, after, strict=True)
    assert [pair.label for pair, was, now in both if was == 0 and now != 0] == []


def tags_of(dataset: Dataset) -> list[int]:
    found = []
    for element in dataset:
        found.append(int(element.tag))
        if element.VR == "SQ":
            for item in element.value:
                found += tags_of(item)
    return found


def tags_for_pydicom(path: Path) -> list[int]:
    dataset = loaded(path)
    return [*tags_of(dataset.file_meta), *tags_of(dataset)]


def tags_for_dcmtk(path: Path) -> list[int]:
    listing = run(["dcmdump", "-q"], path).stdout
    tags = [int(group + element, 16) for group, element in LISTED.findall(listing)]
    return [tag for tag in tags if tag >> 16 != DELIMITERS]


@installed("dcmdump")
def test_dcmtk_and_pydicom_find_the_same_elements_in_outputs(every_pair: list[Pair]):
    agreed, differing = 0, []
    for pair in every_pair:
        if tags_for_dcmtk(pair.before) == tags_for_pydicom(pair.before):
            agreed += 1
            if tags_for_dcmtk(pair.after) != tags_for_pydicom(pair.after):
                differing.append(pair.label)
    assert differing == []
    assert agreed > 150
