"""Compute what a large archive needs, and write the table of docs/how-to/scale-out.md anew.

Usage: ``python scripts/sizing_table.py [--results benchmarks/results.json] [--page PAGE]``, or with
``--rate FILES`` and ``--kilobytes SIZE`` in the place of results: files per second of one core, and
kilobytes per file.
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path

import attrs

CHECKOUT = Path(__file__).resolve().parent.parent
PAGE = CHECKOUT / "docs" / "how-to" / "scale-out.md"
RESULTS = CHECKOUT / "benchmarks" / "results.json"
START, END = "<!-- sizing-table -->", "<!-- end of sizing-table -->"
OBJECTS = 100_000_000
CORES = 100
HOUR = 3600
RUNNER, WHERE = "basic", "memory"
CORPORA = {"headers": "small, rich in headers", "slices": "slices of 512 by 512"}
HEAD = (
    "Files",
    "Size",
    "Files per core-hour",
    "Core-hours for 100 million",
    f"Days with {CORES} cores",
    f"What storage must give {CORES} cores",
)


@attrs.frozen
class Kind:
    """A kind of files: bytes of one, read and written, and seconds of CPU that it takes."""

    label: str
    read: float
    written: float
    seconds: float

    def row(self) -> tuple[str, ...]:
        """Return the cells of its line."""
        hours = OBJECTS * self.seconds / HOUR
        rate = CORES / self.seconds
        return (
            self.label,
            f"{self.read / 1000:,.0f} KB",
            f"{HOUR / self.seconds:,.0f}",
            f"{hours:,.0f}",
            f"{hours / CORES / 24:,.2f}",
            (
                f"{rate:,.0f} files/s, {rate * self.read / 1e6:,.0f} MB/s read, "
                f"{rate * self.written / 1e6:,.0f} MB/s written"
            ),
        )


def measured(results: Path) -> list[Kind]:
    """Return the kinds of files that a benchmark has measured; CPU seconds are medians of rounds."""
    runs = json.loads(results.read_text(encoding="utf-8"))["runs"]
    kinds = []
    for corpus, label in CORPORA.items():
        found = [
            run
            for run in runs
            if (run["runner"], run["corpus"], run["where"]) == (RUNNER, corpus, WHERE)
            and run["status"] == 0
        ]
        if found:
            one = found[0]
            seconds = statistics.median((r["user"] + r["system"]) / r["files"] for r in found)
            written = one["written_bytes"] / one["files"]
            kinds.append(Kind(label, one["bytes"] / one["files"], written, seconds))
    return kinds


def table(kinds: list[Kind]) -> str:
    """Return the table in Markdown."""
    rows = [HEAD, ("---", *["---:"] * (len(HEAD) - 2), "---"), *(kind.row() for kind in kinds)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--page", type=Path, default=PAGE)
    parser.add_argument("--rate", type=float, help="files per second of one core")
    parser.add_argument("--kilobytes", type=float, default=16.0, help="kilobytes per file")
    options = parser.parse_args()
    if options.rate is None:
        kinds = measured(options.results)
    else:
        size = 1000 * options.kilobytes
        kinds = [Kind(f"at {options.rate:,.0f} files/s", size, size, 1 / options.rate)]
    page = options.page.read_text(encoding="utf-8")
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    options.page.write_text(f"{before}{START}\n{table(kinds)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
