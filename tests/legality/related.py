"""Real files made to refer to each other, as those of one patient's treatment do."""

from __future__ import annotations

from pathlib import Path

from corpus_files import bundled
from jobs import loaded
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import GrayscaleSoftcopyPresentationStateStorage

FILES = {
    "ct": "CT_small.dcm",
    "structures": "rtstruct.dcm",
    "plan": "rtplan.dcm",
    "dose": "rtdose_1frame.dcm",
    "segments": "liver_1frame.dcm",
    "report": "test-SR.dcm",
}
EXPLICIT, IMPLICIT = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"


def related(folder: Path) -> dict[str, Path]:
    """Write the files of one study, each of which refers to others, and return them by role."""
    folder.mkdir(exist_ok=True)
    study = {}
    for role, name in FILES.items():
        (folder / name).write_bytes(bundled(name))
        study[role] = loaded(folder / name)
    study["look"] = _presentation_state(study["ct"])
    ct, structures, plan = study["ct"], study["structures"], study["plan"]
    for dataset in study.values():
        for keyword in ("StudyInstanceUID", "PatientID", "PatientName"):
            setattr(dataset, keyword, ct[keyword].value)
    series = structures.ReferencedFrameOfReferenceSequence[0]
    series.FrameOfReferenceUID = ct.FrameOfReferenceUID
    in_study = series.RTReferencedStudySequence[0]
    in_study.ReferencedSOPInstanceUID = ct.StudyInstanceUID
    in_series = in_study.RTReferencedSeriesSequence[0]
    in_series.SeriesInstanceUID = ct.SeriesInstanceUID
    in_series.ContourImageSequence = [_reference(ct)]
    for contour in structures.ROIContourSequence:
        contour.ContourSequence[0].ContourImageSequence = [_reference(ct)]
    plan.ReferencedStructureSetSequence = [_reference(structures)]
    plan.FrameOfReferenceUID = ct.FrameOfReferenceUID
    study["dose"].ReferencedRTPlanSequence = [_reference(plan)]
    segments = study["segments"]
    segments.ReferencedSeriesSequence = [_in_series(ct)]
    for frame in segments.PerFrameFunctionalGroupsSequence:
        frame.DerivationImageSequence[0].SourceImageSequence = [_reference(ct)]
    _report_on(study["report"], ct)
    paths = {}
    for role, dataset in study.items():
        paths[role] = folder / f"{role}.dcm"
        implicit, _ = dataset.original_encoding
        dataset.file_meta.TransferSyntaxUID = IMPLICIT if implicit else EXPLICIT
        dataset.save_as(paths[role], enforce_file_format=True)
    return paths


def _reference(dataset: Dataset) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = dataset.SOPClassUID
    item.ReferencedSOPInstanceUID = dataset.SOPInstanceUID
    return item


def _in_series(dataset: Dataset) -> Dataset:
    item = Dataset()
    item.SeriesInstanceUID = dataset.SeriesInstanceUID
    item.ReferencedInstanceSequence = [_reference(dataset)]
    return item


def _presentation_state(image: Dataset) -> FileDataset:
    """Return a presentation state of an image; no collection has one."""
    state = FileDataset("", {}, file_meta=image.file_meta.copy())
    state.set_original_encoding(is_implicit_vr=False, is_little_endian=True)
    state.SOPClassUID = GrayscaleSoftcopyPresentationStateStorage
    state.SOPInstanceUID = f"{image.SOPInstanceUID}.7"
    state.SeriesInstanceUID = f"{image.SeriesInstanceUID}.7"
    state.Modality = "PR"
    series = Dataset()
    series.SeriesInstanceUID = image.SeriesInstanceUID
    series.ReferencedImageSequence = [_reference(image)]
    state.ReferencedSeriesSequence = [series]
    area = Dataset()
    area.ReferencedImageSequence = [_reference(image)]
    state.DisplayedAreaSelectionSequence = [area]
    return state


def _report_on(report: Dataset, image: Dataset) -> None:
    """Let a report be about an image, as evidence and in its content."""
    evidence, series = Dataset(), Dataset()
    series.SeriesInstanceUID = image.SeriesInstanceUID
    series.ReferencedSOPSequence = [_reference(image)]
    evidence.StudyInstanceUID = image.StudyInstanceUID
    evidence.ReferencedSeriesSequence = [series]
    report.CurrentRequestedProcedureEvidenceSequence = [evidence]
    seen = [item for item in report.ContentSequence if item.ValueType == "IMAGE"]
    for item in seen:
        item.ReferencedSOPSequence = [_reference(image)]
