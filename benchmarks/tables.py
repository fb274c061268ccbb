"""The tables of the page, in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from benchmarks.figures import MILLION, Figure, Results, figures
from benchmarks.score import share_done

NONE = "–"  # noqa: RUF001 - a dash, as tables have it


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; all columns but the first are numbers."""
    lines = [f"| {' | '.join(head)} |", "|---|" + "---:|" * (len(head) - 1)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def number(value: float | None) -> str:
    """Return a number with three digits that count."""
    if value is None:
        return NONE
    if value >= 1000:  # noqa: PLR2004 - a thousand
        return f"{value:,.0f}"
    digits = 0 if value >= 100 else 1 if value >= 10 else 2  # noqa: PLR2004 - powers of ten
    return f"{value:.{digits}f}"


def percent(value: float | None) -> str:
    """Return a share in percent; all is only what is all."""
    if value is None:
        return NONE
    return "100 %" if value == 1 else f"{min(99.9, 100 * value):.1f} %"


def machine(results: Results) -> str:
    """Say what machine it was."""
    return table(
        ["Machine", ""], ([name, str(value)] for name, value in results["machine"].items())
    )


def corpora(results: Results) -> str:
    """Say how many files there were."""
    rows = (
        [f"`{name}`", f"{one['files']:,}", number(one["bytes"] / MILLION)]
        for name, one in results["corpora"].items()
    )
    return table(["Corpus", "Files", "MB"], rows)


def rates(results: Results, corpus: str) -> str:
    """Compare all runners on a corpus, on a memory file system."""
    found = figures(results, corpus, "memory") or figures(results, corpus, "disk")
    copy, read = found.get("cp"), found.get("read")
    head = [
        "",
        "work done",
        "files/s",
        "MB/s",
        "time ÷ `cp`",
        "time ÷ pydicom read",
        "CPU ms per file",
    ]
    rows = [
        [
            _name(one),
            NONE if one.key == "read" else percent(one.done),
            number(one.files_per_second),
            number(one.megabytes_per_second),
            number(one.times(copy)),
            number(one.times(read)),
            number(one.cpu_per_file),
            number(one.peak / MILLION),
            f"{one.files:,}",
        ]
        for one in found.values()
    ]
    return table([*head, "peak MB", "files"], rows)


def disk(results: Results) -> str:
    """Compare all runners on a disk, by how much longer than a copy they take."""
    # Many files are for the table of several workers.
    names = (name for name in results["corpora"] if name != "many")
    corpora_there = [name for name in names if figures(results, name, "disk")]
    if not corpora_there:
        return "No run on a disk was made."
    found = {name: figures(results, name, "disk") for name in corpora_there}
    head = [""]
    for name in corpora_there:
        head += [f"`{name}`: files/s", "time ÷ `cp`", "÷ `cp`, both synced"]
    keys = dict.fromkeys(key for figure in found.values() for key in figure)
    rows = []
    for key in keys:
        one = next(figure[key] for figure in found.values() if key in figure)
        row = [_name(one)]
        for name in corpora_there:
            row += _on_disk(found[name].get(key), found[name].get("cp"))
        rows.append(row)
    return table(head, rows)


def _on_disk(one: Figure | None, copy: Figure | None) -> list[str]:
    if one is None:
        return [NONE] * 3
    synced = None
    # What was synced is compared where both wrote the same files.
    if copy is not None and one.files == copy.files:
        synced = one.synced / copy.synced
    return [number(one.files_per_second), number(one.times(copy)), number(synced)]


def workers(results: Results) -> str:
    """Say how many times as fast several workers are as one."""
    stands = [
        (name, where)
        for where in ("memory", "disk")
        for name in results["corpora"]
        if ONE in figures(results, name, where)
    ]
    found = {stand: figures(results, *stand) for stand in stands}
    several = [key for key, note in results["runners"].items() if note["workers"] > 1]
    rows = []
    for key in several:
        there = [found[stand].get(key) for stand in stands]
        if any(there):
            ratios = [
                _ratio(one, found[stand][ONE]) for one, stand in zip(there, stands, strict=True)
            ]
            rows.append([_label(results["runners"][key]), *ratios])
    if not rows:
        return "This version has one engine only."
    return table(
        ["files/s ÷ those of one", *(f"`{name}`, {where}" for name, where in stands)], rows
    )


def _ratio(one: Figure | None, other: Figure) -> str:
    return NONE if one is None else number(one.megabytes_per_second / other.megabytes_per_second)


def undone(results: Results) -> str:
    """Say what each runner left undone."""
    scores = results.get("scores", {})
    rows = []
    for key, note in results["runners"].items():
        if key not in scores or note["kind"] == "floor":
            continue
        one = scores[key]
        rows.append(
            [
                _label(note),
                percent(share_done(scores, key)),
                str(one["left"]),
                ", ".join(one["kinds"]) or "nothing",
                *(_category(one, name) for name in ("text retained", "pixels retained")),
                f"{one['written'] - one['paired']} of {one['written']}",
            ]
        )
    head = ["", "work done", "left", "of the kinds", "text retained", "pixels retained"]
    return table([*head, "not comparable"], rows)


def _category(one: dict[str, Any], name: str) -> str:
    passed, total = one["categories"].get(name, (0, 0))
    return f"{100 * passed / total:.0f} %" if total else NONE


def ways(results: Results) -> str:
    """Say how each was run, and which were not, and why."""
    rows = []
    for note in results["runners"].values():
        if "unavailable" in note:
            rows.append([note["label"], f"not measured: {note['unavailable']}"])
            continue
        failed = "".join(f". On `{name}` it fails: {why}" for name, why in _failed(note))
        rows.append([f"{_label(note)} {note['version']}", note["how"] + failed])
    rows += [[label, f"not measured: {why}"] for label, why in results["unavailable"].items()]
    return table(["", "How it is run"], rows).replace("|---:|", "|---|")


def _failed(note: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, why.replace("|", "/")) for name, why in note.get("failed", {}).items()]


def startup(results: Results) -> str:
    """Say how long it takes to start."""
    rows = (
        [f"`{name}`", *(number(1000 * one[kind]) for kind in ("wall", "cpu"))]
        for name, one in results["startup"].items()
    )
    return table(["", "ms", "CPU ms"], rows)


def inside(results: Results) -> str:
    """Say what a file costs inside of one process."""
    labels = {
        "read": "pydicom, read",
        "write": "pydicom, read and write",
        "basic": "**deid_core, basic profile**",
        "basic, unchecked": "deid_core, basic profile, `--check off`",
        "default": "**deid_core, default recipe**",
        "default, unchecked": "deid_core, default recipe, `--check off`",
    }
    found = results["inside"]
    rows = (
        [label, number(1000 * found[name]), number(found[name] / found["read"])]
        for name, label in labels.items()
        if name in found
    )
    return table(["", "CPU ms per file", "÷ pydicom read"], rows)


def _label(note: dict[str, Any]) -> str:
    return f"**{note['label']}**" if note["kind"] == "ours" else str(note["label"])


def _name(one: Figure) -> str:
    return f"**{one.label}**" if one.kind == "ours" else one.label


ONE = "basic"
"""The runner with one worker that those with several are compared with."""
TABLES: dict[str, Callable[[Results], str]] = {
    "machine": machine,
    "corpora": corpora,
    "ways": ways,
    "headers": lambda results: rates(results, "headers"),
    "slices": lambda results: rates(results, "slices"),
    "large": lambda results: rates(results, "large"),
    "huge": lambda results: rates(results, "huge") if "huge" in results["corpora"] else "Not made.",
    "disk": disk,
    "inside": inside,
    "startup": startup,
    "undone": undone,
    "workers": workers,
}
"""Each by the name of its place in the page."""
