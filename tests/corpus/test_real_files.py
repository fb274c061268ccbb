"""Every readable file of pydicom, pydicom-data and deid-data comes out, or has a reason."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections import defaultdict
from pathlib import Path

import attrs
import pydicom
import pytest
from corpus_files import KEY, bundled, label, run_engine
from planting import EXPLICIT, base

from deid_core.dicom import remove_private_identifiers, replace_identifiers
from deid_core.model import FileRef, Outcome

# Real files hold illegal values, of which pydicom warns when a test reads them.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

REFUSED = {
    "pydicom/MR_truncated.dcm": "the file ends inside of the element (7FE0,0010)",
    "pydicom/SC_rgb_jpeg.dcm": "the transfer syntax contradicts the encoding of the data set",
    "pydicom/no_meta.dcm": "is not DICOM",  # a blank stands before the first element
    "pydicom/rtplan_truncated.dcm": "the file ends inside of the element (300A,00B0)",
    "data_store/data/emri_small_jpeg_2k_lossless_too_short.dcm": "(7FE0,0010)",
} | {
    # Directories of files: their offsets and names would be wrong in any output.
    f"pydicom/dicomdirtests/{name}": "is a directory of files (DICOMDIR)"
    for name in (
        "DICOMDIR",
        "DICOMDIR-bigEnd",
        "DICOMDIR-empty.dcm",
        "DICOMDIR-implicit",
        "DICOMDIR-nooffset",
        "DICOMDIR-nopatient",
        "DICOMDIR-reordered",
        "TINY_ALPHA/DICOMDIR",
    )
}
CLASSLESS = {
    # They do not say their SOP Class, and so do not afterwards.
    "pydicom/empty_charset_LEI.dcm",
    "pydicom/meta_missing_tsyntax.dcm",
    "pydicom/nested_priv_SQ.dcm",
}
SYNTAX_MADE = {
    "pydicom/meta_missing_tsyntax.dcm",
    # Neither has file meta information, so the input names no transfer syntax.
    "pydicom/ExplVR_BigEndNoMeta.dcm",
    "pydicom/ExplVR_LitEndNoMeta.dcm",
    "pydicom/rtstruct.dcm",
    "data_store/data/OT-PAL-8-face.dcm",
}
META = {
    "FileMetaInformationGroupLength",
    "FileMetaInformationVersion",
    "MediaStorageSOPClassUID",
    "MediaStorageSOPInstanceUID",
    "TransferSyntaxUID",
    "ImplementationClassUID",
    "ImplementationVersionName",
}
RECIPES = {
    "default": {},
    "minimal": {"recipe": "deid.dicom.minimal"},
    "keep": {"default": "KEEP"},
    "keep private": {"default": "KEEP", "remove_private": False},
}


@pytest.fixture(scope="module", params=RECIPES)
def outputs(request, corpus, tmp_path_factory):
    """The reports on the whole corpus under one recipe."""
    settings = dict(RECIPES[request.param])
    hashes = [hashlib.sha256(file.read_bytes()).digest() for file in corpus]
    reports = run_engine(
        [FileRef(file.name, path=file) for file in corpus],
        settings.pop("recipe", None),
        tmp_path_factory.mktemp("corpus"),
        **settings,
    )
    assert [hashlib.sha256(file.read_bytes()).digest() for file in corpus] == hashes
    return dict(zip(corpus, reports, strict=True))


@pytest.fixture(scope="module")
def pairs(outputs):
    """Path, input and output of every file that came out, read by pydicom; no force for ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [
            (path, pydicom.dcmread(path, force=True), pydicom.dcmread(str(report.output)))
            for path, report in outputs.items()
            if report.outcome is Outcome.WRITTEN
        ]


def test_every_file_comes_out_or_has_a_known_reason(outputs):
    refused = {
        label(path): report.reason
        for path, report in outputs.items()
        if report.outcome is not Outcome.WRITTEN
    }
    expected = {name: text for name, text in REFUSED.items() if name in map(label, outputs)}

    assert set(refused) == set(expected)
    assert {name for name in refused if expected[name] not in refused[name]} == set()


def test_no_file_is_a_failure_of_the_program(outputs):
    assert {label(p) for p, r in outputs.items() if r.outcome is Outcome.FAILED} == set()


def test_the_preamble_is_zero(outputs):
    heads = {Path(r.output).read_bytes()[:132] for r in outputs.values() if r.output}

    assert heads == {bytes(128) + b"DICM"}


def test_file_meta_information_holds_nothing_but_what_part_10_requires(pairs):
    found = {label(path): {e.keyword for e in out.file_meta} for path, _, out in pairs}

    assert {name: keys - META for name, keys in found.items() if keys - META} == {}
    unsaid = {"MediaStorageSOPClassUID", "MediaStorageSOPInstanceUID"}
    expected = {name: unsaid for name in CLASSLESS if name in found}
    assert {name: META - keys for name, keys in found.items() if META - keys} == expected


def test_media_storage_sop_instance_uid_follows_the_data_set(pairs):
    wrong = [
        label(path)
        for path, _, out in pairs
        if "SOPInstanceUID" in out
        and out.SOPInstanceUID != out.file_meta.MediaStorageSOPInstanceUID
    ]

    assert wrong == []


def test_the_transfer_syntax_is_that_of_the_input(pairs):
    changed = {
        label(path)
        for path, before, after in pairs
        if before.file_meta.get("TransferSyntaxUID") != after.file_meta.TransferSyntaxUID
    }

    assert changed == SYNTAX_MADE & {label(path) for path, _, _ in pairs}


def test_pixel_data_are_the_same_bytes(pairs):
    changed = [
        (label(path), tag)
        for path, before, after in pairs
        for tag in (0x7FE00008, 0x7FE00009, 0x7FE00010)
        if tag in before and _kept(before, after, tag) is False
    ]

    assert changed == []


def _kept(before, after, tag):
    if tag not in after:
        # The recipe minimal lists Pixel Data only.
        return None if tag != 0x7FE00010 else False
    return before.get_item(tag).value == after.get_item(tag).value


def test_no_private_element_is_left_by_default(corpus, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reports = run_engine([FileRef(f.name, path=f) for f in corpus], None, tmp_path)
        left = [
            label(path)
            for path, report in zip(corpus, reports, strict=True)
            if report.output
            for element in pydicom.dcmread(report.output).iterall()
            if element.tag.is_private
        ]

    assert left == []


def test_one_study_stays_one_study_and_no_two_become_one(corpus, tmp_path):
    seen = defaultdict(set)
    for attempt in ("one", "two"):
        refs = [FileRef(f.name, path=f) for f in corpus]
        for path, report in zip(
            corpus, run_engine(refs, None, tmp_path / attempt, key=KEY), strict=True
        ):
            if not report.output:
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                before = pydicom.dcmread(path, force=True, stop_before_pixels=True)
                after = pydicom.dcmread(report.output, stop_before_pixels=True)
            for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
                if before.get(keyword) and keyword in after:
                    assert after[keyword].value != before[keyword].value
                    seen[keyword, before[keyword].value].add(after[keyword].value)

    assert [uid for uid, new in seen.items() if len(new) > 1] == []
    studies = [new for (_, _), new in seen.items()]
    assert len({next(iter(new)) for new in studies}) == len({uid for _, uid in seen})


def test_what_files_and_shows_an_image_is_not_lost(corpus, tmp_path):
    keywords = [
        "SOPClassUID",
        "SOPInstanceUID",
        "StudyInstanceUID",
        "SeriesInstanceUID",
        "Modality",
        "SamplesPerPixel",
        "PhotometricInterpretation",
        "Rows",
        "Columns",
        "BitsAllocated",
        "BitsStored",
        "HighBit",
        "PixelRepresentation",
        "PlanarConfiguration",
        "NumberOfFrames",
        "RescaleIntercept",
        "RescaleSlope",
        "WindowCenter",
        "WindowWidth",
        "ICCProfile",
        "RedPaletteColorLookupTableData",
    ]
    lost = []
    refs = [FileRef(f.name, path=f) for f in corpus]
    for path, report in zip(corpus, run_engine(refs, None, tmp_path), strict=True):
        if report.output:
            before = pydicom.dcmread(path, force=True, stop_before_pixels=True)
            after = pydicom.dcmread(report.output, stop_before_pixels=True)
            lost += [(label(path), k) for k in keywords if k in before and k not in after]

    # Its number of frames is the text "1A", which is no number.
    assert lost == [("pydicom/badVR.dcm", "NumberOfFrames")]


def test_a_directory_of_files_is_passed_over(corpus, tmp_path):
    # What it lists, and at which offsets, is no longer true of the outputs (PS3.10 8).
    directories = [f for f in corpus if f.name.startswith("DICOMDIR")]

    reports = run_engine([FileRef(f.name, path=f) for f in directories], None, tmp_path)

    assert {(report.outcome, report.code) for report in reports} == {(Outcome.SKIPPED, "dicomdir")}


@pytest.mark.parametrize(
    "name",
    ["CT_small.dcm", "MR_small_bigendian.dcm", "MR_small_RLE.dcm", "image_dfl.dcm",
     "MR_small_implicit.dcm", "SC_rgb_rle_2frame.dcm", "examples_palette.dcm"],
)  # fmt: skip
def test_decoded_pixels_are_the_same(run, name):
    data = bundled(name)

    result = run(data)

    assert (result.dataset().pixel_array == pydicom.dcmread(io.BytesIO(data)).pixel_array).all()


def test_the_library_returns_a_path_for_each_file_that_can_be_read(corpus, tmp_path):
    readable = [file for file in corpus if label(file) not in REFUSED]

    paths = replace_identifiers(readable, output_folder=tmp_path / "default")

    assert len(set(paths)) == len(readable)


def test_remove_private_identifiers_loses_nothing_that_is_public(corpus, tmp_path):
    readable = [file for file in corpus if label(file) not in REFUSED]

    paths = remove_private_identifiers(readable, output_folder=tmp_path)

    assert len(paths) == len(readable)
    lost = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path, output in zip(readable, paths, strict=True):
            before, after = pydicom.dcmread(path, force=True), pydicom.dcmread(output)
            tags = before.keys()  # a Dataset iterates over elements
            public = {t for t in tags if not t.is_private and t.element and t.group}
            lost += [(label(path), str(tag)) for tag in public - set(after.keys())]
    assert lost == []


def test_two_files_without_sop_instance_uid_stay_two_instances(run):
    bare = []
    for _ in range(2):
        file = base(bundled("CT_small.dcm"), EXPLICIT)
        elements = [(t, d) for t, d in file.elements if t != 0x00080018]
        bare.append(attrs.evolve(file, elements=tuple(elements), sop_instance="").file())
    results = run.many({"one": bare[0], "two": bare[1]})

    uids = {r.dataset().file_meta.MediaStorageSOPInstanceUID for r in results.values()}
    assert len(uids) == 2
