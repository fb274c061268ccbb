"""``deid_func:patient``: one pseudonym for one patient, in the form that the recipe asks for."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset, FileDataset

from deid_core import (
    Batch,
    ElementPath,
    Field,
    FileRef,
    Identifiers,
    Instance,
    RefusedError,
    Settings,
    SettingsError,
)
from deid_core.batch import FileContext
from deid_core_pseudonyms.forms import ALPHABETS, default_length
from deid_core_pseudonyms.functions import compile_patient

KEY = bytes(range(33, 65))
# A backslash parts values, and one alone is no value.
IDS = st.text(
    st.characters(codec="ascii", categories=("L", "N", "P"), exclude_characters="\\"),
    min_size=1,
    max_size=16,
)


def batch_of(key: bytes = KEY, **settings: Any) -> Batch:
    return Batch(Settings(**settings), key, lambda rule, batch: lambda field: rule.value)


def field_of(batch: Batch, **values: Any) -> Field:
    dataset = FileDataset("", Dataset())
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    instance = Instance(dataset, FileRef("a.dcm"))
    context = FileContext("a.dcm", instance, Identifiers("P", "1.2", {}), {}, batch)
    return Field(ElementPath(0x00100020, "LO"), context)


def pseudonyms(
    patients: list[dict[str, Any]], batch: Batch | None = None, **words: str
) -> list[str]:
    batch = batch or batch_of()
    function = compile_patient(words, batch)
    return [function(field_of(batch, **patient)) for patient in patients]


# -- who is who ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [
        {"PatientName": "Doe^John^^^"},
        {"PatientName": "doe^john", "PatientBirthDate": "19500101"},
        {"PatientName": None},
        {"PatientID": " P-1  "},
        {"PatientID": "P-1\0"},
    ],
)
def test_spellings_of_the_name_and_padding_of_the_id_do_not_matter(other: dict[str, Any]) -> None:
    first = {"PatientID": "P-1", "PatientName": "DOE^JOHN"}
    one, two = pseudonyms([first, {**first, **other}])
    assert one == two


@pytest.mark.parametrize(
    "other",
    [
        {"PatientID": "P-2"},
        {"PatientID": "p-1"},
        {"IssuerOfPatientID": "WEST"},
        {"PatientID": "P-1 X", "IssuerOfPatientID": ""},
        {"PatientID": "P-1\\"},
        {"PatientID": "\\P-1"},
        {"PatientID": "", "PatientBirthDate": "19500101"},
    ],
)
def test_another_id_or_issuer_is_another_patient(other: dict[str, Any]) -> None:
    first = {"PatientID": "P-1", "PatientName": "DOE^JOHN", "IssuerOfPatientID": "EAST"}
    one, two = pseudonyms([first, {**first, **other}])
    assert one != two


def test_ids_that_are_no_text_in_their_character_set_are_told_apart(
    small: Dataset, save: Any, load: Any
) -> None:
    from deid_core.dicom import replace_identifiers

    small.SpecificCharacterSet = "ISO_IR 192"
    small.PatientID = "P-?"
    paths = []
    for number, wrong in enumerate([b"\xe4", b"\xf6", b"\xe4"]):
        path = save(small, f"{number}.dcm")
        path.write_bytes(path.read_bytes().replace(b"P-?", b"P-" + wrong))
        paths.append(path)
    outputs = replace_identifiers(paths, deid="deid.pseudonyms.code", key=KEY)
    one, other, same = (load(path).PatientID for path in outputs)
    assert one == same != other


@pytest.mark.parametrize(
    "name", ["Doe^John", "DOE^JOHN^^^", "doe, john", "\uff24\uff2f\uff25^John=\u30c9\u30a6"]
)
def test_without_an_id_name_and_birth_date_make_the_patient(name: str) -> None:
    first = {"PatientName": "DOE^JOHN", "PatientBirthDate": "19500101"}
    one, same, younger = pseudonyms(
        [first, {**first, "PatientName": name}, {**first, "PatientBirthDate": "19500102"}]
    )
    assert one == same != younger


@pytest.mark.parametrize(
    "patient",
    [
        {},
        {"PatientName": "Doe^John"},
        {"PatientBirthDate": "19500101"},
        {"PatientID": "  ", "PatientName": "^^^", "PatientBirthDate": "19500101"},
    ],
)
def test_a_patient_who_cannot_be_told_is_refused(patient: dict[str, Any]) -> None:
    with pytest.raises(RefusedError, match="the patient cannot be told"):
        pseudonyms([patient])


@given(st.lists(IDS, min_size=1, max_size=8), st.randoms())
def test_in_any_order_one_patient_has_one_code_and_two_have_two(
    ids: list[str], random: Any
) -> None:
    shuffled = random.sample(ids, len(ids))
    one = dict(zip(ids, pseudonyms([{"PatientID": i} for i in ids]), strict=True))
    other = dict(zip(shuffled, pseudonyms([{"PatientID": i} for i in shuffled]), strict=True))
    assert one == other
    assert len(set(one.values())) == len(one)


def test_another_process_gives_the_same_code_and_another_key_another() -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from test_forms_of_pseudonyms import pseudonyms\n"
        "print(pseudonyms([{'PatientID': 'P-1'}])[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, Path(__file__).parent],
        capture_output=True,
        text=True,
        check=True,
    )
    (here,) = pseudonyms([{"PatientID": "P-1"}])
    assert done.stdout.split() == [here]
    assert pseudonyms([{"PatientID": "P-1"}], batch_of(bytes(32))) != [here]


# -- other patients in nested elements -------------------------------------------------


def nested(holder: Dataset, **own: Any) -> list[Any]:
    """The pseudonyms of an instance's patient, and of what an item of it is about."""
    batch = batch_of()
    function = compile_patient({}, batch)
    top = field_of(batch, PatientID="P-1", PatientName="Doe^John", **own)
    top.context.instance.dataset.ReferencedPatientSequence = [holder]
    path = ElementPath(0x00100020, "LO", None, (_parent(),))
    return [function(top), function(Field(path, top.context))]


def _parent() -> Any:
    from deid_core.field import Parent

    return Parent(0x00081120, 0)


def item(**values: Any) -> Dataset:
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


@pytest.mark.parametrize(
    "holder", [item(), item(PatientID="P-1"), item(PatientName="DOE^JOHN^^"), item(PatientName="")]
)
def test_an_item_that_names_nobody_else_is_about_the_patient(holder: Dataset) -> None:
    own, inside = nested(holder, IssuerOfPatientID="EAST")
    assert own == inside


@pytest.mark.parametrize(
    "holder",
    [
        item(PatientID="P-2", PatientName="Doe^John"),
        item(PatientID="P-1", IssuerOfPatientID="WEST"),
        item(PatientName="Roe^Jane", PatientBirthDate="19600101"),
    ],
)
def test_an_item_that_names_somebody_else_has_a_pseudonym_of_its_own(holder: Dataset) -> None:
    own, inside = nested(holder, IssuerOfPatientID="EAST")
    assert own != inside


def test_a_person_in_an_item_who_cannot_be_told_is_taken_out(clean: Any, small: Dataset) -> None:
    small.ReferencedPatientSequence = [item(PatientName="Roe^Jane", PatientID="")]
    out = clean(small, "REPLACE PatientName deid_func:patient")
    assert "PatientName" not in out.ReferencedPatientSequence[0]
    assert re.fullmatch("[A-Z2-7]{12}", str(out.PatientName))


# -- codes -----------------------------------------------------------------------------


@pytest.mark.parametrize("alphabet", [*ALPHABETS, "ABC", "01"])
@pytest.mark.parametrize("length", [4, 12, 60])
@pytest.mark.parametrize("prefix", ["", "S-1^"])
def test_a_code_has_prefix_length_and_alphabet(alphabet: str, length: int, prefix: str) -> None:
    (found,) = pseudonyms(
        [{"PatientID": "P-1"}], length=str(length), alphabet=alphabet, prefix=prefix
    )
    characters = ALPHABETS.get(alphabet, alphabet)
    assert re.fullmatch(f"{re.escape(prefix)}[{characters}]{{{length}}}", found)


def test_a_shorter_code_is_the_beginning_of_a_longer_one() -> None:
    short, long = (pseudonyms([{"PatientID": "P-1"}], length=n)[0] for n in ("8", "40"))
    assert long.startswith(short)


def test_every_character_of_a_code_is_as_likely() -> None:
    found = "".join(
        pseudonyms([{"PatientID": str(number)} for number in range(2000)], alphabet="digits")
    )
    expected = len(found) / 10
    distance = sum((found.count(digit) - expected) ** 2 / expected for digit in "0123456789")
    # Chi squared with 9 degrees of freedom is above 40 once in 100 000 keys; this key is fixed.
    assert distance < 40


def test_a_key_that_is_too_short_makes_no_codes(save: Any, small: Dataset) -> None:
    from deid_core.dicom import replace_identifiers

    with pytest.raises(SettingsError, match="a key needs at least 16 bytes"):
        replace_identifiers([save(small)], deid="deid.pseudonyms.code", key=b"only 15 bytes..")


@pytest.mark.parametrize("alphabet", ALPHABETS.values())
def test_a_million_patients_collide_with_odds_below_one_to_a_million(alphabet: str) -> None:
    pairs = 10**6 * (10**6 - 1) / 2
    length = default_length(alphabet)
    assert pairs / len(alphabet) ** length < 1e-6
    assert pairs / len(alphabet) ** (length - 1) >= 1e-6


def colliding() -> tuple[str, str]:
    """Two patients who have one code of four characters of two."""
    seen: dict[str, str] = {}
    for number in itertools.count():
        (code,) = pseudonyms([{"PatientID": str(number)}], length="4", alphabet="01")
        if code in seen:
            return seen[code], str(number)
        seen[code] = str(number)
    raise AssertionError


def test_codes_that_collide_are_refused_and_longer_ones_do_not() -> None:
    patients = [{"PatientID": one} for one in colliding()]
    with pytest.raises(RefusedError, match="ask for a longer one than length=4") as caught:
        pseudonyms(patients, length="4", alphabet="01")
    assert "another patient has this pseudonym" in str(caught.value)
    assert len(set(pseudonyms(patients, length="40", alphabet="01"))) == 2


@given(st.lists(IDS, min_size=2, max_size=30, unique=True))
def test_with_short_codes_patients_have_different_ones_or_are_refused(ids: list[str]) -> None:
    batch = batch_of()
    given_to: dict[str, str] = {}
    for one in ids:
        try:
            (code,) = pseudonyms([{"PatientID": one}], batch, length="4", alphabet="01")
        except RefusedError:
            continue
        assert given_to.setdefault(code, one) == one
    assert given_to


# -- numbers ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({}, ["0001", "0002", "0001", "0003"]),
        ({"prefix": "P", "start": "9", "width": "2"}, ["P09", "P10", "P09", "P11"]),
    ],
)
def test_numbers_run_and_stay_with_the_patient(
    tmp_path: Path, words: dict[str, str], expected: list[str]
) -> None:
    location = str(tmp_path / "walk.sqlite")
    patients = [{"PatientID": one} for one in ("A", "B", "A", "C")]
    assert pseudonyms(patients, batch_of(crosswalk=location), form="number", **words) == expected
    again = pseudonyms(patients[::-1], batch_of(crosswalk=location), form="number", **words)
    assert again == expected[::-1]


def test_without_a_crosswalk_there_are_no_numbers() -> None:
    with pytest.raises(RefusedError, match="needs a crosswalk"):
        pseudonyms([{"PatientID": "A"}], form="number")


# -- lists -----------------------------------------------------------------------------


@pytest.fixture
def listed(tmp_path: Path) -> Callable[..., list[str]]:
    """Return a function that asks a list for pseudonyms."""
    path = tmp_path / "list.csv"

    def listed(text: str, *patients: dict[str, Any]) -> list[str]:
        path.write_text(text, encoding="utf-8")
        batch = batch_of(tables={"trial": path})
        return pseudonyms(list(patients), batch, form="list", table="trial")

    return listed


def test_a_list_gives_each_patient_its_line(listed: Any) -> None:
    text = '\ufeffpseudonym,note, original \r\n S-1 ,x,P-1\r\n\r\nS-2,,"P,2"\r\n'
    assert listed(text, {"PatientID": "P,2"}, {"PatientID": "P-1 "}) == ["S-2", "S-1"]


def test_a_list_may_tell_issuers_apart(listed: Any) -> None:
    text = "original,issuer,pseudonym\nP-1,EAST,S-1\nP-1,WEST,S-2\nP-1,,S-3\n"
    issuers = ["WEST", "EAST", ""]
    patients = [{"PatientID": "P-1", "IssuerOfPatientID": issuer} for issuer in issuers]
    assert listed(text, *patients) == ["S-2", "S-1", "S-3"]
    with pytest.raises(RefusedError, match="not in the list"):
        listed(text, {"PatientID": "P-1", "IssuerOfPatientID": "NORTH"})


def test_a_list_without_issuers_does_not_merge_patients_of_two(listed: Any) -> None:
    patients = [{"PatientID": "P-1", "IssuerOfPatientID": one} for one in ("EAST", "WEST")]
    with pytest.raises(RefusedError, match="a line of its own in the list"):
        listed("original,pseudonym\nP-1,S-1\n", *patients)


@pytest.mark.parametrize(
    "patient", [{"PatientID": "P-2"}, {"PatientName": "Doe^John", "PatientBirthDate": "19500101"}]
)
def test_a_patient_who_is_not_in_the_list_is_refused(listed: Any, patient: dict[str, Any]) -> None:
    with pytest.raises(RefusedError, match="the patient is not in the list 'trial'"):
        listed("original,pseudonym\nP-1,S-1\n", patient)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ": has no entry"),
        ("original,pseudonym\n", ": has no entry"),
        ("P-1,S-1\n", ":1: the header has no column 'original'"),
        ("original,code\nP-1,S-1\n", ":1: the header has no column 'pseudonym'"),
        ("original,pseudonym,original\nP-1,S-1,P-2\n", ":1: the header has one column twice"),
        ("original,pseudonym\nP-1,S-1\nP-1,S-2\n", ":3: has the original of line 2 again"),
        ("original,pseudonym\nP-1,S-1\n\n P-1 ,S-1\n", ":4: has the original of line 2 again"),
        ("original,pseudonym\nP-1,S-1\nP-2,S-1\n", ":3: has the pseudonym of line 2 again"),
        ("original,pseudonym\n,S-1\n", ":2: the cell of 'original' is empty"),
        ("original,pseudonym\nP-1, \n", ":2: the cell of 'pseudonym' is empty"),
        ("original,pseudonym\nP-1\n", ":2: has 1 cells, and the header 2"),
        ("original,pseudonym\nP-1,S-1,x\n", ":2: has 3 cells, and the header 2"),
        ("original,pseudonym\nP-1,S\\1\n", ":2: the pseudonym must be printable ASCII"),
        ("original,pseudonym\nP-1,S=1\n", ":2: the pseudonym must be printable ASCII"),
        (f"original,pseudonym\nP-1,{'S' * 65}\n", ":2: the pseudonym has more than 64 characters"),
        ('original,pseudonym\nP-1,"S-1\n', ":2: is no CSV"),
    ],
)
def test_a_list_that_is_wrong_is_refused_by_file_and_line(
    listed: Any, tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        listed(text)
    assert str(caught.value).startswith(f"{tmp_path / 'list.csv'}{message}")
    assert "P-1" not in str(caught.value)
    assert "S-1" not in str(caught.value)


def test_a_list_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for name, content, message in (
        ("nowhere.csv", None, r"nowhere.csv: cannot be read \(No such file or directory\)"),
        ("latin.csv", b"original,pseudonym\nP\xfc,S-1\n", r"latin.csv: is not UTF-8"),
    ):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(SettingsError, match=message):
            pseudonyms([], batch_of(tables={"t": tmp_path / name}), form="list", table="t")


# -- functions of the user's -----------------------------------------------------------


def test_a_function_gives_the_pseudonym_and_is_asked_once_for_each_patient(
    clean: Any, small: Dataset
) -> None:
    asked = []

    def mine(dicom: Dataset, value: str, field: Field, item: Any) -> str:
        asked.append((field.name, field.value))
        return f"MINE-{dicom.PatientID}"

    lines = [
        f"REPLACE Patient{what} deid_func:patient form=function function=func:mine"
        for what in ("ID", "Name")
    ]
    out = clean(small, *lines, item={"mine": mine})
    assert (out.PatientID, out.PatientName) == ("MINE-P-1", "MINE-P-1")
    assert asked == [("PatientID", "P-1")]


def test_a_function_of_a_plugin_gives_the_pseudonym(clean: Any, small: Dataset) -> None:
    value = 'deid_func:patient form=function function="deid_func:hash length=8"'
    out = clean(small, f"REPLACE PatientName {value}", f"REPLACE PatientID {value}")
    assert re.fullmatch("[0-9a-f]{8}", out.PatientID)
    assert out.PatientName == out.PatientID


def test_a_function_that_gives_one_pseudonym_to_two_patients_is_refused() -> None:
    batch = Batch(Settings(), KEY, lambda rule, batch: lambda field: "same")
    with pytest.raises(RefusedError, match="let the function give another"):
        pseudonyms(
            [{"PatientID": "A"}, {"PatientID": "B"}], batch, form="function", function="func:f"
        )


@pytest.mark.parametrize("value", ["", "a\\b", "x" * 65, "Zoë"])
def test_a_function_that_gives_what_is_no_pseudonym_is_refused(value: str) -> None:
    batch = Batch(Settings(), KEY, lambda rule, batch: lambda field: value)
    with pytest.raises(RefusedError, match="the pseudonym that func:f gives") as caught:
        pseudonyms([{"PatientID": "A"}], batch, form="function", function="func:f")
    assert not value or value not in str(caught.value)


# -- recipes ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("form=words", "form= must be one of: code, number, list, function"),
        ("size=3", "found size=; form=code takes length=, alphabet=, prefix="),
        ("length=3", "length= must be a whole number from 4 to 64"),
        ("length=65", "length= must be a whole number from 4 to 64"),
        ("length=x", "length= must be a whole number"),
        ("alphabet=A", "alphabet= must be one of base32, digits, hex, letters, or different"),
        ("alphabet=ABA", "alphabet= must be one of"),
        ("alphabet=A-B", "or ASCII letters and digits"),
        ("length=60 prefix=STUDY", "may have 64 characters together"),
        (r"'prefix=A\\B'", "prefix= must be printable ASCII"),
        ("form=number length=3", "found length=; form=number takes prefix=, start=, width="),
        ("form=number width=0", "width= must be a whole number from 1 to 16"),
        ("form=number start=-1", "start= must be a whole number"),
        ("form=list", "form=list needs table="),
        ("form=list table=trial", "no table 'trial' was given for this run (given: none)"),
        ("form=function", "form=function needs function=func:NAME"),
        ("form=function function=mine", "form=function needs function=func:NAME"),
    ],
)
def test_words_that_mean_nothing_are_refused_with_their_line(
    clean: Any, small: Dataset, value: str, message: str
) -> None:
    from deid_core import RecipeError

    with pytest.raises(RecipeError) as caught:
        clean(small, f"REPLACE PatientID deid_func:patient {value}")
    assert message in str(caught.value)
    assert "deid.test:4:" in str(caught.value)
