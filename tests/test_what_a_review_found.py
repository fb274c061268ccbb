"""Ways in which a value got through, or a file did harm, until a review showed them."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import SecondaryCaptureImageStorage

from deid_core import (
    Check,
    Engine,
    FileRef,
    Outcome,
    PluginHost,
    RecipeError,
    Settings,
    WriteError,
    hookimpl,
)
from deid_core.config import load_deid
from deid_core.dicom import DicomParser, replace_identifiers
from deid_core.dicom.tags import has_private
from deid_core.quiet import quiet_pydicom


@pytest.fixture
def steps(small: Dataset) -> Dataset:
    """Return a data set with a sequence of two items."""
    items = []
    for number in range(2):
        item = Dataset()
        item.ScheduledProcedureStepID = f"S{number}"
        items.append(item)
    small.RequestAttributesSequence = items
    return small


def ids_of(out: Dataset) -> list[str | None]:
    return [item.get("ScheduledProcedureStepID") for item in out.RequestAttributesSequence]


ITEM_1 = "RequestAttributesSequence__1__ScheduledProcedureStepID"


def test_item_numbers_count_in_groups_of_fields(clean: Any, steps: Dataset) -> None:
    out = clean(steps, "REMOVE fields:g", "%fields g", f"FIELD {ITEM_1}")
    assert ids_of(out) == ["S0", None]


def test_item_numbers_count_in_compositions(clean: Any, steps: Dataset) -> None:
    assert ids_of(clean(steps, f"REMOVE {ITEM_1}+select:VR:SH")) == ["S0", None]


def test_a_sequence_where_a_creator_should_stand_is_walked(clean: Any, small: Dataset) -> None:
    item = Dataset()
    item.PatientName = "Hidden^Name"
    small.add_new(0x00090010, "SQ", [item])
    out = clean(small, "REMOVE PatientName", remove_private=False)
    assert "PatientName" not in out[0x00090010].value[0]


@pytest.mark.parametrize("line", ["REMOVE (0009,0010)", "REMOVE values:v"])
def test_a_creator_that_must_go_takes_its_block_along(
    clean: Any, small: Dataset, line: str
) -> None:
    small.private_block(0x0009, "Simpson^Homer^Jay", create=True).add_new(1, "LO", "x")
    out = clean(small, line, "%values v", "FIELD PatientName", remove_private=False)
    assert not has_private(out)


def test_a_function_may_look_at_the_data_set_without_hiding_anything(
    clean: Any, small: Dataset
) -> None:
    item = b"\x10\x00\x10\x00" + struct.pack("<L", 8) + b"DOE^JOHN"
    value = b"\xfe\xff\x00\xe0" + struct.pack("<L", len(item)) + item
    small.private_block(0x0009, "ACME", create=True).add_new(1, "UN", value)

    def look(dicom: Dataset, **_: object) -> str:
        dicom.PatientComments = "added by a function"
        return str(len(list(dicom)))

    out = clean(
        small,
        "REPLACE PatientID func:look",
        "REMOVE PatientName",
        item={"look": look},
        remove_private=False,
    )
    assert "PatientComments" not in out
    assert b"DOE^JOHN" not in bytes(str(out), "utf-8")


def test_a_transfer_syntax_that_is_none_does_not_get_through(save: Any, small: Dataset) -> None:
    path = save(small)
    data = path.read_bytes()
    wrong = b"DOE^JOHN-1970-01-31\0"
    path.write_bytes(data.replace(b"1.2.840.10008.1.2.1\0", wrong))
    (out,) = replace_identifiers(path, output_folder=path.parent / "out")
    assert b"DOE^JOHN" not in Path(out).read_bytes()
    assert dcmread(out).file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"


def test_checks_look_at_data_sets_in_memory_too(small: Dataset) -> None:
    import deid_core_dicom
    import deid_core_screening

    class Refusing:
        @hookimpl
        def deid_checks(self) -> list[Check]:
            return [Check(name="never", compile=lambda _: lambda _: ["no"], summary="refuse all")]

    from deid_core.dicom.memory import ref_of

    host = PluginHost(
        {"dicom": deid_core_dicom, "screening": deid_core_screening, "no": Refusing()}
    )
    report, instance = Engine(host).cleaned(ref_of(small), 1)
    assert instance is None
    assert report.outcome is Outcome.REFUSED


@pytest.mark.parametrize(
    ("keyword", "value", "line"),
    [
        ("PatientSize", "1234567", r"REMOVE PatientSize contains:^\d{7}$"),
        ("SeriesNumber", "0012345", "REMOVE SeriesNumber equals:0012345"),
        ("PatientWeight", "70.0", "REMOVE PatientWeight equals:70"),
        ("SliceThickness", "5.00", "REMOVE SliceThickness IF equals SliceThickness 5"),
    ],
)
def test_numbers_as_text_are_tested_as_written_and_as_numbers(
    clean: Any, small: Dataset, keyword: str, value: str, line: str
) -> None:
    setattr(small, keyword, value)
    assert keyword not in clean(small, line)


def test_actions_of_a_settings_file_lie_above_the_base(save: Any, small: Dataset) -> None:
    config = {"put": {"actions": [{"action": "REMOVE", "field": "Modality"}]}}
    (out,) = replace_identifiers(save(small), config=config)
    assert "Modality" not in dcmread(out)


def test_all_of_a_base_counts(clean: Any, small: Dataset, recipe: Any) -> None:
    base = recipe("KEEP PatientID", "%values v", "FIELD PatientName", name="base", top="BASE none")
    small.StudyDescription = "Simpson^Homer^Jay"
    out = clean(small, "REMOVE values:v", "KEEP StudyDate", top=f'BASE "{base}"')
    assert [element.keyword for element in out if element.tag.group > 2] == [
        "StudyDate",
        "PatientID",
    ]


def test_a_rule_for_something_nested_opens_no_private_sequence(clean: Any, small: Dataset) -> None:
    item = Dataset()
    item.StudyDate = "20200101"
    small.private_block(0x0009, "ACME", create=True).add_new(1, "SQ", [item])
    assert not has_private(clean(small, "KEEP StudyDate"))


def test_a_pattern_keeps_nothing_of_the_file_meta_information(save: Any, small: Dataset) -> None:
    path = save(small, meta={"SourceApplicationEntityTitle": "DOEPACS"})
    (out,) = replace_identifiers(
        path, deid={"header": [{"action": "KEEP", "field": "all"}]}, default="KEEP"
    )
    assert "SourceApplicationEntityTitle" not in dcmread(out).file_meta


def test_values_of_a_group_are_found_in_bytes_of_other_encodings(
    clean: Any, small: Dataset
) -> None:
    small.SpecificCharacterSet = "ISO_IR 192"
    small.PatientName = "Müller^Jörg"
    block = small.private_block(0x0009, "ACME", create=True)
    block.add_new(1, "OB", "Müller^Jörg".encode("latin-1") + b"\0")
    block.add_new(2, "UN", "Müller^Jörg".encode("utf-16-le"))
    out = clean(small, "REMOVE values:v", "%values v", "FIELD PatientName", remove_private=False)
    assert not has_private(out)


def test_values_of_a_group_are_found_in_what_the_base_spares(clean: Any, small: Dataset) -> None:
    small.PatientID = "4711"
    small.FrameTime = "4711"
    out = clean(small, "REMOVE values:v", "%values v", "FIELD PatientID", top="")
    assert "FrameTime" not in out


def test_text_that_the_character_set_does_not_have_is_not_mangled(
    clean: Any, small: Dataset
) -> None:
    small.SpecificCharacterSet = "ISO_IR 100"
    out = clean(small, "REPLACE PatientName 山田^太郎", "REPLACE PatientID Jörg")
    assert "PatientName" not in out
    assert out.PatientID == "Jörg"


def test_a_pattern_that_explodes_refuses_the_file(save: Any, small: Dataset, recipe: Any) -> None:
    small.ImageComments = "a" * 5000 + "!"
    path = recipe("REMOVE PatientID IF contains ImageComments ^(a|aa)+$")
    assert replace_identifiers(save(small), deid=path) == []


def test_a_bomb_of_deflated_zeros_is_refused(tmp_path: Path, save: Any, small: Dataset) -> None:
    path = save(small, syntax="1.2.840.10008.1.2.1.99")
    data = path.read_bytes()
    start = data.index(b"1.2.840.10008.1.2.1.99") + 22
    end = data.index(dcmread(path).file_meta.ImplementationVersionName.encode()) + 20
    bomb = zlib.compressobj(9, wbits=-15)
    stream = bomb.compress(bytes(64 << 20)) + bomb.flush()
    (tmp_path / "bomb.dcm").write_bytes(data[: max(start, min(end, len(data)))] + stream)
    assert replace_identifiers(tmp_path / "bomb.dcm") == []


def test_depth_is_bounded_where_lengths_are_defined(tmp_path: Path) -> None:
    inner = b""
    for _ in range(300):
        item = b"\xfe\xff\x00\xe0" + struct.pack("<L", len(inner)) + inner
        inner = b"\x08\x00\x15\x11SQ\0\0" + struct.pack("<L", len(item)) + item
    meta = Dataset()
    meta.SOPClassUID = SecondaryCaptureImageStorage
    path = tmp_path / "deep.dcm"
    uid = SecondaryCaptureImageStorage.encode() + b"\0"
    head = b"\x08\x00\x16\x00UI" + struct.pack("<H", len(uid)) + uid
    path.write_bytes(head + inner)
    settings = Settings(output_folder=tmp_path / "out", default="KEEP")
    (report,) = Engine(PluginHost.load(), [], settings).run([FileRef("deep.dcm", path=path)])
    assert report.outcome is Outcome.REFUSED
    assert "nested deeper" in report.reason


def test_a_value_that_cannot_be_encoded_is_removed_however_deep(clean: Any, small: Dataset) -> None:
    inner = Dataset()
    inner.add_new("CalculatedTargetPosition", "FL", [0.0, 0.0, 0.0])
    for _ in range(14):
        outer = Dataset()
        outer.ReferencedSeriesSequence = [inner]
        inner = outer
    small.ReferencedSeriesSequence = inner.ReferencedSeriesSequence
    assert clean(small, "REPLACE CalculatedTargetPosition 1e300") is not None


def test_a_rule_after_another_sees_the_value_as_it_will_be_written(
    clean: Any, small: Dataset
) -> None:
    small.DateOfLastCalibration = "20190101"
    out = clean(
        small,
        r"REPLACE DateOfLastCalibration 20200101\20200201",
        "JITTER DateOfLastCalibration 1",
    )
    assert list(out.DateOfLastCalibration) == ["20200102", "20200202"]


def test_a_parser_without_a_key_keeps_the_one_it_made(save: Any, small: Dataset) -> None:
    parser = DicomParser(save(small))
    parser.parse()
    first = parser.dicom.StudyInstanceUID
    parser.parse()
    assert parser.dicom.StudyInstanceUID == first


def test_a_parser_does_not_save_what_it_has_not_parsed(
    save: Any, small: Dataset, tmp_path: Path
) -> None:
    with pytest.raises(WriteError, match="call parse"):
        DicomParser(save(small)).save(tmp_path / "out.dcm")


def test_a_date_under_a_wrong_vr_is_shifted(clean: Any, small: Dataset) -> None:
    with quiet_pydicom():
        small.add_new("StudyDate", "TM", "20200131")
    assert clean(small, "JITTER StudyDate 1").StudyDate == "20200201"


def test_a_condition_in_small_letters_is_not_taken_for_text(recipe: Any, small: Dataset) -> None:
    path = recipe("ADD ImageComments hello if missing Modality")
    with pytest.raises(RecipeError, match="write IF in capitals"):
        replace_identifiers(small, deid=path)


def test_people_without_a_name_in_latin_letters_stay_apart(clean: Any, small: Dataset) -> None:
    small.SpecificCharacterSet = "ISO_IR 192"
    names = []
    for name in ("=山田^太郎", "=鈴木^花子"):
        small.PatientName = name
        out = clean(small, "REPLACE PatientName deid_func:hashname", key=bytes(32))
        names.append(str(out.PatientName))
    assert len(set(names)) == 2


def test_a_dictionary_of_a_recipe_keeps_conditions_and_quotes(recipe: Any) -> None:
    path = recipe('REPLACE PatientID "var:x"', "KEEP PatientBirthDate IF missing PatientName")
    again = load_deid(load_deid(path).deid)
    first, second = again.layers[0].header
    assert first.quoted
    assert second.condition is not None


def test_outputs_below_the_source_are_not_read_again(
    save: Any, small: Dataset, tmp_path: Path
) -> None:
    from click.testing import CliRunner

    from deid_core.cli.main import cli

    source = save(small, "source/a.dcm").parent
    for _ in range(2):
        CliRunner().invoke(
            cli, ["run", str(source), "--output", str(source / "out"), "--overwrite"]
        )
    assert len(list((source / "out").rglob("*.dcm"))) == 2
