"""Outputs are paired with their inputs by what they hold, since names and UIDs change."""

from __future__ import annotations

from pydicom.dataset import Dataset


def files(found):
    counts = found.found["files"]
    return counts["paired"], *(len(counts[name]) for name in ("missing", "extra", "ambiguous"))


def without_pixels(sides):
    for side in sides:
        for dataset in side:
            del dataset.PixelData


def test_files_with_other_names_and_uids_are_paired_by_their_pixels(audit, before, after):
    assert files(audit(before, after)) == (4, 0, 0, 0)


def test_an_input_without_output_is_missing(audit, before, after):
    found = audit(before, after[1:])
    assert (found.status, files(found)) == (0, (3, 1, 0, 0))


def test_an_output_that_comes_from_no_input_cannot_be_vouched_for(audit, before, after):
    found = audit(before[1:], after)
    assert (found.status, files(found)) == (1, (3, 0, 1, 0))


def test_images_with_changed_pixels_are_paired_by_what_else_stayed(audit, before, after):
    for dataset in after:
        dataset.PixelData = bytes(256)
    for side in (before, after):
        for dataset, number in zip(side, ("11", "12", "21", "22"), strict=True):
            dataset.InstanceNumber = number
    found = audit(before, after)
    assert files(found) == (4, 0, 0, 0)
    assert found.failing() == {"pixels retained"}


def test_objects_without_pixels_are_paired_by_likeness(audit, before, after):
    without_pixels((before, after))
    for side in (before, after):
        for dataset, thickness in zip(side, ("1", "2", "3", "4"), strict=True):
            dataset.SliceThickness = thickness
    found = audit(before, after)
    assert files(found) == (4, 0, 0, 0)
    assert found.status == 0, found.result.output


def test_objects_that_nothing_tells_apart_are_ambiguous(audit, before, after):
    without_pixels((before, after))
    for side in (before, after):
        for dataset in side:
            dataset.InstanceNumber = "1"
    found = audit(before, after)
    assert (found.status, files(found)) == (1, (0, 4, 0, 4))


def test_what_the_sure_pairs_show_of_studies_decides_about_the_others(audit, before, after):
    """Of each patient, one image has its pixels; the other is told by its study alone."""
    for side in (before, after):
        for dataset in side[1::2]:
            del dataset.PixelData
    found = audit(before, after)
    assert files(found) == (4, 0, 0, 0)
    assert found.status == 0, found.result.output


def test_names_decide_where_outputs_have_those_of_their_inputs(write, command, before, after):
    without_pixels((before, after))
    for side in (before, after):
        for dataset in side:
            dataset.InstanceNumber = "1"
    names = ["d", "a", "c", "b"]
    result = command(write(before, "in", names), write(after, "out", names))
    assert result.exit_code == 0, result.output


def test_uids_that_stayed_pair_at_once(audit, before, after):
    without_pixels((before, after))
    for old, new in zip(before, after, strict=True):
        new.SOPInstanceUID = old.SOPInstanceUID
    assert files(audit(before, after, "--uids-kept"))[0] == 4


def test_a_data_set_without_prefix_is_an_input_too(audit, before, after, tmp_path):
    path = tmp_path / "bare"
    Dataset(before[0]).save_as(path, implicit_vr=True, little_endian=True)
    assert files(audit([path.read_bytes(), *before[1:]], after)) == (4, 0, 0, 0)


def test_what_is_no_dicom_is_counted_and_passed_over(audit, before, after):
    found = audit([*before, b"a note"], after)
    assert found.found["files"]["input"]["not DICOM"] == 1
    assert found.status == 0


def test_an_output_that_cannot_be_read_is_not_vouched_for(audit, before, after):
    broken = bytes(128) + b"DICM" + b"\2\0\0\0UL\4\0\xff\0\0\0" + b"\2\0\x10\0UI\xff\xff"
    found = audit(before, [*after, broken])
    assert found.status == 1
    assert found.found["files"]["unreadable"] or found.found["files"]["extra"]
