"""What surrounds a data set while it is decided about."""

from __future__ import annotations

import attrs


@attrs.frozen
class Climate:
    """How the elements of a data set fare that no rule names.

    ``sheltered`` is inside a sequence that a rule protects: only rules that name an element
    reach it. ``doomed`` is the layer of the rule that removes the sequence around, None
    outside of such: there only what is protected survives.
    """

    default: str
    sheltered: bool = False
    doomed: int | None = None

    def below(self, *, kept: bool) -> Climate:
        """Return the climate inside of a sequence that stays, or that a rule keeps."""
        default = "KEEP" if kept else self.default
        return Climate(default, sheltered=self.sheltered or kept)

    def layer(self, layer: int) -> int:
        """Return the layer that a rule must have to save something from a removal of ``layer``."""
        return layer if self.doomed is None else max(layer, self.doomed)
