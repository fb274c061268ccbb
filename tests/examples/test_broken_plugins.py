"""Plugins that cannot be loaded: one clear message before the first file, and a line in the list."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.examples.conftest import Environment

pytestmark = pytest.mark.slow

WHO = "plugin 'broken' (distribution deid-core-broken 1.0)"

BROKEN = {
    "import of what is not there": (
        "import no_such_module_of_ours",
        ["cannot be imported from 'broken_module'", "no_such_module_of_ours"],
    ),
    "syntax": ("def deid_read_file(:", ["cannot be imported from 'broken_module'", "SyntaxError"]),
    "exit while importing": (
        "raise SystemExit(3)",
        ["cannot be imported from 'broken_module'", "SystemExit"],
    ),
    "misspelled hook": (
        """\
        @hookimpl
        def deid_field_action():
            return []
        """,
        ["'deid_field_action' is no hook of deid_core", "did you mean 'deid_field_actions'?"],
    ),
    "misspelled prefix": (
        """\
        @hookimpl
        def died_field_actions():
            return []
        """,
        ["'died_field_actions' is no hook of deid_core", "did you mean 'deid_field_actions'?"],
    ),
    "hook under another name": (
        """\
        @hookimpl(specname="deid_read_files")
        def read_it(ref, batch):
            return None
        """,
        ["'deid_read_files' is no hook of deid_core", "did you mean 'deid_read_file'?"],
    ),
    "forgotten mark": (
        """\
        def deid_field_actions():
            return []
        """,
        ["'deid_field_actions' lacks the mark @hookimpl"],
    ),
    "unknown argument": (
        """\
        @hookimpl
        def deid_read_file(reference, batch):
            return None
        """,
        ["hook 'deid_read_file' has an unknown argument 'reference'", "['ref', 'batch']"],
    ),
    "argument with a default": (
        """\
        @hookimpl
        def deid_read_file(ref, batch=None):
            return None
        """,
        ["hook 'deid_read_file' gives 'batch' a default"],
    ),
    "any arguments": (
        """\
        @hookimpl
        def deid_read_file(**arguments):
            return None
        """,
        ["hook 'deid_read_file' takes *arguments", "['ref', 'batch']"],
    ),
    "wrapper without yield": (
        """\
        @hookimpl(wrapper=True)
        def deid_read_file(ref):
            return None
        """,
        ["hook 'deid_read_file' is a wrapper but has no yield"],
    ),
    "wrapper of the old kind": (
        """\
        @hookimpl(hookwrapper=True)
        def deid_read_file(ref):
            yield
        """,
        ["hook 'deid_read_file' uses hookwrapper"],
    ),
    "wrapper of a declaration": (
        """\
        @hookimpl(wrapper=True)
        def deid_field_actions():
            return (yield)
        """,
        ["hook 'deid_field_actions'", "wrapper"],
    ),
    "discovery that answers for every location": (
        """\
        @hookimpl
        def deid_discover_files(location):
            if location.endswith(".tar"):
                yield FileRef("x.dcm")
        """,
        ["hook 'deid_discover_files'", "generator"],
    ),
    "hook that is no function": (
        """\
        deid_read_file = hookimpl(type("Reader", (), {}))
        """,
        ["hook 'deid_read_file'"],
    ),
    "async hook": (
        """\
        @hookimpl
        async def deid_field_actions():
            return []
        """,
        ["hook 'deid_field_actions'"],
    ),
    "wrong record": (
        """\
        @hookimpl
        def deid_field_actions():
            return [ValueFunction(name="x", compile=print, summary="")]
        """,
        ["hook 'deid_field_actions' returned ValueFunction in its list, not FieldAction"],
    ),
    "no list": (
        """\
        @hookimpl
        def deid_value_functions():
            return ValueFunction(name="x", compile=print, summary="")
        """,
        ["hook 'deid_value_functions' must return a list of ValueFunction"],
    ),
    "record with a bad name": (
        """\
        @hookimpl
        def deid_value_functions():
            return [ValueFunction(name="two words", compile=print, summary="")]
        """,
        ["hook 'deid_value_functions'"],
    ),
    "record without rank": (
        """\
        @hookimpl
        def deid_field_actions():
            return [FieldAction(name="X", compile=print, summary="", rank=2)]
        """,
        ["hook 'deid_field_actions'"],
    ),
    "declaration that raises": (
        """\
        @hookimpl
        def deid_checks():
            raise RuntimeError("nothing to declare")
        """,
        ["hook 'deid_checks' raised RuntimeError at broken_module.py:5"],
    ),
    "declaration that raises on the way": (
        """\
        @hookimpl
        def deid_checks():
            yield Check(name="x", compile=print, summary="")
            raise RuntimeError("no more")
        """,
        ["hook 'deid_checks' raised RuntimeError at broken_module.py:6"],
    ),
    "one name twice": (
        """\
        @hookimpl
        def deid_value_functions():
            return [ValueFunction(name="x", compile=print, summary="")] * 2
        """,
        ["declares the value function 'x' twice"],
    ),
    "replacement of nobody": (
        """\
        @hookimpl
        def deid_value_functions():
            return [ValueFunction(name="x", compile=print, summary="", replaces="nobody")]
        """,
        ["the value function 'x' replaces that of 'nobody', which is not installed"],
    ),
    "replacement of itself": (
        """\
        @hookimpl
        def deid_value_functions():
            return [ValueFunction(name="x", compile=print, summary="", replaces="broken")]
        """,
        ["value function 'x' replaces itself"],
    ),
    "name of ours without saying so": (
        """\
        @hookimpl
        def deid_field_actions():
            return [FieldAction(name="jitter", compile=print, summary="", rank=Rank.CHANGES)]
        """,
        ["'dicom'", "both declare the action"],
    ),
}

HEAD = "from deid_core import Check, FieldAction, FileRef, Rank, ValueFunction, hookimpl\n\n"


@pytest.fixture(params=BROKEN.values(), ids=list(BROKEN))
def expected(request: pytest.FixtureRequest, environment: Environment) -> list[str]:
    """Install something broken, and return what a message about it must hold."""
    source, expected = request.param
    environment.plant(
        "broken_module",
        HEAD + textwrap.dedent(source),
        plugin="broken",
        distribution="deid-core-broken",
    )
    return [WHO, *expected]


def test_what_is_broken_stops_the_run_before_the_first_file_and_is_listed(
    environment: Environment, expected: list[str], scan: Callable[..., Path], tmp_path: Path
) -> None:
    done = environment.run("run", scan(), "--output", tmp_path / "out")
    assert "Traceback" not in done.stdout + done.stderr
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1, done.stderr
    for part in expected:
        assert part in done.stderr
    assert not (tmp_path / "out").exists()

    shown = environment.run("plugins", "--json")
    assert shown.returncode == 1, shown.stderr
    listed = {info["name"]: info for info in json.loads(shown.stdout)["plugins"]}
    for part in expected:
        assert part in listed["broken"]["status"]
    assert listed["broken"]["distribution"] == "deid-core-broken"
    assert listed["dicom"]["status"] == listed["screening"]["status"] == "loaded"


def test_an_entry_point_that_leads_nowhere_is_named(environment: Environment) -> None:
    environment.plant(
        "broken_module",
        "",
        plugin="broken = broken_module:Plugin\nignored",
        distribution="deid-core-broken",
    )
    status = environment.plugins()["broken"]["status"]
    assert WHO in status
    assert "cannot be imported from 'broken_module:Plugin'" in status


def test_a_plugin_may_be_an_object(environment: Environment, scan: Callable[..., Path]) -> None:
    source = """\
    from deid_core import ValueFunction, hookimpl

    class Plugin:
        @hookimpl
        def deid_value_functions(self):
            return [ValueFunction(name="x", compile=print, summary="")]

    plugin = Plugin()
    """
    environment.plant(
        "sound", source, plugin="sound = sound:plugin\nignored", distribution="deid-core-sound"
    )
    listed = environment.plugins()
    assert listed["sound"]["status"] == "loaded"
    assert listed["sound"]["provides"] == ["value function x"]


def test_a_hook_under_another_name_is_heard(environment: Environment) -> None:
    source = """\
    from deid_core import hookimpl

    @hookimpl(specname="deid_find_recipe")
    def find(name):
        return None
    """
    environment.plant("sound", source, plugin="sound", distribution="deid-core-sound")
    listed = environment.plugins()["sound"]
    assert listed["hooks"] == ["deid_find_recipe"] or listed["status"] != "loaded"
