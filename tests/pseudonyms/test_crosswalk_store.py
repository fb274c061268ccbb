"""The crosswalk in a file and in a real PostgreSQL: what is entered comes back, with its key only."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deid_core import RefusedError, SettingsError, WriteError
from deid_core_pseudonyms.capture import Taken
from deid_core_pseudonyms.cipher import Cipher, WrongKeyError
from deid_core_pseudonyms.crosswalk import Crosswalk
from deid_core_pseudonyms.identity import Patient

KEY = bytes(range(33, 65))
ANNE, BERT = Patient("anne", "A-1"), Patient("bert", "B-1")

Open = Callable[..., Crosswalk]


@pytest.fixture
def opened(store: str) -> Open:
    """Return a function that opens the crosswalk anew, and closes it after the test."""
    crosswalks = []

    def opened(key: bytes = KEY, *, writable: bool = True) -> Crosswalk:
        crosswalks.append(Crosswalk.open(store, key, writable=writable))
        return crosswalks[-1]

    yield opened
    for crosswalk in crosswalks:
        crosswalk.close()


def assign(crosswalk: Crosswalk, patient: Patient, text: str, scheme: str = "form=code") -> str:
    return crosswalk.assign(patient, scheme, lambda _: text, counts=False, advice="do this")


def count(crosswalk: Crosswalk, patient: Patient, scheme: str = "form=number") -> str:
    return crosswalk.assign(patient, scheme, lambda n: f"P{n()}", counts=True, advice="do this")


def taken(instance: str = "9.1", **values: object) -> Taken:
    return Taken("9.0", instance, patient=dict(values), uids={instance: f"1.{instance}"})


def test_a_pseudonym_leads_to_its_patient_also_when_opened_again(opened: Open) -> None:
    first = opened()
    assign(first, ANNE, "X1")
    first.enter(ANNE, taken(PatientID="A-1"))
    again = opened(writable=False)
    assert again.patient_with("X1") == {"PatientID": ["A-1"]}
    assert again.patient_with("X2") is None


def test_a_pseudonym_that_another_patient_has_is_refused(opened: Open) -> None:
    assign(opened(), ANNE, "X1")
    with pytest.raises(RefusedError, match="another patient has this pseudonym; do this"):
        assign(opened(), BERT, "X1")
    assert assign(opened(), BERT, "X2") == "X2"


def test_a_patient_who_has_another_pseudonym_of_the_form_is_refused(opened: Open) -> None:
    assign(opened(), ANNE, "X1")
    with pytest.raises(RefusedError, match="has another pseudonym for the patient; do this"):
        assign(opened(), ANNE, "X2")
    assert assign(opened(), ANNE, "X2", scheme="form=list") == "X2"


def test_numbers_are_kept_and_pass_over_what_is_taken(opened: Open) -> None:
    assign(opened(), ANNE, "P1")
    assert count(opened(), ANNE) == "P0"
    assert count(opened(), BERT) == "P2"
    assert count(opened(), ANNE) == "P0"
    assert count(opened(), ANNE, "form=number start=5") == "P0"


def test_a_refused_pseudonym_leaves_nothing_behind(opened: Open) -> None:
    assign(opened(), ANNE, "X1")
    with pytest.raises(RefusedError):
        assign(opened(), BERT, "X1")
    assert dict(opened().pseudonyms()) == {"X1": opened().owner_of("X1")}


def test_spellings_of_a_patient_are_all_known_and_the_first_stays_first(opened: Open) -> None:
    opened().enter(ANNE, taken("9.1", PatientName="DOE^ANNE", PatientBirthDate=""))
    opened().enter(ANNE, taken("9.2", PatientName="Doe^Anne^^^"))
    opened().enter(ANNE, taken("9.3", PatientName="DOE^ANNE"))
    assert opened().known_of(ANNE) == {
        "PatientName": ["DOE^ANNE", "Doe^Anne^^^"],
        "PatientBirthDate": [],
    }
    assert opened().known_of(BERT) == {}


def test_an_instance_that_is_entered_again_keeps_what_was_taken_before(opened: Open) -> None:
    one = Taken("9.0", "9.1", values={"(0008,0020)": "20200131", "(0010,0010)": "Doe"})
    two = Taken("9.0", "9.1", values={"(0008,0030)": "1200"})
    opened().enter(ANNE, one)
    opened().enter(ANNE, two)
    found = opened().instance("9.1")
    assert found is not None
    assert found["values"] == {**one.values, **two.values}


def test_an_instance_of_another_patient_is_refused(opened: Open) -> None:
    opened().enter(ANNE, taken("9.1"))
    with pytest.raises(RefusedError, match="SOP Instance UID for another patient"):
        opened().enter(BERT, taken("9.1"))


def test_a_uid_that_stands_for_several_stands_for_none(opened: Open) -> None:
    opened().enter(ANNE, Taken("9.0", "9.1", uids={"9": "1.1", "8": "1.8"}))
    opened().enter(ANNE, Taken("9.0", "9.2", uids={"9": "1.2", "8": "1.8"}))
    assert opened().original_uid("9") is None
    assert opened().original_uid("8") == "1.8"
    assert opened().original_uid("7") is None


def test_another_key_does_not_open_it(opened: Open) -> None:
    opened()
    for writable in (True, False):
        with pytest.raises(SettingsError, match="does not open with this key"):
            opened(bytes(range(32)), writable=writable)


def test_a_key_that_is_too_short_makes_nothing(store: str) -> None:
    with pytest.raises(SettingsError, match="a key of at least 16 bytes"):
        Crosswalk.open(store, b"short")
    with pytest.raises(SettingsError, match=r"no such crosswalk|has no crosswalk"):
        Crosswalk.open(store, KEY, writable=False)


def test_a_row_that_was_changed_or_exchanged_is_refused(opened: Open) -> None:
    crosswalk = opened()
    assign(crosswalk, ANNE, "X1")
    assign(crosswalk, BERT, "X2")
    rows = dict(crosswalk.store.all("pseudonym"))
    (one, first), (other, second) = rows.items()
    with crosswalk.store.transaction():
        crosswalk.store.put("pseudonym", one, second)
        crosswalk.store.put("pseudonym", other, first[:-1] + bytes([first[-1] ^ 1]))
    for text in ("X1", "X2"):
        with pytest.raises(RefusedError, match="damaged or changed"):
            crosswalk.owner_of(text)


def test_a_database_that_is_gone_refuses_the_file_and_not_the_run(opened: Open) -> None:
    crosswalk = opened()
    with crosswalk.store.transaction():
        crosswalk.store.run("DROP TABLE deid_core_crosswalk")
    with pytest.raises(WriteError, match=r"the crosswalk cannot be used \(\w+\)"):
        assign(crosswalk, ANNE, "X1")


WRITER = """
import sys
from deid_core_pseudonyms.crosswalk import Crosswalk
from deid_core_pseudonyms.identity import Patient

crosswalk = Crosswalk.open(sys.argv[1], bytes(range(33, 65)))
for name in sys.argv[2:]:
    patient = Patient(name)
    print(name, crosswalk.assign(
        patient, "form=number", lambda number: f"P{number()}", counts=True, advice=""))
crosswalk.close()
"""


def test_writers_at_the_same_time_give_each_patient_one_number_and_no_number_twice(
    store: str, opened: Open
) -> None:
    shared = [f"shared-{number}" for number in range(30)]
    own = [[f"writer-{writer}-{number}" for number in range(30)] for writer in range(3)]
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, store, *shared, *names],
            stdout=subprocess.PIPE,
            text=True,
        )
        for names in own
    ]
    said = [writer.communicate()[0] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    given = {tuple(line.split()) for text in said for line in text.splitlines()}
    assert len(given) == len({name for name, _ in given}) == len({text for _, text in given}) == 120
    assert {text for _, text in given} == {f"P{number}" for number in range(120)}
    assert dict(opened().pseudonyms()).keys() == {text for _, text in given}


# -- the file --------------------------------------------------------------------------


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "walk.sqlite"
    Crosswalk.open(str(path), KEY).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_is_no_crosswalk_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    text, other = tmp_path / "notes.txt", tmp_path / "other.sqlite"
    text.write_text("a note of some length, which is no database\n" * 50)
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE cookies (name TEXT)")
    connection.close()
    for path in (text, other):
        before = path.read_bytes()
        for writable in (True, False):
            with pytest.raises(SettingsError, match="crosswalk"):
                Crosswalk.open(str(path), KEY, writable=writable)
        assert path.read_bytes() == before


def test_a_folder_that_is_not_there_and_an_unknown_url_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot be made \(No such file or directory\)"):
        Crosswalk.open(str(tmp_path / "nowhere" / "walk.sqlite"), KEY)
    with pytest.raises(SettingsError, match="starts with postgresql://"):
        Crosswalk.open("mysql://somewhere/walk", KEY)


def test_a_server_that_does_not_answer_is_refused_without_the_password() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(SettingsError, match="database of the crosswalk cannot be used") as caught:
        Crosswalk.open("postgresql://deid:hunter2@127.0.0.1:1/walk", KEY)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("module", "location", "message"),
    [
        ("cryptography", "walk.sqlite", "pip install 'deid-core[crosswalk]'"),
        ("psycopg", "postgresql://127.0.0.1/walk", "pip install 'deid-core[postgres]'"),
    ],
)
def test_a_package_that_is_missing_is_named(
    tmp_path: Path, module: str, location: str, message: str
) -> None:
    script = (
        "import sys\n"
        f"sys.modules[{module!r}] = None\n"
        "from deid_core import SettingsError\n"
        "from deid_core_pseudonyms.crosswalk import Crosswalk\n"
        "try:\n"
        f"    Crosswalk.open({location!r}, bytes(32))\n"
        "except SettingsError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert message in done.stdout
    assert not list(tmp_path.iterdir())


# -- the lock --------------------------------------------------------------------------

CIPHER = Cipher(KEY, b"salt")
CONTENT = st.dictionaries(st.text(), st.lists(st.text() | st.integers() | st.none()))


@given(CONTENT, st.binary(max_size=40))
def test_what_is_locked_comes_back_and_only_under_its_kind_and_name(
    content: dict[str, object], name: bytes
) -> None:
    row = CIPHER.lock("patient", name, content)
    assert CIPHER.unlock("patient", name, row) == content
    for kind, other, cipher in (
        ("uid", name, CIPHER),
        ("patient", name + b"x", CIPHER),
        ("patient", name, Cipher(KEY, b"pepper")),
        ("patient", name, Cipher(KEY[:-1], b"salt")),
    ):
        with pytest.raises(WrongKeyError):
            cipher.unlock(kind, other, row)


@given(st.lists(st.text(), min_size=1), st.lists(st.text(), min_size=1))
def test_different_things_have_different_names(one: list[str], other: list[str]) -> None:
    assert (CIPHER.name("patient", *one) == CIPHER.name("patient", *other)) is (one == other)
    assert CIPHER.name("patient", *one) != CIPHER.name("uid", *one)
    assert CIPHER.name("patient", *one) != Cipher(KEY, b"pepper").name("patient", *one)


def test_equal_contents_make_different_rows() -> None:
    assert CIPHER.lock("uid", b"1", "1.2") != CIPHER.lock("uid", b"1", "1.2")
