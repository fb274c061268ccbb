"""Find recipes: a path, a folder that holds one, a bundled name, or a loaded one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import attrs

from deid_core.errors import Problem, RecipeError, RecipeNotFoundError
from deid_core.host import PluginHost
from deid_core.recipe.mapping import rule_of
from deid_core.recipe.screen import screen_rules
from deid_core.recipe.syntax import parse
from deid_core.recipe.tree import Include, Recipe, Rule, Where
from deid_core.settings import Settings

NO_BASE = "none"


def find_recipes(deid: str | os.PathLike[str] | Recipe, host: PluginHost) -> tuple[Recipe, ...]:
    """Return the recipe that ``deid`` means, above those that it includes.

    Text without a separator is the name of a bundled recipe first; anything else is a path
    to a file, or to a folder with one file whose name starts with ``deid``. What a file
    includes is looked for beside it.

    Raises `RecipeNotFoundError` and `RecipeError`.
    """
    return _with_included(deid, host, Path(), ())


def _with_included(
    deid: str | os.PathLike[str] | Recipe, host: PluginHost, beside: Path, above: tuple[str, ...]
) -> tuple[Recipe, ...]:
    recipe, folder = (deid, beside) if isinstance(deid, Recipe) else _load(deid, host, beside)
    identity = os.path.realpath(recipe.source)
    layers: list[Recipe] = []
    for include in recipe.includes:
        where = include.where
        if identity in above:
            raise RecipeError([Problem(where.source, where.line, where.column, "includes itself")])
        layers += _found(include, "INCLUDE", host, folder, (*above, identity))
    return (*layers, recipe)


def _found(
    include: Include, word: str, host: PluginHost, beside: Path, above: tuple[str, ...]
) -> tuple[Recipe, ...]:
    """Return the recipe that a line names; where there is none, the line is at fault."""
    where = include.where
    try:
        return _with_included(include.name, host, beside, above)
    except RecipeNotFoundError as error:
        problem = Problem(where.source, where.line, where.column, f"{word}: {error}")
        raise RecipeNotFoundError([problem]) from None


def _load(deid: str | os.PathLike[str], host: PluginHost, beside: Path) -> tuple[Recipe, Path]:
    """Return a recipe, and the folder that its includes are looked for in."""
    text = os.fspath(deid)
    if isinstance(deid, str) and os.sep not in text:
        found = host.find_recipe(text)
        if found is not None:
            return attrs.evolve(parse(found.text, found.name), title=found.title), beside
    path = _file_of(Path(os.path.normpath(beside / text)))
    try:
        return parse(path.read_text(encoding="utf-8-sig"), str(path)), path.parent
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeError) else error.strerror
        raise RecipeError([Problem(str(path), 0, 0, f"cannot be read: {reason}")]) from None


def _file_of(path: Path) -> Path:
    if path.is_file():
        return path
    if not path.is_dir():
        message = "no such recipe: neither a file, a folder nor the name of a bundled recipe"
        raise RecipeNotFoundError([Problem(str(path), 0, 0, message)])
    found = sorted(
        entry for entry in path.iterdir() if entry.name.startswith("deid") and entry.is_file()
    )
    if len(found) == 1:
        return found[0]
    names = ", ".join(entry.name for entry in found) or "none"
    message = f"the folder must hold one file whose name starts with 'deid'; found: {names}"
    raise RecipeNotFoundError([Problem(str(path), 0, 0, message)])


@attrs.frozen
class Foundation:
    """What lies beneath all recipes: the base recipe, and the rules of a settings file.

    ``default`` is the action for what no rule names.
    """

    base: tuple[Recipe, ...]
    settings: tuple[Rule, ...]
    default: str


def settings_of(layers: Sequence[Recipe], settings: Settings) -> Settings:
    """Return the settings with what all the recipes of a run say about it, the lowest first.

    Raises `RecipeError` for a bad line of ``%screen``.
    """
    sweeps = [recipe.sweep for recipe in layers if recipe.sweep is not None]
    dates = [recipe.dates for recipe in layers if recipe.dates is not None]
    methods = dict.fromkeys(method for recipe in layers for method in recipe.methods)
    screened = screen_rules(layers)
    return attrs.evolve(
        settings,
        sweep=sweeps[-1] if sweeps else settings.sweep,
        dates=dates[-1] if dates else settings.dates,
        methods=(*settings.methods, *methods),
        screen_rules=(*settings.screen_rules, *screened),
        screen_private=settings.screen_private or bool(screened),
    )


def foundation_of(recipes: Sequence[Recipe], settings: Settings, host: PluginHost) -> Foundation:
    """Find out what lies beneath ``recipes``.

    The base recipe spares, out of what the default and patterns would take, what a file needs
    to be decoded, shown and filed; with KEEP as the default it changes nothing else. Raises
    `RecipeError`.
    """
    stated = [recipe.base for recipe in recipes if recipe.base is not None]
    base = _base(stated[-1], host) if stated else ()
    defaults = [recipe.default for recipe in (*base, *recipes) if recipe.default is not None]
    default = (settings.default or (defaults[-1] if defaults else "REMOVE")).upper()
    if not stated:
        name = settings.base_under_keep if default == "KEEP" else settings.base
        base = _base(Include(name, Where("settings")), host)
    rules = tuple(
        rule_of(entry, f"put.actions[{n}]") for n, entry in enumerate(settings.base_rules, 1)
    )
    return Foundation(base, rules, default)


def _base(include: Include, host: PluginHost) -> tuple[Recipe, ...]:
    return () if include.name.lower() == NO_BASE else _found(include, "BASE", host, Path(), ())
