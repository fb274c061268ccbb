"""Where an element goes that a rule creates."""

from __future__ import annotations

from collections.abc import Mapping

from deid_core import dictionary
from deid_core.field import ElementPath, Parent
from deid_core.recipe.selectors import Step


def new_path(
    step: Step, creators: Mapping[int, str], parents: tuple[Parent, ...]
) -> ElementPath | None:
    """Return where a created element goes; a private one into its creator's block or a new one."""
    if step.creator is None:
        if step.tag is None:
            return None
        allowed = dictionary.vrs_of(step.tag)
        return ElementPath(step.tag, allowed[0] if allowed else "UN", None, parents)
    if "x" in step.mask[:4]:
        return None
    group, offset = int(step.mask[:4], 16), int(step.mask[6:], 16)
    blocks = {key & 0xFF: name for key, name in creators.items() if key >> 8 == group}
    own = [b for b, name in blocks.items() if name.casefold() == step.creator.casefold()]
    free = (b for b in range(0x10, 0x100) if b not in blocks)
    block = own[0] if own else next(free, None)
    if block is None:
        return None
    return ElementPath(group << 16 | block << 8 | offset, "LO", step.creator, parents)
