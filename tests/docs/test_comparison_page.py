"""The figures of the comparison are those of the benchmark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

EXPLANATION = Path(__file__).parents[2] / "docs" / "explanation"
NAMED = {"dcmodify": "cp and dcmodify", "basic profile": "**deid_core, basic profile**"}
NAMED |= {"default recipe": "**deid_core, default recipe**"}
NAMED |= {name: name for name in ("dcmanon", "dicognito", "dicom-anonymizer", "idiscore")}
NAMED |= {"gdcmanon": "gdcmanon, PS3.15 mode", "pydicom/deid": "pydicom/deid"}


def rows(page: str) -> list[list[str]]:
    lines = page.splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]


def figures(table: str) -> dict[str, list[str]]:
    """The rows of a table of the benchmark's page, by their label."""
    text = (EXPLANATION / "benchmarks.md").read_text(encoding="utf-8")
    block = re.split(rf"<!-- (?:end of )?benchmark: {table} -->", text)[1]
    return {cells[0]: cells[1:] for cells in rows(block)}


HEADERS, LARGE = figures("headers"), figures("large")


@pytest.mark.parametrize("name", NAMED)
def test_the_figures_of_a_tool_are_those_of_the_benchmark(name: str) -> None:
    text = (EXPLANATION / "comparison.md").read_text(encoding="utf-8")
    table = text.partition("## In figures")[2].partition("##")[0]
    (shown,) = [cells[1:] for cells in rows(table) if re.search(rf"(?<!\w){name}( |$)", cells[0])]
    work, rate = HEADERS[NAMED[name]][:2]
    peak = LARGE[NAMED[name]][6]
    assert shown == [work, rate, peak]
