"""Plant marker identifiers in the bytes of real files, in every odd place.

Independent of the code under test and of pydicom's writer, since much of what is planted
here neither would write: elements are encoded by hand (PS3.5 7.1) and spliced into the
encoded data set of a real file.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterable

import attrs
import pydicom
from pydicom.datadict import DicomDictionary
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_data_element

from deid_core.testing.encoding import (
    DEFLATED,
    ENCODINGS,
    EXPLICIT,  # noqa: F401 - tests beside this take it from here
    IMPLICIT,
    Encoding,
    element,
    file_meta,
    item,
    nest,
    padded,
    sequence,
)
from deid_core.testing.marks import Marks

PIXEL_DATA = 0x7FE00010


# ---- files


@attrs.frozen
class Base:
    """A real file in one encoding, taken apart: its elements can be planted among."""

    encoding: Encoding
    sop_class: str
    sop_instance: str
    elements: tuple[tuple[int, bytes], ...] = attrs.field(repr=False)

    def file(
        self,
        planted: Iterable[tuple[int, bytes]] = (),
        *,
        meta: bytes = b"",
        preamble: bytes = bytes(128),
        after: bytes = b"",
        last: bytes = b"",
        ordered: bool = True,
    ) -> bytes:
        """Put a file together.

        ``planted`` elements replace the base's of the same tag. ``last`` is appended to the
        data set, ``after`` to the file (after the deflated stream, where there is one).
        """
        planted = list(planted)
        taken = {tag for tag, _ in planted}
        everything = [(t, d) for t, d in self.elements if t not in taken] + planted
        if ordered:
            everything.sort(key=lambda pair: pair[0])
        body = b"".join(data for _, data in everything) + last
        if self.encoding is DEFLATED:
            compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
            body = padded(compressor.compress(body) + compressor.flush(), b"\0")
        return preamble + b"DICM" + self.file_meta(meta) + body + after

    def file_meta(self, extra: bytes = b"") -> bytes:
        return file_meta(self.encoding, self.sop_class, self.sop_instance, extra)


def base(data: bytes, encoding: Encoding | None = None) -> Base:
    """Take a real file apart, re-encoded if ``encoding`` is given."""
    dataset = pydicom.dcmread(io.BytesIO(data))
    if encoding is None:
        syntax = dataset.file_meta.TransferSyntaxUID
        encoding = Encoding(str(syntax), syntax.is_implicit_VR, syntax.is_little_endian)
        for known in ENCODINGS.values():
            if known.syntax == syntax:
                encoding = known
    elements = []
    for element_ in dataset:
        stream = DicomBytesIO()
        stream.is_little_endian = encoding.little
        stream.is_implicit_VR = encoding.implicit
        write_data_element(stream, element_, dataset.original_character_set)
        elements.append((int(element_.tag), stream.getvalue()))
    return Base(encoding, str(dataset.SOPClassUID), str(dataset.SOPInstanceUID), tuple(elements))


# ---- places in the data set


Planted = list[tuple[int, bytes]]
Planter = Callable[[Encoding, Marks], Planted]
PLANTERS: dict[str, Planter] = {}

TEXT_VRS = frozenset(
    [
        "AE",
        "AS",
        "CS",
        "DA",
        "DS",
        "DT",
        "IS",
        "LO",
        "LT",
        "PN",
        "SH",
        "ST",
        "TM",
        "UC",
        "UI",
        "UR",
        "UT",
    ]
)
KEPT_TEXT = frozenset(
    [
        "SpecificCharacterSet",
        "SOPClassUID",
        "Modality",
        "BurnedInAnnotation",
        "PhotometricInterpretation",
        "PixelAspectRatio",
        "ColorSpace",
        "NumberOfFrames",
        "FrameTime",
        "RescaleIntercept",
        "RescaleSlope",
        "RescaleType",
        "WindowCenter",
        "WindowWidth",
        "VOILUTFunction",
        "PresentationLUTShape",
        "ConversionType",
        "LossyImageCompression",
        "LossyImageCompressionRatio",
        "LossyImageCompressionMethod",
        "SOPInstanceUID",
        "StudyInstanceUID",
        "SeriesInstanceUID",
        "PatientIdentityRemoved",
    ]
)


def planter(function: Planter) -> Planter:
    """Register a place, under the words of the function's name."""
    PLANTERS[function.__name__.replace("_", " ")] = function
    return function


@planter
def every_text_attribute_of_the_dictionary(enc: Encoding, mark: Marks) -> Planted:
    return [
        (tag, element(tag, vr, mark(keyword), enc))
        for tag, (vr, _, _, _, keyword) in DicomDictionary.items()
        if vr in TEXT_VRS and tag >> 16 > 0x0007 and tag >> 16 < 0x7FE0 and keyword not in KEPT_TEXT
    ]


@planter
def every_binary_attribute_of_the_dictionary(enc: Encoding, mark: Marks) -> Planted:
    kept = {"ICCProfile", "ExtendedOffsetTable", "ExtendedOffsetTableLengths"}
    return [
        (tag, element(tag, vr, mark(keyword), enc))
        for tag, (vr, _, _, _, keyword) in DicomDictionary.items()
        if vr in {"OB", "OW", "OF", "OD", "OL", "OV", "UN"}
        and 0x0007 < tag >> 16 < 0x7FE0
        and keyword not in kept
        and "PaletteColorLookupTableData" not in keyword
        and keyword != "LUTData"
    ]


@planter
def a_value_among_several(enc: Encoding, mark: Marks) -> Planted:
    return [
        (0x00101000, element(0x00101000, "LO", f"a\\{mark('OtherPatientIDs')}\\b", enc)),
        (0x00080008, element(0x00080008, "CS", f"ORIGINAL\\{mark('ImageType')}", enc)),
    ]


@planter
def text_in_utf_16(enc: Encoding, mark: Marks) -> Planted:
    return [(0x00104000, element(0x00104000, "LT", mark("utf-16").encode("utf-16-le"), enc))]


@planter
def deep_in_public_sequences_of_defined_length(enc: Encoding, mark: Marks) -> Planted:
    inner = element(0x00100010, "PN", mark("defined length, depth 4"), enc)
    tags = [0x00081140, 0x00081115, 0x00081199, 0x0040A730]
    return [(tags[-1], nest(inner, tags, enc, undefined=False))]


@planter
def deep_in_public_sequences_of_undefined_length(enc: Encoding, mark: Marks) -> Planted:
    inner = element(0x00100010, "PN", mark("undefined length, depth 4"), enc)
    tags = [0x00081140, 0x00081115, 0x00081199, 0x00081250]
    return [(tags[-1], nest(inner, tags, enc, undefined=True))]


@planter
def in_sequences_of_which_the_base_recipe_keeps_a_part(enc: Encoding, mark: Marks) -> Planted:
    lut = (
        element(0x00280000 | 0x3002, "US", b"\1\0\0\0\10\0", enc)
        + element(0x00283003, "LO", mark("LUTExplanation"), enc)
        + element(0x00283006, "OW", b"\0\0", enc)
        + element(0x00290010, "LO", mark("private creator in a kept item"), enc)
        + element(0x00291001, "LO", mark("private in a kept item"), enc)
    )
    transform = element(0x00281052, "DS", "0", enc) + element(
        0x00281056, "LO", mark("next to RescaleIntercept"), enc
    )
    group = sequence(0x00289145, [item(transform, enc)], enc) + sequence(
        0x00209071, [item(element(0x00100010, "PN", mark("in a sibling"), enc), enc)], enc
    )
    return [
        (0x00283000, sequence(0x00283000, [item(lut, enc, undefined=True)], enc, undefined=True)),
        (0x00283010, sequence(0x00283010, [item(lut, enc)], enc)),
        (0x52009229, sequence(0x52009229, [item(group, enc)], enc)),
        (0x52009230, sequence(0x52009230, [item(group, enc), item(group, enc)], enc)),
    ]


@planter
def in_kept_elements_of_sequences_with_a_wrong_vr(enc: Encoding, mark: Marks) -> Planted:
    if enc.implicit:
        return []
    lut = element(0x00283002, "LO", mark("LUTDescriptor as LO"), enc) + element(
        0x00283006, "UT", mark("LUTData as UT"), enc
    )
    transform = element(0x00281052, "PN", mark("RescaleIntercept as PN"), enc)
    group = sequence(0x00289145, [item(transform, enc)], enc)
    return [
        (0x00283000, sequence(0x00283000, [item(lut, enc)], enc)),
        (0x52009229, sequence(0x52009229, [item(group, enc)], enc)),
    ]


@planter
def in_kept_elements_with_a_value_that_is_none_of_their_vr(enc: Encoding, mark: Marks) -> Planted:
    return [
        (0x00080005, element(0x00080005, "CS", mark("SpecificCharacterSet"), enc)),
        (0x00080060, element(0x00080060, "CS", mark("Modality that is no code"), enc)),
        (0x00280004, element(0x00280004, "CS", mark("PhotometricInterpretation, no code"), enc)),
        (0x00281050, element(0x00281050, "DS", mark("WindowCenter that is no number"), enc)),
        (0x00281052, element(0x00281052, "DS", mark("RescaleIntercept that is no number"), enc)),
        (0x00280008, element(0x00280008, "IS", mark("NumberOfFrames that is no number"), enc)),
        (0x00281056, element(0x00281056, "CS", mark("VOILUTFunction that is no code"), enc)),
        (0x00282110, element(0x00282110, "CS", mark("LossyImageCompression, no code"), enc)),
    ]


@planter
def in_kept_numbers_that_are_too_many(enc: Encoding, mark: Marks) -> Planted:
    return [
        (0x00280106, element(0x00280106, "US", mark("SmallestImagePixelValue, VM 8"), enc)),
        (0x00280120, element(0x00280120, "US", mark("PixelPaddingValue, VM 8"), enc)),
        (0x00280009, element(0x00280009, "AT", mark("FrameIncrementPointer"), enc)),
    ]


@planter
def in_kept_elements_with_a_wrong_vr(enc: Encoding, mark: Marks) -> Planted:
    if enc.implicit:
        return []
    wrong = {0x00280010: "LO", 0x00280103: "ST", 0x00280106: "PN", 0x00281050: "UN"}
    return [(tag, element(tag, vr, mark(f"{tag:08x} as {vr}"), enc)) for tag, vr in wrong.items()]


@planter
def identifiers_with_a_wrong_vr(enc: Encoding, mark: Marks) -> Planted:
    if enc.implicit:
        return []
    wrong = {0x00100010: "OB", 0x00100020: "UN", 0x00100030: "SQ", 0x00081030: "US"}
    return [(tag, element(tag, vr, mark(f"{tag:08x} as {vr}"), enc)) for tag, vr in wrong.items()]


@planter
def unknown_vrs(enc: Encoding, mark: Marks) -> Planted:
    if enc.implicit:
        return []
    return [
        (0x00100010, element(0x00100010, "ZZ", mark("VR ZZ"), enc)),
        (0x00101000, element(0x00101000, "XX", mark("VR XX"), enc)),
    ]


@planter
def private_blocks(enc: Encoding, mark: Marks) -> Planted:
    binary = mark("private OB").encode()
    return [
        (0x00090010, element(0x00090010, "LO", mark("a creator's name"), enc)),
        (0x00091001, element(0x00091001, "LO", mark("private LO"), enc)),
        (0x00091002, element(0x00091002, "UN", mark("private UN"), enc)),
        (0x00091003, element(0x00091003, "OB", binary, enc)),
        (0x00110010, element(0x00110010, "UN", mark("a creator's name as UN"), enc)),
        (0x00131001, element(0x00131001, "LO", mark("private without creator"), enc)),
        (0x00150001, element(0x00150001, "LO", mark("private below the creators"), enc)),
        (0x7FE30010, element(0x7FE30010, "LO", mark("private after the pixels"), enc)),
        (0x7FE31001, element(0x7FE31001, "LO", mark("private after the pixels"), enc)),
    ]


@planter
def private_sequences(enc: Encoding, mark: Marks) -> Planted:
    def inner() -> bytes:
        return (
            element(0x00100010, "PN", mark("public in private"), enc)
            + element(0x00190010, "LO", mark("a creator in private"), enc)
            + element(0x00191001, "LT", mark("private in private"), enc)
        )

    tags = [0x00081140, 0x00191010]
    return [
        (0x00190010, element(0x00190010, "LO", mark("creator"), enc)),
        (0x00191010, nest(inner(), tags, enc, undefined=True)),
        (0x00191011, sequence(0x00191011, [item(inner(), enc)] * 2, enc)),
    ]


@planter
def sequences_hidden_as_un(enc: Encoding, mark: Marks) -> Planted:
    def hidden(place: str, enc: Encoding) -> bytes:
        inner = element(0x00100010, "PN", mark(f"UN {place}"), enc)
        return nest(inner, [0x00081140], enc, undefined=place.startswith("undefined"))

    implicit = IMPLICIT
    un = [item(hidden("undefined, implicit", implicit), implicit, undefined=True)]
    planted = [
        (0x00210010, element(0x00210010, "LO", "ACME", enc)),
        (0x00211002, element(0x00211002, "UN", item(hidden("defined", implicit), implicit), enc)),
        (0x00081111, element(0x00081111, "UN", item(hidden("public", implicit), implicit), enc)),
        (0x00081112, element(0x00081112, "UN", item(hidden("explicit", enc), enc), enc)),
    ]
    if enc.little:
        planted.append((0x00211001, sequence(0x00211001, un, enc, undefined=True, vr="UN")))
    return planted


@planter
def repeating_groups(enc: Encoding, mark: Marks) -> Planted:
    planted = []
    for group in (0x5000, 0x501E, 0x6000, 0x6002, 0x60FE):
        planted += [
            (tag, element(tag, vr, mark(f"{tag:08x}"), enc))
            for tag, vr in (
                (group << 16 | 0x0022, "LO"),
                (group << 16 | 0x3000, "OW"),
                (group << 16 | 0x4000, "LT"),
            )
        ]
    return planted


@planter
def unknown_tags_of_even_groups(enc: Encoding, mark: Marks) -> Planted:
    return [
        (tag, element(tag, "LO", mark(f"{tag:08x}"), enc))
        for tag in (0x00080A0B, 0x00100011, 0x0ABC0001, 0x52005200, 0x7FE00FFF, 0xFFFC0001)
    ]


@planter
def elements_met_twice(enc: Encoding, mark: Marks) -> Planted:
    twice = element(0x00100010, "PN", mark("first"), enc)
    kept = element(0x00280010, "US" if enc.implicit else "LO", mark("Rows before Rows"), enc)
    rows = element(0x00280010, "US", struct.pack(f"{enc.order}H", 128), enc)
    return [
        (0x00100010, twice + element(0x00100010, "PN", mark("second"), enc)),
        (0x00280010, kept + rows),
    ]


@planter
def elements_out_of_order(enc: Encoding, mark: Marks) -> Planted:
    # The first member of each pair is where it is put, not what it is.
    return [
        (0x00300000, element(0x00100010, "PN", mark("late"), enc)),
        (0x7FE00011, element(0x00100020, "LO", mark("after the pixels"), enc)),
    ]


@planter
def uids_that_are_text(enc: Encoding, mark: Marks) -> Planted:
    return [
        (0x00080018, element(0x00080018, "UI", mark("SOPInstanceUID"), enc)),
        (0x0020000D, element(0x0020000D, "UI", mark("StudyInstanceUID"), enc)),
        (0x0020000E, element(0x0020000E, "UI", f"{mark('a')}\\{mark('b')}", enc)),
    ]


@planter
def uids_with_a_wrong_vr(enc: Encoding, mark: Marks) -> Planted:
    if enc.implicit:
        return []
    return [
        (0x00080018, element(0x00080018, "LO", mark("SOPInstanceUID as LO"), enc)),
        (0x0020000D, element(0x0020000D, "PN", mark("StudyInstanceUID as PN"), enc)),
    ]


@planter
def group_lengths_and_commands(enc: Encoding, mark: Marks) -> Planted:
    return [(0x00080000, element(0x00080000, "UL", mark("group length"), enc))]


@planter
def file_meta_elements_in_the_data_set(enc: Encoding, mark: Marks) -> Planted:
    return [
        (0x00080018 + 1, element(0x00020016, "AE", mark("(0002,0016) in the data set"), enc)),
    ]


@planter
def trailing_padding(enc: Encoding, mark: Marks) -> Planted:
    return [(0xFFFCFFFC, element(0xFFFCFFFC, "OB", mark("data set trailing padding"), enc))]


@planter
def an_icon_image(enc: Encoding, mark: Marks) -> Planted:
    icon = (
        element(0x00280010, "US", b"\1\0", enc)
        + element(0x00280011, "US", b"\1\0", enc)
        + element(PIXEL_DATA, "OB", mark("icon's pixel data"), enc)
    )
    return [(0x00880200, sequence(0x00880200, [item(icon, enc)], enc))]


@planter
def after_the_pixel_data(enc: Encoding, mark: Marks) -> Planted:
    return [
        (
            0xFFFAFFFA,
            sequence(
                0xFFFAFFFA,
                [
                    item(
                        element(0x04000110, "UI", "1.2", enc)
                        + element(0x04000120, "OB", mark("signature"), enc),
                        enc,
                    )
                ],
                enc,
            ),
        ),
    ]


@planter
def other_pixel_modules(enc: Encoding, mark: Marks) -> Planted:
    return [
        (0x7FE00020, element(0x7FE00020, "OW", mark("coefficients"), enc)),
        (0x7F000010, element(0x7F000010, "OW", mark("variable pixel data"), enc)),
    ]


# ---- places inside of sequences, for rules that name one element at any depth


Inner = Callable[[Encoding], bytes]
REFERENCED = 0x00081140
PRIVATE = 0x00191001


def sequence_places(enc: Encoding, inner: Inner) -> dict[str, Planted]:
    """Return ways to nest the element that ``inner`` encodes, by name."""
    creator = (0x00190010, element(0x00190010, "LO", "ACME", enc))
    here = item(inner(enc), enc)
    open_ended = item(inner(enc), enc, undefined=True)
    implicit = item(inner(IMPLICIT), IMPLICIT)
    first = element(0x00080100, "SH", "1", enc)
    places: dict[str, Planted] = {
        "top level": [(0, inner(enc))],
        "defined length": [(REFERENCED, sequence(REFERENCED, [here], enc))],
        "undefined length": [(REFERENCED, sequence(REFERENCED, [open_ended], enc, undefined=True))],
        "second item": [(REFERENCED, sequence(REFERENCED, [item(first, enc), here], enc))],
        "four deep": [
            (
                0x0040A730,
                nest(
                    inner(enc),
                    [REFERENCED, 0x00081115, 0x00081199, 0x0040A730],
                    enc,
                    undefined=False,
                ),
            )
        ],
        "twice the same sequence": [(REFERENCED, sequence(REFERENCED, [here], enc) * 2)],
        "icon image": [
            (
                0x00880200,
                sequence(
                    0x00880200,
                    [item(inner(enc) + element(PIXEL_DATA, "OB", b"1234", enc), enc)],
                    enc,
                ),
            )
        ],
        "private, defined length": [creator, (PRIVATE, sequence(PRIVATE, [here], enc))],
        "private, undefined length": [
            creator,
            (PRIVATE, sequence(PRIVATE, [open_ended], enc, undefined=True)),
        ],
        "public as UN, implicit inside": [(REFERENCED, element(REFERENCED, "UN", implicit, enc))],
        "private as UN, implicit inside": [
            creator,
            (PRIVATE, element(PRIVATE, "UN", implicit, enc)),
        ],
        "unknown as UN, implicit inside": [(0x00101FFE, element(0x00101FFE, "UN", implicit, enc))],
        "as UN in a sequence": [
            (
                REFERENCED,
                sequence(REFERENCED, [item(element(0x00081199, "UN", implicit, enc), enc)], enc),
            )
        ],
        "public as UN, explicit inside": [(REFERENCED, element(REFERENCED, "UN", here, enc))],
        "private as UN, explicit inside": [creator, (PRIVATE, element(PRIVATE, "UN", here, enc))],
        "after an item that lies about its end": [
            (REFERENCED, sequence(REFERENCED, [item(first + bytes(4), enc), here], enc))
        ],
        "after a sequence's junk": [
            (REFERENCED, element(REFERENCED, "SQ", item(first, enc) + b"ZZ" + here, enc))
        ],
    }
    if not enc.implicit:
        places["public as OB"] = [(REFERENCED, element(REFERENCED, "OB", here, enc))]
        places["public as LO"] = [(REFERENCED, element(REFERENCED, "LO", here, enc))]
        if enc.little:
            places["public as UN of undefined length"] = [
                (
                    REFERENCED,
                    sequence(
                        REFERENCED,
                        [item(inner(IMPLICIT), IMPLICIT, undefined=True)],
                        enc,
                        undefined=True,
                        vr="UN",
                    ),
                )
            ]
    return places
