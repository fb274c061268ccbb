"""What a user may choose about a run."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs

from deid_core import dictionary
from deid_core.errors import SettingsError
from deid_core.keys import SMALLEST_KEY as SMALLEST_KEY  # noqa: PLC0414 - it was here first
from deid_core.keys import read_key as read_key  # noqa: PLC0414 - as above
from deid_core.locking import PluginLock, read_lock
from deid_core.screening import ScreenRule, read_rules
from deid_core.template import read_template

DEFAULTS = ("REMOVE", "KEEP", "BLANK")
"""What may happen to what no rule names."""

SWEEPS = ("off", "remove", "clean")
"""What may happen to a value that stays and holds one of the patient's own."""

CHECKS = ("refuse", "warn", "off")
"""What becomes of a file in which an identifier is left: it is refused, or its report warns."""

DATES = ("keep", "remove", "shift=DAYS")
"""What may happen to a date that is written in a text: it may also go back by 1 to DAYS days."""

MOST_DAYS = 36525
"""A hundred years: dates go back no farther."""

MOST_THUMBNAILS = 24
"""Images that a report shows at most: it is one file."""

UUID_ROOT = "2.25."
"""Beneath it, UIDs are made out of random bits (PS3.5 B.2)."""

MAX_ROOT = 40
"""Characters of a root: of the 64 that a UID may have, 24 are left for what it stands for."""

_ROOT = re.compile(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))*\.?")
_STANDARD_ROOT = "1.2.840.10008."


def uid_root(text: str) -> str:
    """Return the root beneath which UIDs are made, with a dot at its end.

    Raises ``ValueError`` for what is no root of UIDs (PS3.5 9.1), has more than 40 characters, or
    belongs to DICOM itself (PS3.5 A).
    """
    if not _ROOT.fullmatch(text) or len(text) > MAX_ROOT:
        raise ValueError("must be the root of a UID, of at most 40 characters")
    root = text if text.endswith(".") else f"{text}."
    if root.startswith(_STANDARD_ROOT):
        raise ValueError("must be the root of a UID of your own; this one is DICOM's")
    return root


def shifted_dates(dates: str) -> int | None:
    """Return how many days ``shift=DAYS`` goes back at most, or None for another value.

    Raises ``ValueError`` for a number that is none, or not from 1 to `MOST_DAYS`.
    """
    word, equals, number = dates.partition("=")
    if word != "shift" or not equals:
        return None
    if not re.fullmatch(r"[0-9]{1,5}", number) or not 1 <= int(number) <= MOST_DAYS:
        raise ValueError(f"shift= must be a whole number from 1 to {MOST_DAYS}")
    return int(number)


def _as_root(value: object) -> str:
    try:
        return uid_root(str(value))
    except ValueError as error:
        raise SettingsError(f"uid_root: {error}") from None


def _known_dates(_settings: object, _attribute: attrs.Attribute[Any], value: object) -> None:
    try:
        known = value in DATES[:2] or shifted_dates(str(value)) is not None
    except ValueError as error:
        raise SettingsError(f"dates: {error}") from None
    if not known:
        raise SettingsError(f"dates: expected one of: {', '.join(DATES)}")


def _known_check(_settings: object, _attribute: attrs.Attribute[Any], value: object) -> None:
    if value not in CHECKS:
        raise SettingsError(f"check_identifiers: expected one of: {', '.join(CHECKS)}")


def _names(value: str | Iterable[str]) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.split(",")
    return tuple(name.strip() for name in value if name.strip())


def _optional_keyword(_settings: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is None:
        return
    if not isinstance(value, str) or dictionary.tag_mask_of(value) is None:
        near = dictionary.nearest_keyword(str(value))
        hint = f"; did you mean {near!r}?" if near else ""
        raise SettingsError(f"{attribute.name}: expected a keyword of the dictionary{hint}")


def _few(_settings: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_THUMBNAILS:
        raise SettingsError(f"{attribute.name}: expected a number from 0 to {MOST_THUMBNAILS}")


def _optional_count(_settings: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
        raise SettingsError(f"{attribute.name}: expected a whole number from 1")


def _optional_default(_settings: object, _attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and str(value).upper() not in DEFAULTS:
        raise SettingsError(f"default: expected one of: {', '.join(DEFAULTS)}")


def _optional_template(_settings: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None:
        if not isinstance(value, str):
            raise SettingsError(f"{attribute.name}: expected a template for names")
        read_template(value)


def _from_environment(name: str) -> tuple[str, ...]:
    return _names(os.environ.get(name, ""))


def _narrowed(given: tuple[str, ...] | None, name: str) -> tuple[str, ...] | None:
    if name not in os.environ:
        return given
    allowed = _from_environment(name)
    return allowed if given is None else tuple(n for n in given if n in allowed)


def _locks(value: Any) -> tuple[PluginLock, ...]:
    one = isinstance(value, PluginLock | str | os.PathLike)
    locks = [value] if one else [] if value is None else list(value)
    return tuple(lock if isinstance(lock, PluginLock) else read_lock(lock) for lock in locks)


@attrs.frozen(kw_only=True)
class PluginSettings:
    """Which plugins are loaded, and which goes first.

    ``block`` leaves plugins out, ours included. ``allow``, if not None, keeps every other
    third party from being imported; ``only`` every other plugin, ours included, and asks for those
    that it names. ``prefer`` names plugins that are called first, in that order, and that win where
    two claim one name. With a ``lock``, a file that ``deid-core plugins lock`` has made or what
    `read_lock` has read of it, nothing is imported if any plugin is not as it was then.

    Raises `SettingsError` for a lock that cannot be read.
    """

    block: tuple[str, ...] = attrs.field(default=(), converter=_names)
    allow: tuple[str, ...] | None = attrs.field(
        default=None, converter=attrs.converters.optional(_names)
    )
    prefer: tuple[str, ...] = attrs.field(default=(), converter=_names)
    only: tuple[str, ...] | None = attrs.field(
        default=None, converter=attrs.converters.optional(_names)
    )
    lock: tuple[PluginLock, ...] = attrs.field(default=(), converter=_locks)

    def with_environment(self) -> PluginSettings:
        """Add what ``DEID_CORE_BLOCK``, ``DEID_CORE_PREFER`` and ``DEID_CORE_PLUGIN_LOCK`` say.

        ``allow`` and ``only`` are narrowed by ``DEID_CORE_ALLOW`` and ``DEID_CORE_ONLY_PLUGINS``, never
        widened; of several locks, all count. Raises `SettingsError` for a lock that cannot be read.
        """
        lock = self.lock
        if "DEID_CORE_PLUGIN_LOCK" in os.environ:
            lock = tuple(dict.fromkeys((*lock, read_lock(os.environ["DEID_CORE_PLUGIN_LOCK"]))))
        return attrs.evolve(
            self,
            block=(*self.block, *_from_environment("DEID_CORE_BLOCK")),
            allow=_narrowed(self.allow, "DEID_CORE_ALLOW"),
            prefer=(*self.prefer, *_from_environment("DEID_CORE_PREFER")),
            only=_narrowed(self.only, "DEID_CORE_ONLY_PLUGINS"),
            lock=lock,
        )


@attrs.frozen(kw_only=True)
class Settings:
    """Everything a run is told besides its files, its recipe and its key.

    ``overwrite`` replaces what is there already, but no input of the run; with ``overwrite_inputs``
    besides, an output may take the place of its own input.
    ``entity_id`` and ``item_id`` are the keywords of the attributes under which identifiers
    are filed; None leaves the choice to the plugin that extracts them. ``skip`` names
    attributes that are not extracted. With ``sweep``, the patient's own values are looked for in
    every value that stays: what holds one is removed, or cleaned of it. ``check_identifiers``,
    one of `CHECKS`, is what becomes of a file in which an identifier is left. ``dates`` is one of
    `DATES`, for the dates that are written in a text which is cleaned. New UIDs begin with
    ``uid_root``. ``methods`` are the codes of the de-identification methods that the recipes carry
    out. ``tables`` are the files of ``deid_func:lookup`` and of lists of pseudonyms by name.
    ``crosswalk`` is where originals and what stands for them are kept: a file, or the URL of a
    database; None keeps nothing.
    ``base_rules`` lie beneath every recipe: mappings with ``action``, ``field`` and perhaps
    ``value``. ``base`` is the recipe beneath those; with KEEP as the default, what a pattern
    must not take is in ``base_under_keep``. ``default`` is one of `DEFAULTS`, for what no rule
    names; None leaves it to the recipes. With ``dicomdir``, outputs are named by File IDs (PS3.10 8.2),
    also where they would keep their names, and a DICOMDIR lists them. ``name_by`` is the template by which
    outputs are named (`deid_core.template`), out of their own values; with ``keep_names`` they have the
    base names of the inputs instead. With ``keep_structure`` they lie in folders as the inputs do, which
    have other names with ``rename_folders``: what stands for them under the key. With ``durable``, each output is on disk before it gets its name, which a
    machine that loses power needs and which takes long. ``force`` reads what only might be DICOM; ``strict``
    refuses a file in which a value cannot be resolved or stored. ``executor``, ``workers`` and
    ``scheduler`` say who does the files, as for `Engine.run`. In ``record_folder`` a run keeps what it
    has done, and goes on from there when it is started again; None keeps nothing. With ``retry`` it
    does those files again that were refused or failed before. What is refused is copied to
    ``quarantine_folder``, which only its owner may read; None copies nothing. The key in
    ``log_key_file`` chains the log in the record; None chains it without a key. The report shows images
    of so many series before and after as ``thumbnails`` says, 24 at most: text that is burned in shows.

    Raises `SettingsError`.
    """

    output_folder: Path = attrs.field(factory=Path, converter=Path)
    overwrite: bool = False
    overwrite_inputs: bool = False
    remove_private: bool = True
    screen_private: bool = False
    screen_rules: tuple[ScreenRule, ...] = attrs.field(default=(), converter=read_rules, repr=False)
    entity_id: str | None = attrs.field(default=None, validator=_optional_keyword)
    item_id: str | None = attrs.field(default=None, validator=_optional_keyword)
    skip: tuple[str, ...] = attrs.field(default=(), converter=_names)
    base: str = attrs.field(default="deid.dicom", validator=attrs.validators.instance_of(str))
    base_under_keep: str = "deid.dicom.pixels"
    base_rules: tuple[Mapping[str, str], ...] = attrs.field(default=(), converter=tuple)
    default: str | None = attrs.field(default=None, validator=_optional_default)
    sweep: str = attrs.field(default="off", validator=attrs.validators.in_(SWEEPS))
    check_identifiers: str = attrs.field(default="refuse", validator=_known_check)
    dates: str = attrs.field(default="keep", validator=_known_dates)
    uid_root: str = attrs.field(default=UUID_ROOT, converter=_as_root)
    methods: tuple[str, ...] = ()
    dicomdir: bool = attrs.field(default=False, validator=attrs.validators.instance_of(bool))
    name_by: str | None = attrs.field(default=None, validator=_optional_template)
    keep_names: bool = attrs.field(default=False, validator=attrs.validators.instance_of(bool))
    keep_structure: bool = attrs.field(default=False, validator=attrs.validators.instance_of(bool))
    rename_folders: bool = attrs.field(default=False, validator=attrs.validators.instance_of(bool))
    tables: Mapping[str, Path] = attrs.field(factory=dict, repr=False)
    crosswalk: str | None = attrs.field(
        default=None,
        validator=attrs.validators.optional(attrs.validators.instance_of(str)),
        repr=False,
    )
    durable: bool = attrs.field(default=False, validator=attrs.validators.instance_of(bool))
    executor: str | None = None
    workers: int | None = attrs.field(default=None, validator=_optional_count)
    scheduler: str | None = attrs.field(default=None, repr=False)
    force: bool = False
    strict: bool = False
    plugins: PluginSettings = attrs.field(factory=PluginSettings)
    record_folder: Path | None = attrs.field(
        default=None, converter=attrs.converters.optional(Path), repr=False
    )
    retry: bool = False
    quarantine_folder: Path | None = attrs.field(
        default=None, converter=attrs.converters.optional(Path), repr=False
    )
    log_key_file: Path | None = attrs.field(
        default=None, converter=attrs.converters.optional(Path), repr=False
    )
    thumbnails: int = attrs.field(default=0, validator=_few)

    @property
    def digests(self) -> bool:
        """Whether reports hold digests of what was read and written."""
        return self.record_folder is not None

    @property
    def keeps_folders(self) -> bool:
        """Whether outputs lie in folders as the inputs do, by whatever names."""
        return self.keep_structure or self.rename_folders
