"""Whether the hooks of a plugin have a part in what is tried; what none has tried is not tested."""

from __future__ import annotations

import functools
import inspect
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any

import attrs

from deid_core.contract import OBSERVATIONS, STAGES
from deid_core.engine import Engine
from deid_core.errors import RecipeError
from deid_core.host import PluginHost
from deid_core.recipe.find import find_recipes
from deid_core.testing.checks.files import SEARCH
from deid_core.testing.hosts import host_with
from deid_core.testing.planting import plant_several
from deid_core.testing.runs import KEY
from deid_core.testing.subject import Subject

MAY_DECLINE = frozenset({"deid_recall_file"})
"""Hooks whose answer to files that nobody has done is None."""
HELP: Mapping[str, str] = {
    "deid_discover_files": "return from locations() where it finds the planted files",
    "deid_find_recipe": "say in recipes the names of recipes that it finds",
    "deid_write_file": "say in output_name what the output is called that it writes",
    "deid_name_output": "say in settings when it names an output",
    "deid_sweep_values": "say in settings when it looks for values",
}


def used(subject: Subject) -> Iterator[str]:
    """Every stage and observation of the plugin is called in a run, and every stage answers once."""
    mine = sorted(subject.hooks & {*STAGES, *OBSERVATIONS})
    if not mine:
        return
    host = host_with(subject.plugin)
    answers: dict[str, list[bool]] = defaultdict(list)
    wrappers = {hook for hook in mine if _record(host, hook, subject.name, answers[hook])}
    tried = attrs.evolve(subject, host=host)
    tried.try_out(plant_several(), label="hooks", **SEARCH)
    for name in subject.recipes:
        if host.find_recipe(name) is None:
            yield f"it finds no recipe {name!r}: leave the name out of recipes, or answer for it"
            continue
        try:
            Engine(host, find_recipes(name, host), key=KEY)
        except RecipeError as error:
            yield f"the recipe {name!r} that it finds does not compile: {error}"
    for hook in mine:
        how = HELP.get(hook, "say in settings in which runs it has a part")
        if not answers[hook]:
            yield f"its hook {hook!r} was never called, so that no test has tried it: {how}"
        elif hook in STAGES and hook not in {*wrappers, *MAY_DECLINE} and not any(answers[hook]):
            yield f"its hook {hook!r} has only declined, so that no test has tried it: {how}"


def _record(host: PluginHost, hook: str, plugin: str, answers: list[bool]) -> bool:
    """Have it noted whether the plugin answers; return whether all that it has is a wrapper."""
    plain = 0
    caller = getattr(host._manager.hook, hook)  # noqa: SLF001 - no run has another way to tell
    for one in caller.get_hookimpls():
        if one.plugin_name == plugin:
            plain += not one.wrapper
            one.function = _noting(one.function, answers)
    return not plain


def _noting(function: Callable[..., Any], answers: list[bool]) -> Callable[..., Any]:
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def noted(*args: Any) -> Generator[None, Any, Any]:
            answers.append(True)
            return (yield from function(*args))
    else:

        @functools.wraps(function)
        def noted(*args: Any) -> Any:
            answer = function(*args)
            answers.append(answer is not None)
            return answer

    return noted
