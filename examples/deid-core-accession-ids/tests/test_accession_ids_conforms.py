"""What deid_core expects of every plugin."""

from __future__ import annotations

from deid_core.testing import PluginConformance


class TestConformance(PluginConformance):
    plugin = "accession-ids"
