"""`DicomParser`: one file after the other with one recipe, step by step."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from deid_core import ActionError, FileError, OutputExistsError, RecipeError, WriteError
from deid_core.dicom import DicomParser

KEY = b"k" * 32


def texts(dataset: Dataset) -> str:
    return dataset.to_json()


@pytest.fixture
def image(small: Dataset) -> Dataset:
    item = Dataset()
    item.StudyDate = "20190101"
    item.PatientID = "P-1"
    small.RequestAttributesSequence = [item]
    return small


SOURCES: dict[str, Callable[[Path], Any]] = {
    "path": lambda path: path,
    "text": str,
    "bytes": lambda path: BytesIO(path.read_bytes()),
    "FileDataset": dcmread,
}


@pytest.mark.parametrize("source", SOURCES)
def test_it_takes_a_file_in_every_form(image: Dataset, save: Any, recipe: Any, source: str) -> None:
    path = save(image)
    parser = DicomParser(SOURCES[source](path), recipe("REPLACE PatientID x"), default="KEEP")
    parser.parse()
    assert parser.dicom.PatientID == "x"
    assert parser.dicom.RequestAttributesSequence[0].PatientID == "x"
    assert parser.dicom.PatientName == "Simpson^Homer^Jay"


def test_it_takes_an_open_file(image: Dataset, save: Any, recipe: Any) -> None:
    with save(image).open("rb") as stream:
        parser = DicomParser(stream, recipe("REPLACE PatientID x"))
    parser.parse()
    assert parser.dicom.PatientID == "x"
    assert parser.dicom_file is None


def test_it_takes_a_plain_data_set_and_leaves_it_as_it_is(recipe: Any) -> None:
    plain = Dataset()
    plain.PatientID = "P-1"
    parser = DicomParser(plain, recipe("REPLACE PatientID x"))
    parser.parse()
    assert parser.dicom.PatientID == "x"
    assert plain.PatientID == "P-1"
    assert not hasattr(plain, "file_meta")


def test_it_is_called_by_the_base_name_of_its_file(image: Dataset, save: Any) -> None:
    path = save(image, "deep/in.dcm")
    parser = DicomParser(path)
    assert (parser.dicom_file, parser.dicom_name) == (str(path), "in.dcm")
    assert repr(parser) == "[dicom-parser:in.dcm]"


def test_before_it_parses_the_data_set_is_as_it_was_read(image: Dataset, save: Any) -> None:
    assert DicomParser(save(image)).dicom.PatientID == "P-1"


def test_it_gives_the_same_when_it_parses_twice(image: Dataset, save: Any, recipe: Any) -> None:
    parser = DicomParser(
        save(image),
        recipe("JITTER StudyDate 1", "REPLACE PatientID deid_func:hash"),
        key=KEY,
    )
    parser.parse()
    once = texts(parser.dicom)
    parser.parse()
    assert texts(parser.dicom) == once
    assert parser.dicom.StudyDate == "20200201"


def test_without_a_recipe_all_goes_but_what_a_file_needs(image: Dataset, save: Any) -> None:
    parser = DicomParser(save(image))
    parser.parse()
    assert "PatientID" not in parser.dicom
    assert parser.dicom.StudyInstanceUID not in ("", "1.2.3")


def test_it_takes_another_file_after_the_first(image: Dataset, save: Any, recipe: Any) -> None:
    parser = DicomParser(save(image, "1.dcm"), recipe("KEEP PatientID", "KEEP StudyDate"))
    parser.parse()
    image.StudyDate = "20210101"
    parser.load(save(image, "2.dcm"))
    assert parser.dicom_name == "2.dcm"
    parser.parse()
    assert parser.dicom.StudyDate == "20210101"


# -- variables and functions -----------------------------------------------------------


def test_variables_and_functions_are_defined_by_name(
    image: Dataset, save: Any, recipe: Any
) -> None:
    parser = DicomParser(
        save(image), recipe("REPLACE PatientID var:id", "REPLACE PatientName func:initials")
    )
    parser.define("id", 17)
    parser.define(
        "initials", lambda dicom, value, field, item: f"{dicom.PatientName}"[0] + str(item["id"])
    )
    parser.parse()
    assert (parser.dicom.PatientID, parser.dicom.PatientName) == ("17", "S17")
    parser.define("id", 18)
    parser.parse()
    assert (parser.dicom.PatientID, parser.dicom.PatientName) == ("18", "S18")


def test_a_function_that_fails_is_named_with_its_line_and_without_its_message(
    image: Dataset, save: Any, recipe: Any
) -> None:
    def fail(dicom: Dataset, **_: Any) -> None:
        raise KeyError(str(dicom.PatientName))

    parser = DicomParser(save(image), recipe("REPLACE PatientID func:fail"))
    parser.define("fail", fail)
    with pytest.raises(ActionError) as caught:
        parser.parse()
    line = fail.__code__.co_firstlineno + 1
    assert str(caught.value) == f"func:fail: the function raised KeyError at test_parser.py:{line}"
    assert caught.value.__cause__ is None
    assert parser.dicom.PatientID == "P-1"


# -- options ---------------------------------------------------------------------------


def test_sequences_may_be_stripped_and_private_elements_kept(
    image: Dataset, save: Any, recipe: Any
) -> None:
    image.private_block(0x0009, "ACME", create=True).add_new(0x01, "LO", "x")
    parser = DicomParser(save(image), recipe(), default="KEEP")
    parser.parse(strip_sequences=True, remove_private=False)
    assert "RequestAttributesSequence" not in parser.dicom
    assert parser.dicom[0x00091001].value == "x"
    parser.parse()
    assert "RequestAttributesSequence" in parser.dicom
    assert 0x00091001 not in parser.dicom


def test_a_recipe_that_cannot_be_used_is_refused(image: Dataset, save: Any, recipe: Any) -> None:
    with pytest.raises(RecipeError):
        DicomParser(save(image), recipe("REMOVE Nothing")).parse()


def test_what_is_no_dicom_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("call the bakery")
    with pytest.raises(FileError):
        DicomParser(path)
    with pytest.raises(FileError):
        DicomParser(tmp_path / "nowhere.dcm")


# -- fields ----------------------------------------------------------------------------


def test_fields_are_listed_at_every_depth_by_their_place(image: Dataset, save: Any) -> None:
    parser = DicomParser(save(image))
    fields = parser.get_fields()
    field = fields["(0040,0275)__0__(0010,0020)"]
    assert field.name == "RequestAttributesSequence__PatientID"
    assert (field.tag, field.stripped_tag) == ("(0010,0020)", "00100020")
    assert (field.element.value, field.is_filemeta) == ("P-1", False)
    assert fields["(0002,0010)"].is_filemeta
    shallow = parser.get_fields(expand_sequences=False)
    assert "(0040,0275)" in shallow
    assert "(0040,0275)__0__(0010,0020)" not in shallow


def test_fields_are_found_by_name_and_by_value(image: Dataset, save: Any) -> None:
    parser = DicomParser(save(image))
    assert set(parser.find_by_name("^patientid$")) == {"(0010,0020)"}
    assert set(parser.find_by_name("PatientID$")) == {
        "(0010,0020)",
        "(0040,0275)__0__(0010,0020)",
    }
    assert set(parser.find_by_values(["p-1", "HOMER", ""])) == {
        "(0010,0010)",
        "(0010,0020)",
        "(0040,0275)__0__(0010,0020)",
    }
    assert parser.find_by_values([]) == {}


def test_fields_are_those_of_the_result_after_parsing(
    image: Dataset, save: Any, recipe: Any
) -> None:
    parser = DicomParser(save(image), recipe("REPLACE PatientID x"))
    parser.parse()
    assert parser.get_fields()["(0010,0020)"].element.value == "x"
    assert parser.find_by_values(["P-1"]) == {}


# -- saving ----------------------------------------------------------------------------


def test_the_result_is_saved_as_a_file(
    image: Dataset, save: Any, load: Any, recipe: Any, tmp_path: Path
) -> None:
    parser = DicomParser(save(image), recipe("REPLACE PatientID x"))
    parser.parse()
    path = parser.save(tmp_path / "out.dcm")
    assert path == str(tmp_path / "out.dcm")
    assert load(path).PatientID == "x"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["deid.test", "in.dcm", "out.dcm"]


def test_a_file_that_is_there_is_replaced_only_if_asked_for(
    image: Dataset, save: Any, load: Any, recipe: Any, tmp_path: Path
) -> None:
    path = tmp_path / "out.dcm"
    path.write_bytes(b"of a run before")
    parser = DicomParser(save(image), recipe("REPLACE PatientID x"))
    parser.parse()
    with pytest.raises(OutputExistsError):
        parser.save(path)
    assert path.read_bytes() == b"of a run before"
    parser.save(path, overwrite=True)
    assert load(path).PatientID == "x"


def test_what_cannot_be_written_leaves_nothing_behind(
    image: Dataset, save: Any, recipe: Any, tmp_path: Path
) -> None:
    parser = DicomParser(save(image), recipe())
    parser.parse()
    parser.dicom.PatientName = "x"
    parser.dicom["PatientName"]._value = object()
    with pytest.raises(FileError):
        parser.save(tmp_path / "out.dcm")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["deid.test", "in.dcm"]


def test_save_never_replaces_the_file_that_was_loaded(small: Dataset, save: Any) -> None:
    path = save(small)
    before = path.read_bytes()
    parser = DicomParser(path)
    parser.parse()
    with pytest.raises(WriteError, match="its own input"):
        parser.save(path, overwrite=True)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_what_is_saved_may_be_read_by_those_who_may_read_new_files(
    small: Dataset, save: Any, tmp_path: Path
) -> None:
    parser = DicomParser(save(small))
    parser.parse()
    saved = Path(parser.save(tmp_path / "out.dcm"))
    (tmp_path / "new").touch()
    assert saved.stat().st_mode == (tmp_path / "new").stat().st_mode
