"""De-identify planted files with the plugins of a host, and keep all that a run says and leaves."""

from __future__ import annotations

import contextlib
import gzip
import io
import logging
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
from pydicom import dcmread
from pydicom.dataset import FileDataset

from deid_core.engine import Engine
from deid_core.host import PluginHost
from deid_core.model import FileReport, Outcome
from deid_core.recipe.find import find_recipes
from deid_core.recipe.syntax import parse
from deid_core.settings import Settings
from deid_core.testing.planting import PlantedFile

KEY = bytes(range(32))
"""The key of every trial, so that two trials give the same pseudonyms."""
GZIP = b"\x1f\x8b"
FORMAT = "%(levelname)s %(name)s: %(message)s"


@attrs.frozen
class TrialRun:
    """What a run over planted files has left behind.

    ``reports`` say what became of each file, ``log`` is what was logged at INFO and above by
    anybody, and ``printed`` what was printed, or warned about by `warnings.warn`.
    """

    planted: tuple[PlantedFile, ...] = attrs.field(repr=False)
    output: Path
    reports: tuple[FileReport, ...]
    log: str = attrs.field(repr=False)
    printed: str = attrs.field(repr=False)
    obstacle: str | None = None

    @property
    def outputs(self) -> tuple[Path, ...]:
        """The files that the run has written, by name."""
        if self.output.is_file():
            return (self.output,)
        return tuple(sorted(path for path in self.output.rglob("*") if path.is_file()))

    def datasets(self) -> list[FileDataset]:
        """Return the outputs as pydicom reads them, in the order of the reports."""
        written = (r.output for r in self.reports if r.outcome is Outcome.WRITTEN and r.output)
        return [dcmread(path) for path in written]

    def contents(self) -> dict[str, bytes]:
        """Return the bytes of each output by its name below the output folder.

        What is compressed (ZIP, gzip) is given as what it holds.
        """
        found = {}
        for path in self.outputs:
            name = path.relative_to(self.output).as_posix()
            found[name] = path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    members = {f"{name}/{one}": archive.read(one) for one in archive.namelist()}
                del found[name]
                found |= members
            elif found[name].startswith(GZIP):
                found[name] = gzip.decompress(found[name])
        return found

    @property
    def told(self) -> str:
        """All that the run has said: log, prints, and the text of reports and errors."""
        lines = [self.log, self.printed]
        for report in self.reports:
            lines += [report.code, report.reason, *report.warnings, *report.notes, *report.actions]
            lines += [f"{report!r} {report.fault!r}"]
        return "\n".join(lines)

    def left(self) -> list[str]:
        """Return what is left of planted values in outputs, their names, and all that was told."""
        found = self.left_in(self.told, "what the run has told")
        for name, data in self.contents().items():
            found += self.left_in(name, "the name of an output")
            found += self.left_in(data, f"an output ({self._label(name)})")
        return found

    def left_in(self, data: bytes | str, where: str) -> list[str]:
        """Return a line for each planted value that is in ``data``, without the value itself."""
        places = {place for one in self.planted for place in one.left_in(data)}
        return [f"the value of {place} is in {where}" for place in sorted(places)]

    def _label(self, name: str) -> str:
        return f"number {[*self.contents()].index(name) + 1}"


def try_out(  # noqa: PLR0913 - a run has many sides
    host: PluginHost,
    planted: Sequence[PlantedFile],
    folder: Path,
    recipe: str = "",
    *,
    locations: Iterable[str] | None = None,
    output: Path | None = None,
    executor: str | None = None,
    **settings: Any,
) -> TrialRun:
    """De-identify planted files below ``folder``, and return what the run says and leaves.

    ``recipe`` is the text of one; lines without ``FORMAT`` are those of ``%header``. ``locations``
    are what the plugins are asked to find files at; without them it is the folder of the planted
    files. ``settings`` are those of `Settings`; ``check_identifiers`` is ``"off"`` without, so that what
    would be refused is written, and what is left of planted values is found in it.

    Raises what `Engine` raises, such as `RecipeError`.
    """
    inputs, output = folder / "in", output or folder / "out"
    for one in planted:
        one.save(inputs)
    text = recipe if "FORMAT" in recipe or not recipe else f"FORMAT dicom\n%header\n{recipe}\n"
    recipes = find_recipes(parse(text, "trial"), host) if text else ()
    with _listening() as heard:
        told: dict[str, Any] = {"check_identifiers": "off", **settings, "output_folder": output}
        engine = Engine(host, recipes, Settings(**told), key=KEY)
        refs = engine.discover([str(inputs)] if locations is None else locations)
        reports = tuple(engine.run(refs, executor=executor))
    return TrialRun(tuple(planted), output, reports, *heard.texts(), engine.obstacle)


@attrs.define
class _Heard:
    """What was logged, printed and warned about."""

    logged: io.StringIO = attrs.field(factory=io.StringIO)
    printed: io.StringIO = attrs.field(factory=io.StringIO)
    warned: list[warnings.WarningMessage] = attrs.field(factory=list)

    def texts(self) -> tuple[str, str]:
        warned = "\n".join(str(one.message) for one in self.warned)
        return self.logged.getvalue(), self.printed.getvalue() + warned


@contextlib.contextmanager
def _listening() -> Iterator[_Heard]:
    """Hear all that is logged at INFO and above, printed, or warned about."""
    heard = _Heard()
    handler = logging.StreamHandler(heard.logged)
    handler.setLevel(logging.INFO)
    handler.setFormatter(logging.Formatter(FORMAT))
    root, ours = logging.getLogger(), logging.getLogger("deid_core")
    levels = root.level, ours.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    ours.setLevel(logging.INFO)
    try:
        with (
            warnings.catch_warnings(record=True) as warned,
            contextlib.redirect_stdout(heard.printed),
            contextlib.redirect_stderr(heard.printed),
        ):
            warnings.simplefilter("always")
            yield heard
            heard.warned += warned
    finally:
        root.removeHandler(handler)
        root.setLevel(levels[0])
        ours.setLevel(levels[1])
