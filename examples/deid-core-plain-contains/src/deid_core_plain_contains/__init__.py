"""A plugin that replaces one selector: ``contains:`` searches plain text, no pattern."""

from __future__ import annotations

from collections.abc import Callable

from deid_core import ElementPath, FieldExpander, ParallelRun, hookimpl


def compile_contains(argument: str) -> Callable[[ElementPath], bool]:
    """Match what has the text in its keyword, its tag or its private creator's name."""
    if not argument:
        raise ValueError("expected text after the colon")
    text = argument.casefold()
    return lambda path: any(
        text in name.casefold() for name in (path.keyword, path.tag_text, path.creator or "")
    )


@hookimpl
def deid_field_expanders() -> list[FieldExpander]:
    """Replace the ``contains:`` of the plugin "dicom"; its other selectors stay."""
    return [
        FieldExpander(
            name="contains",
            compile=compile_contains,
            summary="keyword, tag or private creator in which the text is found",
            replaces="dicom",
        )
    ]


@hookimpl
def deid_parallel_runs() -> list[ParallelRun]:
    """Let several workers share a run: no file depends on another."""
    return [ParallelRun(name="plain-contains")]
