"""``deid_func:site``: a table of patterns for the names of sites, and the code of each site."""

from __future__ import annotations

import csv
import fnmatch
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from deid_core import Batch, Field, Unresolved

VARIABLE = "DEID_CORE_SITES"
COLUMNS = 2

Sites = list[tuple[re.Pattern[str], str]]


def compile_site(arguments: Mapping[str, str], _batch: Batch) -> Callable[[Field], str]:
    """Compile ``deid_func:site table=FILE``; without an argument the environment names it.

    The file is read once, before the run.
    """
    if set(arguments) - {"table"}:
        raise ValueError("site takes table=FILE")
    name = arguments.get("table") or os.environ.get(VARIABLE)
    if not name:
        raise ValueError(f"expected table=FILE, or the name of the file in {VARIABLE}")
    sites = read_sites(Path(name))

    def site(field: Field) -> str:
        value = str(field.value).strip()
        for pattern, code in sites:
            if pattern.fullmatch(value):
                return code
        raise Unresolved("the table has no site of this name")

    return site


def read_sites(path: Path) -> Sites:
    """Read a CSV file without headings. Raises ``ValueError`` without quoting its content."""
    sites: Sites = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for number, row in enumerate(csv.reader(stream), start=1):
                if len(row) != COLUMNS or not all(cell.strip() for cell in row):
                    raise ValueError(f"row {number} of the table has not {COLUMNS} values")
                pattern = re.compile(fnmatch.translate(row[0].strip()), re.IGNORECASE)
                sites.append((pattern, row[1].strip()))
    except OSError as error:
        raise ValueError(f"the table cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error):
        raise ValueError("the table is no CSV file in UTF-8") from None
    return sites
