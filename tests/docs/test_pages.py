"""The pages themselves: that they are checked, and that their links lead somewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
PAGES = [
    *sorted(CHECKOUT.glob("*.md")),
    *sorted((CHECKOUT / "docs").rglob("*.md")),
    *sorted((CHECKOUT / "examples").rglob("*.md")),
]

TRUE = """\
```python
print("one")
2
```

```output
one
...
```

```console
$ echo three; false
three
$ false
$ echo $?
1
```

```deid
KEEP Modality
```

```toml title="folder/settings.toml"
[put]
```

```python
open("folder/settings.toml").read()
```

```output
'[put]\\n'
```
"""
FALSE = {
    "code": "```python\nundefined\n```\n",
    "output": '```python\nprint("one")\n```\n\n```output\ntwo\n```\n',
    "console": "```console\n$ echo one\ntwo\n```\n",
    "exit-status": "```console\n$ false\n```\n",
    "recipe": "```deid\nKEEP Modalty\n```\n",
    "make-target": "```console\n$ make cookies\n```\n",
    "unknown-language": "```text\nanything\n```\n",
}


@pytest.mark.slow
def test_a_page_fails_that_is_not_true(tmp_path: Path) -> None:
    for name in ("conftest.py", "Makefile"):
        shutil.copy(CHECKOUT / name, tmp_path)
    (tmp_path / "docs").mkdir()
    for name, text in {"true": TRUE, **FALSE}.items():
        (tmp_path / "docs" / f"{name}.md").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--rootdir", tmp_path, "-p", "no:cacheprovider", "docs"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    failed = re.findall(r"^FAILED docs/([\w-]+)\.md::", done.stdout, flags=re.MULTILINE)
    assert sorted(failed) == sorted(FALSE), done.stdout


def _anchors(page: Path) -> set[str]:
    """Return the anchors of the headings of a page, as the site and most viewers make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    named = {name for text in headings for name in re.findall(r"\{ #([\w-]+) \}", text)}
    return named | {re.sub(r"[^\w -]", "", text).lower().replace(" ", "-") for text in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_links_to_files_lead_somewhere(page: Path) -> None:
    text = re.sub(
        r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    for link, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", text):
        target = page.parent / link if link else page
        assert target.exists(), link
        # What a program makes of docstrings has anchors of its own; the site's test follows them.
        if anchor and page.parent == CHECKOUT:
            assert anchor in _anchors(target), f"{link}#{anchor}"


def test_the_readme_says_how_to_start_in_two_commands() -> None:
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\$ (make .*)$", text, flags=re.MULTILINE) == ["make demo", "make test"]


def test_the_guide_to_plugins_names_the_hooks_of_every_example() -> None:
    page = (CHECKOUT / "docs" / "how-to" / "write-a-plugin.md").read_text(encoding="utf-8")
    rows = re.findall(r"\| `(deid_\w+)` \| `(deid-core-[\w-]+)` \|$", page, flags=re.MULTILINE)
    examples = CHECKOUT / "examples"
    assert {name for _, name in rows} == {path.name for path in examples.glob("deid-core-*")}
    for hook, name in rows:
        code = "".join(path.read_text(encoding="utf-8") for path in (examples / name).rglob("*.py"))
        assert f"def {hook}(" in code, name
