"""What a rule gives: literal, ``var:``, ``func:``, ``deid_func:``."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from deid_core import ActionError, Unresolved, ValueFunction
from deid_core.dicom import replace_identifiers


def warnings_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]


# -- literals --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "keyword", "value"),
    [
        ("REPLACE PatientID CT SPECIAL", "PatientID", "CT SPECIAL"),
        ("REPLACE PatientID CT   SPECIAL  # note", "PatientID", "CT SPECIAL"),
        ('REPLACE PatientID "CT   SPECIAL # 1"', "PatientID", "CT   SPECIAL # 1"),
        ('REPLACE PatientID "var:id"', "PatientID", "var:id"),
        ("REPLACE PatientID 12:30", "PatientID", "12:30"),
        ("REPLACE PatientID VAR:id", "PatientID", "VAR:id"),
        ("REPLACE PatientName O'Brien^Pat", "PatientName", "O'Brien^Pat"),
        ('REPLACE PatientID ""', "PatientID", ""),
        ("REPLACE Rows 7", "Rows", 7),
    ],
)
def test_a_literal_is_written_as_it_stands(
    clean: Any, small: Dataset, line: str, keyword: str, value: object
) -> None:
    assert clean(small, line)[keyword].value == value


def test_a_backslash_separates_several_values(clean: Any, small: Dataset) -> None:
    small.ImageType = "ORIGINAL"
    small.WindowCenter = 1
    out = clean(small, r"REPLACE ImageType DERIVED\SECONDARY", r"REPLACE WindowCenter 10\20.5")
    assert list(out.ImageType) == ["DERIVED", "SECONDARY"]
    assert list(out.WindowCenter) == [10, 20.5]


def test_a_value_that_does_not_fit_removes_the_element_and_warns(
    clean: Any, small: Dataset, caplog: pytest.LogCaptureFixture
) -> None:
    small.BitsStored = 8
    assert "BitsStored" not in clean(small, "REPLACE BitsStored many")
    assert warnings_in(caplog) == [
        "BitsStored removed from in.dcm: the new value does not fit VR US"
    ]


def test_a_value_that_does_not_fit_is_not_added(
    clean: Any, small: Dataset, caplog: pytest.LogCaptureFixture
) -> None:
    assert "PregnancyStatus" not in clean(small, "ADD PregnancyStatus maybe")
    assert "PregnancyStatus removed from in.dcm: the new value does not fit VR US" in (
        warnings_in(caplog)
    )


def test_text_for_a_sequence_removes_the_sequence(clean: Any, small: Dataset) -> None:
    inner = Dataset()
    inner.PatientID = "nested"
    small.OtherPatientIDsSequence = [inner]
    assert "OtherPatientIDsSequence" not in clean(small, "REPLACE OtherPatientIDsSequence x")


def test_an_illegal_value_is_written_with_a_warning_that_does_not_quote_it(
    clean: Any, small: Dataset, caplog: pytest.LogCaptureFixture
) -> None:
    assert clean(small, "REPLACE Modality not-Legal").Modality == "not-Legal"
    assert warnings_in(caplog) == ["Modality in in.dcm: the new value is not legal for VR CS"]


# -- variables -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keyword", "given", "written"),
    [
        ("PatientID", "x", "x"),
        ("PatientID", 5, "5"),
        ("Rows", "5", 5),
        ("Rows", 5.0, 5),
        ("PatientID", ["a", "b"], ["a", "b"]),
    ],
)
def test_a_variable_comes_from_the_item(
    clean: Any, small: Dataset, keyword: str, given: object, written: object
) -> None:
    out = clean(small, f"REPLACE {keyword} var:x", item={"x": given})
    value = out[keyword].value
    assert (list(value) if isinstance(written, list) else value) == written


@pytest.mark.parametrize("item", [{}, {"y": "1"}, {"x": None}, {"x": lambda: "1"}])
def test_a_variable_that_is_not_there_removes_the_field_and_warns(
    clean: Any, small: Dataset, item: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    assert "PatientID" not in clean(small, "REPLACE PatientID var:x", item=item)
    assert warnings_in(caplog) == ["REPLACE PatientID not done for in.dcm"]


def test_a_variable_that_is_not_there_adds_nothing(
    clean: Any, small: Dataset, caplog: pytest.LogCaptureFixture
) -> None:
    assert "PatientComments" not in clean(small, "ADD PatientComments var:x")
    assert warnings_in(caplog) == ["ADD PatientComments not done for in.dcm"]


def test_strict_refuses_a_file_in_which_a_value_is_not_resolved(
    save: Any, small: Dataset, recipe: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    deid = recipe("REPLACE PatientID var:x")
    out = replace_identifiers(save(small), deid=deid, output_folder=tmp_path / "out", strict=True)
    assert out == []
    assert not (tmp_path / "out").exists()
    assert "in.dcm: REPLACE PatientID not done for in.dcm" in caplog.text


# -- functions of the user -------------------------------------------------------------


def test_a_function_of_the_user_gets_data_set_value_field_and_item(
    clean: Any, small: Dataset
) -> None:
    seen = {}

    def initials(dicom: Dataset, value: str, field: Any, item: dict[str, Any]) -> str:
        seen.update(name=dicom.PatientName, value=value, path=str(field.path), item=item)
        return "H.S."

    out = clean(small, "REPLACE PatientID func:initials", item={"initials": initials})
    assert out.PatientID == "H.S."
    assert seen["name"] == "Simpson^Homer^Jay"
    assert seen["value"] == "func:initials"
    assert seen["path"] == "(0010,0020)"
    assert seen["item"]["initials"] is initials


@pytest.mark.parametrize(
    "item", [{}, {"f": "no function"}, {"f": lambda **_: None}], ids=["none", "text", "no value"]
)
def test_a_function_of_the_user_without_a_value_removes_the_field(
    clean: Any, small: Dataset, item: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    assert "PatientID" not in clean(small, "REPLACE PatientID func:f", item=item)
    assert warnings_in(caplog) == ["REPLACE PatientID not done for in.dcm"]


def test_a_function_of_the_user_may_refuse_the_file(
    save: Any, small: Dataset, recipe: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(**_: Any) -> None:
        raise ActionError("not this one")

    ids = {"P-1": {"1.2.3.4": {"f": refuse}}}
    out = replace_identifiers(save(small), ids=ids, deid=recipe("REPLACE PatientID func:f"))
    assert out == []
    assert "in.dcm: not this one" in caplog.text


def test_a_function_of_the_user_that_fails_refuses_the_file_without_quoting_it(
    save: Any, small: Dataset, recipe: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(dicom: Dataset, **_: Any) -> None:
        raise RuntimeError(str(dicom.PatientName))

    ids = {"P-1": {"1.2.3.4": {"f": fail}}}
    out = replace_identifiers(save(small), ids=ids, deid=recipe("REPLACE PatientID func:f"))
    assert out == []
    assert "in.dcm: func:f: the function raised RuntimeError at test_values.py:" in caplog.text
    assert "Homer" not in caplog.text


# -- functions of plugins --------------------------------------------------------------


def test_hash_gives_digits_that_stand_for_the_value_under_the_key(
    clean: Any, small: Dataset
) -> None:
    lines = ("REPLACE PatientID deid_func:hash", "REPLACE PatientName deid_func:hash length=32")
    one = clean(small, *lines, key=b"k" * 32)
    again = clean(small, *lines, key=b"k" * 32)
    other = clean(small, *lines, key=b"l" * 32)
    assert one.PatientID == again.PatientID != other.PatientID
    assert len(one.PatientID) == 16
    assert len(str(one.PatientName)) == 32


def test_hash_of_several_values_stands_for_all_of_them(clean: Any, small: Dataset) -> None:
    small.ImageType = ["A", "B"]
    out = clean(small, "REPLACE ImageType deid_func:hash")
    assert isinstance(out.ImageType, str)


def test_an_empty_uid_has_no_pseudonym(
    clean: Any, small: Dataset, caplog: pytest.LogCaptureFixture
) -> None:
    small.StudyInstanceUID = ""
    assert "StudyInstanceUID" not in clean(small, "REPLACE StudyInstanceUID deid_func:hashuid")
    assert warnings_in(caplog) == ["REPLACE StudyInstanceUID not done for in.dcm"]


def test_hashuid_keeps_uids_of_the_standard_and_replaces_each_of_several(
    clean: Any, small: Dataset
) -> None:
    small.RelatedGeneralSOPClassUID = ["1.2.840.10008.1.1", "1.2.3.9"]
    out = clean(small, "REPLACE RelatedGeneralSOPClassUID deid_func:hashuid")
    standard, replaced = out.RelatedGeneralSOPClassUID
    assert standard == "1.2.840.10008.1.1"
    assert replaced.startswith("2.25.")


@pytest.mark.parametrize("answer", [None, Unresolved("because")])
def test_a_declared_function_without_a_value_removes_the_field(
    own: dict[str, object], plugin: Any, small: Dataset, save: Any, answer: Any, tmp_path: Path
) -> None:
    report = _run_with_function(own, plugin, save(small), answer, tmp_path)
    assert report.warnings == ("REPLACE PatientID not done for file 1",)


def test_a_declared_function_may_refuse_the_file(
    own: dict[str, object], plugin: Any, small: Dataset, save: Any, tmp_path: Path
) -> None:
    report = _run_with_function(own, plugin, save(small), ActionError("not here"), tmp_path)
    assert (report.outcome.value, report.code, report.reason) == (
        "refused",
        "action-failed",
        "not here",
    )


def test_a_declared_function_that_fails_is_named_without_quoting_it(
    own: dict[str, object], plugin: Any, small: Dataset, save: Any, tmp_path: Path
) -> None:
    report = _run_with_function(own, plugin, save(small), KeyError("Homer"), tmp_path)
    assert report.reason.startswith(
        "plugin 'fixed' (distribution given 0): deid_func:fixed raised KeyError at test_values.py:"
    )
    assert "Homer" not in report.reason


def _run_with_function(
    own: dict[str, object], plugin: Any, path: Path, answer: Any, folder: Path
) -> Any:
    from deid_core import Engine, FileRef, PluginHost, Settings
    from deid_core.recipe.syntax import parse

    def value(_field: object) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    function = ValueFunction(
        name="fixed", compile=lambda _arguments, _batch: value, summary="the same for all"
    )
    own["fixed"] = plugin(deid_value_functions=lambda: [function])
    text = "FORMAT dicom\nDEFAULT KEEP\n%header\nREPLACE PatientID deid_func:fixed\n"
    engine = Engine(PluginHost(own), [parse(text, "r.txt")], Settings(output_folder=folder / "out"))
    return engine.process(FileRef(path.name, path=path), 1)


def test_an_action_that_returns_something_else_is_named(
    own: dict[str, object], plugin: Any, small: Dataset, save: Any, tmp_path: Path
) -> None:
    report = _run_with_action(own, plugin, save(small), lambda field: "new value", tmp_path)
    assert report.reason.startswith(
        "plugin 'odd' (distribution given 0): action 'ODD' returned str, not a Change or None "
        "(test_values.py:"
    )


def test_an_action_that_fails_is_named_without_quoting_it(
    own: dict[str, object], plugin: Any, small: Dataset, save: Any, tmp_path: Path
) -> None:
    def fail(field: Any) -> Any:
        raise RuntimeError(field.value)

    report = _run_with_action(own, plugin, save(small), fail, tmp_path)
    assert report.reason.startswith(
        "plugin 'odd' (distribution given 0): action 'ODD' raised RuntimeError at test_values.py:"
    )
    assert "P-1" not in report.reason


def test_an_action_may_refuse_the_file(
    own: dict[str, object], plugin: Any, small: Dataset, save: Any, tmp_path: Path
) -> None:
    def refuse(field: Any) -> Any:
        raise ActionError("not this one")

    report = _run_with_action(own, plugin, save(small), refuse, tmp_path)
    assert (report.code, report.reason) == ("action-failed", "not this one")


def test_an_action_that_is_no_function_is_named_before_a_file_is_read(
    own: dict[str, object], plugin: Any, small: Dataset, save: Any, tmp_path: Path
) -> None:
    from deid_core import PluginError

    with pytest.raises(PluginError, match=r"plugin 'odd' .*action 'ODD'"):
        _run_with_action(own, plugin, save(small), None, tmp_path)


def test_a_selector_that_fails_on_a_file_is_named(
    own: dict[str, object], plugin: Any, small: Dataset, save: Any, tmp_path: Path
) -> None:
    from deid_core import FieldExpander

    def fail(_path: object) -> bool:
        raise RuntimeError

    own["bad"] = plugin(
        deid_field_expanders=lambda: [
            FieldExpander(name="bad", compile=lambda text: fail, summary="fail")
        ]
    )
    report = _run(own, save(small), "REMOVE bad:x", tmp_path)
    assert report.outcome.value in ("refused", "failed")
    assert "plugin 'bad'" in report.reason


def _run_with_action(
    own: dict[str, object], plugin: Any, path: Path, apply: Any, folder: Path
) -> Any:
    from deid_core import FieldAction, Rank

    action = FieldAction(
        name="ODD", compile=lambda rule, batch: apply, rank=Rank.CHANGES, summary="odd"
    )
    own["odd"] = plugin(deid_field_actions=lambda: [action])
    return _run(own, path, "ODD PatientID", folder)


def _run(own: dict[str, object], path: Path, line: str, folder: Path) -> Any:
    from deid_core import Engine, FileRef, PluginHost, Settings
    from deid_core.recipe.syntax import parse

    text = f"FORMAT dicom\nDEFAULT KEEP\n%header\n{line}\n"
    engine = Engine(PluginHost(own), [parse(text, "r.txt")], Settings(output_folder=folder / "out"))
    return engine.process(FileRef(path.name, path=path), 1)
