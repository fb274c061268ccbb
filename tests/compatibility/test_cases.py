"""The cases in cases/*.json: recipe and data set in, data set or problems out (see README.md)."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydicom import config
from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset

from deid_core import RecipeError, dictionary
from deid_core.config import load_deid
from deid_core.dicom import replace_identifiers

FOLDER = Path(__file__).parent / "cases"
BINARY = ("OB", "OD", "OF", "OL", "OV", "OW", "UN")
OPTIONS = {"default", "remove_private", "strict"}
KEYS = {
    "name", "recipe", "input", "expected", "errors", "refused", "variables", "functions", "options",
    "warns", "rest", "upper_recipes", "files", "matches", "pydicom_deid",
}  # fmt: skip

Case = Mapping[str, Any]


def cases() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.json")):
        topic = json.loads(path.read_text(encoding="utf-8"))
        for case in topic["cases"]:
            yield pytest.param(
                {
                    **case,
                    "input": {**topic["base"], **case.get("input", {})},
                    "options": {**topic["options"], **case.get("options", {})},
                },
                id=f"{path.stem}: {case['name']}",
            )


def place_of(key: str) -> tuple[int, tuple[str, ...]]:
    """Return tag and allowed VRs of ``PatientID`` or ``(0009,1001) LO``."""
    match = re.fullmatch(r"\(([0-9A-F]{4}),([0-9A-F]{4})\)(?: ([A-Z]{2}))?", key)
    if match is None:
        tag = tag_for_keyword(key)
        assert tag is not None, key
        return int(tag), dictionary.vrs_of(tag)
    group, element, vr = match.groups()
    tag = int(group + element, 16)
    return tag, (vr,) if vr else dictionary.vrs_of(tag)


def data_set(attributes: Mapping[str, Any]) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    for key, value in attributes.items():
        tag, vrs = place_of(key)
        if value is None:
            continue
        made: Any = value
        if vrs[0] == "SQ":
            made = [data_set(item) for item in value]
        elif vrs[0] in BINARY:
            made = bytes.fromhex(value)
        elif value == "":
            made = None
        element = DataElement(tag, vrs[0], made, validation_mode=config.IGNORE)
        (dataset.file_meta if tag >> 16 == 2 else dataset)[tag] = element
    return dataset


def plain(element: DataElement) -> Any:
    """Return a value as the cases write it."""
    value = element.value
    if element.VR == "SQ":
        return list(value)
    if value is None or value in ("", b""):
        return ""
    if isinstance(value, bytes):
        return value.hex()
    if element.VR in ("US", "SS", "UL", "SL", "UV", "SV", "FL", "FD", "AT"):
        return value if isinstance(value, int | float) else list(value)
    return str(value) if element.VM == 1 else "\\".join("" if v is None else str(v) for v in value)


def compare(found: Dataset, given: Dataset, expected: Mapping[str, Any], rest: str) -> None:
    """Compare what a case states; all else is as it was, or removed."""
    stated = {place_of(key)[0]: (key, value) for key, value in expected.items()}
    for tag, (key, value) in stated.items():
        holder = found.file_meta if tag >> 16 == 2 else found
        if value is None:
            assert tag not in holder, f"{key} is there"
            continue
        assert tag in holder, f"{key} is not there"
        element = holder[tag]
        assert element.VR in place_of(key)[1], f"{key} has VR {element.VR}"
        if isinstance(value, list) and element.VR == "SQ":
            before = given[tag].value if tag in given else []
            assert len(element.value) == len(value), f"{key} has {len(element.value)} items"
            for number, (item, wanted) in enumerate(zip(element.value, value, strict=True)):
                old = before[number] if number < len(before) else Dataset()
                compare(item, old, wanted, rest)
        elif isinstance(value, dict):
            assert re.fullmatch(value.get("matches", ".*"), plain(element)), f"{key} does not match"
            other = value.get("same_as")
            assert other is None or plain(element) == plain(found[place_of(other)[0]]), key
        else:
            assert plain(element) == value, f"{key} differs"
    for tag in {int(one.tag) for one in found} - set(stated):
        assert rest != "removed", f"{found[tag].tag} is there"
        assert rest != "unchanged" or tag in given, f"{found[tag].tag} is new"
        assert rest != "unchanged" or plain(found[tag]) == plain(given[tag]), f"{found[tag].tag}"
    if rest == "unchanged":
        assert {int(one.tag) for one in given} - set(stated) <= {int(one.tag) for one in found}


def function_of(described: Mapping[str, Any]) -> Any:
    """Return a function for ``func:``: one that gives a value, copies another or fails."""

    def function(dicom: Dataset, value: str, field: Any, item: Any) -> Any:
        if described.get("fails"):
            raise RuntimeError
        if "copies" in described:
            return dicom.get(described["copies"])
        return described["gives"]

    return function


def write(folder: Path, name: str, lines: list[str]) -> Path:
    path = folder / name
    path.write_bytes("\n".join(lines).encode())
    return path


def run(case: Case, dataset: Dataset, folder: Path) -> list[Any]:
    for name, lines in case.get("files", {}).items():
        write(folder, name, lines)
    recipes = [case["recipe"], *case.get("upper_recipes", [])]
    functions = {n: function_of(f) for n, f in case.get("functions", {}).items()}
    return replace_identifiers(
        dataset,
        ids={"dataset-1.dcm": {**case.get("variables", {}), **functions}},
        deid=[write(folder, f"recipe-{n}", lines) for n, lines in enumerate(recipes, 1)],
        **case["options"],
    )


def matches(case: Case, dataset: Dataset, folder: Path) -> list[dict[str, Any]]:
    """Return the labels of filters that the data set meets, with their regions as text."""

    def region(one: Any) -> list[Any]:
        box = "all" if one.box is None else ",".join(map(str, one.box))
        return [int(one.keep), box if one.source is None else f"from:{one.source}"]

    return [
        {"filter": one.filter, "label": one.label, "regions": list(map(region, one.coordinates))}
        for one in load_deid(write(folder, "recipe-1", case["recipe"])).matches(dataset)
    ]


@pytest.mark.parametrize("case", list(cases()))
def test_case(case: Case, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert set(case) <= KEYS
    assert set(case["options"]) <= OPTIONS
    assert re.match(r"same$|differs: .", case["pydicom_deid"])
    dataset = data_set(case["input"])
    if "errors" in case:
        with pytest.raises(RecipeError) as caught:
            run(case, dataset, tmp_path)
        problems = caught.value.problems
        places = [(problem.line, problem.column) for problem in problems]
        assert places == [(error["line"], error["column"]) for error in case["errors"]], problems
        for problem, error in zip(problems, case["errors"], strict=True):
            assert re.search(error["pattern"], str(problem))
        return
    if "matches" in case:
        assert matches(case, dataset, tmp_path) == case["matches"]
        return
    found = run(case, dataset, tmp_path)
    warnings = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    for label in case.get("warns", []):
        assert any(label in warning for warning in warnings), warnings
    if "warns" in case and not case["warns"]:
        assert not warnings
    assert "Homer" not in caplog.text
    if case.get("refused"):
        assert found == []
        return
    (out,) = found
    implied = "unchanged" if case["options"].get("default") == "KEEP" else "removed"
    compare(out, dataset, case["expected"], case.get("rest", implied))


def test_there_are_as_many_cases_as_promised_and_each_has_its_name() -> None:
    names = [case.id for case in cases()]
    assert len(names) >= 200
    assert len(set(names)) == len(names)
