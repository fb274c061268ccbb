"""Nothing on a page goes unchecked: blocks that nothing would run, files that nothing uses, commands in text."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from deid_core.cli.main import cli

CHECKOUT = Path(__file__).parents[2]
RUN = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").rglob("*.md"))]
NOT_RUN = [
    *(path for path in sorted(CHECKOUT.glob("*.md")) if path not in RUN),
    *sorted((CHECKOUT / "examples").glob("*/README.md")),
]

FENCE = re.compile(r"^[ \t>]*(?:```|~~~)(.*)$", re.MULTILINE)
RECOGNIZED = re.compile(r'\w+(?: title="[^"]+")?')
"""What `conftest.py` in the root of the checkout takes for the first line of a block."""
TITLED = re.compile(r'^ *```\w+ title="([^"]+)"\n(.*?)^ *```$', re.DOTALL | re.MULTILINE)

SHOWN_ONLY = {
    "docs/getting-started.md": ["install.sh"],
    "docs/how-to/keys.md": ["keyring.sh"],
    "docs/how-to/scale-out.md": [
        "certificates.sh",
        "cluster.sh",
        "dask.yaml",
        "install.sh",
        "on_kubernetes.py",
        "on_slurm.py",
    ],
    **{
        f"docs/how-to/write-{what}.md": ["try.sh"]
        for what in ("a-screener", "a-selector", "a-source", "a-writer", "an-action")
    },
    "docs/reference/recipe.md": ["grammar.txt"],
    "docs/reference/testing.md": ["ask.sh"],
}
"""Files that a page writes and no block of it uses.

They need what the tests do not have: a registry, a keyring, a cluster. The grammar has tests of its
own. Each must at least be well-formed.
"""


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _name(page: Path) -> str:
    return page.relative_to(CHECKOUT).as_posix()


@pytest.mark.parametrize("page", RUN, ids=_name)
def test_every_block_of_a_page_is_one_that_is_run(page: Path) -> None:
    fences = FENCE.findall(_text(page))
    assert all(RECOGNIZED.fullmatch(first) for first in fences[::2])
    assert not any(fences[1::2])
    assert "<pre" not in _text(page)


@pytest.mark.parametrize("page", NOT_RUN, ids=_name)
def test_a_page_that_is_not_run_has_no_blocks(page: Path) -> None:
    assert not FENCE.findall(_text(page))


def _unused(text: str) -> Iterator[str]:
    for block in TITLED.finditer(text):
        title, rest = block[1], text[block.end() :]
        folder, _, name = title.rpartition("/")
        words = {name, *folder.split("/")[:1]} - {""}
        blocks = re.findall(r"^ *```.*?^ *```$", rest, re.DOTALL | re.MULTILINE)
        if not any(word in one for word in words for one in blocks):
            yield title


@pytest.mark.parametrize("page", RUN, ids=_name)
def test_what_a_page_writes_it_uses(page: Path) -> None:
    assert sorted(_unused(_text(page))) == SHOWN_ONLY.get(_name(page), [])


def _is_shell(text: str) -> None:
    done = subprocess.run(["/bin/sh", "-n"], input=text, text=True, check=False)
    assert done.returncode == 0


def _is_yaml(text: str) -> None:
    yaml = pytest.importorskip("yaml")
    assert isinstance(yaml.safe_load(text), dict)


FORMS: dict[str, Callable[[str], object]] = {
    ".json": json.loads,
    ".py": ast.parse,
    ".sh": _is_shell,
    ".toml": tomllib.loads,
    ".yaml": _is_yaml,
}


@pytest.mark.parametrize("page", RUN, ids=_name)
def test_what_a_page_writes_is_well_formed(page: Path) -> None:
    for title, text in TITLED.findall(_text(page)):
        FORMS.get(Path(title).suffix, str)(text)


def _commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, group
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


COMMANDS = dict(_commands(cli, "deid-core"))


def _options(command: click.Command) -> set[str]:
    options = [one for one in command.params if isinstance(one, click.Option)]
    return {"--help", "-h"}.union(*({*one.opts, *one.secondary_opts} for one in options))


def _in_text(text: str) -> Iterator[str]:
    """Yield the calls of deid-core that stand in a text and not in a block."""
    text = re.sub(r"^ *```.*?^ *```$", "", text, flags=re.DOTALL | re.MULTILINE)
    for code in re.findall(r"`(deid-core [^`]+)`", text):
        yield " ".join(code.split())
    yield from re.findall(r"^    (deid-core .+)$", text, flags=re.MULTILINE)


@pytest.mark.parametrize("page", [*RUN, *NOT_RUN], ids=_name)
def test_a_command_that_a_text_names_is_there_with_its_options(page: Path) -> None:
    for code in _in_text(_text(page)):
        words = code.split()
        paths = [" ".join(words[:end]) for end in range(len(words), 0, -1)]
        path = next(path for path in paths if path in COMMANDS)
        command, rest = COMMANDS[path], words[len(path.split()) :]
        known = not rest or not isinstance(command, click.Group) or not rest[0].isidentifier()
        assert known, code
        for option in re.findall(r"(?<![\w-])--?[a-z][\w-]*", " ".join(rest)):
            assert option in _options(command) or rest == ["…"], code
