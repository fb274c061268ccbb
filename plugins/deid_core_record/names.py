"""What a record calls things, so that it holds no name that comes from outside."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

import attrs

from deid_core import FileReport, Settings
from deid_core.recipe.tree import Recipe
from deid_core_record.journal import Journal

WITHHELD = "a warning that names the file is left out"
GIVEN = "names"
"""Under this name the journal knows whether names of outputs may come from those of inputs."""

_BUNDLED = re.compile(r"[a-z][a-z0-9_-]*(?:\.[a-z0-9_-]+)+")
_IN_SETTINGS = re.compile(r"put\.actions\[\d+\]|settings|base|recipe")
_WORD = re.compile(r"[^\W_]{3,}")


def recipe_names(recipes: Sequence[Recipe]) -> list[str]:
    """Return what a record calls each recipe: by its name, or by a number if it was in a file.

    Where a file lies may tell whose it is.
    """
    return [
        recipe.source if _is_bundled(recipe.source) else f"recipe {number}"
        for number, recipe in enumerate(recipes, 1)
    ]


def _is_bundled(source: str) -> bool:
    return _BUNDLED.fullmatch(source) is not None and not Path(source).exists()


def keeps_names(settings: Settings) -> bool:
    """Tell whether the settings let outputs, or folders of them, keep the names of inputs."""
    return settings.keep_names or (settings.keep_structure and not settings.rename_folders)


@attrs.frozen
class Names:
    """The names that a record uses in place of those that it is told."""

    _sources: Mapping[str, str]
    _journal: Journal
    _rules: dict[str, str] = attrs.field(factory=dict, init=False)
    _noted: list[bool] = attrs.field(factory=list, init=False)

    @classmethod
    def of(cls, recipes: Sequence[Recipe], settings: Settings, journal: Journal) -> Names:
        """Return the names for a run."""
        sources = dict(zip((r.source for r in recipes), recipe_names(recipes), strict=True))
        if journal.is_empty():
            journal.remember({GIVEN: ""})
        names = cls(dict(sorted(sources.items(), key=lambda item: -len(item[0]))), journal)
        if keeps_names(settings):
            names.note_given()
        return names

    def note_given(self) -> None:
        """Note that names of outputs may come from those of inputs."""
        if not self._noted:
            self._noted.append(True)
            self._journal.remember({GIVEN: "given"})

    def of_rule(self, rule: str) -> str:
        """Return the place, action and field of a rule, without the path of a file."""
        known = self._rules.get(rule)
        if known is None:
            known = self._rules[rule] = self._of_rule(rule)
        return known

    def _of_rule(self, rule: str) -> str:
        for source, name in self._sources.items():
            rest = rule[len(source) :]
            if rule.startswith(source) and rest[:1] in {":", " "}:
                return f"{name}{rest}"
        place, _, rest = rule.partition(" ")
        return rule if _IN_SETTINGS.fullmatch(place) else f"elsewhere {rest}"

    def without(self, report: FileReport) -> tuple[str, ...]:
        """Return the warnings about a file, without its name."""
        if not report.named:
            return report.warnings
        self.note_given()
        return tuple(_without(warning, report) for warning in report.warnings)


def _without(warning: str, report: FileReport) -> str:
    output = PurePath(report.output or "")
    name = report.ref.name if report.ref is not None else ""
    shorter = f"{re.sub(r'-[0-9]+$', '', output.stem)}{output.suffix}"
    for known in sorted({output.name, shorter, name} - {""}, key=len, reverse=True):
        warning = warning.replace(known, "the file")
    said = {word.casefold() for word in _WORD.findall(warning)}
    told = {word.casefold() for known in (output.name, name) for word in _WORD.findall(known)}
    return WITHHELD if said & (told - {"dcm"}) else warning
