"""What pytest finds: fixtures, and ``--deid-plugin``.

Nothing else of deid_core is imported before a test asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from deid_core.host import PluginHost
    from deid_core.testing.planting import PlantedFile
    from deid_core.testing.runs import TrialRun


SUITE = Path(__file__).with_name("suite.py")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that run the conformance suite without a module of tests."""
    group = parser.getgroup("deid_core", "plugins of deid_core")
    group.addoption(
        "--deid-plugin",
        action="append",
        default=[],
        dest="deid_plugins",
        metavar="NAME",
        help="Ask of an installed plugin what deid_core expects of every plugin. Without paths, "
        "nothing else is tested.",
    )
    group.addoption(
        "--deid-sample",
        action="append",
        default=[],
        dest="deid_samples",
        metavar="WORD=TEXT",
        help="What follows an action, selector, function or operator of the plugin in a recipe, "
        "such as CAP=90.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Have the suite collected if a plugin is named."""
    for sample in config.getoption("deid_samples"):
        if "=" not in sample:
            raise pytest.UsageError(f"--deid-sample {sample}: expected WORD=TEXT")
    if not config.getoption("deid_plugins") or str(SUITE) in config.args:
        return
    if config.args_source is not config.ArgsSource.ARGS:
        config.args.clear()
    config.args.append(str(SUITE))


@pytest.fixture
def deid_planted() -> tuple[PlantedFile, ...]:
    """Files of three patients in which all that identifies holds known values: `plant_several`."""
    from deid_core.testing.planting import plant_several  # noqa: PLC0415 - see above

    return plant_several()


@pytest.fixture
def deid_plant() -> Callable[..., PlantedFile]:
    """The function that makes one such file: `plant`."""
    from deid_core.testing.planting import plant  # noqa: PLC0415 - see above

    return plant


@pytest.fixture
def deid_host() -> Callable[..., PluginHost]:
    """The function that makes a host with the default plugins and those named: `host_with`."""
    from deid_core.testing.hosts import host_with  # noqa: PLC0415 - see above

    return host_with


@pytest.fixture
def deid_run(tmp_path: Path) -> Callable[..., TrialRun]:
    """A function that de-identifies planted files, ``deid_run(recipe, plugins=["hospital"])``.

    ``plugins`` are names of entry points, modules or objects, beside the default plugins. ``planted``
    are other files than those of `plant_several`. All else is as in `try_out`.
    """
    from deid_core.testing.hosts import host_with  # noqa: PLC0415 - see above
    from deid_core.testing.planting import plant_several  # noqa: PLC0415 - see above
    from deid_core.testing.runs import try_out  # noqa: PLC0415 - see above

    runs = 0

    def run(
        recipe: str = "",
        *,
        plugins: Iterable[str | object] = (),
        planted: Iterable[PlantedFile] | None = None,
        **options: Any,
    ) -> TrialRun:
        nonlocal runs
        runs += 1
        files = plant_several() if planted is None else tuple(planted)
        return try_out(host_with(*plugins), files, tmp_path / f"run-{runs}", recipe, **options)

    return run
