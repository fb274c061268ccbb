"""What is blocked or not allowed is not even imported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.examples.conftest import Environment

pytestmark = pytest.mark.slow

LEAVES_A_TRACE = """\
import os
from pathlib import Path

Path(os.environ["TRACES"], __name__).touch()
"""


@pytest.fixture
def watched(environment: Environment) -> Environment:
    for name in ("first", "second"):
        environment.plant(name, LEAVES_A_TRACE, plugin=name, distribution=f"deid-core-{name}")
    return environment


@pytest.mark.parametrize(
    ("options", "variables", "imported"),
    [
        ([], {}, {"first", "second"}),
        (["--allow", "second"], {}, {"second"}),
        (["--allow", "first", "--allow", "second"], {}, {"first", "second"}),
        (["--allow", "nobody"], {}, set()),
        ([], {"DEID_CORE_ALLOW": "first"}, {"first"}),
        ([], {"DEID_CORE_ALLOW": ""}, set()),
        (["--allow", "second"], {"DEID_CORE_ALLOW": "first"}, set()),
        (["--block", "first"], {}, {"second"}),
        ([], {"DEID_CORE_BLOCK": "first, second"}, set()),
        (["--allow", "first", "--block", "first"], {}, set()),
    ],
)
def test_only_what_may_load_is_imported(
    watched: Environment,
    scan: Callable[..., Path],
    tmp_path: Path,
    options: list[str],
    variables: dict[str, str],
    imported: set[str],
) -> None:
    traces = tmp_path / "traces"
    traces.mkdir()
    done = watched.run(
        "run", scan(), "--output", tmp_path / "out", *options, TRACES=str(traces), **variables
    )
    assert done.returncode == 0, done.stderr
    assert {path.name for path in traces.iterdir()} == imported


def test_a_settings_file_keeps_a_third_party_out(
    watched: Environment, scan: Callable[..., Path], tmp_path: Path
) -> None:
    traces = tmp_path / "traces"
    traces.mkdir()
    settings = tmp_path / "settings.json"
    settings.write_text('{"plugins": {"allow": ["second"]}}')
    done = watched.run(
        "run", scan(), "--output", tmp_path / "out", "--config", settings, TRACES=str(traces)
    )
    assert done.returncode == 0, done.stderr
    assert {path.name for path in traces.iterdir()} == {"second"}


def test_what_is_kept_out_is_still_listed(watched: Environment, tmp_path: Path) -> None:
    shown = watched.run("plugins", "--allow", "nobody", TRACES=str(tmp_path))
    assert shown.returncode == 0, shown.stderr
    for name in ("first", "second"):
        assert any(
            f"deid-core-{name} 1.0" in line and "blocked" in line
            for line in shown.stdout.splitlines()
        )
    assert not (tmp_path / "first").exists()
