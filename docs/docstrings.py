"""How mkdocstrings reads the code, beyond what it does by itself.

- An example in a docstring is shown as code, a public name in backticks becomes a link, and the
  questions that each hook answers stand out.
- A class of attrs has the signature that attrs gives it.
"""

from __future__ import annotations

import ast
import re
from typing import Any

import griffe

import deid_core

ATTRS = frozenset({"attrs.define", "attrs.frozen"})
EXAMPLE = re.compile(r"^>>> .*?(?=\n\s*\n|\Z)", re.DOTALL | re.MULTILINE)
LITERAL = re.compile(r"(?:^|(?<=(\w))):(:\n\n    )", re.MULTILINE)
NAME = re.compile(r"(?<!`)`(\w+)`(?!`)")
QUESTION = re.compile(r"\b(When|Who\s+wins|May\s+change|None):(?=\s)")

HOMES = {name: getattr(getattr(deid_core, name), "__module__", "") for name in deid_core.__all__}


class Docstrings(griffe.Extension):
    """Prepare docstrings and signatures for the pages of the reference."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Mark up a docstring."""
        if obj.docstring is None:
            return
        text = EXAMPLE.sub(r"```pycon\n\g<0>\n```", obj.docstring.value)
        text = LITERAL.sub(lambda match: match[2] if match[1] else "\n    ", text)
        text = NAME.sub(_link, text)
        if obj.name.startswith("deid_"):
            text = QUESTION.sub(r"**\1:**", text)
        obj.docstring.value = text

    def on_class(self, *, cls: griffe.Class, **_: Any) -> None:
        """Give a class of attrs its ``__init__``."""
        for decorator in cls.decorators:
            if decorator.callable_path in ATTRS and "__init__" not in cls.members:
                keywords_only = "kw_only=True" in str(decorator.value)
                cls.set_member("__init__", _init(cls, keywords_only=keywords_only))


def _link(match: re.Match[str]) -> str:
    home = HOMES.get(match[1], "")
    return f"[{match[0]}][{home}.{match[1]}]" if home.startswith("deid_core.") else match[0]


def _init(cls: griffe.Class, *, keywords_only: bool) -> griffe.Function:
    kind = griffe.ParameterKind
    parameters = [griffe.Parameter("self", kind=kind.positional_or_keyword)]
    for name, member in cls.attributes.items():
        if member.annotation is None or str(member.annotation).startswith("ClassVar"):
            continue
        options = _options(str(member.value)) if member.value is not None else {}
        if options.get("init") == "False":
            continue
        default = options.get("default")
        if "factory" in options:
            default = f"{options['factory']}()"
        parameters.append(
            griffe.Parameter(
                options.get("alias", name.lstrip("_")).strip("'"),
                annotation=member.annotation,
                kind=kind.keyword_only if keywords_only else kind.positional_or_keyword,
                default=default,
            )
        )
    return griffe.Function("__init__", parameters=griffe.Parameters(*parameters), parent=cls)


def _options(value: str) -> dict[str, str]:
    """Return what ``attrs.field(...)`` is told, or the default that stands there plainly."""
    call = ast.parse(value, mode="eval").body
    if not isinstance(call, ast.Call) or ast.unparse(call.func) != "attrs.field":
        return {"default": value}
    return {word.arg: ast.unparse(word.value) for word in call.keywords if word.arg}
