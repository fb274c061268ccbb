"""The field of a rule → a test of where a data element stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import attrs

from deid_core import dictionary
from deid_core.errors import PluginContractError
from deid_core.field import ElementPath, Field, Parent
from deid_core.guard import Guard
from deid_core.recipe.faults import Fault
from deid_core.recipe.tree import Group
from deid_core.records import FieldExpander
from deid_core.registry import Registry
from deid_core.search import finder, pattern_finder
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


BUILT_IN = ("fields", "toplevel", "values")
"""Selectors that ask for more than an expander sees: groups, and the depth of a path."""


@attrs.frozen
class Names:
    """What selectors may name besides fields: expanders and groups.

    ``opened`` are the groups of fields that are being compiled.
    """

    expanders: Registry[FieldExpander]
    values: Mapping[str, Group] = attrs.field(factory=dict)
    fields: Mapping[str, Group] = attrs.field(factory=dict)
    opened: frozenset[str] = frozenset()
    _joint: re.Pattern[str] = attrs.field(init=False, repr=False, eq=False)

    @_joint.default
    def _plus_before_a_name(self) -> re.Pattern[str]:
        known = "|".join(map(re.escape, (*self.expanders, *BUILT_IN)))
        return re.compile(rf"\+(?=(?:{known}):)", re.IGNORECASE)

    def split(self, text: str) -> list[str]:
        """Split at each ``+`` that the name of a selector follows; a pattern may hold others."""
        return self._joint.split(text) if "+" in text else [text]


@attrs.frozen
class Selector:
    """What a rule is about.

    ``exact`` tells a field that is named from one that a pattern finds. ``steps`` is the
    named path, outermost first. ``nested`` says whether elements inside of sequences can
    match, ``anchored`` that the path starts at the top level, and ``numbered`` that the items
    of a sequence are told apart. ``when``, if there is one, also tests the element's value.
    """

    matches: Callable[[ElementPath], bool] = attrs.field(repr=False)
    exact: bool
    nested: bool = True
    anchored: bool = False
    steps: tuple[Step, ...] = ()
    numbered: bool = False
    when: Callable[[Field], bool] | None = attrs.field(default=None, repr=False)

    @property
    def single(self) -> int | None:
        """The tag, if it is all that counts, wherever the element stands."""
        alone = len(self.steps) == 1 and not self.anchored and self.steps[0].creator is None
        return self.steps[0].tag if alone else None

    def may_match_below(self, parents: tuple[Parent, ...]) -> bool:
        """Tell whether an element somewhere below ``parents`` can match."""
        if not self.nested:
            return False
        path = self.steps[:-1]
        if self.anchored and len(parents) > len(path):
            return False
        return all(
            step.matches(parent.tag, parent.creator)
            for step, parent in zip(path, parents, strict=False)
        )

    def names_data_set(self, parents: tuple[Parent, ...]) -> bool:
        """Tell whether the last step would stand directly in the data set at ``parents``."""
        return len(self.steps) == len(parents) + 1 and _leads(self.steps, parents)


def compile_selector(text: str, names: Names) -> Selector:
    """Compile the field of a rule. Raises `Fault`."""
    parts = names.split(text)
    if len(parts) > 1:
        return _compose([compile_selector(part, names) for part in parts])
    name, colon, argument = _split_expander(text)
    if colon and name.lower() == "values":
        return _values(argument, names)
    if colon and name.lower() == "fields":
        return _fields(argument, names)
    anchored = bool(colon) and name.lower() == "toplevel"
    if not anchored and (colon or name in names.expanders):
        return _compile_expander(name, argument, names)
    return _named(parse_path(argument if anchored else text), anchored=anchored)


def _named(steps: tuple[Step, ...], *, anchored: bool) -> Selector:
    """Select one field, or the one at the end of a path.

    A single field is meant at every depth, unless it is anchored at the top level; a path
    starts there.
    """
    last = steps[-1]
    if len(steps) == 1 and not anchored:
        return Selector(lambda path: last.matches(path.tag, path.creator), exact=True, steps=steps)

    def matches(path: ElementPath) -> bool:
        return (
            len(path.parents) == len(steps) - 1
            and last.matches(path.tag, path.creator)
            and _leads(steps, path.parents)
        )

    return Selector(
        matches,
        exact=True,
        nested=len(steps) > 1,
        anchored=True,
        steps=steps,
        numbered=any(step.item is not None for step in steps),
    )


def _compose(parts: list[Selector]) -> Selector:
    """Return the selector of what all of ``parts`` match."""
    tests = [part.when for part in parts if part.when is not None]

    def when(field: Field) -> bool:
        return all(test(field) for test in tests)

    return Selector(
        lambda path: all(part.matches(path) for part in parts),
        exact=any(part.exact for part in parts),
        nested=all(part.nested for part in parts),
        numbered=any(part.numbered for part in parts),
        when=when if tests else None,
    )


def _values(argument: str, names: Names) -> Selector:
    """Select what holds a value of a group, as text, or with ``regex:`` as a pattern."""
    kind, _, rest = argument.partition(":")
    pattern = kind.lower() == "regex" and bool(rest)
    group = rest if pattern else argument
    _check_group(group, "values", names.values)

    def when(field: Field) -> bool:
        words = field.context.words(group)
        found = pattern_finder(words) if pattern else finder(words)
        return any(found(text) for text in field.readings)

    return Selector(lambda path: path.vr != "SQ", exact=False, when=when)


def _fields(argument: str, names: Names) -> Selector:
    """Select what a member of a group of fields selects."""
    _check_group(argument, "fields", names.fields)
    outside = attrs.evolve(names, fields={n: g for n, g in names.fields.items() if n != argument})
    members = [compile_selector(member.field, outside) for member in names.fields[argument].members]
    if any(member.when is not None for member in members):
        raise Fault(f"the group of fields {argument!r} must not depend on values")
    single = [member.single for member in members]
    tags = frozenset(tag for tag in single if tag is not None)
    others = [member for member, tag in zip(members, single, strict=True) if tag is None]
    return Selector(
        lambda path: path.tag in tags or any(member.matches(path) for member in others),
        exact=bool(members) and all(member.exact for member in members),
        nested=any(member.nested for member in members),
        numbered=any(member.numbered for member in members),
    )


def _check_group(name: str, kind: str, groups: Mapping[str, Group]) -> None:
    if name not in groups:
        known = ", ".join(sorted(groups)) or "none"
        message = f"found {kind}:{name}; there is no section %{kind} {name} (known: {known})"
        raise Fault(message, nearest(name, groups))


def _leads(steps: tuple[Step, ...], parents: tuple[Parent, ...]) -> bool:
    return all(
        step.matches(parent.tag, parent.creator) and step.item in (None, parent.item)
        for step, parent in zip(steps[:-1], parents, strict=True)
    )


def _split_expander(text: str) -> tuple[str, str, str]:
    if text.startswith(("(", '"', "'")) or _PRIVATE.fullmatch(text):
        return text, "", ""
    return text.partition(":")


def _compile_expander(name: str, argument: str, names: Names) -> Selector:
    expander = names.expanders.get(name)
    if expander is None:
        known_names = (*BUILT_IN, *names.expanders)
        near = nearest(name, known_names)
        known = ", ".join(sorted(known_names))
        raise Fault(f"found selector {name!r}; expected one of: {known}", near)
    who = names.expanders.who(names.expanders.entry(name).plugin)
    what = f"selector {expander.name!r}"
    try:
        with Guard(who, what, lets=(ValueError,)):
            matches = expander.compile(argument)
    except ValueError as error:
        raise Fault(f"{what}: {error}") from None
    if not callable(matches):
        raise PluginContractError(f"{who}: {what} compiled to no function")

    def guarded(path: ElementPath) -> bool:
        with Guard(who, what):
            return matches(path)

    return Selector(guarded, exact=False, nested=expander.nested, numbered=expander.numbered)


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
    if not text:
        raise Fault("expected a keyword or a tag on both sides of '__'")
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
