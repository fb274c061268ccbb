"""Settings as they are written in a file: JSON or TOML, in tables."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deid_core.errors import SettingsError
from deid_core.settings import PluginSettings, Settings

_LAYOUT: Mapping[str, Mapping[str, str]] = {
    "get": {"skip": "skip", "ids": ""},
    "put": {
        "actions": "base_rules",
        "base": "base",
        "check_identifiers": "check_identifiers",
        "crosswalk": "crosswalk",
        "dicomdir": "dicomdir",
        "durable": "durable",
        "keep_names": "keep_names",
        "keep_structure": "keep_structure",
        "name_by": "name_by",
        "rename_folders": "rename_folders",
        "uid_root": "uid_root",
    },
    "run": {
        "engine": "executor",
        "workers": "workers",
        "scheduler": "scheduler",
        "record": "record_folder",
        "quarantine": "quarantine_folder",
        "log_key_file": "log_key_file",
    },
    "plugins": {key: key for key in ("block", "allow", "prefer", "only", "lock")},
}


def read_settings(
    config: str | os.PathLike[str] | Mapping[str, Any] | Settings | None,
    source: str = "settings",
) -> Settings:
    """Read a settings file (JSON or TOML), or take settings as they are.

    ``source`` is what messages call a mapping.

    The file has up to four tables::

        {
            "get": {
                "skip": ["ImageComments"],
                "ids": {"entity": "PatientID", "item": "SOPInstanceUID"},
            },
            "put": {
                "actions": [{"action": "KEEP", "field": "Modality"}],
                "base": "deid.dicom",
                "uid_root": "1.2.826.0.1.3680043.8.498",
            },
            "run": {"engine": "processes", "workers": 4},
            "plugins": {"block": [], "allow": ["hospital"], "prefer": ["hospital"]},
        }

    Raises `SettingsError` if the file cannot be read or says something that is not known.
    """
    if config is None:
        return Settings()
    if isinstance(config, Settings):
        return config
    if isinstance(config, Mapping):
        tables = config
    else:
        source = os.fspath(config)
        tables = read_tables(Path(source))
    for table, content in tables.items():
        known = _LAYOUT.get(table)
        if known is None or not isinstance(content, Mapping):
            raise SettingsError(f"{source}: {table!r} is not one of the tables {list(_LAYOUT)}")
        for key in content:
            if key not in known:
                raise SettingsError(f"{source}: {table}.{key} is not known; use {list(known)}")
    get, put, run = (tables.get(table, {}) for table in ("get", "put", "run"))
    ids = get.get("ids", {})
    if not isinstance(ids, Mapping) or set(ids) - {"entity", "item"}:
        raise SettingsError(f"{source}: get.ids takes 'entity' and 'item'")
    try:
        return Settings(
            entity_id=ids.get("entity"),
            item_id=ids.get("item"),
            plugins=PluginSettings(**tables.get("plugins", {})),
            **{_LAYOUT["get"][key]: get[key] for key in get if key != "ids"},
            **{_LAYOUT["put"][key]: put[key] for key in put},
            **{_LAYOUT["run"][key]: run[key] for key in run},
        )
    except (TypeError, AttributeError) as error:
        raise SettingsError(f"{source}: a setting has the wrong type: {error}") from None


def read_tables(path: Path) -> Mapping[str, Any]:
    """Return what a settings file holds, as it is. Raises `SettingsError`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        loaded = _toml(text) if path.suffix == ".toml" else json.loads(text)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise SettingsError(f"{path}: is not valid JSON or TOML: {error}") from None
    if not isinstance(loaded, dict):
        raise SettingsError(f"{path}: must hold an object with the tables {list(_LAYOUT)}")
    return loaded


def _toml(text: str) -> Any:
    import tomllib  # noqa: PLC0415 - few settings are TOML, and it takes milliseconds to import

    return tomllib.loads(text)
