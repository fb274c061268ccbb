"""Make corpora, once, and lay copies of them where they are measured."""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import attrs

from benchmarks.corpora.headers import write_headers
from benchmarks.corpora.images import write_huge, write_large, write_slices

Writer = Callable[[Path, int, int], list[str]]
WRITERS: dict[str, Writer] = {
    "headers": write_headers,
    "slices": write_slices,
    "large": write_large,
    "many": write_headers,
    "huge": write_huge,
}
"""Each writes so many files by a seed and returns the planted words."""
COUNTS = {"headers": 2000, "slices": 400, "large": 3, "many": 10_000}
QUICK = {"headers": 60, "slices": 8, "large": 1, "many": 0}


@attrs.frozen
class Corpus:
    """A folder of files, flat, since not every tool goes into folders."""

    name: str
    folder: Path
    listed: Path
    """CSV file with the planted words, for ``deid-core audit --identifiers``."""

    @property
    def files(self) -> list[Path]:
        """The files in the order of their names."""
        return sorted(self.folder.iterdir())


def make(name: str, count: int, seed: int, where: Path) -> Corpus:
    """Return a corpus, which is made if it is not there yet."""
    home = where / f"{name}-{count}-{seed}"
    corpus = Corpus(name, home / "in", home / "must-go.csv")
    done = home / "made.json"
    if not done.exists():
        shutil.rmtree(home, ignore_errors=True)
        corpus.folder.mkdir(parents=True)
        planted = WRITERS[name](corpus.folder, count, seed)
        with corpus.listed.open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines).writerows([one] for one in planted)
        done.write_text(json.dumps({"files": count, "seed": seed}), encoding="utf-8")
    return corpus


def lay(corpus: Corpus, where: Path) -> Corpus:
    """Copy a corpus to another file system, unless it is there."""
    home = where / corpus.folder.parent.name
    if not (home / "laid").exists():
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(corpus.folder.parent, home)
        (home / "laid").touch()
    return Corpus(corpus.name, home / "in", home / "must-go.csv")


def part(corpus: Corpus, count: int) -> Corpus:
    """Return every n-th file of a corpus, so that there are ``count``, as hard links."""
    files = corpus.files
    if count >= len(files):
        return corpus
    folder = corpus.folder.parent / f"part-{count}"
    if not folder.exists():
        temporary = folder.with_suffix(".new")
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        for number in range(count):
            file = files[number * len(files) // count]
            os.link(file, temporary / file.name)
        temporary.rename(folder)
    return attrs.evolve(corpus, folder=folder)
