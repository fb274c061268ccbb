"""UIDs: legal under every root, one for one, and the same in every process."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from deid_core import Batch, Settings, SettingsError
from deid_core.dicom import replace_identifiers
from deid_core.settings import MAX_ROOT
from deid_core_dicom.uids import is_uid, replaced_uid

KEY = bytes(range(32))
COMPONENTS = st.integers(0, 10**12).map(str)
ROOTS = (
    st.tuples(st.sampled_from(["1.2", "1.3", "2.16", "2.999", "0.4"]), st.lists(COMPONENTS))
    .map(lambda parts: ".".join([parts[0], *parts[1]])[:MAX_ROOT].rstrip("."))
    .filter(lambda root: is_uid(root) and not f"{root}.".startswith("1.2.840.10008."))
)
UIDS = st.from_regex(r"[12](\.(0|[1-9][0-9]{0,5})){1,6}", fullmatch=True)
HASHUID = "REPLACE select:VR:UI deid_func:hashuid"


def batch_of(root: str = "2.25", key: bytes = KEY) -> Batch:
    return Batch(Settings(uid_root=root), key, lambda rule, batch: lambda field: rule.value)


@given(ROOTS, st.text(max_size=80))
def test_any_text_becomes_a_legal_uid_under_any_root(root: str, value: str) -> None:
    uid = replaced_uid(value, batch_of(root))
    assert is_uid(uid)
    assert uid.startswith(f"{root}.")


@given(ROOTS, st.sets(UIDS, min_size=2, max_size=40))
def test_different_uids_stay_different(root: str, uids: set[str]) -> None:
    batch = batch_of(root)
    assert len({replaced_uid(uid, batch) for uid in uids}) == len(uids)


@given(UIDS, st.text("\0 ", max_size=3), st.text("\0 ", max_size=3))
def test_padding_does_not_matter(uid: str, before: str, after: str) -> None:
    batch = batch_of()
    assert replaced_uid(f"{before}{uid}{after}", batch) == replaced_uid(uid, batch)


@pytest.mark.parametrize(
    "uid",
    [
        "1.2.840.10008.1.2.1",
        "1.2.840.10008.5.1.4.1.1.2",
        "1.2.840.10008.1.4.1.1",
        "1.2.840.10008.2.16.4",
        "1.2.840.10008.1.2.1\0",
    ],
)
def test_registered_uids_stay(uid: str) -> None:
    assert replaced_uid(uid, batch_of()) == uid.strip("\0")


@pytest.mark.parametrize("uid", ["1.2.840.10008.99.19610229", "1.2.840.10008", "1.2.840.10008."])
def test_what_only_begins_like_a_registered_uid_is_replaced(uid: str) -> None:
    assert replaced_uid(uid, batch_of()).startswith("2.25.")


@pytest.mark.parametrize(
    ("text", "legal"),
    [
        ("1.2.3", True),
        ("2.25.0", True),
        ("2.999", True),
        ("1", False),
        ("19610229", False),
        ("3.1", False),
        ("1.40", False),
        ("1.2.03", False),
        ("1..2", False),
        ("1.2.", False),
        ("Flanders", False),
        ("", False),
        ("1.2." + "3" * 61, False),
    ],
)
def test_what_a_uid_is(text: str, legal: bool) -> None:
    assert is_uid(text) is legal


PROGRAM = """
import pickle, sys
from deid_core import Batch, Settings
from deid_core_dicom.uids import replaced_uid
key, root, uids = pickle.load(sys.stdin.buffer)
batch = Batch(Settings(uid_root=root), key, lambda rule, batch: None)
sys.stdout.write(" ".join(replaced_uid(uid, batch) for uid in uids))
sys.stdout.write(f" {batch.shift_days('p-1', 3650)}")
"""


@pytest.mark.parametrize("root", ["2.25", "1.2.826.0.1.3680043.8.498"])
def test_another_process_with_the_key_makes_the_same(root: str) -> None:
    uids = [f"1.2.3.{number}" for number in range(50)]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=pickle.dumps((KEY, root, uids)),
        capture_output=True,
        check=True,
    )
    batch = batch_of(root)
    expected = [*(replaced_uid(uid, batch) for uid in uids), str(batch.shift_days("p-1", 3650))]
    assert done.stdout.decode().split() == expected


# -- in recipes ------------------------------------------------------------------------


def test_a_root_of_the_settings_is_that_of_every_uid(small: Dataset, save: Any, load: Any) -> None:
    config = {"put": {"uid_root": "1.2.826.0.1"}}
    (path,) = replace_identifiers(save(small), config=config, key=KEY)
    out = load(path)
    for uid in (out.SOPInstanceUID, out.StudyInstanceUID, out.SeriesInstanceUID):
        assert uid.startswith("1.2.826.0.1.")
        assert is_uid(uid)
    assert out.file_meta.MediaStorageSOPInstanceUID == out.SOPInstanceUID


def test_a_root_of_a_rule_wins_over_that_of_the_settings(clean: Any, small: Dataset) -> None:
    out = clean(
        small,
        "REPLACE StudyInstanceUID deid_func:hashuid root=1.2.5",
        HASHUID,
        config={"put": {"uid_root": "1.2.4"}},
    )
    assert out.SeriesInstanceUID.startswith("1.2.4.")


def test_functions_agree_under_one_root(clean: Any, small: Dataset) -> None:
    found = {
        str(
            clean(small, f"REPLACE StudyInstanceUID deid_func:{line}", key=KEY, overwrite=True)[
                0x0020000D
            ].value
        )
        for line in (
            "hashuid root=1.2.5",
            "dicom_uuid org_root=1.2.5",
            "pydicom_uuid prefix=1.2.5.",
        )
    }
    assert len(found) == 1


@pytest.mark.parametrize("root", ["", "x", "1.02", "1..2", "1." + "2" * 40, "1.2.840.10008.1"])
def test_what_is_no_root_of_ones_own_is_refused(root: str) -> None:
    with pytest.raises(SettingsError, match="uid_root: must be the root of a UID"):
        Settings(uid_root=root)


def with_uid(dataset: Dataset, keyword: str, value: bytes) -> Dataset:
    """Return a data set that holds the bytes as they are, legal or not."""
    dataset.add_new(keyword, "LO", value.decode())
    dataset[keyword].VR = "UI"
    return dataset


@pytest.mark.parametrize(
    "value",
    [b"Flanders^Ned", b"1.02.3", b"1.2." + b"3" * 70, b"1.2.3.4 ", b"19610229", b"1.2.3\\P-1"],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_illegal_uids_become_legal_ones_and_are_the_same_everywhere(
    small: Dataset, save: Any, load: Any, recipe: Any, value: bytes
) -> None:
    item = with_uid(Dataset(), "ReferencedSOPInstanceUID", value)
    small.ReferencedImageSequence = [item]
    with_uid(small, "FrameOfReferenceUID", value)
    deid = recipe("REPLACE select:VR:UI deid_func:hashuid", "KEEP SOPClassUID", top="DEFAULT KEEP")
    (path,) = replace_identifiers(save(small), deid=deid, key=KEY)
    out = load(path)
    found = out.FrameOfReferenceUID
    assert out.ReferencedImageSequence[0].ReferencedSOPInstanceUID == found
    for uid in [found] if isinstance(found, str) else found:
        assert is_uid(uid)
    data = Path(path).read_bytes()
    assert b"Flanders" not in data
    assert b"19610229" not in data


def test_references_are_true_in_any_order_of_files_and_engines(
    small: Dataset, save: Any, load: Any, recipe: Any, tmp_path: Any
) -> None:
    referrer = copy.deepcopy(small)
    referrer.SOPInstanceUID = "1.2.3.9"
    item = Dataset()
    item.ReferencedSOPInstanceUID = "1.2.3.4"
    referrer.ReferencedImageSequence = [item]
    image, pointing = save(small, "image.dcm"), save(referrer, "pointing.dcm")
    deid = recipe(HASHUID, "KEEP SOPClassUID", top="DEFAULT KEEP")
    (first,) = replace_identifiers(pointing, deid=deid, key=KEY)
    (second,) = replace_identifiers(image, deid=deid, key=KEY)
    reference = load(first).ReferencedImageSequence[0].ReferencedSOPInstanceUID
    assert reference == load(second).SOPInstanceUID == load(second).file_meta[0x00020003].value


def test_only_what_is_no_uid_can_be_replaced(clean: Any, small: Dataset) -> None:
    with_uid(small, "RelatedGeneralSOPClassUID", b"1.3.12.2.1107.5.9.1\\Flanders")
    line = "REPLACE RelatedGeneralSOPClassUID deid_func:hashuid keep_legal=true"
    kept, replaced = clean(small, line).RelatedGeneralSOPClassUID
    assert kept == "1.3.12.2.1107.5.9.1"
    assert replaced.startswith("2.25.")


def test_an_empty_uid_can_stay_empty(clean: Any, small: Dataset) -> None:
    small.FrameOfReferenceUID = ""
    out = clean(small, "REPLACE FrameOfReferenceUID deid_func:hashuid keep_empty=true")
    assert out.FrameOfReferenceUID in ("", None)
