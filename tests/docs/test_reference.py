"""The reference leaves nothing out: hooks, arguments, public names, options, words of recipes."""

from __future__ import annotations

import inspect
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import deid_core
import deid_core.dicom
from deid_core import PluginHost, errors, hookspecs, keys, records, settings, settings_file
from deid_core.cli.main import cli
from deid_core.recipe import syntax

CHECKOUT = Path(__file__).parents[2]
REFERENCE = CHECKOUT / "docs" / "reference"

HOOKS = {name: hook for name, hook in vars(hookspecs).items() if name.startswith("deid_")}
ARGUMENTS = [
    (name, argument) for name in HOOKS for argument in inspect.signature(HOOKS[name]).parameters
]


def page(name: str) -> str:
    return (REFERENCE / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_on_the_page_of_hooks(hook: str) -> None:
    assert f"\n::: deid_core.hookspecs.{hook}\n" in page("hooks")


def test_the_changelog_names_all_hooks_as_they_are_called() -> None:
    text = (CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8")
    section = text.partition("\n### Hooks\n")[2].partition("\n### ")[0]
    assert set(re.findall(r"`(deid_(?!core)\w+)`", section)) == set(HOOKS)


@pytest.mark.parametrize(("hook", "argument"), ARGUMENTS)
def test_every_argument_of_a_hook_is_explained(hook: str, argument: str) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.+?) \|$", page("hooks"), flags=re.MULTILINE)
    assert [what for name, hooks, what in rows if name == argument and f"`{hook}`" in hooks]


def test_no_argument_is_explained_that_is_not_there() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (`deid_.*?) \|", page("hooks"), flags=re.MULTILINE)
    said = {(hook, name) for name, hooks in rows for hook in re.findall(r"`(\w+)`", hooks)}
    assert said == set(ARGUMENTS)


def test_the_docstring_of_every_hook_answers_the_same_questions() -> None:
    for name, hook in HOOKS.items():
        text = " ".join((inspect.getdoc(hook) or "").split())
        for question in ("When:", "Who wins:", "May change:", ">>> "):
            assert question in text, f"{name}: {question}"
        if not name.endswith(("_started", "_recorded", "_finished")):
            assert "None:" in text, name


def test_every_record_can_be_imported_from_the_package() -> None:
    for name, value in vars(records).items():
        if inspect.isclass(value) and value.__module__ == records.__name__:
            assert name in deid_core.__all__


def test_the_drawing_of_the_errors_has_them_all() -> None:
    for name, value in vars(errors).items():
        if inspect.isclass(value) and issubclass(value, errors.DeidError):
            assert re.search(rf"─? ?\b{name}\b", errors.__doc__ or ""), name


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group, info_name=path)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")


@pytest.mark.parametrize(("path", "command"), [("deid-core", cli), *commands(cli, "deid-core")])
def test_every_command_is_in_the_reference_with_its_options(
    path: str, command: click.Command
) -> None:
    text = page("command-line")
    assert f"\n$ {path} --help\n" in text, "add it; tests/docs/renew_help.py fills it in"
    shown = text.partition(f"\n$ {path} --help\n")[2].partition("```")[0]
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            for option in parameter.opts:
                assert re.search(rf"(?<![\w-]){option}(?![\w-])", shown), option


def test_every_setting_is_in_the_reference() -> None:
    keys = {f"{table}.{key}" for table, known in settings_file._LAYOUT.items() for key in known}
    said = set(re.findall(r"^\| `([a-z_.]+)`", page("settings"), flags=re.MULTILINE))
    assert said == keys - {"get.ids"} | {"get.ids.entity", "get.ids.item"}


def test_every_environment_variable_is_in_the_reference() -> None:
    source = inspect.getsource(settings) + inspect.getsource(keys)
    known = set(re.findall(r"DEID_CORE_[A-Z_]+", source))
    assert known == set(
        re.findall(r"^\| `(DEID_CORE_[A-Z_]+)`", page("settings"), flags=re.MULTILINE)
    )


HOST = PluginHost.load()
WORDS = {
    **dict.fromkeys(syntax.DIRECTIVES, r"^\| .*`{}\b"),
    **{f"%{name}": r"^\| .*`{}\b" for name in syntax.SECTIONS},
    **dict.fromkeys(HOST.actions, r"^\| `{}` \|"),
    **{f"{name}:": r"^\| .*`(?:{}|all`)" for name in HOST.expanders},
    **dict.fromkeys(HOST.value_functions, r"^\| `{}` \|"),
    **dict.fromkeys(HOST.operators, r"^\| .*`{} FIELD"),
}


@pytest.mark.parametrize("word", WORDS)
def test_every_word_of_the_recipe_language_is_in_a_table(word: str) -> None:
    assert re.search(WORDS[word].format(re.escape(word)), page("recipe"), flags=re.MULTILINE)


def test_no_word_is_in_a_table_that_the_recipe_language_does_not_have() -> None:
    said = set(re.findall(r"^\| `(\w+)` \|", page("recipe"), flags=re.MULTILINE))
    assert len(said) > 30
    assert said <= {*HOST.actions, *HOST.value_functions, *HOST.operators, "all"}


def test_every_module_of_the_core_is_on_a_floor_of_the_architecture() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    floors = next(one["layers"] for one in contracts if one["id"] == "layers")
    modules = {module for floor in floors for module in re.findall(r"\w+", floor)}
    text = (CHECKOUT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| [\w ]+ \| (`.*?) \|", text, flags=re.MULTILINE)
    assert {module for row in rows for module in re.findall(r"`(\w+)`", row)} == modules
