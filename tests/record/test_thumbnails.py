"""Small pictures of images of all kinds, and words where there is none."""

from __future__ import annotations

import io
import tarfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom import Dataset, dcmread
from pydicom.data import get_testdata_file
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, RLELossless

from deid_core import DiscoveryOptions, FileRef, PluginHost
from deid_core.pages import thumbnails
from deid_core.pages.evenly import Evenly, spread
from deid_core.pages.thumbnails import (
    FAR_INSIDE,
    NO_IMAGE,
    NOT_DECODED,
    TOO_LARGE,
    UNREADABLE,
    Picture,
    about,
    thumbnail_of,
)


def drawn(path: Path | str, size: int = 64) -> Picture:
    """Return the picture of a file."""
    return thumbnail_of(FileRef(Path(path).name, path=Path(path)), size)


def image(picture: Picture) -> Image.Image:
    """Return a picture as one can look at it."""
    assert not picture.why
    return Image.open(io.BytesIO(picture.png))


@pytest.fixture
def ct() -> Dataset:
    return dcmread(get_testdata_file("CT_small.dcm"))


@pytest.mark.parametrize(
    "name",
    [
        *("CT_small.dcm", "MR_small.dcm", "JPEG2000.dcm", "US1_UNCR.dcm", "examples_ybr_color.dcm"),
        *("emri_small_RLE.dcm", "liver_1frame.dcm", "rtdose.dcm", "MR_small_bigendian.dcm"),
    ],
)
def test_images_of_all_kinds_become_small_pictures(name: str) -> None:
    found = image(drawn(get_testdata_file(name)))
    assert 60 <= max(found.size) <= 64
    assert len(set(found.convert("L").tobytes())) > 1


def test_a_palette_gives_its_colours() -> None:
    found = np.asarray(image(drawn(get_testdata_file("OT-PAL-8-face.dcm"))).convert("RGB"))
    assert (found[..., 0] != found[..., 2]).any()


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf, 1e300])
def test_pixels_may_be_any_float(tmp_path: Path, ct: Dataset, odd: float) -> None:
    pixels = np.linspace(0, 1, 128 * 128)
    pixels[0] = odd
    del ct.PixelData
    ct.BitsAllocated = 64
    ct.DoubleFloatPixelData = pixels.tobytes()
    ct.save_as(tmp_path / "a.dcm")
    assert len(set(image(drawn(tmp_path / "a.dcm")).tobytes())) > 100


def test_monochrome1_is_shown_the_other_way_round(tmp_path: Path, ct: Dataset) -> None:
    means = []
    for kind in ("MONOCHROME1", "MONOCHROME2"):
        ct.PhotometricInterpretation = kind
        ct.save_as(tmp_path / "a.dcm")
        grey = image(drawn(tmp_path / "a.dcm", 32)).tobytes()
        means.append(sum(grey) / len(grey))
    assert sum(means) == pytest.approx(255, abs=3)


def test_a_data_set_without_preamble_is_shown(tmp_path: Path, ct: Dataset) -> None:
    whole = io.BytesIO()
    ct.save_as(whole)
    bare = whole.getvalue()[132 + 12 + ct.file_meta.FileMetaInformationGroupLength :]
    (tmp_path / "a.dcm").write_bytes(bare)
    assert image(drawn(tmp_path / "a.dcm"))


@pytest.mark.parametrize(
    ("keyword", "value", "why"),
    [
        ("Rows", 60000, NOT_DECODED),
        ("SamplesPerPixel", 9999, TOO_LARGE),
        ("Columns", 300, NOT_DECODED),
        ("BitsAllocated", 7, NOT_DECODED),
        ("NumberOfFrames", 99999, NOT_DECODED),
        ("Rows", 0, NOT_DECODED),
        ("PhotometricInterpretation", "PALETTE COLOR", NOT_DECODED),
    ],
)
def test_what_cannot_be_decoded_has_words(
    tmp_path: Path, ct: Dataset, keyword: str, value: object, why: str
) -> None:
    setattr(ct, keyword, value)
    ct.save_as(tmp_path / "a.dcm")
    assert drawn(tmp_path / "a.dcm") == Picture(why=why)


def test_a_syntax_that_nobody_decodes_is_named(tmp_path: Path, ct: Dataset) -> None:
    found = drawn(get_testdata_file("emri_small_jpeg_ls_lossless.dcm"))
    assert found.png or "JPEG-LS Lossless Image Compression" in found.why
    ct.file_meta.TransferSyntaxUID = UID("1.2.840.113619.5.2.4711")
    ct.save_as(tmp_path / "a.dcm", implicit_vr=False, little_endian=True)
    assert drawn(tmp_path / "a.dcm") == Picture(why=NOT_DECODED)


def test_what_could_take_long_to_expand_is_not_begun(
    tmp_path: Path, ct: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    ct.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    ct.save_as(tmp_path / "a.dcm")
    assert image(drawn(tmp_path / "a.dcm"))
    monkeypatch.setattr(thumbnails, "MOST_DEFLATED", 1 << 10)
    assert drawn(tmp_path / "a.dcm") == Picture(why=TOO_LARGE)
    rle = dcmread(get_testdata_file("MR_small_RLE.dcm"))
    assert rle.file_meta.TransferSyntaxUID == RLELossless
    monkeypatch.setattr(thumbnails, "MOST_RLE", 1 << 10)
    assert drawn(get_testdata_file("MR_small_RLE.dcm")) == Picture(why=TOO_LARGE)


def test_what_is_no_image_has_words(tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    path.write_bytes(bytes(128) + b"DICM" + b"\xff" * 300)
    assert drawn(path) == Picture(why=NOT_DECODED)
    assert drawn(get_testdata_file("rtplan.dcm")) == Picture(why=NO_IMAGE)
    assert drawn(tmp_path / "gone.dcm") == Picture(why=UNREADABLE)


@pytest.mark.parametrize("kind", ["", ":gz"])
def test_a_member_of_an_archive_is_shown_unless_all_must_be_expanded(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / f"a.tar{kind.replace(':', '.')}"
    with tarfile.open(archive, f"w{kind}") as stream:
        stream.add(get_testdata_file("CT_small.dcm"), "CT_small.dcm")
    (ref,) = PluginHost.load().discover_files(str(tmp_path), DiscoveryOptions())
    assert image(thumbnail_of(ref, 64))
    monkeypatch.setattr(thumbnails, "MOST_TO_EXPAND", 100)
    found = thumbnail_of(ref, 64)
    assert found == Picture(why=FAR_INSIDE) if kind else found.png


def test_an_image_is_told_by_the_name_of_its_class_alone(tmp_path: Path, ct: Dataset) -> None:
    ct.SeriesInstanceUID, ct.Modality = "1.2.3", "QUIRKELBACH"
    for uid, kind in (("1.2.840.10008.5.1.4.1.1.2", "CT Image"), ("1.2.3.4", "")):
        ct.SOPClassUID = uid
        ct.save_as(tmp_path / "a.dcm")
        found = about(FileRef("a.dcm", path=tmp_path / "a.dcm"))
        assert found is not None
        assert (found.series, found.kind) == ("1.2.3", kind)
    assert about(FileRef("rtplan.dcm", path=Path(get_testdata_file("rtplan.dcm")))) is None


@pytest.mark.parametrize("count", [0, 1, 5, 9, 10, 1000, 12345])
def test_a_few_lie_evenly_over_all(count: int) -> None:
    some: Evenly[int] = Evenly(5)
    for one in range(count):
        some.add(one)
    kept = some.kept()
    assert min(5, count) <= len(kept) <= 10
    steps = {b - a for a, b in pairwise(kept)}
    assert len(steps) <= 1
    assert not kept or count - kept[-1] <= max(steps, default=1)


@pytest.mark.parametrize(
    ("count", "chosen"), [(0, []), (1, [0]), (3, [0, 3, 6]), (99, [*range(10)])]
)
def test_a_list_is_thinned_out_evenly(count: int, chosen: list[int]) -> None:
    assert spread(list(range(10)), count) == chosen
