"""The contract asked of plugins that are named on the command line: ``pytest --deid-plugin NAME``."""

from __future__ import annotations

import pytest

from deid_core.testing.conformance import PluginConformance


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask everything of each plugin."""
    names = metafunc.config.getoption("deid_plugins")
    metafunc.parametrize("named", names, indirect=True)


class TestPlugin(PluginConformance):
    """`PluginConformance`, with what the command line says."""

    @pytest.fixture(autouse=True)
    def named(self, request: pytest.FixtureRequest) -> None:
        """Take the plugin of this test, and the samples."""
        samples = dict(one.split("=", 1) for one in request.config.getoption("deid_samples"))
        vars(self).update(plugin=request.param, samples=samples)
