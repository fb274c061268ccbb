"""What deid_core expects of every plugin."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from deid_core.testing import PluginConformance


class TestConformance(PluginConformance):
    plugin = "lookup"
    samples: ClassVar = {
        "site": f"table={Path(__file__).with_name('sites.csv')}",
        "vrclass": "person",
    }
