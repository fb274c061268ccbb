"""What the metadata of installed distributions says against plugins; nothing is imported for it."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from typing import TYPE_CHECKING

from deid_core import __version__
from deid_core.locking import GROUP, OWN_DISTRIBUTION, name_of, version_of

if TYPE_CHECKING:
    from packaging.requirements import Requirement

COMPARES_VERSIONS = importlib.util.find_spec("packaging") is not None
"""Whether there is what compares versions; pip and pytest bring it along, deid_core does without."""
PREFIX = f"{OWN_DISTRIBUTION}-"


def unmet_needs(plugin: str) -> Iterator[str]:
    """Yield what the distribution ``plugin`` requires and does not find, and what to do about it."""
    try:
        needs = list(_needs(distribution(plugin)))
    except PackageNotFoundError:
        return
    for need in needs:
        name = _plain(need.name)
        if name == OWN_DISTRIBUTION:
            if not need.specifier.contains(__version__, prereleases=True):
                yield (
                    f"needs deid-core {need.specifier}, and {__version__} is installed: "
                    "update one of them"
                )
            for extra in sorted(need.extras & set(missing_extras())):
                yield (f"needs the extra {extra!r} of deid-core: pip install 'deid-core[{extra}]'")
            continue
        there = _version(name)
        if there is None:
            yield f"needs {need.name}, which is not installed: pip install '{need}'"
        elif not need.specifier.contains(there, prereleases=True):
            yield f"needs {need.name} {need.specifier}, and {there} is installed: update it"


def missing_extras() -> list[str]:
    """Return the extras of deid_core of which something is not installed."""
    try:
        own = distribution(OWN_DISTRIBUTION)
    except PackageNotFoundError:
        return []
    extras = own.metadata.get_all("Provides-Extra") or []
    return [
        extra
        for extra in extras
        if any(_version(_plain(need.name)) is None for need in _needs(own, extra))
    ]


def unheard_plugins() -> Iterator[str]:
    """Yield who means to announce a plugin, and does so where nobody looks, or not at all."""
    for one in distributions():
        name = one.metadata["Name"] or ""
        if not name or _plain(name) == OWN_DISTRIBUTION:
            continue
        points = one.entry_points
        mistaken = {point.group for point in points if _means_ours(point.group)}
        who = f"{name_of(one)} {version_of(one)}"
        for group in sorted(mistaken):
            yield (
                f"{who} announces a plugin in the group {group!r} of entry points, where nobody "
                f"looks: call the group {GROUP!r} in its pyproject.toml, and install it anew"
            )
        announced = any(point.group == GROUP for point in points)
        if _plain(name).startswith(PREFIX) and not announced and not mistaken:
            yield (
                f"{who} announces no plugin: say which module it is, below "
                f"[project.entry-points.{GROUP}] in its pyproject.toml, and install it anew"
            )


def _means_ours(group: str) -> bool:
    squeezed = re.sub(r"[^a-z]", "", group.casefold())
    return group != GROUP and squeezed in {"deidcore", "deidcoreplugin", "deidcoreplugins"}


def _needs(one: Distribution, extra: str = "") -> Iterator[Requirement]:
    """Yield what a distribution requires here; with an extra, only what that adds."""
    if not COMPARES_VERSIONS:
        return
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415 - may be missing

    for text in one.requires or ():
        try:
            need = Requirement(text)
        except InvalidRequirement:
            continue
        here, without = (
            need.marker is None or need.marker.evaluate({"extra": chosen}) for chosen in (extra, "")
        )
        if here and (not extra or not without):
            yield need


def _version(name: str) -> str | None:
    try:
        return version_of(distribution(name))
    except PackageNotFoundError:
        return None


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
