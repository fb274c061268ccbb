"""The field of a rule → a test of where a data element stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import attrs

from deid_core import dictionary
from deid_core.model import ElementPath, Parent
from deid_core.recipe.faults import Fault
from deid_core.records import FieldExpander
from deid_core.suggest import nearest

_TAG = re.compile(r"\(?\s*([0-9a-fx]{4})\s*,\s*([0-9a-fx]{4})\s*\)?", re.IGNORECASE)
_DIGITS = re.compile(r"(?:0x)?([0-9a-f][0-9a-fx]{7})", re.IGNORECASE)
_PRIVATE = re.compile(
    r"""\(?\s*([0-9a-fx]{4})\s*,\s*(?:"([^"]+)"|'([^']+)')\s*,\s*([0-9a-f]{2})\s*\)?""",
    re.IGNORECASE,
)


@attrs.frozen
class Step:
    """One tag of an exact field: eight digits with ``x`` for any, or creator and offset.

    With a creator, ``mask`` holds the group and the last two digits the offset in whatever
    block the creator has reserved. ``item`` is the number of an item, None for all.
    """

    mask: str
    creator: str | None = None
    item: int | None = None

    def matches(self, tag: int, creator: str | None) -> bool:
        """Tell whether this is the tag."""
        if self.creator is not None and (creator or "").casefold() != self.creator.casefold():
            return False
        digits = f"{tag:08x}"
        return digits == self.mask or all(
            m in ("x", d) for m, d in zip(self.mask, digits, strict=True)
        )

    @property
    def tag(self) -> int | None:
        """The tag, if it is one tag."""
        return int(self.mask, 16) if "x" not in self.mask else None


@attrs.frozen
class Selector:
    """What a rule is about.

    ``exact`` tells a field that is named from one that a pattern finds. ``steps`` is the
    named path, outermost first. ``nested`` says whether elements inside of sequences can
    match.
    """

    matches: Callable[[ElementPath], bool] = attrs.field(repr=False)
    exact: bool
    nested: bool = True
    steps: tuple[Step, ...] = ()

    def may_match_below(self, parents: tuple[Parent, ...]) -> bool:
        """Tell whether an element somewhere below ``parents`` can match."""
        if not self.nested:
            return False
        path = self.steps[:-1]
        return all(
            step.matches(parent.tag, parent.creator)
            for step, parent in zip(path, parents, strict=False)
        )

    def names_data_set(self, parents: tuple[Parent, ...]) -> bool:
        """Tell whether the last step would stand directly in the data set at ``parents``."""
        return len(self.steps) == len(parents) + 1 and _leads(self.steps, parents)


def compile_selector(text: str, expanders: Mapping[str, FieldExpander]) -> Selector:
    """Compile the field of a rule. Raises `Fault`."""
    name, colon, argument = _split_expander(text)
    if colon or name in expanders:
        return _compile_expander(name, argument, expanders)
    steps = parse_path(text)
    last = steps[-1]
    if len(steps) == 1:
        return Selector(lambda path: last.matches(path.tag, path.creator), exact=True, steps=steps)

    def matches(path: ElementPath) -> bool:
        return (
            len(path.parents) == len(steps) - 1
            and last.matches(path.tag, path.creator)
            and _leads(steps, path.parents)
        )

    return Selector(matches, exact=True, steps=steps)


def _leads(steps: tuple[Step, ...], parents: tuple[Parent, ...]) -> bool:
    return all(
        step.matches(parent.tag, parent.creator) and step.item in (None, parent.item)
        for step, parent in zip(steps[:-1], parents, strict=True)
    )


def _split_expander(text: str) -> tuple[str, str, str]:
    if text.startswith(("(", '"', "'")) or _PRIVATE.fullmatch(text):
        return text, "", ""
    return text.partition(":")


def _compile_expander(name: str, argument: str, expanders: Mapping[str, FieldExpander]) -> Selector:
    expander = expanders.get(name)
    if expander is None:
        near = nearest(name, expanders)
        known = ", ".join(f"{known}:" for known in sorted(expanders))
        raise Fault(f"found selector {name!r}; expected one of: {known}", near)
    try:
        matches = expander.compile(argument)
    except ValueError as error:
        raise Fault(f"selector {name!r}: {error}") from None
    return Selector(matches, exact=expander.exact, nested=expander.nested)


def parse_path(text: str) -> tuple[Step, ...]:
    """Read a keyword or tag, or several joined by ``__`` with or without item numbers.

    Raises `Fault` for what is no keyword of the dictionary and no tag.
    """
    steps: list[Step] = []
    for part in _split_path(text):
        if part.isdecimal() and len(part) < len("00000000") and steps:
            steps[-1] = attrs.evolve(steps[-1], item=int(part))
        else:
            steps.append(_parse_step(part))
    return tuple(steps)


def _split_path(text: str) -> list[str]:
    """Split at ``__``, but not inside the quotes of a private creator."""
    parts: list[str] = []
    for chunk in text.split("__"):
        if parts and parts[-1].count('"') % 2:
            parts[-1] += f"__{chunk}"
        else:
            parts.append(chunk)
    return parts


def _parse_step(text: str) -> Step:
    private = _PRIVATE.fullmatch(text)
    if private:
        group, double, single, offset = private.groups()
        if group[-1] in "02468aceACE":
            raise Fault(f"group {group} is not private; a private creator needs an odd group")
        return Step(f"{group}xx{offset}".lower(), creator=(double or single).strip())
    match = _TAG.fullmatch(text)
    if match:
        return Step("".join(match.groups()).lower())
    match = _DIGITS.fullmatch(text)
    if match:
        return Step(match.group(1).lower())
    mask = dictionary.tag_mask_of(text)
    if mask is None:
        near = dictionary.nearest_keyword(text)
        if near is not None and near.casefold() == text.casefold():
            return Step(dictionary.tag_mask_of(near) or "")
        raise Fault(f"found {text!r}; expected a keyword of the dictionary or a tag", near)
    return Step(mask)
