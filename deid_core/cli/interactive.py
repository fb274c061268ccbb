"""``--interactive``: the questions that a newcomer needs, and the command that they amount to."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from deid_core.cli.profile import OPTIONS

F = TypeVar("F", bound=Callable[..., Any])

PROFILES = {
    "basic": "remove or replace what DICOM PS3.15 lists; keep the rest",
    "none": "remove all but what a file needs to be decoded, shown and filed",
}
DATES = {
    "remove": "no date stays, as the profile has it",
    "shift": "each patient's dates move by days of its own, so that intervals stay",
    "keep": "dates and times stay as they are",
}
DATE_OPTIONS = {"shift": "retain-modified-dates", "keep": "retain-full-dates"}
_NOT_ASKED = frozenset(
    {*DATE_OPTIONS.values(), "clean-pixel-data", "clean-recognizable-visual-features"}
)
CHOICES = {name: text for name, text in OPTIONS.items() if name not in _NOT_ASKED}
"""The options of the profile that can be chosen by number."""


def interactive_option(function: F) -> F:
    """Add ``--interactive``."""
    return click.option(
        "--interactive",
        is_flag=True,
        help="Be asked what you want, and see the command that does it before anything happens.",
    )(function)


def answers(sources: tuple[str, ...], options: Mapping[str, Any]) -> dict[str, Any]:
    """Ask, show the command, and return the options that the answers stand for.

    Raises ``click.Abort`` where the person does not want to go on.
    """
    _say("Five questions; Enter takes the answer in brackets, Ctrl-C stops.")
    found: dict[str, Any] = {}
    words: list[str] = []
    profile = _one_of("1. Which profile?", PROFILES)
    if profile != "none":
        found["profile"] = profile
        words += ["--profile", profile]
        for name in _some_of("2. Which options? Numbers with commas, or Enter for none", CHOICES):
            found[name.replace("-", "_")] = True
            words.append(f"--{name}")
    else:
        _say("\n2. Options belong to a profile: there are none to choose.")
    output = _output(options)
    found["output"] = output
    words += ["--output", str(output)]
    words += _crosswalk(output, found)
    if profile != "none":
        chosen = _one_of("5. What becomes of dates?", DATES)
        if chosen in DATE_OPTIONS:
            found[DATE_OPTIONS[chosen].replace("-", "_")] = True
            words.append(f"--{DATE_OPTIONS[chosen]}")
    else:
        _say("\n5. Dates go, with all else.")
    _say("\nThe same without questions:\n")
    _say(f"  {shlex.join(['deid-core', 'run', *sources, *words, *_said(options, found)])}\n")
    if not click.confirm("Go on?", default=True, err=True):
        raise click.Abort
    _make_key(found, dry=options["dry_run"])
    return found


def _make_key(found: dict[str, Any], *, dry: bool) -> None:
    """Make the key of a crosswalk where there is none; a dry run does without both."""
    key = found.get("key_file")
    if key is None or key.exists():
        return
    if dry:
        del found["key_file"], found["crosswalk"]
        _say(f"{key}: would be made; without it, the crosswalk is not tried.")
        return
    from deid_core.keys import new_key, write_key

    write_key(new_key(), key)
    _say(f"{key}: a new key. Keep it where you keep passwords.")


def _output(options: Mapping[str, Any]) -> Path:
    _say("\n3. Where to? A folder, or an archive (.zip, .tar). Inputs are never changed.")
    given = options["output"]
    return Path(click.prompt("Output", default=str(given or "deidentified"), err=True))


def _crosswalk(output: Path, found: dict[str, Any]) -> list[str]:
    _say(
        "\n4. Keep a crosswalk? An encrypted file that says who is who; with it and its key, results "
        "can be\n   traced back. Without, nobody can."
    )
    if not click.confirm("Crosswalk", default=False, err=True):
        return []
    base = output.resolve()
    crosswalk = click.prompt("Crosswalk", default=f"{base}.crosswalk", err=True)
    key = Path(click.prompt("Its key, in a file", default=f"{base}.key", err=True))
    found |= {"crosswalk": crosswalk, "key_file": key, "pseudonyms": "code"}
    return ["--crosswalk", crosswalk, "--key-file", str(key), "--pseudonyms", "code"]


def _said(options: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Return the options that were given besides, as they would be typed."""
    ctx = click.get_current_context()
    words: list[str] = []
    for param in ctx.command.params:
        name = param.name or ""
        source = ctx.get_parameter_source(name)
        if not isinstance(param, click.Option) or name in found or name == "interactive":
            continue
        if source is not click.core.ParameterSource.COMMANDLINE or name == "config":
            continue
        flag = max(param.opts, key=len)
        value = options.get(name)
        if param.is_flag:
            words.append(flag if value else max(param.secondary_opts or [flag], key=len))
        else:
            for one in value if param.multiple and value else [value]:
                words += [flag, str(one)]
    return words


def _one_of(question: str, known: Mapping[str, str]) -> str:
    _say(f"\n{question}")
    for name, text in known.items():
        _say(f"   {name:<8}{text}")
    chosen: str = click.prompt(
        "Answer", type=click.Choice(list(known)), default=next(iter(known)), err=True
    )
    return chosen


def _some_of(question: str, known: Mapping[str, str]) -> list[str]:
    _say(f"\n{question}")
    names = list(known)
    for number, name in enumerate(names, 1):
        _say(f"  {number:2} {name:<32}{known[name]}")

    def chosen(text: str) -> list[str]:
        words = [word.strip() for word in text.split(",") if word.strip()]
        if not all(word.isdecimal() and 1 <= int(word) <= len(names) for word in words):
            raise click.BadParameter(f"give numbers from 1 to {len(names)}, with commas")
        return [names[int(word) - 1] for word in words]

    found: list[str] = click.prompt(
        "Answer", default="", show_default=False, value_proc=chosen, err=True
    )
    return found


def _say(text: str) -> None:
    # Standard output is for what the run says, which may be read by a machine.
    click.echo(text, err=True)
