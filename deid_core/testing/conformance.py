"""The contract of a plugin as a class of tests that an author inherits."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import pytest

from deid_core.errors import DeidError, PluginError
from deid_core.host import PluginHost
from deid_core.testing.checks import company, declared, files, hooks, words
from deid_core.testing.hosts import host_with
from deid_core.testing.planting import PlantedFile
from deid_core.testing.subject import Subject


class PluginConformance:
    """What deid_core expects of every plugin, one test for each thing.

    An author's test module needs no more than this::

        from deid_core.testing import PluginConformance


        class TestConformance(PluginConformance):
            plugin = "hospital"

    ``plugin`` is the name of its entry point, so that the plugin must be installed (``pip install
    -e .``), or a module or object with hooks, of which no test can ask that other processes find it.
    ``samples`` maps the names of actions, selectors, functions and operators to what follows them in
    a recipe, such as ``{"CAP": "90"}``, and those of importers to the text of a file that they
    translate. ``settings`` are those of all runs, see `Settings`, and ``output_name`` is what their
    output is called, for a writer of ``"out.zip"``. ``recipes`` are names of recipes that the plugin
    finds. A source says by `locations` where it finds the planted files.

    The plugin runs beside the default plugins, whatever else is installed. To leave a test out, and
    say so, set it to None: ``test_travels = None``. `pytest --deid-plugin NAME` runs the same
    without a module.
    """

    plugin: ClassVar[str | object]
    samples: ClassVar[Mapping[str, str]] = {}
    settings: ClassVar[Mapping[str, Any]] = {}
    output_name: ClassVar[str] = "out"
    recipes: ClassVar[Sequence[str]] = ()

    def locations(self, folder: Path, planted: Sequence[PlantedFile]) -> Iterable[str]:
        """Return where the plugins shall look for the planted files, which are in ``folder``.

        A source packs them up here, and returns what it answers for.
        """
        return [str(folder)]

    @pytest.fixture
    def subject(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Subject:
        """The plugin among the default plugins; fails once where it cannot be loaded."""
        for name in ("BLOCK", "ALLOW", "PREFER", "ONLY_PLUGINS", "PLUGIN_LOCK"):
            monkeypatch.delenv(f"DEID_CORE_{name}", raising=False)
        host = _host_of(self.plugin)
        if isinstance(host, PluginError):
            # One sentence says it all; the other tests have nothing to ask.
            about = (type(self), str(self.plugin))
            if about in _TOLD:
                pytest.skip(f"it cannot be loaded: {host}")
            _TOLD.add(about)
            pytest.fail(str(host), pytrace=False)
        return Subject(
            plugin=self.plugin,
            folder=tmp_path,
            host=host,
            samples=self.samples,
            settings=self.settings,
            output_name=self.output_name,
            recipes=self.recipes,
            locations=self.locations,
        )

    def test_its_hooks_are_used(self, subject: Subject) -> None:
        """Each hook is called in a run, and each stage answers in one: or nothing was tested."""
        _require(hooks.used, subject)

    def test_names_are_legal(self, subject: Subject) -> None:
        """Users type the names of the plugin and of its records."""
        _require(declared.legal_names, subject)

    def test_summaries_are_there(self, subject: Subject) -> None:
        """Each record says in one line what it is."""
        _require(declared.summaries, subject)

    def test_declares_the_same_again(self, subject: Subject) -> None:
        """Hooks that declare give the same each time."""
        _require(declared.declared_again, subject)

    def test_loads_elsewhere(self, subject: Subject) -> None:
        """In another process it is found, declares the same, and imports nothing that takes long."""
        _require(declared.loaded_elsewhere, subject)

    def test_records_can_be_used(self, subject: Subject) -> None:
        """Commands explain themselves, importers translate, folders and recipes are there."""
        _require(declared.usable_records, subject)

    def test_words_can_be_used(self, subject: Subject) -> None:
        """Recipes can use each action, selector, function and operator, with its sample."""
        _require(words.usable, subject)

    def test_answers_are_of_the_right_type(self, subject: Subject) -> None:
        """Words answer for empty, multi-valued, nested and private elements as for others."""
        _require(words.right_answers, subject)

    def test_answers_are_the_same_again(self, subject: Subject) -> None:
        """With one key, a word gives the same answers however often it is compiled."""
        _require(words.equal_answers, subject)

    def test_answers_do_not_depend_on_the_reader(self, subject: Subject) -> None:
        """A data set that stays encoded, and one of pydicom's, get the same answers."""
        _require(words.both_readers, subject)

    def test_words_change_nothing_themselves(self, subject: Subject) -> None:
        """Words return what shall become of an element, and leave the data set alone."""
        _require(words.unchanged_input, subject)

    def test_exceptions_quote_no_values(self, subject: Subject) -> None:
        """The texts of exceptions that words raise hold no value, given garbage either."""
        _require(words.quiet_errors, subject)

    def test_runs_with_its_words_do_not_fail(self, subject: Subject) -> None:
        """Whole files come through each word."""
        _require(files.unfailing_words, subject)

    def test_nothing_planted_is_left(self, subject: Subject) -> None:
        """Beside the default plugins it lets no identifier through."""
        _require(files.clean_runs, subject)

    def test_tells_no_identifiers(self, subject: Subject) -> None:
        """Logs at INFO and above, prints, reports and errors hold no value of a file."""
        _require(files.quiet_runs, subject)

    def test_runs_are_the_same_again(self, subject: Subject) -> None:
        """Two runs with one key write the same bytes."""
        _require(files.equal_runs, subject)

    def test_runs_are_the_same_elsewhere(self, subject: Subject) -> None:
        """Another process writes the same bytes."""
        _require(files.equal_elsewhere, subject)

    def test_executors_write_the_same(self, subject: Subject) -> None:
        """An executor of its own writes what one process does."""
        _require(files.own_executors, subject)

    def test_leaves_the_input_alone(self, subject: Subject) -> None:
        """Files of the input, and instances before they are decided about, stay as they are."""
        _require(files.untouched_files, subject)

    def test_says_whether_workers_may_share_a_run(self, subject: Subject) -> None:
        """It declares deid_parallel_runs if it takes part in what is done with files."""
        _require(company.says_whether_workers_share, subject)

    def test_travels(self, subject: Subject) -> None:
        """What a source finds can be pickled, and opened in another process."""
        _require(company.travels, subject)

    def test_can_be_replaced(self, subject: Subject) -> None:
        """Another plugin replaces its records by name, and goes first where it is preferred."""
        _require(company.can_be_replaced, subject)

    def test_can_be_amended(self, subject: Subject) -> None:
        """Another plugin's wrapper gets to see the answers of its stages."""
        _require(company.can_be_amended, subject)


_TOLD: set[tuple[type, str]] = set()
"""Plugins that cannot be loaded, of which a test has said so."""


def _host_of(plugin: str | object) -> PluginHost | PluginError:
    try:
        return _host_by_name(plugin) if isinstance(plugin, str) else host_with(plugin)
    except PluginError as error:
        return error


@lru_cache(maxsize=16)
def _host_by_name(name: str) -> PluginHost:
    """Return a host that several tests share: nothing that they do changes it."""
    return host_with(name)


def _require(check: Callable[[Subject], Iterable[str]], subject: Subject) -> None:
    """Fail with what a check has found, or with what has broken a run off."""
    __tracebackhide__ = True
    with _unheard():
        try:
            found = list(check(subject))
        except DeidError as error:
            found = [str(error)]
    if found:
        more = f"\n… and {len(found) - MOST} more" if len(found) > MOST else ""
        pytest.fail("\n".join(found[:MOST]) + more, pytrace=False)


@contextlib.contextmanager
def _unheard() -> Iterator[None]:
    """Keep what is logged from pytest: a page of it would hide the sentence that counts."""
    root = logging.getLogger()
    handlers = root.handlers
    root.handlers = [logging.NullHandler()]
    try:
        yield
    finally:
        root.handlers = handlers


MOST = 10
"""Findings of one check that are shown."""
