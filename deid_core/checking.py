"""Ask the checks of a run about one instance after the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from deid_core.batch import Batch, FileContext
from deid_core.errors import PluginContractError
from deid_core.guard import Guard
from deid_core.host import PluginHost
from deid_core.intent import Intent
from deid_core.model import Instance
from deid_core.records import Check, Comparison
from deid_core.registry import Entry

METHODS = ("decided", "finished")


@attrs.frozen
class _Compiled:
    """A check of this run."""

    who: str
    what: str
    check: Check
    function: Any = attrs.field(repr=False)

    def begun(self, context: FileContext, intent: Intent) -> Comparison | None:
        """Let it look at an instance before anything changes."""
        with Guard(self.who, self.what):
            comparison = self.function(context, intent)
        if comparison is not None and not all(
            callable(getattr(comparison, name, None)) for name in METHODS
        ):
            raise PluginContractError(f"{self.who}: {self.what} began no comparison")
        return comparison  # type: ignore[no-any-return]

    def refuse(self, findings: Iterable[str]) -> None:
        """Refuse the file if there are findings."""
        if findings in ((), []):
            return
        with Guard(self.who, self.what):
            reasons = [findings] if isinstance(findings, str) else list(findings)
        if not all(isinstance(reason, str) for reason in reasons):
            raise PluginContractError(f"{self.who}: {self.what} gave reasons that are no text")
        if reasons:
            raise self.check.error(f"{self.who}: {self.what}: {'; '.join(reasons)}")


@attrs.frozen
class Checking:
    """The checks of one instance."""

    _plain: Sequence[_Compiled] = attrs.field(repr=False)
    _comparing: Sequence[tuple[_Compiled, Comparison]] = attrs.field(repr=False)

    def decided(self, instance: Instance) -> None:
        """Show the instance with the changes of the recipe."""
        for compiled, comparison in self._comparing:
            with Guard(compiled.who, compiled.what):
                comparison.decided(instance)

    def finished(self, instance: Instance) -> None:
        """Check what is about to be written. Raises `RefusedError` if a check finds something."""
        for compiled in self._plain:
            with Guard(compiled.who, compiled.what):
                findings = compiled.function(instance)
            compiled.refuse(findings)
        for compiled, comparison in self._comparing:
            with Guard(compiled.who, compiled.what):
                findings = comparison.finished(instance)
            compiled.refuse(findings)


class Checks:
    """The checks of a run, compiled."""

    def __init__(self, host: PluginHost, batch: Batch) -> None:
        compiled = [_compile(entry, host, batch) for entry in host.checks.entries()]
        self._plain = [one for one in compiled if not one.check.compares]
        self._comparing = [one for one in compiled if one.check.compares]

    def begin(self, context: FileContext, intent: Intent) -> Checking:
        """Begin with an instance of which nothing has changed."""
        begun = [(one, one.begun(context, intent)) for one in self._comparing]
        return Checking(self._plain, [(one, found) for one, found in begun if found is not None])


def _compile(entry: Entry[Check], host: PluginHost, batch: Batch) -> _Compiled:
    who, check = host.who(entry.plugin), entry.record
    with Guard(who, f"check {check.name!r}"):
        function = check.compile(batch)
    if not callable(function):
        raise PluginContractError(f"{who}: check {check.name!r} compiled to no function")
    return _Compiled(who, f"check {check.name!r}", check, function)
