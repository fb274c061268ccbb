"""The example deid-core-lookup: a value function with an argument, and a selector."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.examples.conftest import Environment

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def environment(installed: Callable[..., Environment]) -> Environment:
    return installed("deid-core-lookup")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "sites.csv"
    path.write_text(
        '\ufeffst. mary\'s*,S02\r\n*stan*,S01\r\n*,"other, small"\r\n', encoding="utf-8"
    )
    return path


def test_it_provides_a_function_and_a_selector(environment: Environment) -> None:
    lookup = environment.plugins()["lookup"]
    assert lookup["status"] == "loaded"
    assert set(lookup["provides"]) == {
        "parallel run lookup",
        "selector vrclass",
        "value function site",
    }
    assert lookup["overrides"] == []


@pytest.mark.parametrize("how", ["argument", "environment"])
def test_codes_come_out_of_the_table(
    environment: Environment,
    cookies: Path,
    recipe: Callable[..., Path],
    table: Path,
    tmp_path: Path,
    outputs: Callable[..., Any],
    how: str,
) -> None:
    argument = f" table={table}" if how == "argument" else ""
    path = recipe(f"REPLACE InstitutionName deid_func:site{argument}", "KEEP vrclass:date")
    variables = {} if argument else {"DEID_CORE_SITES": str(table)}
    done = environment.run(
        "run", cookies, "--recipe", path, "--output", tmp_path / "out", **variables
    )
    assert done.returncode == 0, done.stderr
    written = outputs(tmp_path / "out")
    assert len(written) == 7
    for dataset in written:
        assert dataset.InstitutionName == "S01"
        assert dataset.StudyDate
        assert "StudyTime" not in dataset


@pytest.mark.parametrize(("options", "status"), [([], 0), (["--strict"], 1)])
def test_a_name_that_fits_no_pattern_goes(
    environment: Environment,
    scan: Callable[..., Path],
    recipe: Callable[..., Path],
    table: Path,
    tmp_path: Path,
    options: list[str],
    status: int,
) -> None:
    table.write_text("*mary*,S02\n")
    path = recipe(f"REPLACE InstitutionName deid_func:site table={table}")
    name = "General Hospital"
    done = environment.run(
        "run",
        scan(InstitutionName=name),
        "--recipe",
        path,
        "--output",
        tmp_path / "out",
        *options,
    )
    assert done.returncode == status
    assert "REPLACE InstitutionName not done for file 1" in done.stderr
    assert name not in done.stdout + done.stderr
    for written in (tmp_path / "out").rglob("*.dcm"):
        assert name.encode() not in written.read_bytes()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "the table cannot be read"),
        ("STANFORD\n", "row 1 of the table has not 2 values"),
        ("STANFORD,1\nSTANFORD,\n", "row 2 of the table has not 2 values"),
        (b"\xff\xfe", "the table is no CSV file in UTF-8"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_the_place_of_the_rule(
    environment: Environment,
    recipe: Callable[..., Path],
    tmp_path: Path,
    content: str | bytes | None,
    complaint: str,
) -> None:
    table = tmp_path / "table.csv"
    if content is not None:
        table.write_bytes(content if isinstance(content, bytes) else content.encode())
    path = recipe(f"REPLACE InstitutionName deid_func:site table={table}")
    done = environment.run("run", tmp_path, "--recipe", path, "--output", tmp_path / "out")
    assert done.returncode == 2
    assert f"{path}:3:25: REPLACE: {complaint}" in done.stderr
    assert "STANFORD" not in done.stderr


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("KEEP vrclass:dates", ":3:6: selector 'vrclass': expected one of: date"),
        ("KEEP vrclas:date", ":3:6: found selector 'vrclas'"),
        ("ADD StationName deid_func:site", ":3:17: ADD: expected table=FILE, or the name"),
        ("ADD StationName deid_func:site to=x", ":3:17: ADD: site takes table=FILE"),
        ("ADD StationName deid_func:sites", ":3:17: found deid_func:sites; expected"),
    ],
)
def test_mistakes_in_a_recipe_are_refused_with_their_place(
    environment: Environment,
    recipe: Callable[..., Path],
    tmp_path: Path,
    line: str,
    complaint: str,
) -> None:
    path = recipe(line)
    done = environment.run("run", tmp_path, "--recipe", path, "--output", tmp_path / "out")
    assert done.returncode == 2
    assert f"{path}{complaint}" in done.stderr
