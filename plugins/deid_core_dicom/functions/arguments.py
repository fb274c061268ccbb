"""The arguments of a function as a recipe gives them, checked when the recipe is compiled."""

from __future__ import annotations

from collections.abc import Mapping

from deid_core.settings import uid_root


class Arguments:
    """The ``key=value`` words after the name of a function.

    Every method raises ``ValueError``, which becomes a problem of the recipe.
    """

    def __init__(self, given: Mapping[str, str], *known: str) -> None:
        self._given = given
        unknown = sorted(set(given) - set(known))
        if unknown:
            takes = ", ".join(f"{name}=" for name in known) or "no arguments"
            raise ValueError(f"found {unknown[0]}=; expected {takes}")

    def __contains__(self, name: str) -> bool:
        return name in self._given

    def text(self, name: str, default: str | None = None) -> str:
        """Return an argument as text; without a default it must be there."""
        value = self._given.get(name, default)
        if value is None:
            raise ValueError(f"expected {name}=")
        return value

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        """Return an argument as a whole number from ``low`` to ``high``."""
        text = self._given.get(name, str(default))
        try:
            number = int(text)
        except ValueError:
            number = low - 1
        if not low <= number <= high:
            raise ValueError(f"{name}= must be a whole number from {low} to {high}")
        return number

    def root(self, name: str) -> str | None:
        """Return an argument that is the root of UIDs, with a dot at its end; None if not given."""
        text = self._given.get(name)
        if text is None:
            return None
        try:
            return uid_root(text)
        except ValueError as error:
            raise ValueError(f"{name}= {error}") from None

    def truth(self, name: str, *, default: bool) -> bool:
        """Return an argument that is ``true`` or ``false``."""
        text = self._given.get(name, str(default)).lower()
        if text not in ("true", "false"):
            raise ValueError(f"{name}= must be true or false")
        return text == "true"
