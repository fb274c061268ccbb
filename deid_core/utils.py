"""Where deid_core is installed."""

from __future__ import annotations

from pathlib import Path


def get_installdir() -> str:
    """Return the folder of the package ``deid_core``."""
    return str(Path(__file__).parent)
