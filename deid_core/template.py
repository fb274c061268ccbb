"""Names of outputs by a template, as ``{PatientID}/{SeriesNumber:04}-{Modality|none}.dcm``.

A language of its own: what stands between braces is a keyword of the data dictionary, and nothing
else is ever looked up or run.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import PurePosixPath

import attrs

from deid_core import dictionary
from deid_core.errors import SettingsError

FLAT = "{SOPInstanceUID}.dcm"
"""Names all outputs beside each other."""

MOST_PARTS = 16
"""Folders of a name, with the name itself: paths of more than 2000 bytes help nobody."""
LONGEST = 1000
LONGEST_NUMBER = 64
"""Digits of what still counts as a number."""

FILE_META = frozenset(
    {"MediaStorageSOPClassUID", "MediaStorageSOPInstanceUID", "TransferSyntaxUID"}
)
"""What a finished instance has in its file meta information that says nothing of where it is from."""
WITHOUT_TEXT = frozenset({"NONE", "OB", "OD", "OF", "OL", "OV", "OW", "SQ", "UN"})
"""VRs whose values are no text and no number (PS3.5 6.2)."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_INSIDE = re.compile(r"(?P<keyword>\w+)(?::(?P<form>[^|]*))?(?:\|(?P<default>.*))?", re.DOTALL)
_FORM = re.compile(r"0(?P<digits>[1-9][0-9]?)|\.(?P<most>[1-9][0-9]{0,2})")
_NUMBER = re.compile(rf"([+-]?)([0-9]{{1,{LONGEST_NUMBER}}})(?:\.0*)?")


@attrs.frozen
class Placeholder:
    """What an attribute puts into a name.

    ``digits`` fills whole numbers with zeros, ``most`` cuts longer texts; 0 for neither.
    ``default`` stands where there is no value.
    """

    keyword: str
    tag: int
    digits: int = 0
    most: int = 0
    default: str = ""

    def text(self, values: Iterable[object]) -> str:
        """Return what stands in the name for these values: several are joined by ``-``."""
        found = [text for text in map(_text, values) if text]
        if not found:
            return self.default
        if self.digits:
            found = [_filled(text, self.digits) for text in found]
        joined = unicodedata.normalize("NFC", "-".join(found))
        return joined[: self.most] if self.most else joined


@attrs.frozen
class Template:
    """A name out of literal text and placeholders: the folders, and at last the file."""

    parts: tuple[tuple[str | Placeholder, ...], ...]

    def name(self, values_of: Callable[[int], Sequence[object]]) -> PurePosixPath:
        """Return the name for the values that an output has; ``values_of`` gets a tag.

        It has as many parts as the template: no value adds a folder, or takes one away.
        """
        return PurePosixPath(*(self._part(part, values_of) for part in self.parts))

    @staticmethod
    def _part(
        part: tuple[str | Placeholder, ...], values_of: Callable[[int], Sequence[object]]
    ) -> str:
        texts = (one if isinstance(one, str) else one.text(values_of(one.tag)) for one in part)
        return "".join(texts).strip(" .") or "_"


@lru_cache(maxsize=64)
def read_template(text: str) -> Template:
    """Read a template. Raises `SettingsError`, which says what is wrong and where."""
    if len(text) > LONGEST:
        raise _wrong(text[:40], f"has more than {LONGEST} characters")
    # A slash in a default would be one of a value: it is no folder.
    parts = tuple(_read_part(text, part) for part in _split(text))
    if len(parts) > MOST_PARTS:
        raise _wrong(text, f"has more than {MOST_PARTS} parts")
    if not any(isinstance(one, Placeholder) for part in parts for one in part):
        raise _wrong(text, "names no attribute, so that all outputs would have one name")
    return Template(parts)


def _split(text: str) -> list[str]:
    for inside in _PLACEHOLDER.findall(text):
        if "/" in inside:
            raise _wrong(text, f"has a / inside of {{{inside}}}; folders end outside of braces")
    if "\\" in text:
        raise _wrong(text, "has a backslash; folders end with /")
    parts = text.split("/")
    if any(not part.strip(" .") for part in parts):
        raise _wrong(text, "has a part that is empty, or only dots: no name begins or ends with /")
    return parts


def _read_part(text: str, part: str) -> tuple[str | Placeholder, ...]:
    found: list[str | Placeholder] = []
    # What the expression has a group for stands at odd places.
    for place, piece in enumerate(_PLACEHOLDER.split(part)):
        if place % 2:
            found.append(_read_placeholder(text, piece))
        elif "{" in piece or "}" in piece:
            raise _wrong(text, "has a brace without its partner, or one within another")
        elif piece:
            found.append(piece)
    return tuple(found)


def _read_placeholder(text: str, inside: str) -> Placeholder:
    match = _INSIDE.fullmatch(inside)
    if match is None:
        raise _wrong(
            text, f"has {{{inside}}}; write {{Keyword}}, {{Keyword:04}}, {{Keyword|default}}"
        )
    keyword, form, default = match["keyword"], match["form"], match["default"]
    tag = _tag_of(text, keyword)
    default = f"no-{keyword}" if default is None else _safe(default)
    if form is None:
        return Placeholder(keyword, tag, default=default)
    numbers = _FORM.fullmatch(form)
    if numbers is None:
        raise _wrong(
            text,
            f"has the form {form!r} for {keyword}; "
            "use :04 for a number of four digits, or :.20 for at most 20 characters",
        )
    digits, most = int(numbers["digits"] or 0), int(numbers["most"] or 0)
    return Placeholder(keyword, tag, digits, most, default)


def _tag_of(text: str, keyword: str) -> int:
    mask = dictionary.tag_mask_of(keyword)
    if mask is None:
        near = dictionary.nearest_keyword(keyword)
        hint = f"; did you mean {near!r}?" if near else ""
        raise _wrong(text, f"has {keyword!r}, which is no keyword of the dictionary{hint}")
    if "x" in mask:
        raise _wrong(text, f"has {keyword}, of which an instance may hold several")
    tag = int(mask, 16)
    if tag >> 16 < 0x0008 and keyword not in FILE_META:  # noqa: PLR2004 - the first group of data sets
        allowed = ", ".join(sorted(FILE_META))
        raise _wrong(text, f"has {keyword}; of file meta information it may have {allowed}")
    if WITHOUT_TEXT.intersection(dictionary.vrs_of(tag)):
        raise _wrong(text, f"has {keyword}, whose value is no text and no number")
    return tag


def _text(value: object) -> str:
    return "" if value is None else _safe(str(value)).strip(" \0")


def _safe(text: str) -> str:
    """Return a text without what would part it into folders."""
    return text.replace("/", "_").replace("\\", "_")


def _filled(text: str, digits: int) -> str:
    """Return a whole number with zeros in front of it; any other text as it is."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return text
    number = match[2].lstrip("0") or "0"
    return f"{'-' if match[1] == '-' else ''}{number}".zfill(digits)


def _wrong(text: str, what: str) -> SettingsError:
    return SettingsError(f"the template {text!r} for names {what}")
