"""DOCUMENT, REFUSE and STRIP: actions about what is coded inside of an element."""

from __future__ import annotations

from typing import NoReturn

from deid_core import (
    ActionError,
    Batch,
    Change,
    Field,
    FieldAction,
    OverwriteBytes,
    Rank,
    RefusedError,
    RemoveElement,
    Rule,
    SetValue,
)
from deid_core.dependence import Depends
from deid_core.elements import has_undefined_length, read_element
from deid_core.records import Apply
from deid_core_streams.bits import StreamError
from deid_core_streams.documents import MIME_TYPE, document
from deid_core_streams.strip import NATIVE, strip

BYTES = ("OB", "OW", "UN")
DOCUMENTS = "1.2.840.10008.5.1.4.1.1.104."
"""How the UIDs of the SOP Classes of encapsulated documents begin."""


def compile_document(_rule: Rule, _batch: Batch) -> Apply:
    """Compile DOCUMENT: an empty document of the same MIME type.

    An instance that is no encapsulated document (PS3.6 A) needs none, nor does an item: there the
    element goes. The action raises `ActionError` for a MIME type of which nobody knows an empty
    document.
    """

    def replace(field: Field) -> Change:
        instance = field.context.instance
        dataset = instance.elements
        found = None
        if not field.path.parents and MIME_TYPE in dataset:
            found = document(str(read_element(dataset, MIME_TYPE).value or ""))
        if found is None:
            origin = instance.origin
            if field.path.parents or origin is None or not origin.sop_class.startswith(DOCUMENTS):
                return RemoveElement()
            raise ActionError(
                f"{field.path.label} has no MIME type for which there is an empty document; "
                "REMOVE it, or write a recipe that gives it a value"
            )
        return SetValue(found)

    return replace


def compile_refuse(_rule: Rule, _batch: Batch) -> Apply:
    """Compile REFUSE. The action raises `RefusedError`."""

    def refuse(field: Field) -> NoReturn:
        raise RefusedError(f"{field.path.label} is there, and the recipe refuses files with it")

    return refuse


def compile_strip(_rule: Rule, _batch: Batch) -> Apply:
    """Compile STRIP: metadata in coded streams is overwritten, and nothing else changes.

    The action raises `ActionError` for a stream that is not what the transfer syntax says.
    """

    def strip_metadata(field: Field) -> Change | None:
        instance = field.context.instance_for(Depends.PLACE)
        syntax = instance.origin.transfer_syntax if instance.origin is not None else ""
        syntax = syntax or str(instance.elements.file_meta.get("TransferSyntaxUID", "") or "")
        if syntax in NATIVE and field.path.vr in BYTES and not _in_fragments(field):
            return None
        value = field.view if field.path.vr in BYTES else None
        if value is None:
            if field.value is None:
                return None
            raise ActionError(f"{field.path.label} holds no bytes, so nothing can be stripped")
        try:
            found = strip(
                value,
                syntax,
                nested=bool(field.path.parents),
                undefined_length=_in_fragments(field),
            )
        except StreamError as error:
            raise ActionError(
                f"{field.path.label} may hold metadata that cannot be removed: {error}"
            ) from None
        return OverwriteBytes(found) if found else None

    return strip_metadata


def _in_fragments(field: Field) -> bool:
    """Tell whether the file gives the element no length: it is in fragments then (PS3.5 A.4)."""
    # A rule before this one may have made it.
    holder = field.holder
    return (
        holder is not None
        and field.path.tag in holder
        and has_undefined_length(holder, field.path.tag)
    )


ACTIONS = [
    FieldAction(
        name="DOCUMENT",
        compile=compile_document,
        rank=Rank.CHANGES,
        summary="put an empty document of the same MIME type in its place",
    ),
    FieldAction(
        name="REFUSE",
        compile=compile_refuse,
        rank=Rank.REFUSES,
        depends=Depends.PLACE,
        summary="refuse a file that has the element",
    ),
    FieldAction(
        name="STRIP",
        compile=compile_strip,
        rank=Rank.CHANGES,
        depends=Depends.PLACE,
        summary="overwrite metadata in coded images and videos",
    ),
]
