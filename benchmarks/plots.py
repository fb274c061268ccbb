"""The plots of the page: SVG in the colours of the text around them, light or dark."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")

from matplotlib import pyplot, ticker

from benchmarks.curve.fit import Curve
from benchmarks.curve.table import label_of, shown
from benchmarks.figures import Figure, Results, figures

TEXT, FAINT = "#010203", "#040506"
"""Stand-ins, for which the colours of the page are put in the end."""
PAGE_COLOURS = {TEXT: "currentColor", FAINT: "#8888888c"}
COLOURS = {"ours": "#009485", "peer": "#e07b39", "floor": "#8a8f98"}
KINDS = {"ours": "deid_core", "peer": "others", "floor": "floors"}
NEAR, NEAR_BELOW = 4, 1.25
STYLE = {
    "axes.edgecolor": FAINT,
    "axes.labelcolor": TEXT,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 11,
    "axes.titlecolor": TEXT,
    "font.size": 11,
    "grid.color": FAINT,
    "grid.linewidth": 0.5,
    "legend.frameon": False,
    "legend.labelcolor": TEXT,
    "savefig.transparent": True,
    "svg.fonttype": "none",
    "svg.hashsalt": "benchmark",
    "text.color": TEXT,
    "xtick.color": FAINT,
    "xtick.labelcolor": TEXT,
    "ytick.color": FAINT,
    "ytick.labelcolor": TEXT,
}


def draw(results: Results, folder: Path) -> None:
    """Draw rate against work done, and rates side by side."""
    with pyplot.rc_context(STYLE):
        _work(results, folder / "benchmark-work.svg")
        _rates(results, folder / "benchmark-rates.svg")


def draw_curve(results: Results, folder: Path) -> None:
    """Draw cost against size, a panel for each axis."""
    with pyplot.rc_context(STYLE):
        found = shown(results)
        axes = list(dict.fromkeys(one.axis for one in found))
        columns = 3
        rows = -(-len(axes) // columns)
        figure, panels = pyplot.subplots(rows, columns, figsize=(9, 2.8 * rows), squeeze=False)
        for panel in panels.flat[len(axes) :]:
            panel.set_axis_off()
        for name, panel in zip(axes, panels.flat, strict=False):
            _panel(panel, results, [one for one in found if one.axis == name])
        figure.tight_layout()
        _save(figure, folder / "benchmark-curve.svg", "Cost along each axis, logarithmic")


def _panel(panel: Any, results: Results, curves: Iterable[Curve]) -> None:
    for one, (colour, mark) in zip(curves, (("#009485", "o"), ("#e07b39", "s")), strict=False):
        values, costs = zip(*one.points, strict=True)
        exponent = one.exponent
        grows = f", exponent {exponent:.2f}" if exponent else f", {one.verdict}"
        label = label_of(results, one) + grows
        milliseconds = [1000 * cost for cost in costs]
        panel.plot(values, milliseconds, color=colour, marker=mark, markersize=4, label=label)
        panel.set_xlabel(results["axes"][one.axis]["label"])
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_ylabel("ms")
    panel.grid(visible=True)
    low, high = panel.get_ylim()
    panel.set_ylim(low / 3, high * 10)
    _short(panel.xaxis, panel.yaxis)
    panel.legend(loc="upper left", fontsize=8)


def _work(results: Results, path: Path) -> None:
    found = [one for one in figures(results, "headers", "memory").values() if one.left is not None]
    figure, axes = pyplot.subplots(figsize=(8, 5.4))
    for kind, colour in COLOURS.items():
        points = [one for one in found if one.kind == kind]
        rates, left = [one.files_per_second for one in points], [one.left for one in points]
        axes.scatter(rates, left, color=colour, s=45, label=KINDS[kind], zorder=3)
    axes.set_xscale("log")
    axes.set_yscale("symlog", linthresh=0.1)
    # Up is better.
    axes.set_ylim(max(one.left or 0 for one in found) * 2, -0.05)
    axes.set_xlabel("files per second")
    axes.set_ylabel("identifiers left in a file")
    axes.margins(x=0.12)
    axes.grid(visible=True)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncol=len(COLOURS))
    _plain(axes.xaxis, axes.yaxis)
    _name_points(axes, found)
    figure.tight_layout()
    _save(figure, path, "Files per second, and identifiers left in a file, of each program")


def _name_points(axes: Any, found: list[Figure]) -> None:
    """Write the names beside the points; a point of ours has its name above it."""
    rates = sorted(one.files_per_second for one in found)
    middle = (rates[0] * rates[-1]) ** 0.5
    for one in found:
        ours = one.kind == "ours"
        right = one.files_per_second > middle or any(_in_the_way(one, other) for other in found)
        axes.annotate(
            one.label.removeprefix("deid_core, "),
            (one.files_per_second, one.left),
            xytext=(0, 8) if ours else (-7 if right else 7, -3),
            textcoords="offset points",
            ha="right" if right and not ours else "left",
            fontsize=8 if ours else 9,
            rotation=50 if ours else 0,
            rotation_mode="anchor",
        )


def _in_the_way(one: Figure, other: Figure) -> bool:
    """Tell whether another point stands where the name of one would be, to its right."""
    further = other.files_per_second / one.files_per_second
    below = (1 + (other.left or 0)) / (1 + (one.left or 0))
    return 1 < further < NEAR and 1 / NEAR_BELOW < below < NEAR_BELOW


def _short(*axes: Any) -> None:
    """Write powers of ten as numbers with k, M and G."""
    for axis in axes:
        axis.set_major_locator(ticker.LogLocator(numticks=6))
        axis.set_minor_locator(ticker.NullLocator())
        axis.set_major_formatter(ticker.EngFormatter(sep=""))


def _plain(*axes: Any) -> None:
    """Write plain numbers, and none between."""
    for axis in axes:
        axis.set_minor_locator(ticker.NullLocator())
        axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:,g}"))


def _rates(results: Results, path: Path) -> None:
    wanted = [("headers", "files/s"), ("slices", "files/s"), ("large", "MB/s")]
    there = [(name, unit) for name, unit in wanted if figures(results, name, "memory")]
    count = max(len(figures(results, name, "memory")) for name, _ in there)
    figure, panels = pyplot.subplots(
        1, len(there), figsize=(10, 1 + 0.32 * count), squeeze=False, sharey=True
    )
    for panel, (name, unit) in zip(panels.flat, there, strict=True):
        found = list(reversed(figures(results, name, "memory").values()))
        labels = [one.label for one in found]
        rates = [
            one.files_per_second if unit == "files/s" else one.megabytes_per_second for one in found
        ]
        panel.barh(labels, rates, color=[COLOURS[one.kind] for one in found], zorder=3)
        panel.set_xscale("log")
        panel.set_xlabel(unit)
        panel.set_xlim(left=10 ** math.floor(math.log10(min(rates))))
        _plain(panel.xaxis)
        panel.set_title(name)
        panel.grid(visible=True, axis="x")
    figure.tight_layout()
    _save(figure, path, "Rates on a memory file system")


def _save(figure: Any, path: Path, title: str) -> None:
    """Write a plot, to be put into a page as it is, with a title for those who do not see it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    pyplot.close(figure)
    text = path.read_text(encoding="utf-8")
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = text.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)
    # In one page all names count together.
    text = re.sub(r'((?:id="|url\(#|href="#))', rf"\1{path.stem}-", text)
    text = re.sub(
        r'(<svg [^>]*?)width="([\d.]+)pt" height="[\d.]+pt"',
        r'\1width="\2" style="width: 780px; max-width: 100%; height: auto"',
        text,
    )
    # The style is for this plot, not for the whole page.
    text = text.replace('type="text/css">*{', f'type="text/css">#{path.stem}-figure_1 *{{')
    for stand_in, colour in PAGE_COLOURS.items():
        text = text.replace(stand_in, colour)
    text = re.sub(r"font: ([^;]*?) '[^;\"]*", r"font: \1 system-ui, sans-serif", text)
    lines = [line.rstrip() for line in text.splitlines()]
    # A blank line would end it, within a page in Markdown.
    path.write_text("\n".join(line for line in lines if line) + "\n", encoding="utf-8")
