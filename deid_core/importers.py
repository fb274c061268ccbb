"""What a plugin declares to translate recipes of other programs, and what comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs

from deid_core.records import _callable, _name, _optional_name


@attrs.frozen
class Untranslated:
    """A part of a foreign recipe that has no equal here.

    ``line`` is where it stands, from 1, or 0 where that is not known. ``what`` is the part as it
    is written there, ``reason`` says why it has no equal, and ``instead`` what the recipe does in
    its place, which never keeps more.
    """

    line: int
    what: str
    reason: str
    instead: str


@attrs.frozen
class ImportedRecipe:
    """A foreign recipe in the language of deid_core.

    ``text`` is the recipe, empty where the source holds tables only. ``tables`` are CSV texts for
    ``--table`` by name: they hold identifiers. ``untranslated`` lists all that has no equal, in
    the order of the source; ``advice`` says what a run with the recipe needs besides, and in what
    it differs.
    """

    text: str = ""
    tables: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    untranslated: tuple[Untranslated, ...] = ()
    advice: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class RecipeImporter:
    """A translator of recipes of another program, such as ``ctp``.

    ``recognizes(data)`` tells by the content of a file whether it is of that program.
    ``translate(data, source)`` returns an `ImportedRecipe`; ``source`` is how messages name the
    file. It raises `RecipeError` for what cannot be read at all. What it cannot translate it
    lists, with a rule in its place that does not keep more than the original would.
    """

    name: str = attrs.field(validator=_name)
    recognizes: Callable[[bytes], bool] = attrs.field(validator=_callable)
    translate: Callable[[bytes, str], ImportedRecipe] = attrs.field(validator=_callable)
    summary: str
    replaces: str | None = attrs.field(default=None, validator=_optional_name)
