"""Write ``required.json`` of ``deid_core_profiles``: attributes that some IOD requires at its top.

Usage: ``python scripts/make_required.py MODULES IODS``, where MODULES and IODS are the files
``module_attribute_map.json`` and ``iod_module_map.json`` of highdicom 0.28.2 (MIT), which hold the
tables of PS3.3 as data. Attributes of Type 1 and 1C need a value, those of Type 2 and 2C may be
empty; where IODs differ, the stricter Type counts.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pydicom.datadict import dictionary_VR, tag_for_keyword

TARGET = Path(__file__).parent.parent / "plugins" / "deid_core_profiles" / "data" / "required.json"
TEXT_VRS = frozenset({"AE", "CS", "DS", "IS", "LO", "LT", "PN", "SH", "ST", "UC", "UT"})


def required(modules: dict[str, list[dict[str, object]]], used: set[str]) -> dict[str, list[str]]:
    """Return keywords by the strictest Type, of the modules that IODs use."""
    types: dict[str, str] = {}
    for name in used & set(modules):
        for attribute in modules[name]:
            keyword, kind = str(attribute["keyword"]), str(attribute["type"])[0]
            tag = tag_for_keyword(keyword)
            is_text = tag is not None and dictionary_VR(tag) in TEXT_VRS
            if not attribute["path"] and kind in "12" and is_text:
                types[keyword] = min(kind, types.get(keyword, kind))
    return {kind: sorted(key for key, one in types.items() if one == kind) for kind in "12"}


def main(modules_file: str, iods_file: str) -> None:
    """Write the file."""
    modules = json.loads(Path(modules_file).read_text(encoding="utf-8"))
    iods = json.loads(Path(iods_file).read_text(encoding="utf-8"))
    used = {module["key"] for iod in iods.values() for module in iod}
    TARGET.write_text(json.dumps(required(modules, used), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
