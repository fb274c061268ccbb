"""What deid_core expects of every plugin."""

from __future__ import annotations

from typing import ClassVar

from deid_core.testing import PluginConformance


class TestConformance(PluginConformance):
    plugin = "patient-jitter"
    samples: ClassVar = {"JITTER": "30", "COARSEN": "month"}
