"""The parts of the page: totals, tables, and what the run was made with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from deid_core.pages.markup import Cell, Raw, code, definitions, html, number, table
from deid_core.pages.markup import files as in_files
from deid_core.pages.pictures import BURNED_IN, Side, gallery, shown
from deid_core_record.attributes import is_file_meta
from deid_core_record.journal import Entry
from deid_core_record.masks import after, before
from deid_core_record.pictures import Pair
from deid_core_record.reasons import OUTCOMES, reason_of

_SIGNS = {"written": "✓", "skipped": "→", "refused": "✕", "failed": "!", "exists": "="}
SHORT = 12
"""Digits of a digest in a table; all are in the JSON."""
_NO_IMAGES = (
    "No image can be shown: the files of this run that were looked at hold none, or their outputs are "
    "not where they were written, or lie in an archive too large to look into again."
)


def verdict(facts: Mapping[str, Any]) -> str:
    """Return the answer to the first question: is all well?"""
    outcomes = facts["counts"]["outcomes"]
    bad = sum(n for name, n in outcomes.items() if name not in {"written", "skipped"})
    sign, kind = "!", "warn"
    if not facts["complete"]:
        text = "The run broke off. What it had written by then is whole."
    elif bad:
        them = "it" if bad == 1 else "them"
        text = f"{in_files(bad)} could not be de-identified. Nothing was written for {them}."
    elif not outcomes.get("written"):
        text = "No DICOM file was found: nothing was written."
    else:
        sign, kind = "✓", "well"
        text = f"Every DICOM file was de-identified: {in_files(outcomes['written'])}."
    return f'<p class="verdict {kind}"><span aria-hidden="true">{sign}</span>{html(text)}</p>'


def totals(facts: Mapping[str, Any]) -> str:
    """Return the counts by outcome."""
    counts = facts["counts"]
    pairs: list[tuple[str, Cell]] = [("Files read", counts["files"])]
    for name, words in OUTCOMES.items():
        if counts["outcomes"].get(name) or name in {"written", "refused"}:
            pairs.append((words, counts["outcomes"].get(name, 0)))
    return definitions(pairs)


def reasons(facts: Mapping[str, Any], firsts: Mapping[tuple[str, str], Sequence[int]]) -> str:
    """Return why files were not written, and what to do."""
    rows: list[list[Cell]] = []
    for found in facts["counts"]["codes"]:
        outcome, name = found["outcome"], found["code"]
        reason = reason_of(name)
        numbers = [number(n) for n in firsts.get((outcome, name), ())]
        more = ", …" if found["files"] > len(numbers) else ""
        rows.append(
            [
                code(name),
                _sign(outcome),
                found["files"],
                reason.meaning,
                reason.advice,
                ", ".join(numbers) + more,
            ]
        )
    return table(
        "Files that were not written, by reason",
        ("Reason code", "Outcome", "Files", "What it means", "What to do", "Numbers of files"),
        rows,
        note="Every file was written.",
    )


def rules(facts: Mapping[str, Any]) -> str:
    """Return what each rule did."""
    rows: list[list[Cell]] = [
        [code(one["place"]), one["action"], one["field"], one["count"]] for one in facts["rules"]
    ]
    return table("Rules that changed something", ("Rule", "Action", "Field", "Elements"), rows)


def attributes(facts: Mapping[str, Any]) -> str:
    """Return what became of each attribute; values are masked."""
    rows: list[list[Cell]] = [
        [
            one["name"] or one["keyword"] or "Private element",
            code(one["tag"]),
            one["vr"],
            Raw(f'<span class="mask">{html(before(one["vr"]))}</span>'),
            "made anew" if is_file_meta(one) and one["removed"] else after(one),
            one["removed"],
            one["emptied"],
            one["replaced"],
        ]
        for one in sorted(facts["attributes"], key=_place)
    ]
    heads = ("Attribute", "Tag", "VR", "Before", "After", "Removed", "Emptied", "Replaced")
    return table("Attributes that were changed, before and after", heads, rows)


def _place(attribute: Mapping[str, Any]) -> int:
    """Return where an attribute stands: data set, private elements, file meta information."""
    return 2 if is_file_meta(attribute) else int(attribute["private"])


def warned(warnings: Mapping[str, int]) -> str:
    """Return what was noted about files that were written."""
    rows: list[list[Cell]] = [
        [text, count] for text, count in sorted(warnings.items(), key=lambda pair: -pair[1])
    ]
    return table("Notes and warnings", ("Text", "Files"), rows, note="There are none.")


def files(facts: Mapping[str, Any], entries: Sequence[Entry]) -> str:
    """Return what became of the first files, those first that were not written."""
    with_names = facts["names_of_outputs"]
    rows: list[list[Cell]] = [_file(entry, with_names=with_names) for entry in entries]
    heads = ["File", "Outcome", "Reason", "Input", "Output"] + ["Name"] * with_names
    total = facts["counts"]["files"]
    more = ""
    if total > len(rows):
        text = f"{number(total - len(rows))} more files are in report.json."
        more = f'<p class="note">{text} Files that were not written come first.</p>'
    return more + table("What became of each file", heads, rows, note="No file was found.")


def _file(entry: Entry, *, with_names: bool) -> list[Cell]:
    reason = Raw("")
    if entry.code:
        reason = Raw(f"{code(entry.code).html} {html(entry.reason)}")
    row: list[Cell] = [
        entry.number,
        _sign(entry.outcome),
        reason,
        _short(entry.input_digest),
        _short(entry.output_digest),
    ]
    if with_names:
        row.append(code(entry.output.replace("\\", "/")) if entry.output else "")
    return row


def _sign(outcome: str) -> Raw:
    sign = _SIGNS.get(outcome, "?")
    return Raw(f'<span class="outcome" aria-hidden="true">{sign}</span> {html(outcome)}')


def _short(digest: str) -> Raw:
    return code(f"{digest[:SHORT]}…") if digest else Raw("")


def images(pictures: Sequence[Pair] | None) -> str:
    """Return a section with pictures, or nothing where none were asked for."""
    if pictures is None:
        return ""
    inner = f'<p class="none">{html(_NO_IMAGES)}</p>'
    if pictures:
        inner = (
            "<p>One image of each of some series: before, as it was read, and after, as it was written. "
            f"{BURNED_IN} Where a name shows after, it went out.</p>\n{gallery(map(_pair, pictures))}"
        )
    return (
        '<section id="images" aria-labelledby="h-images">\n'
        f'<h2 id="h-images">Images</h2>\n{inner}\n</section>'
    )


def _pair(pair: Pair) -> str:
    title = f"File {number(pair.number)}" + (f", {pair.kind}" if pair.kind else "")
    regions = number(len(pair.regions)) if pair.regions else "none"
    sides = (
        Side("Before", "before: as it was read", pair.before),
        Side("After", "after: as it was written", pair.after),
    )
    return shown(title, sides, f"Cleaned regions: {regions}")


def recipes(facts: Mapping[str, Any]) -> str:
    """Return the recipes with their digests, and what they keep on purpose."""
    rows: list[list[Cell]] = [
        [
            code(one["name"]),
            one["title"],
            one["default"] or "",
            _keeps(one["keeps"]),
            code(one["sha256"]),
        ]
        for one in facts["recipes"]
    ]
    heads = ("Recipe", "Title", "Default", "Keeps by name", "SHA-256 as understood")
    return table("Recipes, the lowest first", heads, rows)


def _keeps(fields: Sequence[str]) -> Raw:
    """Return fields that are kept on purpose: folded up, since there may be many."""
    if not fields:
        return Raw("")
    names = html(", ".join(field.removeprefix("toplevel:") for field in fields))
    count = f"{number(len(fields))} {'field' if len(fields) == 1 else 'fields'}"
    return Raw(f"<details><summary>{count}</summary>{names}</details>")


def about(facts: Mapping[str, Any]) -> str:
    """Return what the run was made with, and by what the record can be checked."""
    plugins: list[list[Cell]] = [
        [one["name"], one["distribution"], one["version"]] for one in facts["plugins"]
    ]
    settings: list[list[Cell]] = [
        [name, _value(value)] for name, value in facts["settings"].items()
    ]
    runs: list[list[Cell]] = [
        [one["number"], one["started"], one["ended"] or "", "yes" if one["complete"] else "no"]
        for one in facts["runs"]
    ]
    log = facts["log"]
    chain = f"HMAC-SHA-256 with the key {log['log_key']}" if "log_key" in log else "SHA-256, no key"
    checks: list[tuple[str, Cell]] = [
        ("Log", code(log["file"])),
        ("Chained by", chain),
        ("Lines when this was written", log["lines"]),
        ("Hash of the last of them", code(log["hash"])),
        ("Report made", facts["made"]),
    ]
    versions = [(name, html(value)) for name, value in facts["versions"].items()]
    return "\n".join(
        [
            "<h3>Versions</h3>",
            definitions((name, Raw(value)) for name, value in versions),
            "<h3>Signatures</h3>",
            definitions(checks),
            "<h3>Runs</h3>",
            table("Runs into this output", ("Run", "Started", "Ended", "Complete"), runs),
            "<h3>Plugins</h3>",
            table(
                "Plugins, in the order of their calls",
                ("Plugin", "Distribution", "Version"),
                plugins,
            ),
            "<h3>Settings</h3>",
            table("Settings", ("Setting", "Value"), settings),
        ]
    )


def _value(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no"}.get(value, "not set") if value is not None else "not set"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value)
