"""The lines of the sections of a recipe, each kind read by a function of its own."""

from __future__ import annotations

import re

import attrs

from deid_core.recipe.draft import Draft, DraftLabel
from deid_core.recipe.tree import Condition, Coordinates, Member, Rule, ScreenLine, Where
from deid_core.recipe.words import Word, mask_quoted, split_words, unquote
from deid_core.suggest import nearest

COORDINATES = {
    "coordinates": (False, False),
    "keepcoordinates": (True, False),
    "ctpcoordinates": (False, True),
    "ctpkeepcoordinates": (True, True),
}
"""Words for regions: whether they are kept, and whether they give width and height."""

CORNERS = 4
"""Numbers of a box: left, top, right and bottom, or width and height."""

LONGEST_NUMBER = 10
"""Digits that no length and no coordinate needs; Python refuses to read very many."""

_CONDITION = re.compile(r"(?:^|\s)IF\s+(?=\S)")


def read_rule(line: str, where: Where, draft: Draft) -> Rule | None:
    """Read an action line."""
    line, condition = _split_condition(line, where)
    words = split_words(line, 3)
    if len(words) < 2:  # noqa: PLR2004 - an action and a field
        end = attrs.evolve(where, column=len(line) + 1)
        found = f"{words[0].text}: expected a field after the action" if words else ""
        draft.complain(found or "expected an action before IF", end)
        return None
    action, *rest = words
    value, quoted = unquote(rest[1].text) if len(rest) > 1 else (None, False)
    return Rule(
        action=action.text.upper(),
        field=rest[0].text,
        value=value,
        quoted=quoted,
        condition=condition,
        where=where,
        field_column=rest[0].column,
        value_column=rest[1].column if len(rest) > 1 else len(line) + 1,
    )


def _split_condition(line: str, where: Where) -> tuple[str, Condition | None]:
    """Split the line at the last ``IF`` outside of quotes."""
    blanked = mask_quoted(line)
    found = list(_CONDITION.finditer(blanked))
    if not found:
        return line, None
    start = found[-1].end()
    condition = Condition(line[start:].strip(), attrs.evolve(where, column=start + 1))
    return line[: found[-1].start()].rstrip(), condition


def read_member(line: str, where: Where, draft: Draft, *, splits: bool) -> Member | None:
    """Read FIELD, or SPLIT in a group of values."""
    kind, *rest = split_words(line, 3)
    known = ("FIELD", "SPLIT") if splits else ("FIELD",)
    word = kind.text.upper()
    if word not in known:
        expected = " or ".join(known)
        draft.complain(f"found {kind.text!r}; expected {expected}", where, nearest(word, known))
        return None
    if not rest:
        end = attrs.evolve(where, column=len(line) + 1)
        draft.complain(f"{word}: expected a field", end)
        return None
    member = Member(rest[0].text, split=word == "SPLIT", where=where)
    if len(rest) == 1:
        return member
    if word == "FIELD":
        draft.complain("FIELD: expected nothing after the field", _at(where, rest[1]))
        return None
    return with_parameters(member, rest[1], draft)


def with_parameters(member: Member, word: Word, draft: Draft) -> Member | None:
    """Read what stands after the field of SPLIT: ``by="^";minlength=4``."""
    for parameter in re.findall(r"""(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^;])+""", word.text):
        key, _, text = (part.strip() for part in parameter.partition("="))
        value, quoted = unquote(text) if text else (text, False)
        if key == "by" and value and (quoted or len(value.split()) == 1):
            member = attrs.evolve(member, by=value)
        elif key == "minlength" and _is_number(value):
            member = attrs.evolve(member, minlength=int(value))
        else:
            draft.complain(
                f"SPLIT: found {parameter.strip()!r}; expected by=SEPARATOR or minlength=NUMBER,"
                " parted by ';'",
                _at(member.where, word),
                nearest(key, ("by", "minlength")),
            )
            return None
    return member


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) < LONGEST_NUMBER


def read_filter_line(line: str, where: Where, draft: Draft, labels: list[DraftLabel]) -> None:
    """Read a line of a filter: LABEL, coordinates or criteria."""
    word, *rest = split_words(line, 2)
    lower = word.text.lower()
    if lower == "label":
        labels.append(DraftLabel(rest[0].text if rest else ""))
        return
    if not labels:
        draft.complain(f"found {word.text!r}; expected LABEL first", where)
        return
    if lower in COORDINATES:
        found = _coordinates(lower, rest[0] if rest else Word("", len(line) + 1), where, draft)
        if found is not None:
            labels[-1].coordinates.append(found)
        return
    operator = next((sign for sign in ("||", "+") if line.lstrip().startswith(sign)), "")
    start = line.index(operator) + len(operator) if operator else where.column - 1
    text = line[start:].strip()
    column = len(line) - len(line[start:].lstrip()) + 1
    labels[-1].lines.append((operator, Condition(text, attrs.evolve(where, column=column))))


def _coordinates(kind: str, word: Word, where: Where, draft: Draft) -> Coordinates | None:
    keep, sized = COORDINATES[kind]
    text = word.text.strip()
    if text.lower() == "all":
        return Coordinates(keep)
    source = text.partition(":")[2] if text.lower().startswith("from:") and not sized else ""
    if source:
        return Coordinates(keep, source=source, where=_at(where, word))
    numbers = [part.strip() for part in text.split(",")]
    if len(numbers) != CORNERS or not all(map(_is_number, numbers)):
        expected = "four whole numbers or 'all'" if sized else "four whole numbers, 'all' or from:"
        draft.complain(f"{kind}: expected {expected}", _at(where, word))
        return None
    x, y, right, bottom = map(int, numbers)
    box = (x, y, x + right, y + bottom) if sized else (x, y, right, bottom)
    if box[2] <= box[0] or box[3] <= box[1]:
        draft.complain(f"{kind}: the region is empty", _at(where, word))
        return None
    return Coordinates(keep, box)


def read_screen_line(line: str, where: Where, draft: Draft) -> ScreenLine | None:
    r"""Read a screening rule: ``VALUE PatientName split=^ minlength=4`` or ``PATTERN ^Q\d+``."""
    word, *rest = split_words(line, 2)
    kind = word.text.upper()
    if kind not in ("VALUE", "PATTERN"):
        near = nearest(kind, ("VALUE", "PATTERN"))
        draft.complain(f"found {word.text!r}; expected VALUE or PATTERN", where, near)
        return None
    if not rest:
        end = attrs.evolve(where, column=len(line) + 1)
        expected = "a keyword" if kind == "VALUE" else "a regular expression"
        draft.complain(f"{kind}: expected {expected}", end)
        return None
    if kind == "PATTERN":
        # A pattern without quotes is meant to the letter, runs of blanks included.
        text, quoted = unquote(rest[0].text)
        return ScreenLine(kind, text if quoted else rest[0].text, where=where)
    keyword, *parameters = split_words(rest[0].text, 9)
    found = ScreenLine(kind, keyword.text, where=where)
    for parameter in parameters:
        key, _, text = parameter.text.partition("=")
        value = unquote(text)[0] if text else ""
        if key == "split" and value:
            found = attrs.evolve(found, split=value)
        elif key == "minlength" and _is_number(value):
            found = attrs.evolve(found, minlength=int(value))
        else:
            message = (
                f"VALUE: found {parameter.text!r}; expected split=SEPARATOR or minlength=NUMBER"
            )
            draft.complain(message, _at(where, rest[0]), nearest(key, ("split", "minlength")))
            return None
    return found


def _at(where: Where, word: Word) -> Where:
    return attrs.evolve(where, column=word.column)
