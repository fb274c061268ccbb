"""De-identify a folder with idiscore and the rules of the basic profile."""

from __future__ import annotations

import sys
from pathlib import Path

from idiscore.core import Core, Profile
from idiscore.defaults import get_dicom_rule_sets
from pydicom import dcmread


def main() -> None:
    """Read the command line: the folder of the inputs and that of the outputs."""
    source, target = map(Path, sys.argv[1:])
    sets = get_dicom_rule_sets()
    core = Core(profile=Profile([sets.basic_profile], name="basic"))
    for path in sorted(source.iterdir()):
        try:
            core.deidentify(dcmread(path)).save_as(target / path.name)
        except Exception as error:  # noqa: BLE001 - what it does not take is counted
            print(path.name, type(error).__name__)


if __name__ == "__main__":
    main()
