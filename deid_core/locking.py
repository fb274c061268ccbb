"""A lock of plugins: which distributions may be loaded, in which version, and with which files.

It is checked before anything of a plugin is imported, since what is imported can do all that the
user can. It does not cover what a plugin itself needs: versions and hashes of those packages are
the installer's to check.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import Distribution, EntryPoint
from pathlib import Path
from typing import Any

import attrs

from deid_core.errors import SettingsError

OWN_DISTRIBUTION = "deid-core"
GROUP = "deid_core"
"""The group of entry points that announce plugins."""

FORMAT = "deid_core_plugin_lock"
VERSION = 1
_OF_METADATA = ("METADATA", "entry_points.txt")
"""The files of metadata that say what a distribution is; the rest is about how it was installed."""


@attrs.frozen
class LockedDistribution:
    """A distribution as it was when the lock was made; ``plugins`` are the names that it announces."""

    name: str
    version: str
    plugins: tuple[str, ...]
    digest: str


@attrs.frozen
class PluginLock:
    """What may be loaded, and nothing else. ``source`` says where it was read."""

    distributions: tuple[LockedDistribution, ...]
    source: str = attrs.field(default="the plugin lock", eq=False)

    def to_json(self) -> str:
        """Return what `read_lock` reads."""
        content = {
            FORMAT: VERSION,
            "distributions": [attrs.asdict(distribution) for distribution in self.distributions],
        }
        return json.dumps(content, indent=2) + "\n"

    def problem(self, plugin: str, distribution: str, version: str, digest: str) -> str | None:
        """Return why this may not be loaded, or None if it may."""
        locked = next((one for one in self.distributions if one.name == distribution), None)
        if locked is None or plugin not in locked.plugins:
            return f"is not in {self.source}"
        if version != locked.version:
            return f"is not the version {locked.version} that {self.source} has"
        if digest != locked.digest:
            return f"has other files than when {self.source} was made"
        return None


def lock_of(points: Iterable[EntryPoint]) -> PluginLock:
    """Return the lock of what is installed and announced by these entry points; imports nothing."""
    found: dict[str, list[EntryPoint]] = {}
    for point in points:
        found.setdefault(name_of(point.dist), []).append(point)
    return PluginLock(
        tuple(
            LockedDistribution(
                name,
                version_of(announced[0].dist),
                tuple(sorted(point.name for point in announced)),
                digest_of(announced[0].dist),
            )
            for name, announced in sorted(found.items())
        )
    )


def read_lock(path: str | os.PathLike[str]) -> PluginLock:
    """Read a lock. Raises `SettingsError` if it cannot be read or is none."""
    source = os.fspath(path)
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{source}: cannot be read ({error.strerror})") from None
    except ValueError:
        raise SettingsError(f"{source}: is not valid JSON") from None
    if not isinstance(content, Mapping) or content.get(FORMAT) != VERSION:
        raise SettingsError(f"{source}: is no plugin lock; make one: deid-core plugins lock FILE")
    try:
        return PluginLock(tuple(_read(content["distributions"])), source)
    except (KeyError, TypeError, ValueError):
        raise SettingsError(f"{source}: is damaged; make it anew: deid-core plugins lock") from None


def _read(distributions: Any) -> Iterator[LockedDistribution]:
    for one in distributions:
        names = one["plugins"]
        texts = (one["name"], one["version"], one["digest"], *names)
        if isinstance(names, str) or not all(isinstance(text, str) for text in texts):
            raise TypeError
        yield LockedDistribution(one["name"], one["version"], tuple(names), one["digest"])


def name_of(distribution: Distribution | None) -> str:
    """Return the name of a distribution as installers compare it."""
    if distribution is None:
        return "unknown"
    return re.sub(r"[-_.]+", "-", distribution.metadata["Name"]).lower()


def version_of(distribution: Distribution | None) -> str:
    """Return the version of a distribution."""
    return "0" if distribution is None else distribution.metadata["Version"]


def digest_of(distribution: Distribution | None) -> str:
    """Return the digest of what a distribution has installed, and of what its plugins import.

    An import may find other files than those that were installed: where a distribution is a checkout,
    or where something else hides it. The digest does not depend on where the files lie, nor on what
    Python has compiled of them.
    """
    if distribution is None:
        return "none"
    lines = []
    for name in _OF_METADATA:
        text = distribution.read_text(name) or ""
        lines.append(f"metadata {name} {hashlib.sha256(text.encode()).hexdigest()}")
    for file in distribution.files or ():
        if file.parts[0] != ".." and not file.parts[0].endswith((".dist-info", ".egg-info")):
            lines += _line("file", file.as_posix(), Path(str(file.locate())))
    points = distribution.entry_points.select(group=GROUP)
    roots = {point.value.partition(":")[0].partition(".")[0].strip() for point in points}
    if name_of(distribution) == OWN_DISTRIBUTION:
        roots.add(__name__.partition(".")[0])
    for root in roots:
        for name, path in _importable(root):
            lines += _line("import", name, path)
    text = "\n".join(sorted(lines))
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()}"


def _line(kind: str, name: str, path: Path) -> Iterator[str]:
    if path.suffix == ".pyc":
        return
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        digest = "missing"
    yield f"{kind} {name} {digest}"


def _importable(root: str) -> Iterator[tuple[str, Path]]:
    """Yield the files below the package or of the module ``root``, without importing it."""
    try:
        spec = importlib.util.find_spec(root)
    except (ImportError, ValueError):
        return
    if spec is None or spec.origin is None:
        # One that has no file of its own is shared with others: what belongs to this distribution
        # is among the files that it has installed.
        return
    if spec.submodule_search_locations is None:
        yield Path(spec.origin).name, Path(spec.origin)
        return
    for location in map(Path, spec.submodule_search_locations):
        for path in location.rglob("*"):
            if path.is_file():
                yield f"{root}/{path.relative_to(location).as_posix()}", path
