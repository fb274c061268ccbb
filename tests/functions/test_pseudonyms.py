"""What stands for a value: keyed, legal, and the same wherever the value stands."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from deid_core import Batch, ElementPath, Field, FileRef, Identifiers, Instance, Settings
from deid_core.batch import FileContext
from deid_core_dicom.functions import FUNCTIONS

COMPILE = {function.name: function.compile for function in FUNCTIONS}
VALUES = st.text(min_size=1, max_size=20)
UIDS = st.from_regex(r"[12](\.(0|[1-9][0-9]{0,5})){1,6}", fullmatch=True)
KEYED = ["hash", "hashname", "hashuid", "basic_uuid", "suffix_uuid", "dicom_uuid", "pydicom_uuid"]


def batch_of(key: bytes) -> Batch:
    return Batch(Settings(), key, lambda rule, batch: lambda field: rule.value)


def field_of(value: object, batch: Batch, tag: int = 0x00100020, vr: str = "LO") -> Field:
    ref = FileRef("a.dcm")
    instance = Instance(FileDataset("", Dataset()), ref)
    context = FileContext("a.dcm", instance, Identifiers("P", "1.2.3", {}), {}, batch)
    return Field(ElementPath(tag, vr), context, decode=lambda: value)


def given_by(name: str, value: object, key: bytes = b"k", **arguments: str) -> Any:
    batch = batch_of(key)
    return COMPILE[name](arguments, batch)(field_of(value, batch))


@pytest.mark.parametrize("name", KEYED)
@given(value=VALUES, one=st.binary(min_size=1, max_size=8), other=st.binary(min_size=1, max_size=8))
def test_a_value_has_one_pseudonym_under_one_key_and_another_under_another(
    name: str, value: str, one: bytes, other: bytes
) -> None:
    first = given_by(name, value, one)
    assert first == given_by(name, value, one)
    # HMAC pads a key with zeros (RFC 2104 2).
    if one.rstrip(b"\0") != other.rstrip(b"\0"):
        assert first != given_by(name, value, other)
    assert value not in (first, str(first).casefold()) or len(value) < 3


@pytest.mark.parametrize("name", [name for name in KEYED if name != "hashname"])
@given(one=VALUES, other=VALUES)
def test_different_values_have_different_pseudonyms(name: str, one: str, other: str) -> None:
    assert (given_by(name, one) == given_by(name, other)) is (one == other)


@given(
    UIDS,
    st.sampled_from(["", "2.25", "2.25.", "1.2.826.0.1.3680043.8.498", "1", "none"])
    | st.from_regex(r"[12](\.(0|[1-9][0-9]{0,8})){1,3}", fullmatch=True),
    st.booleans(),
)
def test_uids_are_legal_under_every_root(value: str, root: str, stable: bool) -> None:
    arguments = {"org_root": root} if root else {}
    uids = [
        given_by("hashuid", value),
        given_by("dicom_uuid", value, **arguments),
        given_by(
            "pydicom_uuid",
            value,
            stable_remapping=str(stable),
            **({"prefix": root} if root else {}),
        ),
    ]
    for uid in map(UID, uids):
        assert uid.is_valid
        assert len(uid) <= 64
    if root and root != "none":
        assert uids[1].startswith(f"{root.rstrip('.')}.")


@given(
    st.from_regex(r"[12](\.[1-9][0-9]{0,8}){3,4}\.[1-9]", fullmatch=True).filter(
        lambda r: len(r) <= 40
    )
)
def test_the_longest_roots_leave_room_for_a_legal_uid(root: str) -> None:
    root = (root + ".1" * 20)[:40].rstrip(".")
    uid = UID(given_by("dicom_uuid", "1.2.3", org_root=root))
    assert uid.is_valid
    assert uid.startswith(root)


def test_uids_of_the_standard_stay() -> None:
    for name in ("hashuid", "dicom_uuid", "pydicom_uuid"):
        assert given_by(name, ExplicitVRLittleEndian) == ExplicitVRLittleEndian


def test_each_of_several_uids_has_its_own() -> None:
    for name in ("hashuid", "dicom_uuid", "pydicom_uuid"):
        assert given_by(name, ["1.2", "1.3"]) == [given_by(name, "1.2"), given_by(name, "1.3")]


def test_under_the_root_of_uuids_all_functions_agree() -> None:
    assert (
        given_by("hashuid", "1.2")
        == given_by("dicom_uuid", "1.2")
        == given_by("pydicom_uuid", "1.2")
    )


def test_without_stable_remapping_nothing_repeats() -> None:
    assert given_by("pydicom_uuid", "1.2", stable_remapping="false") != given_by(
        "pydicom_uuid", "1.2", stable_remapping="false"
    )


@given(VALUES)
def test_a_basic_uuid_is_a_uuid(value: str) -> None:
    found = given_by("basic_uuid", value)
    assert str(uuid.UUID(found)) == found
    assert given_by("suffix_uuid", value) == f"patientid-{found}"


@pytest.mark.parametrize(
    "name", ["Simpson^Homer^Jay", "SIMPSON^homer^jay", "Simpson, Homer Jay", "Simpson^Homer^Jay^^="]
)
def test_one_person_has_one_name_however_it_is_spelt(name: str) -> None:
    assert given_by("hashname", name) == given_by("hashname", "Simpson^Homer^Jay")


def test_a_name_has_prefix_and_length() -> None:
    assert re.fullmatch(r"ANON\^[0-9A-F]{10}", given_by("hashname", "x"))
    assert re.fullmatch(r"X\^[0-9A-F]{12}", given_by("hashname", "x", prefix="X", length="12"))


@pytest.mark.parametrize("name", KEYED)
@pytest.mark.parametrize("value", [None, []])
def test_what_has_no_value_has_a_pseudonym_of_its_own_place(name: str, value: object) -> None:
    batch = batch_of(b"k")
    make: Callable[[Field], Any] = COMPILE[name]({}, batch)
    field = field_of(value, batch)
    other = field_of(value, batch, 0x00100010, "PN")
    if name == "hashuid":
        field, other = (Field(f.path, f.context, present=False) for f in (field, other))
    assert make(field) == make(field) != make(other)


def test_an_empty_value_among_several_uids_stays_empty() -> None:
    for name in ("hashuid", "dicom_uuid", "pydicom_uuid"):
        assert not given_by(name, ["1.2", None])[1], name


@pytest.mark.parametrize("value", [b"P-1 ", b"P-1", "P-1"])
def test_bytes_of_an_unknown_vr_have_the_pseudonym_of_their_text(value: object) -> None:
    assert given_by("hash", value) == given_by("hash", "P-1")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("hash length=7", "length= must be a whole number from 8 to 64"),
        ("hash size=7", "found size=; expected length="),
        ("hashuid x=1", "found x=; expected root=, keep_empty=, keep_legal="),
        ("hashuid root=1.02", "root= must be the root of a UID, of at most 40 characters"),
        ("hashuid root=1.2.840.10008", "root= must be the root of a UID of your own"),
        ("basic_uuid x=1", "found x=; expected no arguments"),
        ("suffix_uuid x=1", "found x=; expected no arguments"),
        (
            "dicom_uuid org_root=1.02",
            "org_root= must be the root of a UID, of at most 40 characters",
        ),
        ("dicom_uuid org_root=", "org_root= must be the root of a UID"),
        ("pydicom_uuid prefix=x", "prefix= must be the root of a UID"),
        (f"pydicom_uuid prefix=1.{'2' * 39}", "prefix= must be the root of a UID"),
        ("pydicom_uuid stable_remapping=maybe", "stable_remapping= must be true or false"),
        ("hash length", "deid_func:hash: found 'length'; expected key=value"),
        ("hash =1", "deid_func:hash: found '=1'; expected key=value"),
        ("hash 'length=8", "is not closed"),
    ],
)
def test_an_argument_that_means_nothing_is_refused(
    refused_header: Any, value: str, message: str
) -> None:
    assert message in refused_header(f"REPLACE PatientID deid_func:{value}")
