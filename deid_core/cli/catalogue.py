"""The commands that there are, so that ``deid-core --help`` need import none of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

SECTIONS: dict[str, dict[str, str]] = {
    "De-identify": {
        "run": "de-identify files and folders",
        "inspect": "say what identifies in files, and what a run would do; write nothing",
        "demo": "de-identify images that come along, and show before and after",
    },
    "Check a result": {
        "audit": "score a result against its input",
        "diff": "compare two files or folders, element by element",
        "review": "look at what a run has written, and mark what may go out",
        "verify-log": "tell whether a record was changed",
    },
    "Who is who: for those who may know": {
        "identifiers": "print the identifiers that files hold, as JSON",
        "crosswalk": "export or search a crosswalk",
        "reidentify": "put identifiers back from a crosswalk",
    },
    "Set up": {
        "recipe": "check, show, explain, compare and import recipes",
        "key": "make keys, and tell them apart",
        "config": "show what holds without being said, and from where",
        "plugin": "write plugins of your own",
        "plugins": "list what is installed, what it provides and what it overrides",
        "completion": "print what makes a shell complete commands and options",
    },
}
"""All commands of ours with what they do, as the help groups them."""

OF_PLUGINS = {
    "audit": "audit",
    "crosswalk": "pseudonyms",
    "reidentify": "pseudonyms",
    "review": "record",
    "verify-log": "record",
}
"""Commands of default plugins, by the plugin; the others are the core's own."""

OF_OTHERS = "From other plugins"

_DISTRIBUTION = "deid-core"
_SCOPE = ("ALLOW", "BLOCK", "ONLY_PLUGINS", "PLUGIN_LOCK", "PREFER")
"""Variables of the environment that say which plugins load, after ``DEID_CORE_``."""


def own_commands() -> Iterator[str]:
    """Yield the names of the core's own commands, each in the module of its name."""
    for section in SECTIONS.values():
        yield from (name for name in section if name not in OF_PLUGINS)


def all_sections() -> tuple[dict[str, dict[str, str]], str]:
    """Return the commands by section, and why some may be missing.

    With our own plugins alone nothing is loaded for that.
    """
    if not _is_of_others(_announced()) and not any(f"DEID_CORE_{s}" in os.environ for s in _SCOPE):
        return SECTIONS, ""
    from deid_core.errors import DeidError
    from deid_core.host import PluginHost

    own = set(own_commands())
    try:
        host = PluginHost.load()
    except DeidError:
        sections = _those(own)
        return sections, "Commands of plugins are missing: deid-core plugins says what is wrong."
    sections = _those(own | set(host.commands))
    known = {name for section in sections.values() for name in section}
    more = {
        name: host.commands[name].summary for name in sorted(host.commands) if name not in known
    }
    return {**sections, OF_OTHERS: more} if more else sections, ""


def _those(names: set[str]) -> dict[str, dict[str, str]]:
    chosen = {
        title: {name: summary for name, summary in section.items() if name in names}
        for title, section in SECTIONS.items()
    }
    return {title: section for title, section in chosen.items() if section}


def _announced() -> Iterable[EntryPoint]:
    from importlib.metadata import entry_points

    return entry_points(group="deid_core")


def _is_of_others(points: Iterable[EntryPoint]) -> bool:
    # The name of a distribution is in its metadata, which is read once for each.
    seen: dict[int, bool] = {}
    for point in points:
        dist = point.dist
        if id(dist) not in seen:
            seen[id(dist)] = dist is None or dist.name != _DISTRIBUTION
    return any(seen.values())
