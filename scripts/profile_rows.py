"""Write the table of docs/reference/profile-rows.md anew, from the recipes of the profiles.

Usage: ``python scripts/profile_rows.py``. A test sees that the page fits the recipes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from deid_core.dictionary import keyword_of, name_of, tags
from deid_core.recipe.syntax import parse
from deid_core.recipe.tree import Rule
from deid_core_profiles.bundled import FOLDER

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "profile-rows.md"
START, END = "<!-- rows -->", "<!-- end of rows -->"

BASIC = "deid.dicom.basic"
OPTIONS = {
    "deid.dicom.retain-uids": "UIDs",
    "deid.dicom.retain-device-identity": "Device",
    "deid.dicom.retain-institution-identity": "Institution",
    "deid.dicom.retain-patient-characteristics": "Patient",
    "deid.dicom.retain-full-dates": "Full Dates",
    "deid.dicom.retain-modified-dates": "Modified Dates",
    "deid.dicom.clean-descriptors": "Descriptors",
    "deid.dicom.clean-structured-content": "Structured",
    "deid.dicom.clean-graphics": "Graphics",
}
"""Recipes of options, and how the page calls them. Retain Safe Private is about no row."""

CODES = {
    "BLANK": "Z",
    "CLEAN": "C",
    "CONTENT": "by concept",
    "DOCUMENT": "D",
    "DUMMY": "D",
    "JITTER": "C",
    "REMOVE": "X",
    "RETAIN": "K",
}
GROUPS = {"(50xx,xxxx)": "all of a curve", "(60xx,xxxx)": "all of an overlay"}
ENDS_TABLE = "# What the text of the annex adds to the table."


def _code(rule: Rule) -> str:
    if rule.action == "TYPED":
        return rule.value or ""
    if rule.action == "REPLACE":
        return "U" if rule.value == "deid_func:hashuid keep_empty=true" else "K"
    return CODES[rule.action]


def _rules(name: str) -> Iterator[Rule]:
    text = (FOLDER / name).read_text(encoding="utf-8")
    yield from parse(text.partition(ENDS_TABLE)[0], name).header


def rows() -> Iterator[tuple[str, str, str, str]]:
    """Yield tag, name, code of the basic profile, and codes of options, in the order of tags."""
    known = {keyword_of(tag): tag for tag in tags()}
    options: dict[str, list[str]] = defaultdict(list)
    for name, label in OPTIONS.items():
        for rule in _rules(name):
            options[rule.field].append(f"{label} {_code(rule)}")
    found = []
    for rule in _rules(BASIC):
        tag = known.get(rule.field)
        shown = rule.field if tag is None else f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
        label = GROUPS.get(rule.field, "") if tag is None else name_of(tag)
        found.append((shown, label, _code(rule), ", ".join(options[rule.field])))
    yield from sorted(found)


def table() -> str:
    """Return the table as it stands on the page."""
    lines = ["| Attribute | Basic | With options |", "| --- | --- | --- |"]
    lines += [f"| {tag} {name} | {basic} | {more} |" for tag, name, basic, more in rows()]
    return "\n".join(lines)


if __name__ == "__main__":
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{START}\n{table()}\n{END}{after}", encoding="utf-8")
