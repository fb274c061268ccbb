"""Identifiers planted in real files: the basic profile leaves none in the bytes of the output."""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path

import pytest
from pydicom import datadict

sys.path.insert(0, str(Path(__file__).parent.parent / "corpus"))

from corpus_files import Runner, bundled
from planting import EXPLICIT, PLANTERS, TEXT_VRS, Marks, base, element, nest

FILES = [
    "CT_small.dcm",
    "JPEG2000.dcm",
    "JPEG-lossy.dcm",
    "JPEG-LL.dcm",
    "JPGExtended.dcm",
    "MR_small.dcm",
    "MR_small_RLE.dcm",
    "MR_small_bigendian.dcm",
    "MR_small_implicit.dcm",
    "MR_small_jp2klossless.dcm",
    "MR_small_expb.dcm",
    "MR_small_jpeg_ls_lossless.dcm",
    "MR_small_padded.dcm",
    "MR-SIEMENS-DICOM-WithOverlays.dcm",
    "ExplVR_BigEnd.dcm",
    "ExplVR_LitEndNoMeta.dcm",
    "OBXXXX1A.dcm",
    "OBXXXX1A_rle.dcm",
    "OBXXXX1A_expb.dcm",
    "SC_rgb.dcm",
    "SC_rgb_16bit.dcm",
    "SC_rgb_32bit.dcm",
    "SC_rgb_expb.dcm",
    "SC_rgb_gdcm_KY.dcm",
    "SC_rgb_jpeg.dcm",
    "SC_rgb_jpeg_dcmtk.dcm",
    "SC_rgb_jpeg_gdcm.dcm",
    "SC_rgb_rle.dcm",
    "SC_rgb_small_odd.dcm",
    "SC_ybr_full_uncompressed.dcm",
    "rtdose.dcm",
    "rtdose_1frame.dcm",
    "rtdose_rle.dcm",
    "rtplan.dcm",
    "rtstruct.dcm",
    "color-pl.dcm",
    "color-px.dcm",
    "color3d_jpeg_baseline.dcm",
    "emri_small.dcm",
    "emri_small_big_endian.dcm",
    "examples_palette.dcm",
    "examples_ybr_color.dcm",
    "image_dfl.dcm",
    "liver_1frame.dcm",
    "reportsi.dcm",
    "test-SR.dcm",
    "waveform_ecg.dcm",
    "vlut_04.dcm",
    "nested_priv_SQ.dcm",
    "eCT_Supplemental.dcm",
    "JPEG2000_UNC.dcm",
    "gdcm-US-ALOKA-16.dcm",
    "693_J2KI.dcm",
    "dicomdirtests/77654033/CR1/6154",
]
SWEPT = "FORMAT dicom\nDEFAULT KEEP\n%header\n"
NOT_SWEPT = "FORMAT dicom\nDEFAULT KEEP\nSWEEP off\n%header\n"
UNLISTED = frozenset(
    [
        "a value among several",
        "in kept elements with a value that is none of their vr",
        "in kept numbers that are too many",
        "repeating groups",
        "other pixel modules",
    ]
)
"""Places in attributes that the profile keeps, with markers that are no patient's own value."""


@lru_cache(maxsize=1)
def listed() -> tuple[tuple[int, str], ...]:
    """Return tag and VR of the text attributes that the profile names."""
    import deid_core_profiles

    text = (Path(deid_core_profiles.__file__).parent / "recipes" / "deid.dicom.basic").read_text()
    words = [line.split() for line in text.splitlines() if line and line[0].isupper()]
    tags = [datadict.tag_for_keyword(line[1]) for line in words if len(line) > 1]
    known = [(tag, datadict.dictionary_VR(tag)) for tag in tags if tag and tag >> 16 > 0x0007]
    return tuple((tag, vr) for tag, vr in known if vr in TEXT_VRS and tag != 0x00080018)


@lru_cache(maxsize=64)
def taken_apart(name: str):
    try:
        return base(bundled(name))
    except AssertionError:
        return None
    except Exception:  # noqa: BLE001 - some bundled files are broken on purpose
        return None


@pytest.fixture
def profile_run(tmp_path, monkeypatch):
    """Return a function that runs the profile with a recipe on top over bytes."""
    import corpus_files

    def layered(recipe, host):
        from deid_core.config import layers_of

        return layers_of([recipe], host)

    runner = Runner(tmp_path)

    def run(data, top):
        from deid_core.recipe.syntax import parse

        def layers(_name, host):
            return (*layered("deid.dicom.basic", host), parse(top, "test"))

        monkeypatch.setattr(corpus_files, "layers_of", layers)
        return runner(data, "deid.dicom.basic")

    return run


def everywhere(real, marks):
    """Plant every text attribute of the table, nested, private, repeating and unknown."""
    enc = real.encoding
    planted = [(tag, element(tag, vr, marks(f"{tag:08x}"), enc)) for tag, vr in listed()]
    for number, (tag, vr) in enumerate(listed()[::8]):
        inside = element(tag, vr, marks(f"nested {tag:08x}"), enc)
        inside = nest(inside, [0x00081140, 0x00081115], enc, undefined=bool(number % 2))
        planted.append((0x00081115, inside))
    # Only the last of several sequences with one tag would be seen: keep one.
    last = planted.pop()
    planted = [pair for pair in planted if pair[0] != 0x00081115]
    planted.append(last)
    content = (
        element(0x0040A040, "CS", "TEXT", enc)
        + element(0x0040A123, "PN", marks("a person in the content"), enc)
        + element(0x0040A160, "UT", marks("a text in the content"), enc)
    )
    planted.append((0x0040A730, nest(content, [0x0040A730], enc, undefined=False)))
    text = element(0x00700006, "ST", marks("a graphic annotation"), enc)
    planted.append((0x00700001, nest(text, [0x00700008, 0x00700001], enc, undefined=False)))
    for group in (0x5000, 0x501E, 0x6000, 0x601E):
        for low, vr in ((0x3000, "OW"), (0x4000, "LT")):
            tag = group << 16 | low
            planted.append((tag, element(tag, vr, marks(f"{tag:08x}"), enc)))
    for tag in (0x00080A0B, 0x00100012, 0x0ABC0001, 0x7FE00FFF):
        planted.append((tag, element(tag, "LO", marks(f"unknown {tag:08x}"), enc)))
    for tag in (0x00090010, 0x00091001, 0x00131001, 0x7FE30010):
        planted.append((tag, element(tag, "LO", marks(f"private {tag:08x}"), enc)))
    return planted


@pytest.mark.parametrize("top", [SWEPT, NOT_SWEPT], ids=["swept", "not swept"])
@pytest.mark.parametrize("name", FILES)
def test_no_planted_identifier_is_left_in_a_real_file(profile_run, name, top):
    real = taken_apart(name)
    if real is None or not real.sop_class:
        pytest.skip("not bundled, or broken on purpose")
    marks = Marks()
    meta = element(0x00020016, "AE", marks("meta"), EXPLICIT) + element(
        0x00020013, "SH", marks("meta version"), EXPLICIT
    )
    data = real.file(
        everywhere(real, marks),
        meta=meta,
        preamble=marks("preamble").encode() * 8,
        after=b"\n" + marks("after").encode(),
    )

    result = profile_run(data, top)

    assert result.written, result.report.reason
    assert marks.left_in(result.everything) == []
    result.dataset()


@pytest.mark.parametrize(
    "place", [p for p in PLANTERS if p not in UNLISTED and "of the dictionary" not in p]
)
@pytest.mark.parametrize("name", ["CT_small.dcm", "rtplan.dcm", "JPEG2000.dcm"])
def test_no_identifier_is_left_in_an_odd_place(profile_run, name, place):
    real = taken_apart(name)
    marks = Marks()

    result = profile_run(real.file(PLANTERS[place](real.encoding, marks)), SWEPT)

    assert result.written, result.report.reason
    assert marks.left_in(result.everything) == []


# The transfer syntax of this one contradicts its encoding, so that nobody can be sure of either.
@pytest.mark.parametrize("name", [name for name in FILES if name != "SC_rgb_jpeg.dcm"])
def test_every_file_comes_out(profile_run, name):
    try:
        data = bundled(name)
    except AssertionError:
        pytest.skip("not bundled")
    if data[128:132] != b"DICM":
        pytest.skip("no Part 10 file")
    result = profile_run(data, SWEPT)
    assert result.written, result.report.reason
    assert (0x7FE00010 in taken_apart_dataset(data)) == (0x7FE00010 in result.dataset())


def taken_apart_dataset(data):
    import io

    import pydicom

    return pydicom.dcmread(io.BytesIO(data))
