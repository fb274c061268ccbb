"""Read each file of a folder with pydicom, and write it again if a folder for outputs is given."""

from __future__ import annotations

import sys
from pathlib import Path

from pydicom import dcmread


def main() -> None:
    """Read the command line: the folder of the inputs, and that of the outputs or nothing."""
    source, *targets = map(Path, sys.argv[1:])
    for path in sorted(source.iterdir()):
        dataset = dcmread(path)
        for target in targets:
            dataset.save_as(target / path.name)


if __name__ == "__main__":
    main()
