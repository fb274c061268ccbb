"""Functions that give text and numbers: counter, lookup, round, template, truncate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from deid_core import Settings, SettingsError
from deid_core.dicom import replace_identifiers
from deid_core_dicom.functions.numbers import _rounded

# -- lookup ----------------------------------------------------------------------------


@pytest.fixture
def table(tmp_path: Path) -> Any:
    def table(content: str | bytes) -> Settings:
        path = tmp_path / "table.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Settings(tables={"ids": path})

    return table


LOOKUP = "REPLACE PatientID deid_func:lookup table=ids"


@pytest.mark.parametrize(
    "content",
    ["P-1,one\nP-2,two\n", "\ufeffP-1,one\n", ' P-1 , one \n\n"P-2","a, b"\r\n', '"P-1",one'],
)
def test_a_value_becomes_what_the_table_has_for_it(
    clean: Any, small: Dataset, table: Any, content: str
) -> None:
    assert clean(small, LOOKUP, config=table(content)).PatientID == "one"


def test_what_the_table_does_not_have_is_removed_with_a_warning(
    clean: Any, small: Dataset, table: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert "PatientID" not in clean(small, LOOKUP, config=table("P-2,two"))
    assert "REPLACE PatientID not done for in.dcm" in caplog.text
    assert "P-1" not in caplog.text


def test_a_table_that_was_not_given_is_refused_with_those_that_were(
    save: Any, small: Dataset, recipe: Any, table: Any, refused_header: Any
) -> None:
    assert "no table 'ids' was given for this run (given: none)" in refused_header(LOOKUP)
    from deid_core import RecipeError

    deid = recipe("REPLACE PatientID deid_func:lookup table=other")
    with pytest.raises(RecipeError, match=r"deid\.test:4:19: .*no table 'other' .*\(given: ids\)"):
        replace_identifiers(save(small), deid=deid, config=table("a,b"))


def test_lookup_needs_the_name_of_a_table(refused_header: Any) -> None:
    assert "expected table=" in refused_header("REPLACE PatientID deid_func:lookup")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("P-1,one\n P-1 ,two", "table 'ids', line 2: a value stands twice"),
        ("P-1,one\nP-2", "table 'ids', line 2: expected two columns"),
        ("P-1,one,1", "table 'ids', line 1: expected two columns"),
        (" ,one", "table 'ids', line 1: expected two columns"),
        (b"\xff\xfe", "table 'ids' cannot be read (UnicodeDecodeError)"),
        (b'"' + b"x" * 200000, "table 'ids' cannot be read (Error)"),
    ],
    ids=["twice", "one column", "three columns", "no value", "not UTF-8", "no CSV"],
)
def test_a_table_that_cannot_be_used_stops_the_run_before_the_first_file(
    save: Any, small: Dataset, recipe: Any, table: Any, content: Any, message: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        replace_identifiers(save(small), deid=recipe(LOOKUP), config=table(content))
    assert str(caught.value) == message


def test_a_table_that_is_not_there_stops_the_run(
    save: Any, small: Dataset, recipe: Any, tmp_path: Path
) -> None:
    settings = Settings(tables={"ids": tmp_path / "nowhere.csv"})
    with pytest.raises(SettingsError, match=r"table 'ids' cannot be read \(FileNotFoundError\)"):
        replace_identifiers(save(small), deid=recipe(LOOKUP), config=settings)


def test_a_private_value_of_unknown_vr_is_looked_up_as_its_text(
    clean: Any, small: Dataset, table: Any
) -> None:
    small.private_block(0x0009, "ACME", create=True).add_new(0x01, "UN", b"P-1 ")
    line = 'REPLACE (0009,"ACME",01) deid_func:lookup table=ids'
    out = clean(small, line, config=table("P-1,one"))
    assert out[0x00091001].value in (b"one", b"one ", "one")


# -- counter ---------------------------------------------------------------------------


def test_the_counter_gives_each_value_a_number_in_the_order_of_the_files(
    small: Dataset, save: Any, load: Any, recipe: Any
) -> None:
    paths = []
    for number, patient in enumerate(["b", "a", "b", "c"]):
        small.PatientID = patient
        paths.append(save(small, f"{number}.dcm"))
    deid = recipe("REPLACE PatientID deid_func:counter start=7 width=3 prefix=S-")
    outs = [load(out).PatientID for out in replace_identifiers(paths, deid=deid)]
    assert outs == ["S-007", "S-008", "S-007", "S-009"]


def test_the_counter_starts_at_one(clean: Any, small: Dataset) -> None:
    assert clean(small, "REPLACE PatientID deid_func:counter").PatientID == "1"


# -- round -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keyword", "before", "arguments", "after"),
    [
        ("PatientAge", "047Y", "to=5", "045Y"),
        ("PatientAge", "003M", "to=12", "000M"),
        ("PatientWeight", "71.6", "", 72),
        ("PatientWeight", "71.6", "to=0.5", 71.5),
        ("PatientWeight", "72.5", "to=5", 70),
        ("Rows", 1, "to=2", 0),
        ("ImagePositionPatient", ["1.4", "-2.6", "3"], "", [1, -3, 3]),
    ],
)
def test_a_number_is_rounded_to_a_multiple(
    clean: Any, small: Dataset, keyword: str, before: Any, arguments: str, after: Any
) -> None:
    setattr(small, keyword, before)
    value = clean(small, f"REPLACE {keyword} deid_func:round {arguments}")[keyword].value
    assert (list(value) if isinstance(after, list) else value) == after


@given(st.integers(-(10**6), 10**6), st.integers(1, 1000))
def test_the_result_is_a_multiple_and_at_most_half_a_step_away(number: int, step: int) -> None:
    from decimal import Decimal

    rounded = int(_rounded(str(number), Decimal(step), "IS"))
    assert rounded % step == 0
    assert 2 * abs(rounded - number) <= step


@pytest.mark.parametrize("value", ["", "UNKNOWN", "Infinity", "NaN", "1E+99999"])
def test_what_is_no_number_is_removed(clean: Any, small: Dataset, value: str) -> None:
    small.PatientComments = value
    small.PatientID = "P-1"
    assert "PatientComments" not in clean(small, "REPLACE PatientComments deid_func:round to=5")


@pytest.mark.parametrize("step", ["0", "-1", "x", "NaN", "Infinity"])
def test_a_step_that_is_none_is_refused(refused_header: Any, step: str) -> None:
    found = refused_header(f"REPLACE PatientAge deid_func:round to={step}")
    assert "to= must be a number above 0" in found


# -- truncate --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keyword", "before", "arguments", "after"),
    [
        ("PatientID", "ABCDEF", "length=3", "ABC"),
        ("PatientID", "AB", "length=3", "AB"),
        ("PatientID", "AB", "length=0", ""),
        ("PatientComments", "", "length=2", ""),
        ("ImageType", ["ORIGINAL", "PRIMARY"], "length=2", ["OR", "PR"]),
        ("ImageType", ["ORIGINAL", "", "PRIMARY"], "length=2", ["OR", "", "PR"]),
        ("PatientBirthDate", "19800515", "to=year", "19800101"),
        ("PatientBirthDate", "19800515", "to=MONTH", "19800501"),
        ("AcquisitionDateTime", "1980051512", "to=month", "19800501"),
        ("AcquisitionDateTime", "1980", "to=year", "1980"),
        ("AcquisitionDateTime", "198005", "to=year", "198001"),
    ],
)
def test_a_value_is_cut(
    clean: Any, small: Dataset, keyword: str, before: Any, arguments: str, after: Any
) -> None:
    setattr(small, keyword, before)
    value = clean(small, f"REPLACE {keyword} deid_func:truncate {arguments}")[keyword].value
    assert (list(value) if isinstance(after, list) else value) == after


def test_bytes_are_cut_as_bytes(clean: Any, small: Dataset) -> None:
    small.private_block(0x0009, "ACME", create=True).add_new(0x01, "UN", b"ABCDEF")
    out = clean(small, 'REPLACE (0009,"ACME",01) deid_func:truncate length=2')
    assert out[0x00091001].value == b"AB"


def test_what_is_no_date_is_not_cut_to_one(clean: Any, small: Dataset) -> None:
    small.PatientID = "Homer 1980"
    assert "PatientID" not in clean(small, "REPLACE PatientID deid_func:truncate to=year")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "expected length= or to=year or to=month"),
        ("length=1 to=year", "expected length= or to=year or to=month"),
        ("to=day", "to= must be year or month"),
        ("length=-1", "length= must be a whole number from 0 to 1000000"),
    ],
)
def test_a_cut_that_means_nothing_is_refused(
    refused_header: Any, arguments: str, message: str
) -> None:
    assert message in refused_header(f"REPLACE PatientID deid_func:truncate {arguments}")


# -- template --------------------------------------------------------------------------


def test_a_template_is_filled_with_the_hash_and_with_variables(clean: Any, small: Dataset) -> None:
    line = 'REPLACE PatientID deid_func:template text="SITE {site}: {hash}"'
    out = clean(small, line, item={"site": 7}, key=b"k" * 32)
    again = clean(small, line, item={"site": 7}, key=b"k" * 32)
    assert out.PatientID == again.PatientID
    assert out.PatientID.startswith("SITE 7: ")
    assert len(out.PatientID) == len("SITE 7: ") + 12


@pytest.mark.parametrize("item", [{}, {"site": None}, {"site": lambda: 1}])
def test_a_template_without_its_variable_removes_the_element(
    clean: Any, small: Dataset, item: dict[str, Any]
) -> None:
    out = clean(small, "REPLACE PatientID deid_func:template text={site}", item=item)
    assert "PatientID" not in out


def test_a_template_needs_its_text(refused_header: Any) -> None:
    assert "expected text=" in refused_header("REPLACE PatientID deid_func:template")
