"""Named example data."""

from __future__ import annotations

from deid_core.errors import SettingsError
from deid_core.guard import Guard
from deid_core.host import PluginHost


def get_dataset(name: str) -> str:
    """Return the folder of the example data called ``name``, such as ``dicom-cookies``.

    Raises `SettingsError` if no plugin has it.
    """
    host = PluginHost.load()
    datasets = host.datasets
    if name not in datasets:
        near = datasets.nearest(name)
        hint = f"; did you mean {near!r}?" if near else ""
        known = ", ".join(sorted(datasets))
        raise SettingsError(f"no example data {name!r}; there are: {known}{hint}")
    with Guard(host.who(datasets.entry(name).plugin), f"dataset {name!r}"):
        return str(datasets[name].folder())
