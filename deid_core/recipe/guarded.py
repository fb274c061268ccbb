"""Run the compiled function of a rule: no value means removal, and what fails is named."""

from __future__ import annotations

from deid_core.changes import UNDONE, Change
from deid_core.dependence import Depends
from deid_core.errors import ActionError, FileError
from deid_core.field import Field
from deid_core.guard import defined_at, failure
from deid_core.recipe.tree import Rule
from deid_core.records import Apply, Unresolved


def guarded_apply(apply: Apply, rule: Rule, who: str, depends: Depends, *, strict: bool) -> Apply:
    """Return ``apply`` such that an element whose value is not resolved is removed.

    With ``strict`` the file is refused instead. ``who`` is the plugin of the action, ``depends``
    what its answers depend on.
    """

    def guarded(field: Field) -> Change | None:
        field.context.rely(depends)
        try:
            change = apply(field)
        except Unresolved:
            message = f"{rule.action} {field.path.label} not done for {field.context.label}"
            if strict:
                raise ActionError(message) from None
            field.context.warn(message)
            return UNDONE
        except FileError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises is named
            raise ActionError(str(failure(who, f"action {rule.action!r}", error))) from None
        if change is not None and not isinstance(change, Change):
            kind = type(change).__name__
            raise ActionError(
                f"{who}: action {rule.action!r} returned {kind}, "
                f"not a Change or None{defined_at(apply)}"
            )
        return change

    return guarded
