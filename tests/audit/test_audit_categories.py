"""Each category counts the one fault that it is there for, in results with known mistakes."""

from __future__ import annotations

import pytest

CONSISTENCY = {"UIDs consistent", "patients consistent"}


def test_a_result_without_fault_has_none(audit, before, after):
    found = audit(before, after)
    assert found.status == 0, found.result.output
    assert found.failing() == set()
    assert found.places == set()


def test_the_input_as_output_fails_wherever_something_is_to_change(audit, before):
    found = audit(before, before)
    assert found.status == 1
    assert found.failing() == {"text removed", "dates shifted", "UIDs changed"}
    for category in found.failing():
        assert found.found["categories"][category]["passed"] == (
            12 if category == "UIDs changed" else 0  # those of classes
        )


def test_a_name_left_in_a_description_is_not_removed(audit, before, after):
    after[2].SeriesDescription = "of BRANNIGAN"
    found = audit(before, after)
    assert found.status == 1
    assert found.failed("text removed") == 1
    assert found.places == {("SeriesDescription", "name")}


def test_a_uid_that_stayed_is_not_changed(audit, before, after):
    after[0].SeriesInstanceUID = before[0].SeriesInstanceUID
    after[1].SeriesInstanceUID = before[1].SeriesInstanceUID
    found = audit(before, after)
    assert found.failing() == {"UIDs changed"}
    assert found.failed("UIDs changed") == 2
    assert found.places == {("SeriesInstanceUID", "UID")}


def test_a_uid_of_the_standard_that_changed_is_a_fault(audit, before, after):
    after[0].ReferencedImageSequence[0].ReferencedSOPClassUID = "2.25.7"
    assert audit(before, after).failing() == {"UIDs changed"}


def test_a_uid_with_two_in_its_place_is_inconsistent(audit, before, after):
    after[0].StudyInstanceUID = "2.25.99"
    found = audit(before, after)
    assert (found.status, found.failing()) == (1, {"UIDs consistent"})
    assert found.failed("UIDs consistent") == 1


def test_a_reference_that_leads_nowhere_is_inconsistent(audit, before, after):
    after[0].ReferencedImageSequence[0].ReferencedSOPInstanceUID = "2.25.99"
    assert audit(before, after).failing() == {"UIDs consistent"}


def test_two_uids_that_became_one_are_inconsistent(audit, before, after):
    for dataset in after:
        dataset.StudyInstanceUID = "2.25.99"
    assert audit(before, after).failed("UIDs consistent") == 2


def test_a_date_that_stayed_is_not_shifted(audit, before, after):
    after[0].ContentDate = before[0].ContentDate
    found = audit(before, after)
    assert found.failing() == {"dates shifted"}
    assert found.places == {("ContentDate", "date")}


def test_a_date_that_moved_by_other_days_than_the_patients_others_fails(audit, before, after, move):
    after[0].ContentDate = move(before[0].ContentDate, -320)
    found = audit(before, after)
    assert (found.status, found.failing()) == (1, {"dates shifted"})
    assert found.failed("dates shifted") == 1


def test_each_patient_may_have_a_shift_of_its_own(audit, before, clean_image):
    after = [clean_image(one, -10 - 70 * int(one.PatientID[-3])) for one in before]
    assert audit(before, after).failing() == set()


def test_a_dummy_for_different_dates_counts_as_shifted(audit, before, after):
    for dataset in after:
        dataset.StudyDate = dataset.ContentDate = "19000101"
    assert audit(before, after).failing() == set()


def test_a_date_that_equals_another_old_one_by_its_shift_is_no_leak(audit, before, clean_image):
    before[0].StudyDate, before[0].ContentDate = "20200101", "20200111"
    found = audit(before[:1], [clean_image(before[0], 10)])
    assert found.status == 0, found.result.output


def test_two_patients_with_one_id_are_merged(audit, before, after):
    for dataset in after:
        dataset.PatientID = "pseudo"
    found = audit(before, after)
    assert (found.status, found.failing()) == (1, {"patients consistent"})
    assert found.failed("patients consistent") == 2


def test_a_patient_with_two_ids_is_split(audit, before, after):
    after[0].PatientID = "other"
    assert audit(before, after).failed("patients consistent") == 1


def test_an_empty_patient_id_tells_patients_no_more_apart(audit, before, after):
    after[0].PatientID = after[1].PatientID = ""
    found = audit(before, after)
    assert found.failed("patients consistent") == 1
    assert found.failed("text not null") == 2


def test_changed_pixels_are_counted_and_no_leak(audit, before, after):
    after[3].PixelData = bytes(256)
    found = audit(before, after)
    assert (found.status, found.failing()) == (0, {"pixels retained"})
    assert found.found["categories"]["pixels retained"]["percent"] == 75.0


@pytest.mark.parametrize("swap", ["ImplicitVRLittleEndian", "RLELossless"])
def test_pixels_in_another_transfer_syntax_are_the_same_pixels(audit, before, after, swap):
    pytest.importorskip("numpy")
    from pydicom import uid
    from pydicom.dataset import FileMetaDataset

    for dataset in after:
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
        if swap == "RLELossless":
            dataset.compress(uid.RLELossless, generate_instance_uid=False)
        else:
            dataset.file_meta.TransferSyntaxUID = uid.ImplicitVRLittleEndian
    assert audit(before, after).failing() == set()


def test_an_element_that_says_nothing_of_a_person_should_stay(audit, before, after):
    del after[0].InstanceNumber
    found = audit(before, after)
    assert (found.status, found.failing()) == (0, {"tags retained"})


def test_an_emptied_text_is_null(audit, before, after):
    after[0].StudyDescription = ""
    assert audit(before, after).failing() == {"text not null", "text retained"}


def test_words_of_a_description_that_name_nobody_should_stay(audit, before, after):
    after[0].StudyDescription = "thorax late"
    assert audit(before, after).failed("text retained") == 2


def test_what_was_kept_on_purpose_is_no_fault(audit, before, after):
    for old, new in zip(before, after, strict=True):
        for keyword in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "StudyDate"):
            new[keyword].value = old[keyword].value
    assert audit(before, after).status == 1
    found = audit(before, after, "--uids-kept", "--dates-kept")
    assert found.status == 0, found.result.output
    assert "UIDs changed" not in found.found["categories"]
