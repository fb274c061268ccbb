"""Names of elements, as CTP writes them and as a recipe does."""

from __future__ import annotations

import re

import attrs
from pydicom.datadict import tag_for_keyword

from deid_core import dictionary

_TAG = re.compile(r"[\[(]?([0-9a-fA-F]{4}),?\s*([0-9a-fA-F]{4})[\])]?")
_PRIVATE = re.compile(r"[\[(]?([0-9a-fA-F]{3}[13579bdfBDF]),?\[([^\]\"']+)\]([0-9a-fA-F]{2})[\])]?")
_REPEATING = (0x50, 0x60)


@attrs.frozen
class Element:
    """An element that a script names, with the private creator where it gives one."""

    tag: int
    creator: str = ""

    @property
    def is_private(self) -> bool:
        """Whether its group is odd."""
        return bool(self.tag >> 16 & 1)

    @property
    def vr(self) -> str:
        """The VR of the dictionary, or ``""``."""
        allowed = () if self.creator else dictionary.vrs_of(self.tag)
        return allowed[0] if allowed else ""

    @property
    def is_curve(self) -> bool:
        """Whether it is in one of the groups 50xx."""
        return self.tag >> 24 == _REPEATING[0]

    @property
    def is_overlay(self) -> bool:
        """Whether it is in one of the groups 60xx."""
        return self.tag >> 24 == _REPEATING[1]

    @property
    def field(self) -> str:
        """How a recipe names it: by a keyword that means it alone, or by its tag."""
        group, element = f"{self.tag >> 16:04X}", f"{self.tag & 0xFFFF:04X}"
        if self.creator:
            return f'({group},"{self.creator}",{element[2:]})'
        keyword = dictionary.keyword_of(self.tag)
        alone = keyword and tag_for_keyword(keyword) == self.tag
        return keyword if alone and self.tag >> 24 not in _REPEATING else f"({group},{element})"


def element_of(text: str) -> Element | None:
    """Return the element of a tag, a tag with a private creator, or a keyword; None if it is none."""
    text = text.strip()
    match = _PRIVATE.fullmatch(text)
    if match:
        group, creator, low = match.groups()
        if not creator.isprintable() or "\\" in creator:
            return None
        return Element(int(group, 16) << 16 | 0x1000 | int(low, 16), creator.strip())
    match = _TAG.fullmatch(text)
    if match:
        return Element(int("".join(match.groups()), 16))
    tag = tag_for_keyword(text)
    return None if tag is None else Element(int(tag))


def tag_text(element: Element) -> str:
    """Return the tag as ``(gggg,eeee)``, by which patterns find an element."""
    return f"({element.tag >> 16:04X},{element.tag & 0xFFFF:04X})"
