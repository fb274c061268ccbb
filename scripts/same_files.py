"""Tell whether two wheels hold the same files: the one from the sdist, and the one from the checkout."""

from __future__ import annotations

import sys
import zipfile


def contents(path: str) -> dict[str, int]:
    """Return the checksum of each file of a wheel, by name."""
    with zipfile.ZipFile(path) as wheel:
        return {info.filename: info.CRC for info in wheel.infolist()}


if __name__ == "__main__":
    first, second = map(contents, sys.argv[1:3])
    different = sorted(
        name for name in first.keys() | second.keys() if first.get(name) != second.get(name)
    )
    if different:
        sys.exit(f"the wheels differ in: {', '.join(different)}")
