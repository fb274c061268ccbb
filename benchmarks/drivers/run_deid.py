"""De-identify a folder with pydicom/deid, as its documentation does: its own recipe, no private."""

from __future__ import annotations

import sys

from deid.dicom import get_files, get_identifiers, replace_identifiers
from deid.logger import bot


def main() -> None:
    """Read the command line: the folder of the inputs and that of the outputs."""
    source, target = sys.argv[1:]
    bot.level = 0
    files = list(get_files(source))
    replace_identifiers(
        dicom_files=files,
        ids=get_identifiers(files),
        save=True,
        output_folder=target,
        remove_private=True,
    )


if __name__ == "__main__":
    main()
