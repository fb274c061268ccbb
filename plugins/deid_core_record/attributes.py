"""What became of each attribute, out of the counts of actions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from deid_core import dictionary

EFFECTS = ("removed", "emptied", "replaced")
"""What may become of an element; what is added counts as replaced."""
_TAG = re.compile(r"\(([0-9A-F]{4}),([0-9A-F]{4})\)")


def attributes_of(actions: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return what became of each attribute, in the order of tags.

    ``actions`` counts by action and keyword, or tag where there is no keyword. An action says by its
    name, or after a comma, that it has removed an element or emptied it.
    """
    found: dict[str, dict[str, int]] = {}
    for key, number in actions.items():
        action, _, label = key.rpartition(" ")
        counts = found.setdefault(label, dict.fromkeys(EFFECTS, 0))
        counts[_effect(action)] += number
    return sorted(
        ({**_described(label), **counts} for label, counts in found.items()),
        key=lambda attribute: str(attribute["tag"]),
    )


def is_file_meta(attribute: Mapping[str, Any]) -> bool:
    """Tell whether an attribute is of the file meta information, which each output has of its own."""
    return str(attribute["tag"]).startswith("(0002,")


def _effect(action: str) -> str:
    last = action.rpartition(", ")[2]
    return {"REMOVE": "removed", "BLANK": "emptied"}.get(last, "replaced")


def _described(label: str) -> dict[str, Any]:
    found = _TAG.fullmatch(label)
    if found is not None:
        tag = int(found[1] + found[2], 16)
        return _entry(label, "", tag)
    mask = dictionary.tag_mask_of(label)
    if mask is None:
        return {"tag": "", "keyword": label, "name": label, "vr": "UN", "private": False}
    tag = int(mask.replace("x", "0"), 16)
    return _entry(f"({mask[:4]},{mask[4:]})".upper().replace("X", "x"), label, tag)


def _entry(text: str, keyword: str, tag: int) -> dict[str, Any]:
    private = bool(tag >> 16 & 1)
    name = dictionary.name_of(tag) if not private else ""
    return {
        "tag": text,
        "keyword": keyword,
        "name": name,
        "vr": _one(dictionary.vrs_of(tag)),
        "private": private,
    }


def _one(vrs: Iterable[str]) -> str:
    return next(iter(vrs), "UN")
