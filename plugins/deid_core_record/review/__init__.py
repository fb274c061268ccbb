"""``deid-core review``: look at what a run has written, series by series, and mark it."""

from __future__ import annotations
