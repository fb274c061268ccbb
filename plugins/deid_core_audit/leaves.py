"""Walk a data set down to the values, at every depth, without trusting what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs
from pydicom import charset
from pydicom.datadict import (
    dictionary_has_tag,
    dictionary_VR,
    keyword_for_tag,
    private_dictionary_VR,
    repeater_has_tag,
)
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from deid_core_audit.files import PIXELS

ENCODED_TEXT = frozenset(["LO", "LT", "PN", "SH", "ST", "UC", "UT"])
"""VRs whose values are in the character set of the data set (PS3.5 6.1.2.3)."""
FREE_TEXT = frozenset(["LO", "LT", "SH", "ST", "UC", "UT"])
PLAIN_TEXT = frozenset(["AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI", "UR"])
TEXT = ENCODED_TEXT | PLAIN_TEXT
NUMBERS = frozenset(["AT", "DS", "FD", "FL", "IS", "SL", "SS", "SV", "UL", "US", "UV"])
LONG = frozenset(["LT", "ST", "UR", "UT"])
"""VRs with one value, in which a backslash is a character."""
DEEPEST = 100
LONGEST = 1 << 16
"""Binary values of more bytes are searched with the bytes of the file only."""
DELIMITERS = set(b"\\^=\r\n\t\f")
"""After these the first character set is active again (PS3.5 6.1.2.5.3)."""


@attrs.frozen
class Leaf:
    """An element that is no sequence, or one that cannot be read as such.

    ``path`` tells elements apart and holds numbers of items; private elements go by their
    creator in it, so it is not for people. ``place`` is, and holds no value. ``top`` is the
    tag of the top-level element that the leaf is in.
    """

    path: str = attrs.field(repr=False)
    top: int
    place: str
    tag: int
    vr: str
    raw: bytes = attrs.field(repr=False)
    values: tuple[str, ...] = attrs.field(repr=False)

    @property
    def keyword(self) -> str:
        """The keyword of the attribute, empty where there is none."""
        return "" if self.private else keyword_for_tag(self.tag)

    @property
    def private(self) -> bool:
        """Whether the group is odd."""
        return bool(self.tag >> 16 & 1)

    @property
    def known(self) -> bool:
        """Whether the attribute is in the dictionary, and not of a repeating group."""
        return not self.private and dictionary_has_tag(self.tag)

    @property
    def text(self) -> str:
        """All values as one text; of a binary value the bytes as Latin-1."""
        return "\\".join(self.values) if self.values else self.raw.decode("latin-1")

    @property
    def readable(self) -> bool:
        """Whether the value is to be looked at as text: not where it is long and binary."""
        return bool(self.values) or (len(self.raw) <= LONGEST and self.tag not in PIXELS)

    @property
    def empty(self) -> bool:
        """Whether there is no value but padding."""
        return not self.raw.strip(b" \0")


def leaves(dataset: Dataset) -> Iterator[Leaf]:
    """Yield what a data set and its file meta information hold, at every depth."""
    meta = getattr(dataset, "file_meta", None)
    if meta is not None:
        yield from _walk(meta, None, "", "", ["iso8859"])
    yield from _walk(dataset, None, "", "", ["iso8859"])


def place_of(dataset: Dataset, tag: int) -> str:
    """Return the words for a top-level element."""
    return _name(tag, _creator(dataset, tag))


def codecs_of(dataset: Dataset) -> list[str]:
    """Return the Python codecs of a data set's Specific Character Set."""
    return _codecs(dataset, [])


def _walk(
    dataset: Dataset, top: int | None, path: str, place: str, codecs: Sequence[str]
) -> Iterator[Leaf]:
    codecs = _codecs(dataset, codecs)
    for tag in sorted(dataset.keys()):
        creator = _creator(dataset, tag)
        key = f"{tag >> 16:04X}({creator}){tag & 0xFF:02X}" if creator else f"{int(tag):08X}"
        first = int(tag) if top is None else top
        here, there = f"{path}/{key}", f"{place}{_name(tag, creator)}"
        vr, raw = _raw(dataset, tag, creator)
        items = _items(dataset, tag, vr) if path.count("[") < DEEPEST else None
        if items is None:
            yield Leaf(here, first, there, int(tag), vr, raw, _values(vr, raw, codecs))
            continue
        for number, item in enumerate(items):
            yield from _walk(item, first, f"{here}[{number}]", f"{there} > ", codecs)


def _raw(dataset: Dataset, tag: int, creator: str) -> tuple[str, bytes]:
    item = dataset.get_item(tag, keep_deferred=True)
    vr, expected = item.VR or "UN", _dictionary_vr(tag, creator)
    # What an attribute is counts, and not what a writer calls its value: a name as OB is a name.
    if expected in TEXT or (vr == "UN" and expected):
        vr = vr if vr == "SQ" else expected
    vr = vr[:2]
    if isinstance(item, RawDataElement):
        return vr, item.value or b""
    if vr == "SQ":
        return vr, b""
    value = item.value
    if isinstance(value, bytes):
        return vr, value
    parts = value if isinstance(value, list | MultiValue) else [value]
    return vr, "\\".join("" if part is None else str(part) for part in parts).encode()


def _dictionary_vr(tag: int, creator: str) -> str:
    try:
        return private_dictionary_VR(tag, creator) if creator else dictionary_VR(tag)
    except KeyError:
        return ""


def _items(dataset: Dataset, tag: int, vr: str) -> Sequence[Dataset] | None:
    if vr != "SQ":
        return None
    try:
        value = dataset[tag].value
        return value if all(isinstance(item, Dataset) for item in value) else None
    except Exception:  # noqa: BLE001 - a damaged sequence is looked at as bytes
        return None


def _values(vr: str, raw: bytes, codecs: Sequence[str]) -> tuple[str, ...]:
    if vr not in TEXT:
        return ()
    try:
        text = charset.decode_bytes(raw, codecs, DELIMITERS) if vr in ENCODED_TEXT else None
    except Exception:  # noqa: BLE001 - bytes that are not of the character set they claim
        text = None
    text = raw.decode("latin-1") if text is None else text
    parts = [text] if vr in LONG else text.split("\\")
    return tuple(part.strip(" \0") for part in parts)


def _codecs(dataset: Dataset, inherited: Sequence[str]) -> list[str]:
    try:
        named = dataset.get("SpecificCharacterSet")
        return charset.convert_encodings(named) if named else list(inherited)
    except Exception:  # noqa: BLE001 - a character set that nobody knows
        return list(inherited)


def _creator(dataset: Dataset, tag: int) -> str:
    block = tag >> 8 & 0xFF
    if not tag >> 16 & 1 or block < 0x10:  # noqa: PLR2004 - PS3.5 7.8.1
        return ""
    creator = (
        dataset.get_item((tag >> 16, block), keep_deferred=True)
        if (tag >> 16, block) in dataset
        else None
    )
    value = creator.value if creator is not None else b""
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    return str(value or "").strip(" \0")


def _name(tag: int, creator: str) -> str:
    """Name an element without its creator, and without a tag that may be a value's bytes."""
    group, element = tag >> 16, tag & 0xFFFF
    if group & 1:
        if creator:
            return f"({group:04X},xx{element & 0xFF:02X})"
        is_creator = 0x10 <= element <= 0xFF  # noqa: PLR2004 - PS3.5 7.8.1
        return "private creator" if is_creator else "private element without creator"
    if keyword := keyword_for_tag(tag):
        return keyword
    return f"({group:04X},{element:04X})" if repeater_has_tag(tag) else "unknown public element"
