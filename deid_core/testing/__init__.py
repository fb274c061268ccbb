"""The kit for authors of plugins: planted files, runs of one's own plugin, and the contract as tests.

pytest finds the fixtures by itself (`deid_core.testing.plugin`). Importing this imports nothing of
what is behind the names.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deid_core.testing.conformance import PluginConformance as PluginConformance
    from deid_core.testing.hosts import host_with as host_with
    from deid_core.testing.planting import PlantedFile as PlantedFile
    from deid_core.testing.planting import plant as plant
    from deid_core.testing.planting import plant_several as plant_several
    from deid_core.testing.runs import TrialRun as TrialRun
    from deid_core.testing.runs import try_out as try_out

_HOME = {
    "PlantedFile": "planting",
    "PluginConformance": "conformance",
    "TrialRun": "runs",
    "host_with": "hosts",
    "plant": "planting",
    "plant_several": "planting",
    "try_out": "runs",
}

__all__ = sorted(_HOME)  # noqa: PLE0605 - all are text


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
