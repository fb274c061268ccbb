"""A short way to de-identify data sets by the basic profile and its options."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from deid_core.dicom import replace_identifiers


@pytest.fixture
def profile(tmp_path: Path, save: Any, load: Any, recipe: Any) -> Callable[..., Any]:
    """Return a function that de-identifies data sets by the profile, options and own lines."""

    def profile(
        datasets: Dataset | Sequence[Dataset],
        *options: str,
        lines: Sequence[str] = (),
        syntax: str | None = None,
        **settings: Any,
    ) -> Any:
        several = not isinstance(datasets, Dataset)
        wanted = list(datasets) if several else [datasets]
        written = {"syntax": syntax} if syntax else {}
        paths = [save(one, f"in-{number}.dcm", **written) for number, one in enumerate(wanted)]
        deid: list[Any] = ["deid.dicom.basic", *(f"deid.dicom.{option}" for option in options)]
        if lines:
            deid.append(recipe(*lines, top="DEFAULT KEEP"))
        settings.setdefault("key", bytes(range(32)))
        outputs = replace_identifiers(paths, deid=deid, **settings)
        assert len(outputs) == len(wanted), "a file was refused"
        loaded = [load(path) for path in outputs]
        return loaded if several else loaded[0]

    return profile
