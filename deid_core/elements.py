"""Look at the elements of a pydicom data set without converting those nobody asks for."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast, overload

from pydicom import config
from pydicom.dataelem import DataElement, RawDataElement, convert_raw_data_element
from pydicom.dataset import Dataset, FileDataset
from pydicom.multival import MultiValue
from pydicom.valuerep import PersonName

from deid_core import dictionary
from deid_core.encoded.dataset import EncodedDataSet
from deid_core.errors import ReadError
from deid_core.field import ElementPath, Parent
from deid_core.readings import readings
from deid_core.structure import MAX_DEPTH, UNDEFINED, Encoding, check_items

ITEMS = (b"\xfe\xff\x00\xe0", b"\xff\xfe\xe0\x00")
"""The tag of an item in either byte order: what the bytes of a sequence start with (PS3.5 7.5)."""

CHARACTER_SET_VRS = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
"""VRs whose text is encoded in the Specific Character Set (PS3.5 6.1.2.3)."""

CREATOR_VRS = (None, "LO", "UN")
LONGEST_CREATOR = 64
MOST_OF_A_CREATOR = 4096
"""Bytes of a creator with its padding, beyond which it is none."""


Elements = Dataset | EncodedDataSet
"""What holds data elements: a data set, an item, or the file meta information."""


def held(dataset: Elements, tag: int) -> DataElement | RawDataElement:
    """Return what a data set holds for a tag, encoded or not, without decoding it."""
    return dataset.get_item(tag, keep_deferred=True)


def stored_vr(dataset: Elements, tag: int) -> str:
    """Return the VR that the file gives the element, else the dictionary's, else ``UN``."""
    vr = dataset.vr(tag) if isinstance(dataset, EncodedDataSet) else held(dataset, tag).VR
    if vr is None:
        allowed = dictionary.vrs_of(tag)
        vr = allowed[0] if allowed else "UN"
    return str(vr)


def heads(dataset: Elements) -> tuple[tuple[int, ...], tuple[str | None, ...]]:
    """Return the tags of a data set, and the VRs that the file gives the elements."""
    if isinstance(dataset, EncodedDataSet):
        return dataset.tags_and_vrs()
    elements = dataset.values()
    return tuple(map(int, dataset.keys())), tuple(element.VR for element in elements)


def has_undefined_length(dataset: Elements, tag: int) -> bool:
    """Tell whether the element has no length but an end: pixel data in fragments (PS3.5 A.4)."""
    if isinstance(dataset, EncodedDataSet):
        return dataset.is_in_fragments(tag)
    element = held(dataset, tag)
    if isinstance(element, RawDataElement):
        return bool(element.length == UNDEFINED)
    return bool(element.is_undefined_length)


def is_sequence(dataset: Elements, tag: int) -> bool:
    """Tell whether the element is a sequence, whatever VR the file hides it under."""
    if isinstance(dataset, EncodedDataSet):
        return dataset.is_sequence(tag)
    element = held(dataset, tag)
    if element.VR == "SQ":
        return True
    if not isinstance(element.value or b"", bytes):
        return False
    allowed = dictionary.vrs_of(tag)
    if allowed or element.VR not in (None, "UN"):
        return allowed == ("SQ",)
    return (element.value or b"")[:4] in ITEMS


def read_element(dataset: Elements, tag: int) -> DataElement:
    """Return the element, converted, without changing what the data set holds.

    Raises `ReadError` if its bytes cannot be decoded.
    """
    element = held(dataset, tag)
    if not isinstance(element, RawDataElement):
        return element
    if element.VR is None:
        # pydicom does not know what the supplement of the dictionary does.
        element = (
            element._replace(VR=stored_vr(dataset, tag)) if dictionary.vrs_of(tag) else element
        )
    try:
        charset = dataset.original_character_set
        if not charset and isinstance(dataset, Dataset):
            charset = dataset._character_set  # noqa: SLF001 - pydicom has no other way
        return convert_raw_data_element(element, encoding=charset, ds=cast("Dataset", dataset))
    except Exception as error:  # noqa: BLE001 - pydicom raises many, and quotes the value
        path = ElementPath(tag)
        raise ReadError(f"{path.tag_text} cannot be decoded ({type(error).__name__})") from None


def value_of(dataset: Elements, tag: int) -> Any:
    """Return the value of an element as `plain` gives it. Raises `ReadError`."""
    if isinstance(dataset, EncodedDataSet):
        text = dataset.plain_text(tag)
        if text is not None:
            return text or None
    return plain(read_element(dataset, tag).value)


@overload
def items_of(dataset: Dataset, tag: int) -> list[Dataset]: ...
@overload
def items_of(dataset: EncodedDataSet, tag: int) -> list[EncodedDataSet]: ...
@overload
def items_of(dataset: Elements, tag: int) -> Sequence[Elements]: ...
def items_of(dataset: Elements, tag: int) -> Sequence[Elements]:
    """Return the items of a sequence, parsed in place. Raises `ReadError`.

    Under VR UN they are in implicit VR little endian (PS3.5 6.2.2).
    """
    if isinstance(dataset, EncodedDataSet):
        return dataset.items_of(tag)
    element = held(dataset, tag)
    if isinstance(element, DataElement) and element.VR != "SQ":
        # Somebody has looked at it, so that pydicom converted it to what its header says.
        implicit, little = (bool(one) for one in dataset.original_encoding)
        value, vr = element.value or b"", str(element.VR)
        element = RawDataElement(element.tag, vr, len(value), value, 0, implicit, little)
    if isinstance(element, RawDataElement):
        if element.VR == "UN":
            element = element._replace(VR="SQ", is_implicit_VR=True, is_little_endian=True)
        encoding = Encoding(element.is_implicit_VR, element.is_little_endian)
        check_items(element.value or b"", encoding)
        dataset[tag] = element._replace(VR="SQ")
    try:
        return list(dataset[tag].value or ())
    except Exception as error:  # noqa: BLE001 - as above
        path = ElementPath(tag)
        raise ReadError(
            f"the items of {path.tag_text} cannot be parsed ({type(error).__name__})"
        ) from None


@overload
def walk(
    dataset: Dataset, parents: tuple[Parent, ...] = ()
) -> Iterator[tuple[Dataset, ElementPath]]: ...
@overload
def walk(
    dataset: Elements, parents: tuple[Parent, ...] = ()
) -> Iterator[tuple[Elements, ElementPath]]: ...
def walk(
    dataset: Elements, parents: tuple[Parent, ...] = ()
) -> Iterator[tuple[Elements, ElementPath]]:
    """Yield every element of a data set with the data set that holds it, at any depth.

    A sequence comes before what it holds. Raises `ReadError` if items cannot be parsed.
    """
    if len(parents) > MAX_DEPTH:
        raise ReadError(f"sequences are nested deeper than {MAX_DEPTH}")
    tags = list(dataset.keys())
    creators = private_creators(dataset) if any(tag >> 16 & 1 for tag in tags) else {}
    for tag in tags:
        creator = creator_of(tag, creators)
        yield dataset, ElementPath(tag, stored_vr(dataset, tag), creator, parents)
        if is_sequence(dataset, tag):
            for number, item in enumerate(items_of(dataset, tag)):
                yield from walk(item, (*parents, Parent(tag, number, creator)))


def texts(value: Any) -> tuple[str, ...]:
    """Return the values of an element as text, without empty ones; bytes are read as UTF-8."""
    values = value if isinstance(value, list) else [value]
    found = []
    for one in values:
        text = one.decode("utf-8", "replace") if isinstance(one, bytes) else one
        if text is not None and str(text).strip(" \0"):
            found.append(str(text).strip(" \0"))
    return tuple(found)


def readings_of(dataset: Elements, tag: int) -> tuple[str, ...]:
    """Return all that the values of an element may be read as, for those who look for something.

    Numbers as text count as they are written and as the number; bytes count in every usual
    encoding. Raises `ReadError` if the element cannot be decoded.
    """
    value = plain(read_element(dataset, tag).value)
    encoded = held(dataset, tag).value
    found: list[str] = []
    if stored_vr(dataset, tag) in ("DS", "IS"):
        written = (
            encoded.decode("latin-1").split("\\")
            if isinstance(encoded, bytes)
            else [str(getattr(one, "original_string", one)) for one in _each(encoded)]
        )
        found += [*texts(written), *map(_short, _each(value))]
    found += texts(value)
    if isinstance(value, bytes):
        found += readings(value, dataset.original_character_set)
    return tuple(dict.fromkeys(found))


def _each(value: Any) -> list[Any]:
    if isinstance(value, MultiValue | list | tuple):
        return list(value)
    return [] if value is None else [value]


def _short(number: Any) -> str:
    return str(int(number)) if isinstance(number, float) and number.is_integer() else str(number)


def private_creators(dataset: Elements) -> Mapping[int, str]:
    """Return the private creators by ``group << 8 | block`` (PS3.5 7.8.1).

    What stands at the place of one but is no single short text reserves nothing.
    """
    creators = {}
    if isinstance(dataset, EncodedDataSet):
        for tag in dataset.creator_tags():
            vr, _, start, stop = dataset.spans[tag]
            if vr in CREATOR_VRS and stop - start <= MOST_OF_A_CREATOR:
                name = _creator_name(dataset.bytes_of(start, stop))
                if name is not None:
                    creators[tag >> 8 & 0xFFFF00 | tag & 0xFF] = name
        return creators
    for tag in dataset.keys():  # noqa: SIM118 - a Dataset iterates over converted elements
        if tag & 0x10000 and is_creator(tag):
            element = held(dataset, tag)
            value = element.value if isinstance(element.value, bytes | str) else b""
            name = _creator_name(
                value.encode("latin-1", "replace") if isinstance(value, str) else value
            )
            if element.VR in CREATOR_VRS and name is not None:
                creators[tag >> 8 & 0xFFFF00 | tag & 0xFF] = name
    return creators


@lru_cache(maxsize=1024)
def _creator_name(value: bytes) -> str | None:
    """Return the name that an encoded private creator gives, None if it gives none."""
    name = value.decode("latin-1").strip(" \0")
    return name if 0 < len(name) <= LONGEST_CREATOR and "\\" not in name else None


def creator_of(tag: int, creators: Mapping[int, str]) -> str | None:
    """Return who reserved the block of a private element, or None."""
    if not tag >> 16 & 1:
        return None
    return creators.get(tag >> 8 & 0xFFFF00 | tag >> 8 & 0xFF)


def is_creator(tag: int) -> bool:
    """Tell whether a tag is that of a private creator (PS3.5 7.8.1)."""
    return bool(tag >> 16 & 1) and 0x10 <= tag & 0xFFFF <= 0xFF  # noqa: PLR2004 - PS3.5 7.8.1


def plain(value: Any) -> Any:
    """Return a pydicom value as plain text, number, bytes or a list of those; None if empty."""
    if isinstance(value, MultiValue | list | tuple):
        return [plain(one) for one in value]
    if value is None or value == b"":
        return None
    if isinstance(value, str | PersonName):
        return str(value) or None
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float | Decimal):
        return float(value)
    return value


def separate(dataset: FileDataset) -> FileDataset:
    """Return a data set of its own with the same elements, for those who may change it."""
    implicit, little = dataset.original_encoding
    twin = FileDataset(
        "",
        Dataset(),
        file_meta=copy.deepcopy(dataset.file_meta),
        is_implicit_VR=bool(implicit),
        is_little_endian=little is not False,
    )
    for tag in dataset.keys():  # noqa: SIM118 - a Dataset iterates over converted elements
        element = held(dataset, tag)
        nested = isinstance(element, DataElement) and element.VR == "SQ"
        twin[tag] = copy.deepcopy(element) if nested else copy.copy(element)
    twin.set_original_encoding(implicit, little, dataset.original_character_set)
    return twin


def new_element(tag: int, vr: str, value: Any) -> DataElement:
    """Make an element, legal or not: whether to warn of that is for the caller."""
    return DataElement(tag, vr, value, validation_mode=config.IGNORE)


def put(dataset: Elements, tag: int, vr: str, value: Any) -> None:
    """Give a data set an element, in finishing: legal or not is for the caller."""
    if isinstance(dataset, EncodedDataSet):
        dataset.put(tag, vr, value)
    else:
        store(dataset, new_element(tag, vr, value))


def store(dataset: Dataset, element: DataElement) -> None:
    """Set an element of a data set of pydicom's.

    Raises `ReadError` where pydicom looks at another for that, and cannot decode it.
    """
    try:
        dataset[element.tag] = element
    except Exception as error:  # noqa: BLE001 - as above
        raise ReadError(
            f"what {ElementPath(element.tag).tag_text} depends on cannot be decoded "
            f"({type(error).__name__})"
        ) from None
