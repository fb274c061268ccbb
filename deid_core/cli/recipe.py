"""``deid-core recipe``: check, show, explain and compare recipes."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from deid_core.cli.errors import shown_errors
from deid_core.cli.groups import Commands
from deid_core.cli.importing import import_recipe
from deid_core.cli.options import common_options, settings_of
from deid_core.cli.profile import OPTIONS, profile_options, profile_recipes
from deid_core.cli.pseudonyms import pseudonym_recipes, pseudonym_settings, pseudonyms_option
from deid_core.commands import json_option, print_json

if TYPE_CHECKING:
    from deid_core.engine import Engine
    from deid_core.recipe.tree import Recipe

F = TypeVar("F", bound=Callable[..., Any])

BASIC = "deid.dicom.basic"
"""The profile that its options lie on."""


@click.group("recipe", cls=Commands)
def command() -> None:
    """Check, show, explain, compare and import recipes."""


command.add_command(import_recipe)


def _recipe_options(function: F) -> F:
    """Add what a run says about its recipes, so that the same words mean the same plan."""
    return profile_options(pseudonyms_option(json_option(common_options(function))))


def _names(recipes: tuple[str, ...], options: dict[str, Any]) -> tuple[str, ...]:
    names = (*profile_recipes(options), *pseudonym_recipes(options), *recipes)
    options_of_profile = {f"deid.dicom.{name}" for name in OPTIONS}
    if options_of_profile.intersection(names) and BASIC not in names:
        # An option alone is no plan; what it lies on is known.
        return (BASIC, *names)
    return names


def _some(recipes: tuple[str, ...], options: dict[str, Any]) -> tuple[str, ...]:
    names = _names(recipes, options)
    if not names:
        raise click.UsageError("name a RECIPE, or --profile basic")
    return names


def _engine(names: tuple[str, ...], options: dict[str, Any]) -> tuple[Engine, tuple[Recipe, ...]]:
    from deid_core.config import layers_of
    from deid_core.engine import Engine
    from deid_core.host import PluginHost

    settings = pseudonym_settings(settings_of(options), {"crosswalk": None, **options})
    host = PluginHost.load(settings.plugins)
    layers = layers_of(names, host)
    return Engine(host, layers, settings), layers


@command.command("check")
@click.argument("recipes", nargs=-1, metavar="[RECIPE]...")
@_recipe_options
def check(recipes: tuple[str, ...], **options: Any) -> None:
    """Read recipes and look up every name in them; print all problems, with line and column.

    Exit status: 0 if they can be used together, 2 if not.
    """
    with shown_errors():
        _, layers = _engine(_some(recipes, options), options)
    rules = sum(len(layer.header) for layer in layers)
    if options["as_json"]:
        sources = [layer.source for layer in layers]
        print_json({"command": "recipe check", "recipes": sources, "rules": rules})
    else:
        click.echo(f"no problems (recipes: {len(layers)}, rules: {rules})")


@command.command("show")
@click.argument("recipes", nargs=-1, metavar="[RECIPE]...")
@_recipe_options
def show(recipes: tuple[str, ...], **options: Any) -> None:
    """Print recipes as they are understood, those that they include first."""
    from deid_core.recipe.printing import to_text

    with shown_errors():
        _, layers = _engine(_some(recipes, options), options)
    if options["as_json"]:
        texts = [{"source": layer.source, "text": to_text(layer)} for layer in layers]
        print_json({"command": "recipe show", "recipes": texts})
        return
    for layer in layers:
        click.echo(f"# {layer.source}")
        click.echo(to_text(layer))


@command.command("explain")
@click.argument("recipes", nargs=-1, metavar="[RECIPE]...")
@click.option("--tag", required=True, help="A keyword, a tag, or a path of them joined by __.")
@click.option(
    "--file",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file whose values and conditions decide.",
)
@_recipe_options
def explain(recipes: tuple[str, ...], tag: str, file: Path | None, **options: Any) -> None:
    """Say what will happen to an element, and which line decides.

    Never shows a value.
    """
    from deid_core.explain import explain_field

    with shown_errors():
        engine, _ = _engine(_names(recipes, options), options)
        _say("recipe explain", explain_field(engine, tag, file), options)


@command.command("diff")
@click.argument("first")
@click.argument("second")
@json_option
@common_options
def diff(first: str, second: str, **options: Any) -> None:
    """Print the lines in which two recipes differ, as they are understood.

    Exit status: 0 if they say the same, 1 if they differ.
    """
    from deid_core.config import layers_of
    from deid_core.host import PluginHost
    from deid_core.recipe.printing import to_text

    with shown_errors():
        host = PluginHost.load(settings_of(options).plugins)
        before, after = (
            "".join(to_text(layer) for layer in layers_of(recipe, host)).splitlines()
            for recipe in (first, second)
        )
    lines = list(difflib.unified_diff(before, after, first, second, lineterm=""))
    _say("recipe diff", lines, options)
    if lines:
        raise SystemExit(1)


@command.command("conformance")
@click.argument("recipes", nargs=-1, metavar="[RECIPE]...")
@_recipe_options
def conformance(recipes: tuple[str, ...], **options: Any) -> None:
    """Say what happens to each attribute, made from the plan itself (PS3.15 E.1.3)."""
    from deid_core.conformance import statement

    with shown_errors():
        engine, layers = _engine(_names(recipes, options), options)
        _say("recipe conformance", statement(engine, layers), options)


def _say(name: str, lines: Iterable[str], options: dict[str, Any]) -> None:
    if options["as_json"]:
        print_json({"command": name, "lines": list(lines)})
        return
    for line in lines:
        click.echo(line)
