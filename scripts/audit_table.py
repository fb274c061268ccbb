"""Score the profile on the planted corpus, and write the table of docs/reference/audit.md anew.

Usage: ``python scripts/audit_table.py [PAGE]``, or ``make audit-table``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from make_planted_corpus import BASES, TABLE, make, rows_of, write

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "audit.md"
START, END = "<!-- audit-table -->", "<!-- end of audit-table -->"
PROGRAM = "from deid_core.cli.main import main; main()"
RUNS = {
    "`--profile basic`": ["--profile", "basic"],
    "the same with `--clean-descriptors --retain-modified-dates --pseudonyms code`": [
        "--profile",
        "basic",
        "--clean-descriptors",
        "--retain-modified-dates",
        "--pseudonyms",
        "code",
    ],
}


def scored(folder: Path) -> list[dict[str, Any]]:
    """Make the corpus, de-identify it in each way, and return what the audit says of each."""
    corpus = make(rows_of(TABLE), BASES)
    write(corpus, folder)
    key = folder / "key"
    key.write_bytes(bytes(range(32)))
    key.chmod(0o600)
    found = []
    for number, options in enumerate(RUNS.values()):
        out = folder / f"out{number}"
        _run("run", folder / "in", *options, "--key-file", key, "--output", out)
        told = _run("audit", folder / "in", out, "--identifiers", folder / "must-go.csv", "--json")
        found.append(json.loads(told) | {"stays": _staying(corpus.key, out)})
    return found


def table(found: list[dict[str, Any]]) -> str:
    """Return the table in Markdown."""
    lines = [f"| | {' | '.join(RUNS)} |", "|---|" + "---:|" * len(RUNS)]
    lines += [
        f"| {name} | {' | '.join(_cell(one['categories'][name]) for one in found)} |"
        for name in found[0]["categories"]
    ]
    rows = {
        "inputs without output": lambda one: len(one["files"]["missing"]),
        "places of the output with an identifier": lambda one: len(one["leaks"]),
        "planted texts that must stay, and did": lambda one: "{} of {}".format(*one["stays"]),
    }
    for name, value in rows.items():
        lines.append(f"| {name} | {' | '.join(str(value(one)) for one in found)} |")
    return "\n".join(lines)


def _cell(category: dict[str, Any]) -> str:
    if not category["total"]:
        return "-"
    return f"{category['passed']} of {category['total']} ({category['percent']} %)"


def _staying(key: list[dict[str, Any]], out: Path) -> tuple[int, int]:
    """Return how many of the texts that must stay are somewhere in the output, and of how many."""
    everything = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file()).lower()
    # What was planted in the deflated file is in its output compressed.
    texts = [
        one["canary"].lower().encode()
        for one in key
        if one["kind"] == "must stay" and one["search"] and "/05.dcm" not in one["file"]
    ]
    return sum(text in everything for text in texts), len(texts)


def _run(*arguments: object) -> str:
    command = [sys.executable, "-c", PROGRAM, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - our own program
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stderr)
    return done.stdout


def main() -> None:
    """Print the table, and write it into the page."""
    page = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    with tempfile.TemporaryDirectory() as folder:
        lines = table(scored(Path(folder)))
    print(lines)
    before, _, rest = page.read_text(encoding="utf-8").partition(START)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{START}\n\n{lines}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
