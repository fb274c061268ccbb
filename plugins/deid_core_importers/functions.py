"""The value functions that imported recipes use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import regex

from deid_core import Batch, Field, Unresolved, ValueFunction
from deid_core.elements import texts
from deid_core_importers.evaluation import compile_ctp

SECONDS = 2.0
"""How long a pattern may search one value before there is none."""


def compile_substitute(given: Mapping[str, str], batch: Batch) -> Callable[[Field], Any]:
    """Compile ``substitute find=PATTERN replace=TEXT``: each match of the pattern is replaced.

    Pattern and text are as in ``re.sub`` of Python. Bytes, sequences and what takes too long have
    no value.
    """
    del batch
    if set(given) != {"find", "replace"}:
        raise ValueError("expected find= and replace=, and nothing else")
    try:
        found = regex.compile(given["find"])
        # What never matches would let a reference to a group that is not there pass.
        regex.compile(f"(?:{given['find']})|").sub(given["replace"], "")
    except (regex.error, IndexError, OverflowError, RecursionError):
        raise ValueError("find= or replace= is no valid regular expression") from None
    replace = given["replace"]

    def substituted(field: Field) -> Any:
        value = field.value
        if isinstance(value, bytes) or field.path.vr == "SQ":
            raise Unresolved("the value is no text")
        try:
            changed = [found.sub(replace, one, timeout=SECONDS) for one in texts(value)]
        except TimeoutError:
            raise Unresolved("the pattern takes too long") from None
        except (IndexError, regex.error):
            raise Unresolved("the pattern does not fit what replaces it") from None
        return changed if len(changed) > 1 else "".join(changed)

    return substituted


FUNCTIONS = [
    ValueFunction(
        name="ctp",
        compile=compile_ctp,
        summary="what an expression of a CTP script gives, script=",
    ),
    ValueFunction(
        name="substitute",
        compile=compile_substitute,
        summary="the value with each match of find= replaced by replace=",
    ),
]
