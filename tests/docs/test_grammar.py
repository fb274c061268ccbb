"""The grammar on the page of recipes: what it derives is read, and it has all words there are."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from deid_core import Engine, PluginHost
from deid_core.recipe import syntax
from deid_core.settings import DEFAULTS, SWEEPS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "recipe.md"
TOKEN = re.compile(r'"[^"]*"|[\[\]{}()|]|\w+')
TIGHT = {"field", "selector", "path", "step", "box"}
"""What is written without blanks between its parts."""

LEAVES = {
    "code": ["113100"],
    "days": ["365"],
    "digits": ["02", "A0"],
    "file": ["folder/study.dicom"],
    "group": ["0009", "0043"],
    "key": ["length", "prefix"],
    "keyword": ["PatientName", "StudyDate"],
    "name": ["one"],
    "number": ["0", "17"],
    "pattern": ["Date$", "^Patient"],
    "quoted": ['"some # text"', "'other text'"],
    "separator": ["^", "_"],
    "tag": ["(0010,0010)", "00100020", "0x00080050"],
    "text": ["some", "words"],
    "vr": ["DA", "PN"],
    "word": ["9"],
    "action": ["REMOVE", "REPLACE", "KEEP"],
}
CONTENTS = {
    "%header": "rule",
    "%labels": "rule",
    "%screen": "screening",
    "%fields": "member",
    "%values": "split",
}


def grammar() -> dict[str, list[str]]:
    """The productions of the page, each as its tokens."""
    text = PAGE.read_text(encoding="utf-8")
    block = text.partition('```text title="grammar.txt"\n')[2].partition("\n```")[0]
    parts = re.split(r"^(\w+) +=", block, flags=re.MULTILINE)[1:]
    return {name: TOKEN.findall(body) for name, body in zip(parts[::2], parts[1::2], strict=True)}


HOST = PluginHost.load()
GRAMMAR = grammar()
TERMINALS = {token[1:-1] for body in GRAMMAR.values() for token in body if token.startswith('"')}


class Derivation:
    """Sentences of the grammar, by chance."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def of(self, name: str) -> str:
        if name in LEAVES:
            return self.chance.choice(LEAVES[name])
        words, rest = self._alternatives(GRAMMAR[name], tight=name in TIGHT)
        assert not rest
        return words

    def _alternatives(self, tokens: list[str], *, tight: bool) -> tuple[str, list[str]]:
        choices = []
        while True:
            words, tokens = self._sequence(tokens, tight=tight)
            choices.append(words)
            if tokens[:1] != ["|"]:
                return self.chance.choice(choices), tokens
            tokens = tokens[1:]

    def _sequence(self, tokens: list[str], *, tight: bool) -> tuple[str, list[str]]:
        found = ""
        while tokens and tokens[0] not in ("|", "]", "}", ")"):
            token, tokens = tokens[0], tokens[1:]
            if token in ("[", "{", "("):
                words, tokens = self._alternatives(tokens, tight=tight)
                words = words if token == "(" or self.chance.random() < 0.4 else ""
                tokens = tokens[1:]
            else:
                words = token[1:-1] if token.startswith('"') else self.of(token)
            joined = tight or re.search(r"[:=;]$", found) or re.match(r"[=;]", words)
            found += words if not found or not words or joined else f" {words}"
        return found, tokens


@pytest.mark.parametrize("seed", range(8))
def test_what_the_grammar_derives_is_read(seed: int) -> None:
    derivation = Derivation(seed)
    lines = ["FORMAT dicom", *(derivation.of("directive") for _ in range(10))]
    for section, content in CONTENTS.items():
        lines.append(f"{section} one" if syntax.SECTIONS[section[1:]] else section)
        lines += [derivation.of(content) for _ in range(20)]
    syntax.parse("\n".join(lines), "derived")


@pytest.mark.parametrize("seed", range(8))
def test_fields_and_conditions_that_the_grammar_derives_mean_something(seed: int) -> None:
    derivation = Derivation(seed)
    lines = ["FORMAT dicom", "%fields one", "FIELD PatientName", "%values one", "FIELD PatientID"]
    lines += ["%filter one", "LABEL all", derivation.of("criteria"), "%header"]
    for _ in range(20):
        lines.append(f"BLANK {derivation.of('field')} IF {derivation.of('condition')}")
    Engine(HOST, [syntax.parse("\n".join(lines), "derived")])


def test_the_grammar_has_all_words_of_the_language() -> None:
    words = {*syntax.DIRECTIVES, *(f"%{name}" for name in syntax.SECTIONS), *DEFAULTS, *SWEEPS}
    words |= set(HOST.operators)
    names = {terminal.partition(":")[0] for terminal in TERMINALS}
    assert words | set(HOST.expanders) <= names
