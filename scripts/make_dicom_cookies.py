"""Draw the seven DICOM cookies that serve as example data.

The pictures are synthetic and the headers belong to nobody: every name is an
adjective followed by a noun.  Pictures and headers are computed from the table
``COOKIES`` alone, without randomness or clock, so that running the script again
reproduces the files byte for byte (given the same version of Pillow, whose
JPEG encoder has a say in the result).

Usage: python scripts/make_dicom_cookies.py [OUTPUT_FOLDER]
"""

from __future__ import annotations

import argparse
import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    PYDICOM_IMPLEMENTATION_UID,
    UID,
    JPEGBaseline8Bit,
    SecondaryCaptureImageStorage,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

Point = tuple[float, float]

REPOSITORY = Path(__file__).resolve().parents[1]
DEFAULT_FOLDER = REPOSITORY / "plugins" / "deid_core_dicom" / "data" / "dicom-cookies"

ROWS = 1536
COLUMNS = 2048
# Flat shapes stand strong compression; this keeps every file below 60 kB.
JPEG_QUALITY = 45

# Pillow draws hard edges; drawing larger and averaging afterwards smooths them.
SUPERSAMPLING = 2

# The same root and host number as in the UIDs that the documentation shows.
UID_ROOT = "1.2.276.0.7230010.3.1"
UID_HOST = "8323329"

# Successive multiples of these fractions never bunch up or repeat, which makes
# them a reproducible stand-in for random numbers.
GOLDEN_FRACTION = 0.6180339887498949
PLASTIC_FRACTION = 0.7548776662466927

CHIP = "#3f2316"
CHIP_GLOSS = "#6b432c"


@dataclass(frozen=True)
class Picture:
    """What a cookie looks like; lengths are in pixels of the finished image."""

    table: str
    shadow: str
    crust: str
    dough: str
    center: Point
    radius: float
    chips: int
    turn: float
    bite: float | None = None
    """Direction of the bite in radians, clockwise from the right; None for a whole cookie."""


@dataclass(frozen=True)
class Cookie:
    """One image: its file name, the parts of its header that vary, and its picture."""

    file_name: str
    uid_process: str
    uid_serial: int
    patient_name: str
    patient_sex: str
    operator: str
    reading_physician: str
    referring_physician: str
    study_time: str
    picture: Picture


COOKIES = (
    Cookie(
        file_name="image1.dcm",
        uid_process="5342.1495927169",
        uid_serial=3131,
        patient_name="quiet meadow",
        patient_sex="F",
        operator="patient pebble",
        reading_physician="Dr. gentle breeze",
        referring_physician="Dr. crimson leaf",
        study_time="191929",
        picture=Picture(
            table="#8fb3c4",
            shadow="#7497a8",
            crust="#b57a3c",
            dough="#d9a562",
            center=(1010, 760),
            radius=610,
            chips=17,
            turn=0.3,
        ),
    ),
    Cookie(
        file_name="image2.dcm",
        uid_process="5354.1495927170",
        uid_serial=440268,
        patient_name="silent brook",
        patient_sex="M",
        operator="wandering cloud",
        reading_physician="Dr. amber hill",
        referring_physician="Dr. polished stone",
        study_time="191930",
        picture=Picture(
            table="#d8d2c4",
            shadow="#b9b2a2",
            crust="#a8692f",
            dough="#cf9850",
            center=(900, 790),
            radius=570,
            chips=13,
            turn=1.1,
            bite=-0.5,
        ),
    ),
    Cookie(
        file_name="image3.dcm",
        uid_process="5360.1495927170",
        uid_serial=640947,
        patient_name="still salad",
        patient_sex="F",
        operator="nameless voice",
        reading_physician="Dr. damp lake",
        referring_physician="Dr. bold moon",
        study_time="191930",
        picture=Picture(
            table="#a3b58c",
            shadow="#86986f",
            crust="#c08a4a",
            dough="#e3b878",
            center=(1120, 740),
            radius=520,
            chips=11,
            turn=2.4,
        ),
    ),
    Cookie(
        file_name="image4.dcm",
        uid_process="5323.1495927169",
        uid_serial=335276,
        patient_name="frosty window",
        patient_sex="M",
        operator="hidden lantern",
        reading_physician="Dr. mellow river",
        referring_physician="Dr. sunny orchard",
        study_time="191929",
        picture=Picture(
            table="#c9a0a0",
            shadow="#aa8181",
            crust="#b0742f",
            dough="#d6a055",
            center=(1080, 800),
            radius=640,
            chips=22,
            turn=3.0,
            bite=-2.4,
        ),
    ),
    Cookie(
        file_name="image5.dcm",
        uid_process="5329.1495927169",
        uid_serial=580351,
        patient_name="falling disk",
        patient_sex="M",
        operator="curly darkness",
        reading_physician="Dr. lively wind",
        referring_physician="Dr. solitary heart",
        study_time="191929",
        picture=Picture(
            table="#6f7c91",
            shadow="#566276",
            crust="#b98243",
            dough="#deb06c",
            center=(930, 730),
            radius=560,
            chips=15,
            turn=4.2,
        ),
    ),
    Cookie(
        file_name="image6.dcm",
        uid_process="5348.1495927170",
        uid_serial=228989,
        patient_name="purple forest",
        patient_sex="F",
        operator="restless wave",
        reading_physician="Dr. ancient garden",
        referring_physician="Dr. humble star",
        study_time="191930",
        picture=Picture(
            table="#e0cfa0",
            shadow="#c2b182",
            crust="#9c5f2a",
            dough="#c48c47",
            center=(1030, 770),
            radius=590,
            chips=19,
            turn=5.1,
            bite=0.8,
        ),
    ),
    Cookie(
        file_name="image7.dcm",
        uid_process="5335.1495927169",
        uid_serial=763866,
        patient_name="rough feather",
        patient_sex="F",
        operator="floating paper",
        reading_physician="Dr. misty dawn",
        referring_physician="Dr. summer cherry",
        study_time="191929",
        picture=Picture(
            table="#b7a6c9",
            shadow="#9988ab",
            crust="#b37638",
            dough="#d8a45e",
            center=(990, 780),
            radius=480,
            chips=9,
            turn=0.9,
        ),
    ),
)


def scaled(points: list[Point]) -> list[Point]:
    """Convert pixels of the finished image to pixels of the drawing."""
    return [(x * SUPERSAMPLING, y * SUPERSAMPLING) for x, y in points]


def polar(center: Point, radius: float, angle: float) -> Point:
    """Return the point at a distance and direction from a center."""
    return center[0] + radius * math.cos(angle), center[1] + radius * math.sin(angle)


def wavy_outline(center: Point, radius: float, phase: float, waviness: float) -> list[Point]:
    """Return a closed, slightly irregular circle."""
    outline = []
    for degree in range(360):
        angle = math.radians(degree)
        wave = math.sin(3 * angle + phase) + 0.5 * math.sin(7 * angle + 2 * phase)
        outline.append(polar(center, radius * (1 + waviness * wave), angle))
    return outline


def draw_disc(draw: ImageDraw.ImageDraw, center: Point, radius: float, fill: str | int) -> None:
    """Draw a filled circle."""
    corners = [
        (center[0] - radius, center[1] - radius),
        (center[0] + radius, center[1] + radius),
    ]
    draw.ellipse(scaled(corners), fill=fill)


def scattered(count: int, center: Point, radius: float, turn: float) -> Iterator[Point]:
    """Yield points spread evenly, but not regularly, over a disc."""
    for index in range(count):
        jitter = (index * PLASTIC_FRACTION) % 1 - 0.5
        distance = radius * math.sqrt((index + 0.5) / count)
        angle = math.tau * index * GOLDEN_FRACTION + turn + 0.5 * jitter
        yield polar(center, distance * (1 + 0.12 * jitter), angle)


def drawing_size() -> tuple[int, int]:
    """Return width and height of the drawing before it is scaled down."""
    return COLUMNS * SUPERSAMPLING, ROWS * SUPERSAMPLING


def draw_silhouette(picture: Picture) -> Image.Image:
    """Return a mask that is set wherever there is cookie left."""
    mask = Image.new("L", drawing_size(), 0)
    draw = ImageDraw.Draw(mask)
    outline = wavy_outline(picture.center, picture.radius, picture.turn, 0.012)
    draw.polygon(scaled(outline), fill=255)
    if picture.bite is not None:
        # Several overlapping discs leave the scalloped edge of a row of teeth.
        for offset in (-0.32, -0.11, 0.11, 0.32):
            tooth = polar(picture.center, 0.86 * picture.radius, picture.bite + offset)
            draw_disc(draw, tooth, 0.2 * picture.radius, 0)
        mouth = polar(picture.center, 1.05 * picture.radius, picture.bite)
        draw_disc(draw, mouth, 0.36 * picture.radius, 0)
    return mask


def draw_chip(draw: ImageDraw.ImageDraw, center: Point, radius: float, phase: float) -> None:
    """Draw a chocolate chip with a touch of gloss."""
    draw.polygon(scaled(wavy_outline(center, radius, phase, 0.08)), fill=CHIP)
    gloss = polar(center, 0.4 * radius, -0.75 * math.pi)
    draw_disc(draw, gloss, 0.28 * radius, CHIP_GLOSS)


def draw_surface(picture: Picture) -> Image.Image:
    """Return crust, dough, pores and chips, not yet cut to the shape of the cookie."""
    surface = Image.new("RGB", drawing_size(), picture.crust)
    draw = ImageDraw.Draw(surface)
    top = wavy_outline(picture.center, 0.93 * picture.radius, picture.turn, 0.015)
    draw.polygon(scaled(top), fill=picture.dough)
    for pore in scattered(31, picture.center, 0.86 * picture.radius, picture.turn + 1):
        draw_disc(draw, pore, 0.012 * picture.radius, picture.crust)
    spots = scattered(picture.chips, picture.center, 0.8 * picture.radius, picture.turn)
    for index, spot in enumerate(spots):
        size = 0.07 + 0.035 * ((index * GOLDEN_FRACTION) % 1)
        draw_chip(draw, spot, size * picture.radius, picture.turn + index)
    return surface


def draw_cookie(picture: Picture) -> Image.Image:
    """Return the finished picture of a cookie lying on a table."""
    canvas = Image.new("RGB", drawing_size(), picture.table)
    silhouette = draw_silhouette(picture)
    shadow_offset = round(0.05 * picture.radius * SUPERSAMPLING)
    canvas.paste(picture.shadow, (shadow_offset, shadow_offset), silhouette)
    canvas.paste(draw_surface(picture), (0, 0), silhouette)
    return canvas.reduce(SUPERSAMPLING)


def encode_jpeg(image: Image.Image) -> bytes:
    """Compress an image to baseline JPEG with 4:2:2 chroma subsampling."""
    stream = io.BytesIO()
    image.save(
        stream,
        format="JPEG",
        quality=JPEG_QUALITY,
        subsampling="4:2:2",
        optimize=True,
        progressive=False,
    )
    return stream.getvalue()


def make_uid(level: int, process: str, serial: int) -> UID:
    """Return the UID of a study (2), series (3) or image (4)."""
    return UID(f"{UID_ROOT}.{level}.{UID_HOST}.{process}.{serial}")


def make_file_meta(sop_instance_uid: UID) -> FileMetaDataset:
    """Return the file meta information."""
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\x00\x01"
    meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    meta.MediaStorageSOPInstanceUID = sop_instance_uid
    meta.TransferSyntaxUID = JPEGBaseline8Bit
    meta.ImplementationClassUID = PYDICOM_IMPLEMENTATION_UID
    # Left to pydicom, this would carry its version number and change with each release.
    meta.ImplementationVersionName = "PYDICOM"
    return meta


def add_identity(dataset: Dataset, cookie: Cookie) -> None:
    """Add the elements that tell who and what the image is about."""
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.SOPClassUID = SecondaryCaptureImageStorage
    dataset.SOPInstanceUID = make_uid(4, cookie.uid_process, cookie.uid_serial)
    dataset.StudyDate = "20131210"
    dataset.StudyTime = cookie.study_time
    dataset.ConversionType = "WSD"
    dataset.InstitutionName = "STANFORD"
    dataset.ReferringPhysicianName = cookie.referring_physician
    dataset.NameOfPhysiciansReadingStudy = cookie.reading_physician
    dataset.OperatorsName = cookie.operator
    dataset.PatientName = cookie.patient_name
    dataset.PatientID = "cookie-47"
    dataset.PatientSex = cookie.patient_sex
    dataset.StudyInstanceUID = make_uid(2, cookie.uid_process, cookie.uid_serial - 1)
    dataset.SeriesInstanceUID = make_uid(3, cookie.uid_process, cookie.uid_serial - 2)
    dataset.ImageComments = "This is a cookie tumor dataset for testing dicom tools."


def add_pixels(dataset: Dataset, jpeg: bytes) -> None:
    """Add the compressed image and the elements that describe it."""
    dataset.SamplesPerPixel = 3
    dataset.PhotometricInterpretation = "YBR_FULL_422"
    dataset.PlanarConfiguration = 0
    dataset.Rows = ROWS
    dataset.Columns = COLUMNS
    dataset.BitsAllocated = 8
    dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.PixelRepresentation = 0
    dataset.LossyImageCompression = "01"
    dataset.LossyImageCompressionMethod = "ISO_10918_1"
    dataset.PixelData = encapsulate([jpeg])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True


def make_dataset(cookie: Cookie) -> Dataset:
    """Return the complete DICOM data set of one cookie."""
    dataset = Dataset()
    add_identity(dataset, cookie)
    add_pixels(dataset, encode_jpeg(draw_cookie(cookie.picture)))
    dataset.file_meta = make_file_meta(dataset.SOPInstanceUID)
    return dataset


def write_cookies(folder: Path) -> None:
    """Write all cookies into a folder, which is created if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    for cookie in COOKIES:
        path = folder / cookie.file_name
        make_dataset(cookie).save_as(path, enforce_file_format=True)
        print(f"{cookie.file_name}: {path.stat().st_size} bytes")


def main() -> None:
    """Read the command line and write the files."""
    parser = argparse.ArgumentParser(description="Draw the seven DICOM cookies.")
    parser.add_argument(
        "output_folder",
        nargs="?",
        type=Path,
        default=DEFAULT_FOLDER,
        help="folder for image1.dcm to image7.dcm (default: the example data in the repository)",
    )
    write_cookies(parser.parse_args().output_folder)


if __name__ == "__main__":
    main()
