"""De-identify a folder with dcmanon, with its default settings: it takes one file at a time."""

from __future__ import annotations

import sys
from pathlib import Path

from dcmanon import AnonymizationError, Anonymizer


def main() -> None:
    """Read the command line: the folder of the inputs and that of the outputs."""
    source, target = map(Path, sys.argv[1:])
    anonymizer = Anonymizer()
    for path in sorted(source.iterdir()):
        try:
            (target / path.name).write_bytes(anonymizer.anonymize(str(path)))
        except AnonymizationError as error:
            print(path.name, error)


if __name__ == "__main__":
    main()
