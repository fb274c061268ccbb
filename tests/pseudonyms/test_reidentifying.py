"""``deid-core crosswalk`` and ``deid-core reidentify``: the way back, for those who have the key."""

from __future__ import annotations

import csv
import json
import re
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.data import get_charset_files, get_testdata_file
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from deid_core_pseudonyms.attributes import RESTORED
from deid_core_pseudonyms.bundled import find

REAL = [
    "CT_small.dcm",
    "MR_small_bigendian.dcm",
    "JPEG2000.dcm",
    "SC_rgb_rle.dcm",
    "rtplan.dcm",
    "rtdose_1frame.dcm",
    "waveform_ecg.dcm",
    "examples_ybr_color.dcm",
    "liver_1frame.dcm",
    "explicit_VR-UN.dcm",
]
CHARACTER_SETS = ["chrArab.dcm", "chrH32.dcm", "chrJapMulti.dcm", "chrX1.dcm", "chrX2.dcm"]
BACK = [
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "OtherPatientIDs",
    "AccessionNumber",
    "StudyDate",
    "StudyTime",
    "ContentDate",
    "StudyID",
    "SOPInstanceUID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "FrameOfReferenceUID",
    "PatientComments",
    "ReferringPhysicianName",
    "InstitutionName",
    "PatientWeight",
]

Run = Callable[..., Any]


def words(text: str) -> str:
    return " ".join(re.sub("[│┃]", " ", text).split())


@pytest.fixture
def deidentify(invoke: Any, key_file: Path, tmp_path: Path, store: str) -> Run:
    """Return a function that de-identifies a folder into ``out``, with a crosswalk."""

    def deidentify(source: Path, *options: object, status: int = 0) -> Any:
        fixed = ["--crosswalk", store, "--key-file", key_file]
        done = invoke(
            "run",
            source,
            "-o",
            tmp_path / "out",
            *(options or ["--profile", "basic", "--pseudonyms", "code"]),
            *fixed,
        )
        assert done.exit_code == status, done.output
        return done

    return deidentify


@pytest.fixture
def reidentify(invoke: Any, key_file: Path, tmp_path: Path, store: str) -> Run:
    """Return a function that puts identifiers back into ``back``."""

    def reidentify(*options: object, status: int = 0, source: str = "out") -> Any:
        done = invoke(
            "reidentify",
            tmp_path / source,
            "-o",
            tmp_path / "back",
            "--crosswalk",
            store,
            "--key-file",
            key_file,
            *options,
        )
        assert done.exit_code == status, done.output
        return done

    return reidentify


def by_uid(datasets: list[Dataset]) -> dict[str, Dataset]:
    return {str(one.SOPInstanceUID): one for one in datasets}


def all_uids(dataset: Dataset) -> list[tuple[int, str]]:
    return [
        (e.tag, str(e.value)) for e in dataset.iterall() if e.VR == "UI" and not e.tag.is_private
    ]


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """Return a folder with real files."""
    folder = tmp_path / "in"
    folder.mkdir()
    charsets = get_charset_files("*.dcm")
    found = [get_testdata_file(name, download=False) for name in REAL]
    found += [path for path in charsets if Path(path).name in CHARACTER_SETS]
    for path in found:
        shutil.copy(str(path), folder)
    assert len(list(folder.iterdir())) == len(REAL) + len(CHARACTER_SETS)
    return folder


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], list[Path]]:
    """Return a function that lists the files of a folder."""
    return lambda folder: sorted((tmp_path / folder).rglob("*.dcm"))


# -- there and back --------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        ["--profile", "basic", "--pseudonyms", "code"],
        ["--profile", "basic", "--pseudonyms", "number", "--retain-modified-dates"],
        ["--profile", "basic", "--retain-uids", "--retain-safe-private"],
        ["--pseudonyms", "code"],
    ],
    ids=" ".join,
)
def test_identifiers_dates_and_uids_of_real_files_come_back(
    real: Path,
    deidentify: Run,
    reidentify: Run,
    outputs: Any,
    load: Any,
    tmp_path: Path,
    options: list[str],
) -> None:
    originals = by_uid([load(path) for path in real.iterdir()])
    deidentify(real, *options)
    cleaned = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*.dcm")}
    reidentify()
    returned = by_uid(outputs("back"))
    assert returned.keys() == originals.keys()
    assert len(returned) == len(REAL) + len(CHARACTER_SETS)
    for uid, original in originals.items():
        back = returned[uid]
        for keyword in BACK:
            assert back.get(keyword) == original.get(keyword), keyword
        assert set(all_uids(back)) <= set(all_uids(original))
        assert back.file_meta.MediaStorageSOPInstanceUID == uid
        assert back.file_meta.TransferSyntaxUID == original.file_meta.TransferSyntaxUID
        assert back.PatientIdentityRemoved == "NO"
        assert "DeidentificationMethod" not in back
        assert "DeidentificationMethodCodeSequence" not in back
    assert {path: path.read_bytes() for path in cleaned} == cleaned


def test_nothing_of_a_patient_stands_in_the_file_of_the_crosswalk(
    real: Path, invoke: Any, key_file: Path, load: Any, tmp_path: Path
) -> None:
    path = tmp_path / "walk.sqlite"
    options = ["--profile", "basic", "--pseudonyms", "code", "--crosswalk", path]
    assert (
        invoke("run", real, "-o", tmp_path / "out", *options, "--key-file", key_file).exit_code == 0
    )
    stored = path.read_bytes()
    # What a row is about stands before its name, which may begin with any byte.
    kinds = re.compile("(assigned|instance|meta|patient|pseudonym|study|uid).{,2}", re.IGNORECASE)
    looked_for = 0
    folder = [*real.iterdir(), *(tmp_path / "out").rglob("*.dcm")]
    for one in folder:
        for element in load(one).iterall():
            if element.VR not in ("SQ", "OB", "OW", "US", "UL", "FL", "FD", "SS", "SL"):
                text = str(element.value)
                if len(text) > 5 and not kinds.fullmatch(text):
                    looked_for += 1
                    assert text.encode() not in stored
                    assert text.encode("utf-16-le") not in stored
    assert looked_for > 500


def test_each_spelling_of_a_name_comes_back_as_it_was(
    patients: Any, deidentify: Run, reidentify: Run, outputs: Any, written: Any
) -> None:
    names = ["DOE^JOHN", "Doe^John^^^", "Doe^John"]
    deidentify(patients(*({"PatientName": name} for name in names)))
    assert len({out.PatientID for out in outputs()}) == 1
    reidentify()
    returned = [dcmread(path).get_item("PatientName").value for path in written("back")]
    # Encoded, since pydicom leaves empty components out.
    assert sorted(one.strip() for one in returned) == sorted(name.encode() for name in names)


def test_the_way_back_is_told_as_json(patients: Any, deidentify: Run, reidentify: Run) -> None:
    deidentify(patients({"PatientName": "Doe^John"}))
    shown = json.loads(reidentify("--json").stdout)
    assert (shown["command"], shown["counts"]) == ("reidentify", {"written": 1})
    assert "Doe" not in str(shown)


def test_nested_values_that_stayed_come_back_and_so_do_other_patients(
    small: Dataset,
    save: Any,
    deidentify: Run,
    reidentify: Run,
    outputs: Any,
    recipe: Any,
    tmp_path: Path,
) -> None:
    item = Dataset()
    item.PatientID, item.PatientName = "P-2", "Roe^Jane"
    item.StudyDate, item.ReferencedSOPInstanceUID = "20190203", "1.2.3.99"
    small.ReferencedPatientSequence = [item]
    source = save(small, "in/1.dcm")
    lines = recipe(
        "REPLACE PatientID deid_func:patient",
        "REPLACE PatientName deid_func:patient",
        "REPLACE ReferencedSOPInstanceUID deid_func:hashuid",
        "JITTER StudyDate -3",
        top="DEFAULT KEEP",
    )
    deidentify(source.parent, "--recipe", lines)
    (out,) = outputs()
    inside = out.ReferencedPatientSequence[0]
    assert inside.PatientID not in (out.PatientID, "P-2")
    assert inside.StudyDate == "20190131"
    reidentify()
    (back,) = outputs("back")
    assert back.ReferencedPatientSequence[0] == item
    assert (back.PatientID, back.StudyDate) == ("P-1", "20200131")


def test_what_the_original_did_not_have_goes_again(
    patients: Any, deidentify: Run, reidentify: Run, outputs: Any, recipe: Any
) -> None:
    lines = recipe("ADD PatientComments Cookies", "ADD PatientID x", top="DEFAULT KEEP")
    deidentify(
        patients({"PatientName": "Doe^John", "PatientBirthDate": "19500101", "PatientID": None}),
        "--recipe",
        lines,
    )
    reidentify()
    (back,) = outputs("back")
    assert "PatientComments" not in back
    assert "PatientID" not in back


def test_a_second_run_over_the_same_files_forgets_nothing_of_the_first(
    patients: Any, deidentify: Run, reidentify: Run, outputs: Any, tmp_path: Path
) -> None:
    source = patients({"AccessionNumber": "A-77"})
    deidentify(source)
    (tmp_path / "out").rename(tmp_path / "first")
    deidentify(source, "--profile", "basic", "--pseudonyms", "number", "--retain-full-dates")
    reidentify(source="first")
    (back,) = outputs("back")
    assert (back.PatientID, back.AccessionNumber, back.StudyDate) == ("P-1", "A-77", "20200131")


def test_an_object_that_somebody_made_from_de_identified_ones_gets_its_patient_and_references(
    patients: Any, deidentify: Run, reidentify: Run, outputs: Any, save: Any
) -> None:
    deidentify(patients({"AccessionNumber": "A-77", "PatientBirthDate": "19500101"}))
    (derived,) = outputs()
    reference = Dataset()
    reference.ReferencedSOPInstanceUID = derived.SOPInstanceUID
    reference.ReferencedSOPClassUID = derived.SOPClassUID
    derived.SourceImageSequence = [reference]
    person = Dataset()
    person.PatientID, person.PatientName = derived.PatientID, "unknown"
    derived.ReferencedPatientSequence = [person]
    derived.SOPInstanceUID = generate_uid()
    derived.SeriesInstanceUID = generate_uid()
    derived.SeriesDescription = "Segmentation"
    save(derived, "derived/seg.dcm")
    reidentify(source="derived")
    (back,) = outputs("back")
    assert (back.PatientID, back.PatientBirthDate, back.AccessionNumber) == (
        "P-1",
        "19500101",
        "A-77",
    )
    assert (back.StudyInstanceUID, back.StudyDate) == ("1.2.3.1", "20200131")
    assert back.SourceImageSequence[0].ReferencedSOPInstanceUID == "1.2.3.4.1"
    assert back.ReferencedPatientSequence[0].PatientID == "P-1"
    assert back.ReferencedPatientSequence[0].PatientName == "unknown"
    assert (back.SOPInstanceUID, back.SeriesDescription) == (derived.SOPInstanceUID, "Segmentation")


# -- what is refused -------------------------------------------------------------------


def test_a_file_whose_patient_is_not_in_the_crosswalk_is_refused_and_listed(
    patients: Any, deidentify: Run, reidentify: Run, outputs: Any, save: Any, small: Dataset
) -> None:
    deidentify(patients({}))
    small.PatientID, small.SOPInstanceUID = "SOMEBODY", "1.2.3.77"
    save(small, "out/stranger.dcm")
    done = reidentify(status=1)
    assert "1 files with identifiers" in done.output
    assert "stranger.dcm" in done.output
    assert "the patient is not in the crosswalk" in words(done.output)
    assert "P-1" not in done.output
    assert [out.PatientID for out in outputs("back")] == ["P-1"]


def test_a_file_that_was_given_to_another_patient_is_refused(
    patients: Any, deidentify: Run, reidentify: Run, outputs: Any, tmp_path: Path
) -> None:
    deidentify(patients({"PatientID": "P-1"}, {"PatientID": "P-2"}))
    one, other = sorted((tmp_path / "out").rglob("*.dcm"))
    first, second = dcmread(one), dcmread(other)
    first.PatientID = first.PatientName = second.PatientID
    first.save_as(one)
    done = reidentify(status=1)
    assert "names another patient" in words(done.output)
    assert len(outputs("back")) == 1


def test_another_key_and_a_crosswalk_that_is_not_there_are_refused(
    patients: Any, deidentify: Run, invoke: Any, key_file: Path, tmp_path: Path, store: str
) -> None:
    deidentify(patients({}))
    wrong = tmp_path / "wrong.key"
    wrong.write_bytes(bytes(range(40, 72)))
    wrong.chmod(0o600)
    for walk, key, message in (
        (store, wrong, "the crosswalk does not open with this key"),
        (str(tmp_path / "no.sqlite"), key_file, "there is no such crosswalk"),
    ):
        for command in (
            ["reidentify", tmp_path / "out", "-o", tmp_path / "back", "--crosswalk", walk],
            ["crosswalk", "export", walk, "-o", tmp_path / "all.csv"],
            ["crosswalk", "lookup", walk, "X"],
        ):
            done = invoke(*command, "--key-file", key)
            assert done.exit_code == 2
            assert message in done.output
    assert not (tmp_path / "back").exists()
    assert not (tmp_path / "all.csv").exists()
    assert not (tmp_path / "no.sqlite").exists()


def test_sources_that_are_not_there_or_in_the_output_folder_are_refused(
    patients: Any, deidentify: Run, reidentify: Run
) -> None:
    deidentify(patients({}))
    done = reidentify(status=2, source="nowhere")
    assert "nowhere: no such file or folder" in done.output
    done = reidentify(status=2, source="back/deeper")
    assert "lies in the output folder" in done.output


def test_outputs_are_not_replaced_unless_told(
    patients: Any, deidentify: Run, reidentify: Run
) -> None:
    deidentify(patients({}))
    reidentify()
    assert "output-exists" in reidentify(status=1).output
    reidentify("--overwrite")


def test_the_crosswalk_itself_stays_as_it_was(
    patients: Any, invoke: Any, key_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "walk.sqlite"
    common = ["--crosswalk", path, "--key-file", key_file]
    invoke("run", patients({}), "-o", tmp_path / "out", "--pseudonyms", "code", *common)
    before = path.read_bytes()
    path.chmod(0o400)
    assert invoke("reidentify", tmp_path / "out", "-o", tmp_path / "back", *common).exit_code == 0
    assert path.read_bytes() == before


def test_the_recipe_names_all_that_comes_back_though_it_was_removed() -> None:
    source = find("deid.pseudonyms.reidentify")
    assert source is not None
    assert re.findall(r"^RESTORE (\w+)$", source.text, flags=re.MULTILINE) == ["all", *RESTORED]


# -- crosswalk export and lookup -------------------------------------------------------


@pytest.fixture
def known(patients: Any, deidentify: Run, outputs: Any) -> dict[str, str]:
    """Return the code of each of two patients."""
    deidentify(
        patients(
            {"PatientID": "P-1", "PatientName": "DOE^JOHN", "PatientBirthDate": "19500101"},
            {"PatientName": "Doe^John^^^"},
            {"PatientID": "=P-2", "PatientName": "Zoë^Jane", "SpecificCharacterSet": "ISO_IR 192"},
        )
    )
    codes = {str(out.PatientID) for out in outputs()}
    assert len(codes) == 2
    return {"codes": sorted(codes)}


def test_export_writes_all_patients_for_the_owners_eyes(
    known: Any, invoke: Any, key_file: Path, tmp_path: Path, store: str
) -> None:
    path = tmp_path / "all.csv"
    command = ["crosswalk", "export", store, "--key-file", key_file, "-o", path]
    done = invoke(*command)
    assert done.exit_code == 0
    assert "2 rows written" in done.output
    assert "THE FILE HOLDS IDENTIFIERS" in done.output
    assert "DOE" not in done.output
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open(encoding="utf-8", newline="") as stream:
        rows = {row["PatientID"]: row for row in csv.DictReader(stream)}
    assert {row["pseudonym"] for row in rows.values()} == set(known["codes"])
    assert rows["P-1"]["PatientName"] == "DOE^JOHN | Doe^John^^^"
    assert rows["P-1"]["PatientBirthDate"] == "19500101"
    # A spreadsheet would take it for a formula.
    assert rows["'=P-2"]["PatientName"] == "Zoë^Jane"
    before = path.read_bytes()
    again = invoke(*command)
    assert again.exit_code == 2
    assert "is there already, and is not replaced" in again.output
    assert path.read_bytes() == before


def test_export_as_json_has_every_spelling(
    known: Any, invoke: Any, key_file: Path, tmp_path: Path, store: str
) -> None:
    path = tmp_path / "all.json"
    assert invoke("crosswalk", "export", store, "--key-file", key_file, "-o", path).exit_code == 0
    rows = json.loads(path.read_text(encoding="utf-8"))
    assert {row["PatientID"][0]: row["PatientName"] for row in rows} == {
        "P-1": ["DOE^JOHN", "Doe^John^^^"],
        "=P-2": ["Zoë^Jane"],
    }


def test_a_patient_without_a_pseudonym_is_exported_too(
    patients: Any, deidentify: Run, invoke: Any, key_file: Path, tmp_path: Path, store: str
) -> None:
    deidentify(patients({}), "--profile", "basic")
    path = tmp_path / "all.json"
    assert invoke("crosswalk", "export", store, "--key-file", key_file, "-o", path).exit_code == 0
    (row,) = json.loads(path.read_text(encoding="utf-8"))
    assert (row["pseudonym"], row["PatientID"]) == ("", ["P-1"])


def test_lookup_finds_patients_by_pseudonym_and_by_id_and_uids(
    known: Any, invoke: Any, outputs: Any, key_file: Path, store: str
) -> None:
    def lookup(*words: str) -> Any:
        return invoke("crosswalk", "lookup", store, *words, "--key-file", key_file)

    answers = [json.loads(lookup(code).stdout) for code in known["codes"]]
    assert sorted(answer["PatientID"][0] for answer in answers) == ["=P-2", "P-1"]
    (answer,) = json.loads(lookup("--original", "P-1").stdout)
    assert answer["pseudonym"] in known["codes"]
    assert answer["PatientName"] == ["DOE^JOHN", "Doe^John^^^"]
    uids = {str(out.SOPInstanceUID) for out in outputs()}
    originals = {json.loads(lookup(uid).stdout)["original"] for uid in uids}
    assert originals == {"1.2.3.4.1", "1.2.3.4.2", "1.2.3.4.3"}
    for unknown in (["NOBODY"], ["--original", "NOBODY"]):
        done = lookup(*unknown)
        assert done.exit_code == 1
        assert done.stdout == ""
        assert done.stderr == "not in the crosswalk\n"
    for wrong in ([], ["X", "--original", "Y"]):
        assert lookup(*wrong).exit_code == 2
