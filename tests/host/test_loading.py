"""Plugins are found by their entry points, as they are installed, broken ones included."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from deid_core import (
    FieldAction,
    FileRef,
    PluginConflictError,
    PluginContractError,
    PluginHost,
    PluginLoadError,
    PluginSettings,
    Rank,
    hookimpl,
)

Install = Callable[..., None]

OURS = (
    "archives",
    "audit",
    "dask",
    "dicom",
    "executors",
    "fileset",
    "importers",
    "profiles",
    "pseudonyms",
    "record",
    "screening",
    "streams",
)

HEAD = "from deid_core import FieldAction, FileRef, Rank, SetValue, hookimpl\n"
GOOD = (
    HEAD
    + """
@hookimpl
def deid_discover_files(location):
    return [FileRef(__name__)] if location == "who:" else None
"""
)
JITTER = (
    HEAD
    + """
@hookimpl
def deid_field_actions():
    return [FieldAction(
        name="JITTER", compile=lambda rule, batch: lambda field: None,
        rank=Rank.CHANGES, summary="ours", replaces={replaces},
    )]
"""
)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Return a function that installs a plugin of one module, as an installer lays it out."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))

    def install(name: str, code: str = GOOD, distribution: str = "", version: str = "1.0") -> None:
        distribution = distribution or f"hospital-{name}"
        module = f"fake_{distribution.replace('-', '_')}_{name}".replace(".", "_")
        (site / f"{module}.py").write_text(code, encoding="utf-8")
        info = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n", encoding="utf-8"
        )
        (info / "entry_points.txt").write_text(
            f"[deid_core]\n{name} = {module}\n", encoding="utf-8"
        )
        monkeypatch.delitem(sys.modules, module, raising=False)

    return install


def names(settings: PluginSettings | None = None) -> list[str]:
    return [info.name for info in PluginHost.load(settings).describe()]


def status_of(name: str, settings: PluginSettings | None = None) -> str:
    return next(info.status for info in PluginHost.survey(settings) if info.name == name)


def answerer(settings: PluginSettings | None = None) -> str:
    from deid_core.model import DiscoveryOptions

    host = PluginHost.load(settings)
    return next(iter(host.discover_files("who:", DiscoveryOptions()))).name


# -- order -----------------------------------------------------------------------------


def test_third_parties_are_called_first_by_name_then_our_own(install: Install) -> None:
    install("zebra")
    install("ant")
    assert names() == [
        "ant",
        "zebra",
        "streams",
        "screening",
        "record",
        "pseudonyms",
        "profiles",
        "importers",
        "fileset",
        "executors",
        "dicom",
        "dask",
        "audit",
        "archives",
    ]
    assert answerer() == "fake_hospital_ant_ant"


def test_preferred_plugins_are_called_before_all_others(install: Install) -> None:
    install("zebra")
    install("ant")
    assert names(PluginSettings(prefer=("zebra", "dicom"))) == [
        "zebra",
        "dicom",
        "ant",
        "streams",
        "screening",
        "record",
        "pseudonyms",
        "profiles",
        "importers",
        "fileset",
        "executors",
        "dask",
        "audit",
        "archives",
    ]


def test_a_listing_shows_distribution_and_version(install: Install) -> None:
    install("ant", distribution="Hospital.Ants", version="2.5")
    info = next(info for info in PluginHost.survey() if info.name == "ant")
    assert (info.distribution, info.version, info.hooks) == (
        "hospital-ants",
        "2.5",
        ("deid_discover_files",),
    )


# -- block, allow, prefer --------------------------------------------------------------


@pytest.mark.parametrize("source", ["settings", "environment"])
def test_a_blocked_plugin_is_listed_but_not_imported(
    install: Install, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    install("ant", "raise SystemError")
    settings = PluginSettings(block="ant") if source == "settings" else None
    if source == "environment":
        monkeypatch.setenv("DEID_CORE_BLOCK", "other, ant")
    assert status_of("ant", settings) == "blocked"
    PluginHost.load(settings)


def test_our_own_plugins_can_be_blocked(install: Install) -> None:
    host = PluginHost.load(PluginSettings(block="dicom"))
    assert "KEEP" not in host.actions
    assert status_of("dicom", PluginSettings(block="dicom")) == "blocked"


def test_an_allow_list_keeps_other_third_parties_from_being_imported(install: Install) -> None:
    install("ant")
    install("bee", "raise SystemError")
    host = PluginHost.load(PluginSettings(allow="ant"))
    statuses = {info.name: info.status for info in host.describe()}
    assert statuses == {
        "ant": "loaded",
        "bee": "blocked",
        **dict.fromkeys(OURS, "loaded"),
    }
    assert "fake_hospital_bee_bee" not in sys.modules


def test_an_empty_allow_list_lets_no_third_party_in(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("ant", "raise SystemError")
    monkeypatch.setenv("DEID_CORE_ALLOW", "")
    assert status_of("ant") == "blocked"


def test_the_environment_may_narrow_an_allow_list_but_not_widen_it(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("ant")
    install("bee")
    monkeypatch.setenv("DEID_CORE_ALLOW", "bee,cow")
    settings = PluginSettings(allow=("ant", "bee"))
    assert (status_of("ant", settings), status_of("bee", settings)) == ("blocked", "loaded")


def test_the_environment_may_prefer(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("shift", JITTER.format(replaces=None))
    monkeypatch.setenv("DEID_CORE_PREFER", "shift")
    assert PluginHost.load().actions.entry("JITTER").plugin == "shift"


# -- broken plugins --------------------------------------------------------------------


def test_a_plugin_that_cannot_be_imported_stops_the_run_with_its_name(install: Install) -> None:
    install("ant", "import not_there_at_all", version="2.5")
    with pytest.raises(PluginLoadError) as caught:
        PluginHost.load()
    assert str(caught.value) == (
        "plugin 'ant' (distribution hospital-ant 2.5) cannot be imported from "
        "'fake_hospital_ant_ant': ModuleNotFoundError: No module named 'not_there_at_all'; "
        "repair or uninstall it, or block it by name"
    )


@pytest.mark.parametrize("code", ["raise SystemExit(3)", "import sys; sys.exit('no licence')"])
def test_a_plugin_that_exits_while_it_is_imported_is_named_too(install: Install, code: str) -> None:
    install("ant", code)
    with pytest.raises(PluginLoadError, match=r"plugin 'ant' .*SystemExit"):
        PluginHost.load()


MISTAKES = {
    "a misspelt hook": (
        "@hookimpl\ndef deid_discover_file(location): ...",
        "'deid_discover_file' is no hook of deid_core; did you mean 'deid_discover_files'?",
    ),
    "a hook like no other": (
        "@hookimpl\ndef deid_zzzzzzzzzzzz(location): ...",
        "'deid_zzzzzzzzzzzz' is no hook of deid_core",
    ),
    "an unknown argument": (
        "@hookimpl\ndef deid_discover_files(folder): ...",
        (
            "hook 'deid_discover_files' has an unknown argument 'folder'; "
            "it may have ['location', 'options']"
        ),
    ),
    "a default argument": (
        "@hookimpl\ndef deid_discover_files(location, options=None): ...",
        "hook 'deid_discover_files' gives 'options' a default, so that it would never be passed",
    ),
    "an argument for the rest": (
        "@hookimpl\ndef deid_discover_files(*args): ...",
        (
            "hook 'deid_discover_files' takes *args; name its arguments, "
            "out of ['location', 'options']"
        ),
    ),
    "a hook without the mark": (
        "def deid_discover_files(location): ...",
        "'deid_discover_files' lacks the mark @hookimpl",
    ),
    "an old-style wrapper": (
        "@hookimpl(hookwrapper=True)\ndef deid_discover_files(location):\n    yield",
        "hook 'deid_discover_files' uses hookwrapper; write @hookimpl(wrapper=True)",
    ),
    "a wrapper without yield": (
        "@hookimpl(wrapper=True)\ndef deid_discover_files(location): ...",
        "hook 'deid_discover_files' is a wrapper but has no yield",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_hook_stops_the_run_and_says_what_to_mend(
    install: Install, mistake: str
) -> None:
    code, message = MISTAKES[mistake]
    install("ant", f"{HEAD}\n{code}")
    with pytest.raises(PluginContractError) as caught:
        PluginHost.load()
    assert str(caught.value) == (
        f"plugin 'ant' (distribution hospital-ant 1.0): {message} (fake_hospital_ant_ant.py:3)"
    )


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_plugin_that_is_given_is_checked_as_one_that_is_installed(mistake: str) -> None:
    code, message = MISTAKES[mistake]
    module = ModuleType("given_module")
    exec(f"{HEAD}\n{code}", module.__dict__)  # noqa: S102 - the module is ours
    with pytest.raises(PluginContractError) as caught:
        PluginHost({"ant": module})
    assert str(caught.value).startswith(f"plugin 'ant' (distribution given 0): {message}")


def test_a_helper_that_is_imported_needs_no_mark() -> None:
    module = ModuleType("given_module")
    module.deid_helper = lambda: None  # type: ignore[attr-defined]
    module.deid_discover_files = _helper  # type: ignore[attr-defined]
    PluginHost({"ant": module})


def _helper(location: str) -> None:
    """Stand for a function that another module defines."""


def test_a_marked_thing_that_is_no_function_is_refused() -> None:
    class Thing:
        def __init__(self) -> None:
            self.deid_core_impl = {"wrapper": False, "hookwrapper": False}

    module = ModuleType("given_module")
    module.deid_discover_files = Thing()  # type: ignore[attr-defined]
    with pytest.raises(
        PluginContractError, match="hook 'deid_discover_files' must be a plain function"
    ):
        PluginHost({"ant": module})


def test_static_and_class_methods_may_be_hooks() -> None:
    class Plugin:
        @staticmethod
        @hookimpl
        def deid_discover_files(location: str) -> list[FileRef]:
            return [FileRef("static")]

        @classmethod
        @hookimpl
        def deid_field_actions(cls) -> list[FieldAction]:
            return [FieldAction(name="A", compile=print, rank=Rank.BLANKS, summary="")]

    host = PluginHost({"ant": Plugin()})
    assert "A" in host.actions


def test_two_distributions_with_one_name_are_refused_with_both_named(install: Install) -> None:
    install("ant", distribution="hospital-a")
    install("ant", distribution="hospital-b")
    with pytest.raises(PluginConflictError) as caught:
        PluginHost.load()
    message = str(caught.value)
    assert "plugin 'ant' (distribution hospital-a 1.0)" in message
    assert "plugin 'ant' (distribution hospital-b 1.0)" in message
    assert message.endswith("have the same name: uninstall one of them")


def test_a_third_party_may_not_take_the_name_of_our_own(install: Install) -> None:
    install("dicom")
    with pytest.raises(PluginConflictError, match="have the same name"):
        PluginHost.load()


# -- survey ----------------------------------------------------------------------------


def test_a_survey_lists_a_broken_plugin_with_its_problem_and_the_rest(install: Install) -> None:
    install("ant", "import not_there_at_all")
    install("bee")
    statuses = {info.name: info.status for info in PluginHost.survey()}
    assert statuses.pop("ant").startswith("plugin 'ant' (distribution hospital-ant 1.0) cannot be")
    assert statuses == dict.fromkeys(("bee", *OURS), "loaded")


def test_a_survey_lists_all_broken_plugins(install: Install) -> None:
    install("ant", "import not_there_at_all")
    install("bee", HEAD + "@hookimpl\ndef deid_bee(): ...")
    assert "cannot be imported" in status_of("ant")
    assert "no hook of deid_core" in status_of("bee")


def test_a_survey_shows_a_declaration_that_is_wrong(install: Install) -> None:
    install("ant", HEAD + "@hookimpl\ndef deid_field_actions(): return [5]")
    assert "returned int in its list, not FieldAction" in status_of("ant")
    assert status_of("dicom") == "loaded"


def test_a_survey_shows_a_conflict_at_the_third_party(install: Install) -> None:
    install("shift", JITTER.format(replaces=None))
    assert "both declare the action 'JITTER'" in status_of("shift")
    assert status_of("dicom") == "loaded"


def test_a_survey_shows_rivals_for_one_name(install: Install) -> None:
    install("ant", JITTER.format(replaces="'dicom'"))
    install("bee", JITTER.format(replaces="'dicom'"))
    for status in (status_of("ant"), status_of("bee")):
        assert "plugin 'ant' " in status
        assert "plugin 'bee' " in status
        assert "both declare the action 'JITTER'" in status


def test_a_survey_of_two_distributions_with_one_name_shows_both(install: Install) -> None:
    install("ant", distribution="hospital-a")
    install("ant", distribution="hospital-b")
    lines = [info for info in PluginHost.survey() if info.name == "ant"]
    assert {info.distribution for info in lines} == {"hospital-a", "hospital-b"}
    assert any("have the same name" in info.status for info in lines)


def test_a_survey_of_a_third_party_with_the_name_of_our_own_keeps_our_own(install: Install) -> None:
    install("dicom")
    lines = {info.distribution: info.status for info in PluginHost.survey() if info.name == "dicom"}
    assert lines["deid-core"] == "loaded"
    assert "have the same name" in lines["hospital-dicom"]


# -- what importing does ---------------------------------------------------------------


def modules_after(code: str) -> set[str]:
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_deid_core_loads_neither_pydicom_nor_pluggy_nor_plugins() -> None:
    loaded = modules_after("import deid_core")
    assert not loaded & {"pydicom", "pluggy", "attrs", "click", "rich", "deid_core_dicom"}


def test_importing_the_plugins_loads_no_pydicom() -> None:
    loaded = modules_after("import deid_core_dicom, deid_core_screening")
    assert not loaded & {"pydicom", "numpy", "PIL"}
