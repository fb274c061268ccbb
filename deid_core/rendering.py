"""Turn changes into encoded elements, for data sets that are encoded themselves."""

from __future__ import annotations

from collections.abc import Mapping

from deid_core.batch import FileContext
from deid_core.changes import Change, Changes, OverwriteBytes, RemoveElement, SetValue
from deid_core.convert import to_vr
from deid_core.dependence import Depends
from deid_core.elements import CHARACTER_SET_VRS, is_sequence, new_element, stored_vr
from deid_core.encoded.dataset import EncodedDataSet
from deid_core.encoded.encode import encode, encode_plain
from deid_core.encoded.patched import Patched
from deid_core.encoded.writing import encoded_items
from deid_core.errors import NotWalkableError
from deid_core.field import ElementPath
from deid_core.structure import CHARACTER_SET
from deid_core.values import (
    UNDECLARED,
    check_text,
    creator_tag,
    is_in_fragments,
    not_fitting,
    writable_vr,
)

WITH_TEXT = (*CHARACTER_SET_VRS, "SQ")
SHORTEST_HEAD = 8
PLAIN_CHARACTER_SETS = ([UNDECLARED], ["ascii"], UNDECLARED, "ascii")


def overlay_of(
    changes: Changes, dataset: EncodedDataSet, context: FileContext
) -> dict[int, bytes | Patched | None]:
    """Return the elements that take the place of those in ``dataset``, nested ones first.

    A value that cannot be stored removes its element, as in `deid_core.apply`. Raises
    `NotWalkableError` where the character set of the text would change.
    """
    overlay = dict(changes.encoded)
    for tag, items in changes.items.items():
        overlay[tag] = sequence_of(tag, items, dataset, context)
    for tag, change in changes.elements.items():
        gone = isinstance(change, RemoveElement)
        overlay[tag] = None if gone else encoded_change(ElementPath(tag), change, dataset, context)
    for path, added in changes.added:
        reserved = creator_tag(path)
        if reserved is not None and reserved not in dataset and reserved not in overlay:
            creator = new_element(reserved, "LO", path.creator)
            overlay[reserved] = encode(
                creator, dataset.original_character_set, implicit=dataset.implicit
            )
        found = _encoded(path, path.vr, added, dataset, context)
        if found is not None:
            overlay[path.tag] = found
    if CHARACTER_SET in overlay:
        _check_character_set(dataset, overlay)
    return overlay


def _check_character_set(
    dataset: EncodedDataSet, overlay: dict[int, bytes | Patched | None]
) -> None:
    """Raise `NotWalkableError` where text would not be read any more as what it is."""
    if overlay[CHARACTER_SET] is not None:
        raise NotWalkableError
    if dataset.original_character_set in PLAIN_CHARACTER_SETS:
        return
    if any(
        tag not in dataset.spans or stored_vr(dataset, tag) in WITH_TEXT
        for tag, encoded in overlay.items()
        if isinstance(encoded, bytes) and not is_plain(encoded[SHORTEST_HEAD:])
    ) or _holds_text(dataset, overlay):
        raise NotWalkableError


def _holds_text(dataset: EncodedDataSet, overlay: Mapping[int, bytes | Patched | None]) -> bool:
    """Tell whether text beyond ASCII is in what stays of a data set."""
    for tag, (_, _, start, stop) in dataset.spans.items():
        if tag in overlay:
            continue
        if is_sequence(dataset, tag):
            if any(_holds_text(item, {}) for item in dataset.items_of(tag)):
                return True
        elif stored_vr(dataset, tag) in WITH_TEXT and not is_plain(dataset.bytes_of(start, stop)):
            return True
    return False


def is_plain(data: bytes) -> bool:
    """Tell whether bytes need no character set; an escape may switch to one (ISO 2022)."""
    return data.isascii() and b"\x1b" not in data


def sequence_of(
    tag: int, items: list[Changes | None], dataset: EncodedDataSet, context: FileContext
) -> bytes:
    """Return a sequence whose items change; those with None are taken out."""
    overlays = [
        None if changes is None else overlay_of(changes, item, context)
        for changes, item in zip(items, dataset.items_of(tag), strict=True)
    ]
    return encoded_items(dataset, tag, list(overlays))


def encoded_change(
    path: ElementPath, change: Change, dataset: EncodedDataSet, context: FileContext
) -> bytes | Patched | None:
    """Return the element that a change leaves; None if it goes."""
    if isinstance(change, OverwriteBytes):
        return dataset.overwritten(path.tag, change.patches)
    if not isinstance(change, SetValue):
        return None
    return _encoded(path, writable_vr(dataset, path.tag), change, dataset, context)


def encoded_addition(
    path: ElementPath, change: SetValue, dataset: EncodedDataSet, context: FileContext
) -> bytes | None:
    """Return a new element; None if it cannot be stored."""
    return _encoded(path, path.vr, change, dataset, context)


def _encoded(
    path: ElementPath, vr: str, change: SetValue, dataset: EncodedDataSet, context: FileContext
) -> bytes | None:
    character_set = dataset.original_character_set
    declared = [character_set] if isinstance(character_set, str) else list(character_set)
    try:
        value = to_vr(change.value, vr)
        if dataset.is_in_fragments(path.tag):
            # Another file may have it in another form.
            context.rely(Depends.FILE)
        else:
            plain = encode_plain(path.tag, vr, value, implicit=dataset.implicit)
            if plain is not None:
                return plain
        element = new_element(path.tag, vr, value)
        if vr == "SQ" and value:
            # pydicom gives new items the character set of what is around them when it writes them.
            context.rely(Depends.VALUE)
        element.is_undefined_length = is_in_fragments(element, dataset)
        if dataset.is_in_fragments(path.tag) and not element.is_undefined_length:
            # Coded pixel data that are none: pydicom refuses what nobody could read.
            raise NotWalkableError  # noqa: TRY301 - what follows may raise anything
        if vr in CHARACTER_SET_VRS:
            text = str(element.value)
            if declared == [UNDECLARED] and not text.isascii():
                raise NotWalkableError  # noqa: TRY301 - what follows may raise anything
            check_text(text, declared)
        return encode(
            new_element(path.tag, vr.split(" or ", maxsplit=1)[0], element.value)
            if not element.is_undefined_length
            else element,
            declared,
            implicit=dataset.implicit,
        )
    except NotWalkableError:
        raise
    except Exception:  # noqa: BLE001 - encoders raise many, and quote the value
        not_fitting(path, vr, context)
        return None
