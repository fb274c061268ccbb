"""Small files of every kind, encoded by hand (PS3.5 7.1, 7.5, A), with planted identifiers."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping

import attrs

MARK = "ZQPLANT"
"""What every planted name, number and text holds, in one case or another."""
NAME, PATIENT_ID, BIRTH_DATE = "Zqplantone^Kywo", "ZQPLANT-4711", "19470213"
PLANTED = (MARK.lower().encode(), b"kywo", BIRTH_DATE.encode())
ROOT = "1.2.826.0.1.3680043.9.9999"

LONG_VRS = frozenset(["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"])
UNDEFINED = 0xFFFFFFFF
PREAMBLE = bytes(128) + b"DICM"


@attrs.frozen
class Encoding:
    """How data elements are encoded, and the transfer syntax that says so."""

    syntax: str
    implicit: bool = False
    little: bool = True

    @property
    def order(self) -> str:
        """The byte order, as `struct` writes it."""
        return "<" if self.little else ">"


EXPLICIT = Encoding("1.2.840.10008.1.2.1")
IMPLICIT = Encoding("1.2.840.10008.1.2", implicit=True)
BIG = Encoding("1.2.840.10008.1.2.2", little=False)
DEFLATED = Encoding("1.2.840.10008.1.2.1.99")
JPEG = Encoding("1.2.840.10008.1.2.4.50")
RLE = Encoding("1.2.840.10008.1.2.5")


def element(
    tag: int, vr: str, value: bytes | str, encoding: Encoding = EXPLICIT, length: int | None = None
) -> bytes:
    """Return an encoded element; ``length`` is what its header claims, if not the truth."""
    content = value.encode("latin-1") if isinstance(value, str) else value
    if len(content) & 1 and length is None:
        content += b"\0" if vr in ("UI", "OB", "UN") else b" "
    claimed = len(content) if length is None else length
    order = encoding.order
    head = struct.pack(f"{order}HH", tag >> 16, tag & 0xFFFF)
    if encoding.implicit:
        return head + struct.pack(f"{order}L", claimed) + content
    if vr in LONG_VRS:
        return head + vr.encode() + struct.pack(f"{order}HL", 0, claimed) + content
    return head + vr.encode() + struct.pack(f"{order}H", claimed & 0xFFFF) + content


def item(content: bytes, encoding: Encoding = EXPLICIT, *, is_open: bool = False) -> bytes:
    """Return an item of a sequence, with or without a length."""
    order = encoding.order
    if is_open:
        end = struct.pack(f"{order}HHL", 0xFFFE, 0xE00D, 0)
        return struct.pack(f"{order}HHL", 0xFFFE, 0xE000, UNDEFINED) + content + end
    return struct.pack(f"{order}HHL", 0xFFFE, 0xE000, len(content)) + content


def sequence(
    tag: int, *contents: bytes, encoding: Encoding = EXPLICIT, is_open: bool = False, vr: str = "SQ"
) -> bytes:
    """Return a sequence of items, with or without lengths."""
    items = b"".join(item(content, encoding, is_open=is_open) for content in contents)
    if is_open:
        items += struct.pack(f"{encoding.order}HHL", 0xFFFE, 0xE0DD, 0)
        return element(tag, vr, items, encoding, UNDEFINED)
    return element(tag, vr, items, encoding)


def part_10(data_set: bytes, syntax: str = EXPLICIT.syntax, sop_class: str = "7") -> bytes:
    """Return a file: preamble, file meta information and the data set (PS3.10 7.1)."""
    uid = f"1.2.840.10008.5.1.4.1.1.{sop_class}" if len(sop_class) < 12 else sop_class  # noqa: PLR2004 - a whole UID
    meta = b"".join(
        [
            element(0x00020001, "OB", b"\0\1"),
            element(0x00020002, "UI", uid),
            element(0x00020003, "UI", f"{ROOT}.1"),
            element(0x00020010, "UI", syntax),
            element(0x00020012, "UI", f"{ROOT}.2"),
            element(0x00020016, "AE", MARK),
        ]
    )
    head = element(0x00020000, "UL", struct.pack("<L", len(meta)))
    return PREAMBLE + head + meta + data_set


def patient(encoding: Encoding = EXPLICIT, sop_class: str = "7") -> bytes:
    """Return the first elements of a data set, up to group 0020."""

    def of(tag: int, vr: str, value: str) -> bytes:
        return element(tag, vr, value, encoding)

    uid = f"1.2.840.10008.5.1.4.1.1.{sop_class}" if len(sop_class) < 12 else sop_class  # noqa: PLR2004 - as above
    return b"".join(
        [
            of(0x00080005, "CS", "ISO_IR 100"),
            of(0x00080016, "UI", uid),
            of(0x00080018, "UI", f"{ROOT}.1"),
            of(0x00080020, "DA", "20200131"),
            of(0x00080050, "SH", f"{MARK}A1"),
            of(0x00080060, "CS", "OT"),
            of(0x00080090, "PN", f"Dr{NAME}"),
            of(0x00081030, "LO", "Scan of Zqplantone, Kywo"),
            of(0x00100010, "PN", NAME),
            of(0x00100020, "LO", PATIENT_ID),
            of(0x00100030, "DA", BIRTH_DATE),
            of(0x00101040, "LO", f"{MARK} Street 3"),
            of(0x00104000, "LT", f"Kywo {PATIENT_ID}"),
            of(0x0020000D, "UI", f"{ROOT}.3"),
            of(0x0020000E, "UI", f"{ROOT}.4"),
            of(0x00200010, "SH", MARK),
        ]
    )


def _number(value: int, encoding: Encoding) -> bytes:
    return struct.pack(f"{encoding.order}H", value)


def image(encoding: Encoding = EXPLICIT, frames: int = 1, side: int = 2) -> bytes:
    """Return the elements of group 0028 for an image of eight bits."""
    of = [(0x00280002, 1), (0x00280010, side), (0x00280011, side)]
    of += [(0x00280100, 8), (0x00280101, 8), (0x00280102, 7), (0x00280103, 0)]
    parts = {tag: element(tag, "US", _number(value, encoding), encoding) for tag, value in of}
    parts[0x00280004] = element(0x00280004, "CS", "MONOCHROME2", encoding)
    if frames > 1:
        parts[0x00280008] = element(0x00280008, "IS", str(frames), encoding)
    return b"".join(parts[tag] for tag in sorted(parts))


def pixels(encoding: Encoding = EXPLICIT, frames: int = 1) -> bytes:
    """Return pixel data that are native, four bytes for each frame."""
    return element(0x7FE00010, "OW", b"\1\2\3\4" * frames, encoding)


def fragments(*contents: bytes) -> bytes:
    """Return pixel data in fragments (PS3.5 A.4), with an empty offset table."""
    padded = [content + b"\0" * (len(content) & 1) for content in contents]
    items = b"".join(map(item, (b"", *padded)))
    end = struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
    return element(0x7FE00010, "OB", items + end, EXPLICIT, UNDEFINED)


def segment(marker: int, content: bytes) -> bytes:
    """Return a segment of JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


JPEG_IMAGE = b"".join(
    [
        b"\xff\xd8",
        segment(0xE1, b"Exif\0\0" + NAME.encode()),
        segment(0xFE, PATIENT_ID.encode()),
        segment(0xDB, bytes(65)),
        segment(0xC0, b"\x08\0\2\0\2\1\1\x11\0"),
        segment(0xDA, b"\1\1\0\0\x3f\0"),
        b"\x12\x34\xff\0\x56\xff\xd9",
    ]
)
RLE_IMAGE = struct.pack("<16L", 1, 64, *[0] * 14) + b"\3\1\2\3\4\0"


def request(encoding: Encoding = EXPLICIT, *, is_open: bool = False, depth: int = 2) -> bytes:
    """Return Request Attributes Sequence with the patient in it, and itself ``depth`` times."""
    leaf = b"".join(
        [
            element(0x00100010, "PN", NAME, encoding),
            element(0x00321060, "LO", f"for {PATIENT_ID}", encoding),
            element(0x00400007, "LO", "Kywo again", encoding),
        ]
    )
    found = b""
    for _ in range(depth):
        content = leaf + found
        found = sequence(0x00400275, content, content, encoding=encoding, is_open=is_open)
    return found


def private(encoding: Encoding = EXPLICIT, group: int = 0x0029) -> bytes:
    """Return a private block with a text, an element of unknown VR, and a sequence."""
    tag = group << 16
    name = element(0x00100010, "PN", NAME, encoding)
    return b"".join(
        [
            element(tag | 0x10, "LO", "ZQPLANT CORP", encoding),
            element(tag | 0x1001, "LO", f"{MARK} private", encoding),
            element(tag | 0x1002, "UN", PATIENT_ID, encoding),
            sequence(tag | 0x1003, name, encoding=encoding),
        ]
    )


def overlays() -> bytes:
    """Return an overlay with a description and comments (PS3.3 C.9.2)."""
    return b"".join(
        [
            element(0x60000010, "US", b"\2\0"),
            element(0x60000011, "US", b"\2\0"),
            element(0x60000022, "LO", f"{MARK} overlay"),
            element(0x60000040, "CS", "G"),
            element(0x60000050, "SS", b"\1\0\1\0"),
            element(0x60000100, "US", b"\1\0"),
            element(0x60000102, "US", b"\0\0"),
            element(0x60003000, "OW", b"\5\0"),
            element(0x60004000, "LT", f"of {NAME}"),
        ]
    )


def curve() -> bytes:
    """Return a curve, long retired, with a description."""
    return element(0x50000005, "US", b"\1\0") + element(0x50002500, "LO", f"{MARK} curve")


def report() -> bytes:
    """Return the content of a structured report (PS3.3 C.17.3)."""
    code = sequence(
        0x0040A043,
        element(0x00080100, "SH", "121106")
        + element(0x00080102, "SH", "DCM")
        + element(0x00080104, "LO", "Comment"),
    )
    text = b"".join(
        [
            element(0x0040A010, "CS", "CONTAINS"),
            element(0x0040A040, "CS", "TEXT"),
            code,
            element(0x0040A160, "UT", f"{NAME} was seen"),
        ]
    )
    who = b"".join(
        [
            element(0x0040A010, "CS", "HAS OBS CONTEXT"),
            element(0x0040A040, "CS", "PNAME"),
            code,
            element(0x0040A123, "PN", NAME),
        ]
    )
    return element(0x0040A040, "CS", "CONTAINER") + sequence(0x0040A730, text, who, is_open=True)


def directory() -> bytes:
    """Return a DICOMDIR of one patient (PS3.3 F.3)."""
    record = b"".join(
        [
            element(0x00041400, "UL", bytes(4)),
            element(0x00041410, "US", b"\xff\xff"),
            element(0x00041420, "UL", bytes(4)),
            element(0x00041430, "CS", "PATIENT"),
            element(0x00100010, "PN", NAME),
            element(0x00100020, "LO", PATIENT_ID),
        ]
    )
    data_set = b"".join(
        [
            element(0x00041130, "CS", MARK),
            element(0x00041200, "UL", bytes(4)),
            element(0x00041202, "UL", bytes(4)),
            element(0x00041212, "US", bytes(2)),
            sequence(0x00041220, record),
        ]
    )
    return part_10(data_set, sop_class="1.2.840.10008.1.3.10")


def frame_groups(frames: int) -> bytes:
    """Return functional groups of a multi-frame image (PS3.3 C.7.6.16)."""
    label = element(0x00209157, "UL", struct.pack("<L", 1)) + element(0x00209453, "LO", "first")
    plane = sequence(0x00209113, element(0x00200032, "DS", "0\\0\\1"))
    each = sequence(0x00209111, label) + plane
    return sequence(0x52009229, plane) + sequence(0x52009230, *[each] * frames)


def deflated(data_set: bytes) -> bytes:
    """Return a data set as the deflated transfer syntax has it (PS3.5 A.5)."""
    compressor = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    stream = compressor.compress(data_set) + compressor.flush()
    return stream + b"\0" * (len(stream) & 1)


def _plain(encoding: Encoding) -> bytes:
    return patient(encoding) + image(encoding) + pixels(encoding)


def _nested(*, is_open: bool) -> bytes:
    return part_10(patient() + image() + request(is_open=is_open) + pixels())


_KINDS: Mapping[str, Callable[[], bytes]] = {
    "explicit little endian": lambda: part_10(_plain(EXPLICIT)),
    "implicit little endian": lambda: part_10(_plain(IMPLICIT), IMPLICIT.syntax),
    "explicit big endian": lambda: part_10(_plain(BIG), BIG.syntax),
    "deflated": lambda: part_10(deflated(_plain(EXPLICIT)), DEFLATED.syntax),
    "JPEG": lambda: part_10(patient() + image() + fragments(JPEG_IMAGE), JPEG.syntax),
    "RLE": lambda: part_10(patient() + image() + fragments(RLE_IMAGE), RLE.syntax),
    "nested, undefined lengths": lambda: _nested(is_open=True),
    "nested, defined lengths": lambda: _nested(is_open=False),
    "nested, implicit": lambda: part_10(
        patient(IMPLICIT) + request(IMPLICIT, is_open=True, depth=2), IMPLICIT.syntax
    ),
    "structured report": lambda: part_10(patient(sop_class="88.33") + report(), sop_class="88.33"),
    "directory": directory,
    "private, curve and overlay": lambda: part_10(
        patient() + image() + private() + curve() + overlays() + pixels()
    ),
    "multi-frame": lambda: part_10(
        patient(sop_class="7.2") + image(frames=3) + frame_groups(3) + pixels(frames=3),
        sop_class="7.2",
    ),
    "without preamble": lambda: _plain(IMPLICIT),
}


def kinds() -> dict[str, bytes]:
    """Return a file of each kind, by the name of the kind."""
    return {name: make() for name, make in _KINDS.items()}
