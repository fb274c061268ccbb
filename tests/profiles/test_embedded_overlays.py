"""Overlays in unused bits of the pixel data: their bits are cleared, and no others."""

from __future__ import annotations

import pydicom
import pytest
from pydicom.data import get_testdata_file

from deid_core.dicom import replace_identifiers


def with_overlay(name, position=15):
    dataset = pydicom.dcmread(get_testdata_file(name))
    dataset.BitsStored, dataset.HighBit = 12, 11
    dataset.add_new(0x60000010, "US", dataset.Rows)
    dataset.add_new(0x60000011, "US", dataset.Columns)
    dataset.add_new(0x60000100, "US", dataset.BitsAllocated)
    dataset.add_new(0x60000102, "US", position)
    return dataset


def saved(dataset, tmp_path):
    path = tmp_path / "in.dcm"
    dataset.save_as(path)
    return path


@pytest.mark.parametrize("name", ["CT_small.dcm", "MR_small_bigendian.dcm"])
def test_the_bits_of_an_overlay_are_cleared_and_all_others_stay(tmp_path, name):
    dataset = with_overlay(name)
    order = "little" if dataset.original_encoding[1] else "big"
    words = memoryview(dataset.PixelData)
    pixels = [int.from_bytes(words[at : at + 2], order) for at in range(0, len(words), 2)]
    marked = [pixel | 0x8000 if number % 3 else pixel for number, pixel in enumerate(pixels)]
    dataset.PixelData = b"".join(pixel.to_bytes(2, order) for pixel in marked)
    (written,) = replace_identifiers([saved(dataset, tmp_path)], deid="deid.dicom.basic")
    out = pydicom.dcmread(written).PixelData
    found = [int.from_bytes(out[at : at + 2], order) for at in range(0, len(out), 2)]
    assert found == [pixel & 0x7FFF for pixel in marked]


def test_pixel_data_without_such_an_overlay_stays_byte_for_byte(tmp_path):
    dataset = pydicom.dcmread(get_testdata_file("CT_small.dcm"))
    (written,) = replace_identifiers([saved(dataset, tmp_path)], deid="deid.dicom.basic")
    assert pydicom.dcmread(written).PixelData == dataset.PixelData


def test_an_overlay_in_coded_pixel_data_is_refused(tmp_path):
    dataset = with_overlay("MR_small_RLE.dcm")
    assert replace_identifiers([saved(dataset, tmp_path)], deid="deid.dicom.basic") == []


def test_bits_of_the_picture_stay_whatever_an_overlay_says(tmp_path):
    dataset = with_overlay("CT_small.dcm", position=3)
    (written,) = replace_identifiers([saved(dataset, tmp_path)], deid="deid.dicom.basic")
    assert pydicom.dcmread(written).PixelData == dataset.PixelData


def test_a_coding_of_the_picture_alone_has_no_room_for_an_overlay(tmp_path):
    dataset = with_overlay("JPEG-LL.dcm")
    (written,) = replace_identifiers([saved(dataset, tmp_path)], deid="deid.dicom.basic")
    assert (0x6000, 0x0102) not in pydicom.dcmread(written)
