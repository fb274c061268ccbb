"""Run every fenced block of README.md and docs/: what a page shows must be what happens.

By its language a block is

- ``python``: code, run in the order of the page, as if typed into an interpreter;
- ``console``: commands after ``$``, run by a shell, each with the output below it;
- ``output``: what the block before it printed and logged; ``...`` stands for anything;
- ``deid``: a recipe, or lines for ``%header``, which must compile;
- any other with ``title="NAME"``: a file of that name, written for the blocks below it.

Each page runs in a folder of its own, which it shows as if it were ``/tmp``. In it is the folder
``images``, with the seven cookies and a text file.
"""

from __future__ import annotations

import ast
import contextlib
import doctest
import io
import logging
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from pydicom import config
from sybil import Document, Example, Region, Sybil
from sybil.parsers.markdown.lexers import RawFencedCodeBlockLexer

from deid_core import Engine, PluginHost, utils
from deid_core.data import get_dataset
from deid_core.recipe.syntax import parse

CHECKOUT = Path(__file__).parent
SLOW = frozenset({"replace-one-action.md", "write-a-plugin.md"})
"""Pages that make an environment of their own."""

MANY = (
    "README.md",
    "docs",
    "tests/audit/test_audit_planted.py",
    "tests/browser",
    "tests/compatibility",
    "tests/corpus",
    "tests/docs",
    "tests/encoded/test_same_as_pydicom.py",
    "tests/examples",
    "tests/hostile/test_bounded.py",
    "tests/hostile/test_data_sets_that_chance_builds.py",
    "tests/hostile/test_hostile_files_by_workers.py",
    "tests/hostile/test_killed_runs.py",
    "tests/hostile/test_lengths_that_lie.py",
    "tests/hostile/test_truncated_files.py",
    "tests/legality",
    "tests/profiles/test_profile_options.py",
    "tests/profiles/test_profile_planted.py",
    "tests/recipe/test_interactions.py",
    "tests/screening/test_dates_in_text.py",
    "tests/sweep/test_sweep_finds.py",
    "tests/sweep/test_sweep_planted_by_review.py",
    "tests/test_nothing_tells.py",
)
"""What asks many files, or programs of its own, about code that other tests reach.

`make coverage` leaves it to `make test-many`: the tracer would take two thirds of the time.
"""

EXHAUSTIVE = (
    "tests/compatibility/test_mutations.py",
    "tests/examples/test_accession_ids.py",
    "tests/examples/test_allow.py",
    "tests/examples/test_broken_plugins.py",
    "tests/examples/test_lookup.py",
    "tests/examples/test_patient_jitter.py",
    "tests/examples/test_plain_contains.py",
    "tests/examples/test_rivals.py",
    "tests/examples/test_serial_screener.py",
    "tests/hostile/test_hostile_files_by_workers.py",
    "tests/legality/test_other_readers.py",
    "tests/legality/test_same_bytes.py",
)
"""What starts many programs to ask what others ask in one process, or of other files."""

SAMPLED = {
    "tests/corpus/test_planted_identifiers.py": 3,
    "tests/corpus/test_screening_corpus.py": 3,
    "tests/corpus/test_silence.py": 3,
    "tests/profiles/test_content_items.py": 4,
    "tests/profiles/test_profile_options.py": 2,
    "tests/profiles/test_profile_planted.py": 2,
    "tests/profiles/test_table_rows.py": 3,
    "tests/pseudonyms/test_reidentifying.py": 2,
    "tests/screening/test_dates_in_text.py": 2,
    "tests/screening/test_private_screening.py": 2,
    "tests/sweep/test_sweep_finds.py": 2,
}
"""Hundreds of cases of one kind: `make test` takes one of so many, `make test-exhaustive` the others."""

FENCED = RawFencedCodeBlockLexer(re.compile(r'(?P<language>\w*)(?: title="(?P<title>[^"]+)")?\n'))
STATUS = "exit status of the command above: "
ECHO_STATUS = f"{{{{ {{}}\n}}}} 2>&1; status=$?; printf '\\n{STATUS}%s\\n' $status; (exit $status)"
DRY_MAKE = f"make() {{ command make -C '{CHECKOUT}' --dry-run \"$@\" >/dev/null; }}"
"""A page says that a target exists, and running it would start these tests anew."""
SAME = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class NotAsShownError(Exception):
    """A page shows something else than what happens."""


@attrs.define
class Page:
    """What the blocks of one page share."""

    folder: Path
    environment: dict[str, str]
    printed: str = ""
    _stream: io.StringIO = attrs.field(factory=io.StringIO)
    _handlers: list[logging.Handler] = attrs.field(factory=list)

    def run(self, example: Example) -> None:
        """Do what the language of a block asks for."""
        language, title, source = example.parsed
        if title:
            path = self.folder / title
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source, encoding="utf-8")
        elif language == "python":
            self._python(source, example)
        elif language == "console":
            self._console(source)
        elif language == "output":
            self._compare(source, self.printed)
        elif language == "deid":
            whole = source if "FORMAT" in source else f"FORMAT dicom\n%header\n{source}"
            Engine(PluginHost.load(), [parse(whole, "recipe")])
        else:
            raise NotAsShownError(f"nothing runs a block in {language or 'no language'}")

    def _python(self, source: str, example: Example) -> None:
        tree = ast.parse("\n" * example.line + source, example.path)
        with self._caught():
            for node in tree.body:
                if isinstance(node, ast.Expr):
                    code = compile(ast.Interactive([node]), example.path, "single")
                else:
                    code = compile(ast.Module([node], []), example.path, "exec")
                exec(code, example.namespace)  # noqa: S102 - the page is ours

    @contextlib.contextmanager
    def _caught(self) -> Iterator[None]:
        """Catch what is printed, and logged by handlers that the page sets up."""
        start = self._stream.tell()
        root = logging.getLogger()
        handlers, root.handlers = root.handlers, self._handlers
        try:
            with contextlib.redirect_stdout(self._stream), contextlib.redirect_stderr(self._stream):
                yield
        finally:
            root.handlers = handlers
            self._stream.seek(start)
            self.printed = self._stream.read()

    def _console(self, source: str) -> None:
        """Run commands in one shell; the next block goes on where it ends."""
        typed = re.split(r"^\$ ", source, flags=re.MULTILINE)[1:]
        commands = [one.replace("\n> ", "\n").partition("\n")[::2] for one in typed]
        script = [DRY_MAKE, *(ECHO_STATUS.format(command) for command, _ in commands)]
        done = subprocess.run(  # noqa: S603 - the page is ours
            ["/bin/sh", "-c", "\n".join([*script, "pwd; env -0"])],
            cwd=self.environment["PWD"],
            env=self.environment,
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        *outputs, after = re.split(rf"\n?{STATUS}(\d+)\n", done.stdout)
        asked = [command == "echo $?" for command, _ in commands[1:]]
        for (command, expected), printed, status, status_shown in zip(
            commands, outputs[::2], outputs[1::2], [*asked, False], strict=True
        ):
            self.printed = printed
            if expected.strip():
                self._compare(expected, printed)
            elif int(status) and not status_shown:
                raise NotAsShownError(f"$ {command}\nexits with {status}:\n{printed}")
        folder, _, variables = after.partition("\n")
        self.environment = dict(pair.split("=", 1) for pair in variables.split("\0") if pair)
        self.environment["PWD"] = folder
        self._lend()

    def _lend(self) -> None:
        """Let environments that the page made use what is installed in this one."""
        for marker in self.folder.rglob("pyvenv.cfg"):
            base = marker.parent
            lent = next(base.glob("lib/python*/site-packages")) / "lent.pth"
            if lent.exists():
                continue
            lent.write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
            program = base / "bin" / "deid-core"
            program.write_text(
                f"#!{base}/bin/python\nfrom deid_core.cli.main import main\nmain()\n"
            )
            program.chmod(0o755)

    def _compare(self, expected: str, printed: str) -> None:
        printed = printed.replace(str(self.folder), "/tmp")  # noqa: S108 - what pages show
        if not doctest.OutputChecker().check_output(expected, printed, SAME):
            raise NotAsShownError(f"The page shows\n\n{expected}\nbut this came:\n\n{printed}")


def _blocks(document: Document) -> Iterator[Region]:
    for block in FENCED(document):
        lexemes = block.lexemes
        parsed = (lexemes["language"], lexemes["title"], lexemes["source"])
        yield Region(block.start, block.end, parsed, _evaluate)


def _evaluate(example: Example) -> str | None:
    try:
        example.namespace["page"].run(example)
    except NotAsShownError as error:
        return str(error)
    return None


def _set_up(namespace: dict[str, Any]) -> None:
    folder = Path(tempfile.mkdtemp(prefix="docs-")).resolve()
    shutil.copytree(get_dataset("dicom-cookies"), folder / "images")
    (folder / "images" / "notes.txt").write_text("call the bakery")
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {
        **os.environ,
        "COLUMNS": "80",
        "HOME": str(folder),
        "PATH": programs,
        "PWD": str(folder),
        "PYTHONUTF8": "1",
        "TMPDIR": str(folder),
        # An environment that a page makes takes what is here, and asks no registry.
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_BUILD_ISOLATION": "0",
        "PIP_NO_INDEX": "1",
    }
    patch = pytest.MonkeyPatch()
    patch.chdir(folder)
    patch.setattr(tempfile, "tempdir", str(folder))
    # Where a wheel is tested, the examples are in the checkout still.
    patch.setattr(utils, "get_installdir", lambda: str(CHECKOUT / "deid_core"))
    namespace |= {"page": Page(folder, environment), "patch": patch, "__name__": "__main__"}


def _tear_down(namespace: dict[str, Any]) -> None:
    namespace["patch"].undo()
    logging.getLogger("deid_core").setLevel(logging.NOTSET)
    config.settings.reading_validation_mode = config.WARN
    shutil.rmtree(namespace["page"].folder)


pytest_collect_file = Sybil(
    parsers=[_blocks],
    patterns=["README.md", "docs/*.md", "docs/*/*.md"],
    setup=_set_up,
    teardown=_tear_down,
).pytest()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the pages that take seconds, and what coverage is not measured by."""
    for item in items:
        if item.path.name in SLOW:
            item.add_marker(pytest.mark.slow)
        place = item.path.relative_to(CHECKOUT)
        if any(place.is_relative_to(one) for one in MANY):
            item.add_marker(pytest.mark.many)
        if any(place.is_relative_to(one) for one in EXHAUSTIVE) or _is_passed_over(item, place):
            item.add_marker(pytest.mark.exhaustive)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Keep what coverage has measured in a worker, which has ten seconds to end afterwards."""
    coverage = sys.modules.get("coverage")
    measured = coverage and coverage.Coverage.current()
    if measured and hasattr(session.config, "workerinput"):
        measured.stop()
        measured.save()


def _is_passed_over(item: pytest.Item, place: Path) -> bool:
    """Tell of one case of many whether a sample leaves it out: the same ones in every run."""
    share = SAMPLED.get(place.as_posix(), 1)
    return "[" in item.name and zlib.crc32(item.name.encode()) % share != 0
