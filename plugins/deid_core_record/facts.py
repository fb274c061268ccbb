"""What a report says of a run, but for its files: plain values, none of them a patient's."""

from __future__ import annotations

import os
import platform
import re
import time
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import attrs

from deid_core import Batch, Settings, __version__
from deid_core_record.attributes import attributes_of
from deid_core_record.fingerprints import digest_of_recipe, key_fingerprint
from deid_core_record.journal import Journal
from deid_core_record.log import NAME as LOG
from deid_core_record.log import Log
from deid_core_record.names import GIVEN, recipe_names

FORMAT = 1
"""The version of what a report looks like; another one where a reader of this would go wrong."""

_PLUGIN = re.compile(r"(.+) \((.+) (\S+)\)")
_SAID = frozenset({"dates", "default", "entity_id", "executor", "item_id", "sweep", "uid_root"})
"""Settings whose text names nothing that comes from outside."""
_LISTED = frozenset({"methods", "skip"})
_LEFT_OUT = frozenset(
    {"base_under_keep", "output_folder", "plugins", "record_folder", "quarantine_folder"}
)


def versions() -> dict[str, str]:
    """Return the versions of what did the work."""
    try:
        pydicom = version("pydicom")
    except PackageNotFoundError:
        pydicom = "unknown"
    return {
        "deid_core": __version__,
        "pydicom": pydicom,
        "python": platform.python_version(),
        "platform": platform.platform(),
    }


def facts_of(batch: Batch, journal: Journal, log: Log, *, complete: bool) -> dict[str, Any]:
    """Return what is to be said of a run, by the names that a report has for it."""
    outcomes: dict[str, int] = {}
    codes = []
    for (outcome, code), number in sorted(journal.outcomes().items()):
        outcomes[outcome] = outcomes.get(outcome, 0) + number
        if code:
            codes.append({"outcome": outcome, "code": code, "files": number})
    actions = journal.counts("action")
    return {
        "format": FORMAT,
        "made": moment(time.time()),
        "complete": complete,
        "versions": versions(),
        "plugins": [_plugin(text) for text in batch.plugins],
        "recipes": _recipes(batch),
        "key": {"fingerprint": key_fingerprint(batch), "made_for_this_run": not batch.linkable},
        "settings": dict(_settings(batch.settings)),
        "runs": [
            {
                "number": run.number,
                "started": moment(run.started),
                "ended": None if run.ended is None else moment(run.ended),
                "complete": run.complete,
            }
            for run in journal.runs()
        ],
        "log": {"file": LOG, "lines": log.lines, "hash": log.last, **log.about},
        "counts": {"files": sum(outcomes.values()), "outcomes": outcomes, "codes": codes},
        "actions": actions,
        "rules": [_rule(*pair) for pair in sorted(journal.counts("rule").items(), key=_in_order)],
        "attributes": attributes_of(actions),
        "names_of_outputs": journal.meta(GIVEN) != "given",
    }


def moment(seconds: float) -> str:
    """Return a time as ISO 8601 in UTC, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _plugin(text: str) -> dict[str, str]:
    found = _PLUGIN.fullmatch(text)
    name, distribution, number = found.groups() if found is not None else (text, "", "")
    return {"name": name, "distribution": distribution, "version": number}


def _recipes(batch: Batch) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "title": recipe.title,
            "sha256": digest_of_recipe(recipe),
            "methods": list(recipe.methods),
            "default": recipe.default,
            "keeps": [r.field for r in recipe.header if r.action in {"KEEP", "SPARE"}],
        }
        for name, recipe in zip(recipe_names(batch.recipes), batch.recipes, strict=True)
    ]


def _settings(settings: Settings) -> Iterator[tuple[str, Any]]:
    """Yield the settings; of what may name a file, a person or a server only whether it is given."""
    for field in attrs.fields(type(settings)):
        name, value = field.name, getattr(settings, field.name)
        if name in _LEFT_OUT:
            continue
        if value is None or isinstance(value, bool | int) or name in _SAID:
            yield name, value
        elif name in _LISTED:
            yield name, list(value)
        elif name == "base":
            yield name, value if os.sep not in value else "a file"
        elif isinstance(value, tuple | list | Mapping):
            yield name, len(value)
        else:
            yield name, bool(value)


def _in_order(rule: tuple[str, int]) -> list[tuple[str, int]]:
    """Return by what rules are sorted: as a reader of the recipe meets them."""
    parts = re.split(r"([0-9]+)", rule[0])
    return [
        (text, int(number)) for text, number in zip(parts[::2], [*parts[1::2], "0"], strict=True)
    ]


def _rule(text: str, number: int) -> dict[str, Any]:
    place, _, rest = text.partition(" ")
    if place == "recipe" and rest[:1].isdigit():
        numbered, _, rest = rest.partition(" ")
        place = f"{place} {numbered}"
    action, _, field = rest.partition(" ")
    return {"place": place, "action": action, "field": field, "count": number}
