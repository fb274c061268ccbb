"""A data set whose elements stay encoded until somebody asks for one."""

from __future__ import annotations

import copy
from collections.abc import Iterator, KeysView
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pydicom import config
from pydicom.charset import convert_encodings, default_encoding
from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import DataElement, RawDataElement, convert_raw_data_element
from pydicom.dataset import Dataset, FileDataset
from pydicom.tag import BaseTag

from deid_core import dictionary
from deid_core.encoded.decoding import DELIMITER_LENGTH, data_set_of, file_of, parsed
from deid_core.encoded.encode import encode, encode_plain
from deid_core.encoded.heads import implicit_vr
from deid_core.encoded.outline import outline_of
from deid_core.encoded.patched import Patched, ValueView
from deid_core.encoded.writing import patched_pieces
from deid_core.errors import NotWalkableError
from deid_core.structure import CHARACTER_SET, UNDEFINED

if TYPE_CHECKING:
    from deid_core.encoded.source import Source

Span = tuple[str | None, int, int, int]
"""An element: its VR if the file says it, where it begins, where its value begins, where it ends."""


ITEM = b"\xfe\xff\x00\xe0"
"""The tag of an item: what the bytes of a sequence start with (PS3.5 7.5)."""
MOST_TEXT = 1024
SINGLE_TEXT = frozenset({"CS", "LO", "SH", "UI"})


class EncodedDataSet:
    """The elements of a data set, or item, by their place in the bytes of a file.

    It reads like a pydicom data set as far as `deid_core.elements` needs it: ``keys``, ``in``,
    ``get_item``, ``get``, ``ds[tag]``. Setting or deleting an element does not touch what was read:
    it is noted in ``overlay``, encoded.
    """

    __slots__ = (
        "__weakref__", "_around", "_charset", "_fragments", "_items", "_meta", "data", "depth", "end",
        "has_undefined_length", "heads", "implicit", "last", "layout", "overlay",
        "retired", "source", "spans", "start", "view",
    )  # fmt: skip

    def __init__(
        self,
        data: bytes,
        *,
        implicit: bool,
        start: int,
        source: Source | None = None,
        around: EncodedDataSet | None = None,
    ) -> None:
        self.data = data
        self.implicit = implicit
        self.start = self.end = start
        self.source = source
        self.depth: int = 0 if around is None else around.depth + 1
        """How many sequences are around it."""
        self.has_undefined_length = False
        self.spans: dict[int, Span] = {}
        self.overlay: dict[int, bytes | Patched | None] = {}
        self.retired: list[int] = []
        self.heads: list[bytes] = []
        self.layout = b""
        """What tells data sets apart that do not have the same elements, with the same VRs."""
        self.last = -1
        self._meta: EncodedDataSet | None = None
        self.view: FileDataset | None = None
        self._charset: list[str] | str | None = None
        self._around = default_encoding if around is None else around.original_character_set
        self._items: dict[int, list[EncodedDataSet]] | None = None
        self._fragments: int | None = None

    # -- as the walker makes it --------------------------------------------------------

    @property
    def size(self) -> int:
        """How many bytes the file has."""
        return len(self.data) if self.source is None else self.source.size

    def keep_items(self, tag: int, items: list[EncodedDataSet]) -> None:
        """Keep the items of a sequence of undefined length, which were found on the way."""
        if self._items is None:
            self._items = {}
        self._items[tag] = items

    def keep_fragments(self, tag: int) -> None:
        """Note that the value is in fragments, with a delimiter at its end (PS3.5 A.4)."""
        self._fragments = tag

    def walked(self, end: int) -> EncodedDataSet:
        """Note where the elements end."""
        self.end = end
        self.layout = b"".join(self.heads)
        return self

    @property
    def file_meta(self) -> EncodedDataSet:
        """The file meta information; items have none, and raise ``AttributeError``."""
        if self._meta is None:
            raise AttributeError("file_meta")
        return self._meta

    @file_meta.setter
    def file_meta(self, file_meta: EncodedDataSet) -> None:
        self._meta = file_meta

    # -- reading -----------------------------------------------------------------------

    @property
    def original_encoding(self) -> tuple[bool, bool]:
        """Whether it is in implicit VR, and in little endian, as pydicom says it."""
        return self.implicit, True

    @property
    def original_character_set(self) -> list[str] | str:
        """The Python encodings of Specific Character Set, as it was read."""
        if self._charset is None:
            span = self.spans.get(CHARACTER_SET)
            if span is None:
                self._charset = self._around
            else:
                self._charset = _encodings(self.bytes_of(span[2], span[3]))
        return self._charset

    @property
    def encodings(self) -> tuple[str, ...]:
        """The same, as a tuple."""
        names = self.original_character_set
        return (names,) if isinstance(names, str) else tuple(names)

    def keys(self) -> KeysView[int]:
        """Return the tags in their order."""
        if not self.overlay:
            return self.spans.keys()
        gone = {tag for tag, encoded in self.overlay.items() if encoded is None}
        return dict.fromkeys(sorted((self.spans.keys() | self.overlay.keys()) - gone)).keys()

    def __iter__(self) -> Iterator[DataElement]:
        return (self[tag] for tag in self.keys())

    def __len__(self) -> int:
        return len(self.keys())

    def __contains__(self, tag: object) -> bool:
        number = tag_for_keyword(tag) if isinstance(tag, str) else tag
        if number in self.overlay:
            return self.overlay[number] is not None
        return number in self.spans

    def bytes_of(self, start: int, stop: int) -> bytes:
        """Return the bytes of a range of the file."""
        if stop <= len(self.data) or self.source is None:
            return self.data[start:stop]
        return self.source.read(start, stop)

    def get_item(self, tag: int, *, keep_deferred: bool = False) -> RawDataElement:  # noqa: ARG002 - as with pydicom
        """Return an element as it is encoded. Raises ``KeyError``."""
        if tag in self.overlay:
            encoded = self.overlay[tag]
            if encoded is None:
                raise KeyError(tag)
            if isinstance(encoded, Patched):
                pieces = patched_pieces(self, encoded)
                encoded = b"".join(
                    one if isinstance(one, bytes) else self.bytes_of(*one) for one in pieces
                )
            return parsed(encoded, implicit=self.implicit)
        vr, _, start, stop = self.spans[tag]
        length = stop - start
        if self._is_delimited(tag):
            length, stop = UNDEFINED, stop - DELIMITER_LENGTH
        value = self.bytes_of(start, stop)
        return RawDataElement(BaseTag(tag), vr, length, value, start, self.implicit, True)  # noqa: FBT003 - as pydicom wants it

    def creator_tags(self) -> tuple[int, ...]:
        """Return the tags at which private creators stand (PS3.5 7.8.1)."""
        return outline_of(self)[2]

    def tags_and_vrs(self) -> tuple[tuple[int, ...], tuple[str | None, ...]]:
        """Return the tags of what was read, and the VRs that the file gives the elements."""
        return outline_of(self)[:2]

    def vr(self, tag: int) -> str | None:
        """Return the VR that the file, or who set it, gives an element. Raises ``KeyError``."""
        if tag in self.overlay:
            return self.get_item(tag).VR
        return self.spans[tag][0]

    def is_sequence(self, tag: int) -> bool:
        """Tell whether an element is a sequence, whatever VR the file hides it under."""
        vr = self.vr(tag)
        if vr == "SQ":
            return True
        allowed = dictionary.vrs_of(tag)
        if allowed or vr not in (None, "UN"):
            return allowed == ("SQ",)
        value = self.part(tag, 0, 4) if tag not in self.overlay else self.get_item(tag).value
        return (value or b"")[:4] == ITEM

    def length(self, tag: int) -> int:
        """Return how many bytes an element has that was read; its delimiter counts."""
        _, _, start, stop = self.spans[tag]
        return stop - start

    def part(self, tag: int, start: int, stop: int) -> bytes:
        """Return bytes of the value of an element that was read, by their place in it."""
        _, _, first, last = self.spans[tag]
        return self.bytes_of(first + start, min(first + stop, last))

    def value_view(self, tag: int) -> ValueView:
        """Return the bytes of a value that was read, without the delimiter at its end."""
        _, _, start, stop = self.spans[tag]
        length = stop - start - (DELIMITER_LENGTH if self._is_delimited(tag) else 0)
        return ValueView(length, lambda first, last: self.bytes_of(start + first, start + last))

    def overwritten(self, tag: int, patches: tuple[tuple[int, bytes], ...]) -> bytes | Patched:
        """Return an element with other bytes at some places of its value."""
        _, start, value, stop = self.spans[tag]
        element = Patched(start, stop, tuple((value + at, data) for at, data in patches))
        if stop <= len(self.data):
            return b"".join(one for one in patched_pieces(self, element) if isinstance(one, bytes))
        return element

    def is_in_fragments(self, tag: int) -> bool:
        """Tell whether the value is in fragments (PS3.5 A.4)."""
        return tag == self._fragments and tag not in self.overlay

    def _is_delimited(self, tag: int) -> bool:
        return tag == self._fragments or (
            self._items is not None and tag in self._items and self.is_open(tag)
        )

    def is_open(self, tag: int) -> bool:
        """Tell whether the file gives a sequence no length."""
        _, start, value, _ = self.spans[tag]
        return value > start and self.bytes_of(value - 4, value) == b"\xff\xff\xff\xff"

    def __getitem__(self, key: int | str) -> DataElement:
        """Return an element, decoded. Raises ``KeyError``."""
        tag = tag_for_keyword(key) if isinstance(key, str) else key
        if tag is None:
            raise KeyError(key)
        return convert_raw_data_element(
            self.get_item(tag),
            encoding=self.original_character_set,
            ds=self,  # type: ignore[arg-type]
        )

    def get(self, key: int | str, default: Any = None) -> Any:
        """Return an element by its tag, or a value by its keyword, as pydicom does."""
        try:
            element = self[key]
        except KeyError:
            return default
        return element.value if isinstance(key, str) else element

    def text(self, tag: int) -> str:
        """Return what an element holds as text, or ``""``: a UID, or a code string."""
        if tag not in self:
            return ""
        value = self.get_item(tag).value if tag in self.overlay else self.part(tag, 0, MOST_TEXT)
        return (value or b"").decode("latin-1")

    def plain_text(self, tag: int) -> str | None:
        """Return the value of an element that is a single text of ASCII; None if it is another."""
        span = self.spans.get(tag)
        if span is None or self.overlay:
            return None
        vr, _, start, stop = span
        if (vr or implicit_vr(tag)) not in SINGLE_TEXT or stop - start > MOST_TEXT:
            return None
        value = self.bytes_of(start, stop)
        if not value.isascii() or b"\\" in value or b"\x1b" in value:
            return None
        text = value.decode("ascii").rstrip("\0 ")
        # What controls mean, and blanks before a value, is for pydicom to say.
        return text if text.isprintable() and not text.startswith(" ") else None

    def items_of(self, tag: int) -> list[EncodedDataSet]:
        """Return the items of a sequence. Raises `NotWalkableError`."""
        # The walker makes what this is.
        from deid_core.encoded.walker import walk_items  # noqa: PLC0415

        if tag in self.overlay:
            value = self.get_item(tag).value or b""
            return walk_items(value, 0, len(value), self, self.depth + 1)[0]
        if self._items is not None and tag in self._items:
            return self._items[tag]
        vr, _, start, stop = self.spans[tag]
        if vr == "UN":
            raise NotWalkableError
        if stop <= len(self.data):
            items, _ = walk_items(self.data, start, stop, self, self.depth + 1)
        else:
            value = self.bytes_of(start, stop)
            items, _ = walk_items(value, 0, len(value), self, self.depth + 1)
        self.keep_items(tag, items)
        return items

    # -- writing -----------------------------------------------------------------------

    def __setitem__(self, tag: int, element: DataElement) -> None:
        self.overlay[tag] = encode(element, self.original_character_set, implicit=self.implicit)

    def put(self, tag: int, vr: str, value: Any) -> None:
        """Set an element by its VR and value. Raises whatever pydicom raises."""
        plain = encode_plain(tag, vr, value, implicit=self.implicit)
        if plain is None:
            self[tag] = DataElement(tag, vr, value, validation_mode=config.IGNORE)
        else:
            self.overlay[tag] = plain

    def __delitem__(self, tag: int) -> None:
        if tag not in self:
            raise KeyError(tag)
        if tag in self.spans:
            self.overlay[tag] = None
        else:
            del self.overlay[tag]

    def with_changes(self, overlay: dict[int, bytes | Patched | None]) -> EncodedDataSet:
        """Return the same data set with other changes; this one stays as it is."""
        other = copy.copy(self)
        other.overlay, other.view = overlay, None
        return other

    def forget_changes(self) -> None:
        """Take back all that was set or deleted."""
        self.overlay = {}
        if self._meta is not None:
            self._meta.overlay = {}

    # -- as pydicom's ------------------------------------------------------------------

    def decoded(self) -> Dataset:
        """Return a data set of pydicom's own, with elements that are still encoded."""
        return data_set_of(self)

    def as_file(self) -> FileDataset:
        """Return the data set with its file meta information as pydicom's, made once.

        It counts from then on: whoever has it may have changed it.
        """
        if self.view is None:
            self.view = file_of(self, self._meta)
        return self.view


@lru_cache(maxsize=256)
def _encodings(value: bytes) -> list[str] | str:
    """Return the Python encodings for the value of Specific Character Set."""
    if b"\0" in value.rstrip(b" \0"):
        # Python knows no name with a NUL in it; what the file means is for others to say.
        raise NotWalkableError("the character set is no text")
    terms = value.decode("ascii", "replace").split("\\")
    names = [term.strip(" \0") for term in terms]
    return convert_encodings(names if len(names) > 1 else names[0])
