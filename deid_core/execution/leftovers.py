"""What a worker leaves behind that is killed while it writes."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def remove_leftovers(folder: Path, mark: str) -> int:
    """Remove the unfinished outputs of a run below a folder, by what their names begin with.

    Only for a run whose workers have all ended. Returns how many there were.
    """
    count = 0
    for place, _, names in os.walk(folder):
        for name in names:
            if name.startswith(mark) and name.endswith(".tmp"):
                with suppress(OSError):
                    Path(place, name).unlink()
                    count += 1
    return count
