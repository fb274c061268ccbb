"""The fixtures, as pytest finds them; nothing of deid_core is imported before a test asks for one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from deid_core.host import PluginHost
    from deid_core.testing.planting import PlantedFile
    from deid_core.testing.runs import TrialRun


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
