"""Hooks are called per run or per file, never per data element."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pydicom
import pytest

from deid_core import hookspecs

if TYPE_CHECKING:
    from tests.examples.conftest import Environment

pytestmark = pytest.mark.slow

COUNTER = """\
import inspect
import json
import os
from collections import Counter
from pathlib import Path

from deid_core import hookimpl, hookspecs

calls = Counter()


def _first(spec):
    return spec.deid_core_spec["firstresult"]


def _wrap(name, arguments):
    namespace = {"calls": calls}
    code = f"def {name}({arguments}):\\n    calls[{name!r}] += 1\\n    return (yield)\\n"
    exec(code, namespace)
    return hookimpl(wrapper=True)(namespace[name])


for name, spec in vars(hookspecs).copy().items():
    # The sweep runs only where a recipe asks for it.
    if name.startswith("deid_") and name != "deid_sweep_values" and _first(spec):
        globals()[name] = _wrap(name, ", ".join(inspect.signature(spec).parameters))


@hookimpl
def deid_batch_started():
    calls["deid_batch_started"] += 1


@hookimpl
def deid_file_recorded():
    calls["deid_file_recorded"] += 1


@hookimpl
def deid_batch_finished():
    calls["deid_batch_finished"] += 1
    Path(os.environ["CALLS"]).write_text(json.dumps(calls))
"""


OBSERVATIONS = {"deid_batch_started", "deid_file_recorded", "deid_batch_finished"}


def _stages() -> set[str]:
    return {
        name
        for name, spec in vars(hookspecs).items()
        if name.startswith("deid_")
        and spec.deid_core_spec["firstresult"]
        and name != "deid_sweep_values"  # only where a recipe asks for it
    }


def _filled(count: int) -> Callable[[pydicom.Dataset], None]:
    """Return what leaves a few elements, and adds private ones and items up to ``count``."""

    def change(dataset: pydicom.Dataset) -> None:
        kept = {"SOPClassUID", "SOPInstanceUID", "PatientID", "StudyDate"}
        for element in list(dataset):
            if element.keyword not in kept:
                del dataset[element.tag]
        block = dataset.private_block(0x0099, "ACME", create=True)
        for number in range(4):
            block.add_new(number, "LO", "text")
        dataset.ReferencedImageSequence = [pydicom.Dataset() for _ in range((count - 10) // 2)]
        for number, item in enumerate(dataset.ReferencedImageSequence):
            item.ReferencedSOPInstanceUID = f"2.25.{number + 1}"
            item.StudyDate = "20040101"

    return change


def test_more_elements_do_not_mean_more_calls(
    environment: Environment,
    scan: Callable[..., Path],
    recipe: Callable[..., Path],
    tmp_path: Path,
) -> None:
    environment.plant("counts", COUNTER, plugin="counts", distribution="deid-core-counts")
    lines = recipe("JITTER contains:Date 3", "REPLACE select:VR:UI deid_func:hashuid")
    counted: dict[int, Any] = {}
    for size in (10, 1000):
        path = scan(_filled(size))
        assert sum(1 for _ in pydicom.dcmread(path).iterall()) == size
        done = environment.run(
            "run",
            path,
            "--recipe",
            lines,
            "--output",
            tmp_path / str(size),
            "--keep-private",
            "--default",
            "keep",
            CALLS=str(tmp_path / f"{size}.json"),
        )
        assert done.returncode == 0, done.stderr
        counted[size] = json.loads((tmp_path / f"{size}.json").read_text())
    assert counted[10] == counted[1000]
    calls = counted[10]
    assert calls.pop("deid_find_recipe", 0) <= 2
    assert set(calls) == _stages() - {"deid_find_recipe"} | OBSERVATIONS
    assert set(calls.values()) == {1}
