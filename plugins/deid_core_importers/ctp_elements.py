"""What a CTP script says of one element, as rules."""

from __future__ import annotations

import attrs

from deid_core_importers.criteria import NoConditionError, Sides, sides_of
from deid_core_importers.ctp_values import NoValueError, tables_of, value_of
from deid_core_importers.draft import Draft, quoted
from deid_core_importers.elements import Element, element_of, tag_text
from deid_core_importers.expression import Call, Nodes, Text
from deid_core_importers.xmlscript import Entry

FILE_META = 0x0002
REMOVED = "the element is removed"
REFUSED = "the file is refused"
NESTED = r"contains:(?:^|__)\w*?__"
"""What stands in an item of a sequence."""
_DEEPEST = 8
_MOST_BLANKS = 64


@attrs.frozen
class Place:
    """Where rules apply: at the top level, and in items of sequences that are processed."""

    processed: tuple[str, ...] = ()

    def groups(self) -> list[str]:
        """Return the group of fields that rules reach."""
        names = "|".join(self.processed)
        inside = rf"(?!(?:{names})__)" if names else ""
        return ["%fields processed", rf"FIELD allexcept:(?:^|__){inside}\w*?__"]

    def tags(self) -> list[str]:
        """Return the tags of the sequences that are processed."""
        elements = (element_of(name) for name in self.processed)
        return [tag_text(element) for element in elements if element is not None]

    def field(self, element: Element) -> str:
        """Return the field for an element wherever rules reach; by its name where that counts."""
        named = not self.processed or element.is_private or element.tag >> 16 == FILE_META
        return f"toplevel:{element.field}" if named else f"{element.field}+fields:processed"


@attrs.frozen
class _Scope:
    """The fields that a rule is for, and the conditions of the calls around it."""

    field: str
    when: tuple[str, ...] = ()
    maybe: tuple[tuple[str, ...], ...] = ((),)
    depth: int = 0

    def with_side(self, sure: tuple[str, ...], maybe: tuple[str, ...]) -> _Scope:
        return attrs.evolve(
            self,
            when=(*self.when, *sure),
            maybe=tuple((*before, one) for before in self.maybe for one in maybe),
            depth=self.depth + 1,
        )


class ElementRules:
    """Adds the rules for one element after the other to a draft."""

    def __init__(self, draft: Draft, place: Place, removed: set[str]) -> None:
        self.draft = draft
        self.place = place
        self.removed = removed
        self.tables: set[str] = set()

    def add(self, element: Element, entry: Entry, nodes: Nodes | None) -> None:
        """Add the rules for an element; ``nodes`` is None where its text cannot be read."""
        self.element, self.entry = element, entry
        top, items = self._scopes()
        here = _Scope(self.place.field(element))
        if items is not None and here.field == top.field:
            self._rule("REMOVE", items)
        overruled = self._overruled()
        if overruled:
            if not is_call(nodes, "remove"):
                self._miss(f"the script removes {overruled}", REMOVED)
            self._rule("REMOVE", here)
        elif nodes is None:
            self._rule("REMOVE", here)
        elif is_call(nodes, "select"):
            branches = (*nodes[0].branches, (), ())[:2] if isinstance(nodes[0], Call) else ()
            for scope, branch in zip((top, items), branches, strict=True):
                if scope is not None:
                    self._add(branch, scope)
        elif items is not None and _has_if(nodes):
            # A condition is about the top level, and CTP asks the item.
            self._add(nodes, top)
            self._miss("its test would be asked of items of sequences", "it is removed in items")
            self._rule("REMOVE", items)
        elif items is not None and is_call(nodes[:1], "always"):
            # What is missing is made at the top level only.
            self._add(nodes, top)
            self._add(nodes[1:], items)
        else:
            self._add(nodes, here)

    def _scopes(self) -> tuple[_Scope, _Scope | None]:
        field = self.element.field
        top = _Scope(f"toplevel:{field}")
        if not self.place.processed:
            return top, None
        return top, _Scope(f"{NESTED}+{field}+fields:processed")

    def _overruled(self) -> str:
        """Return which removal of the script takes the element, whatever is said of it."""
        element = self.element
        if element.is_private and "privategroups" in self.removed:
            return "private groups"
        if element.is_curve and "curves" in self.removed:
            return "curves"
        return "overlays" if element.is_overlay and "overlays" in self.removed else ""

    def _miss(self, reason: str, instead: str) -> None:
        what = f"{self.element.field}: {self.entry.text}" if self.entry.text else self.element.field
        self.draft.miss(self.entry.line, what, reason, instead)

    def _rule(self, action: str, scope: _Scope, value: str = "") -> None:
        self.draft.rule(action, scope.field, value, scope.when)

    def _refuse(self, scope: _Scope) -> None:
        """Refuse the file wherever the condition is not certainly untrue."""
        for when in scope.maybe:
            self.draft.rule("REFUSE", scope.field, "", when)

    def _add(self, nodes: Nodes, scope: _Scope) -> None:
        if not nodes:
            self._rule("REMOVE", scope)
            return
        first, *others = nodes
        if isinstance(first, Call) and first.name == "always":
            self._always(tuple(others), scope)
        elif isinstance(first, Call) and not others and self._action(first, scope):
            pass
        else:
            self._value("REPLACE", nodes, scope)

    def _always(self, nodes: Nodes, scope: _Scope) -> None:
        """Add what also applies where the element is missing."""
        if not nodes or is_call(nodes, "remove"):
            self._rule("REMOVE", scope)
        elif is_call(nodes, "keep"):
            self._rule("KEEP", scope)
        elif is_call(nodes, "quarantine") or is_call(nodes, "skip"):
            self._miss("it would stop at every file", REFUSED)
            self.draft.rule("REFUSE", "all")
        elif is_call(nodes, "empty"):
            self._rule("ADD", scope, '""')
        else:
            self._value("ADD", nodes, scope)

    def _action(self, call: Call, scope: _Scope) -> bool:
        """Add the rule for a call that does something, and tell whether it is one."""
        simple = {"keep": "KEEP", "remove": "REMOVE"}
        if call.name in simple:
            self._rule(simple[call.name], scope)
        elif call.name == "empty":
            self._empty(scope)
        elif call.name == "blank":
            self._blank(call, scope)
        elif call.name == "require":
            self._require(call, scope)
        elif call.name == "quarantine":
            self._refuse(scope)
        elif call.name == "skip":
            self._miss("it hands the file on as it is", REFUSED)
            self._refuse(scope)
        elif call.name == "process":
            self._process(scope)
        elif call.name == "if" and _acts(call):
            self._if(call, scope)
        else:
            return False
        return True

    def _empty(self, scope: _Scope) -> None:
        # REMOVE, which stands above where there are conditions, wins over BLANK.
        if scope.depth:
            self._rule("REPLACE", scope, '""')
        else:
            self._rule("BLANK", scope)

    def _blank(self, call: Call, scope: _Scope) -> None:
        count = "".join(call.texts())
        number = int(count) if count.isascii() and count.isdigit() else 0
        if self.element.vr == "SQ" or not number:
            self._empty(scope)
        else:
            self._rule("REPLACE", scope, quoted(min(number, _MOST_BLANKS) * " "))

    def _require(self, call: Call, scope: _Scope) -> None:
        self._rule("KEEP", scope)
        if self.element.is_private or self.element.vr in ("SQ", ""):
            self._miss("it would be made where it is missing", "it is kept where it is there")
            return
        missing = scope.with_side((f"missing {self.element.field}",), ("",))
        missing = attrs.evolve(missing, field=f"toplevel:{self.element.field}")
        name, default = (*call.texts(), "", "")[:2]
        if name and name.lower() != "this":
            source = Call("value", call.arguments[:2])
            self._value("ADD", (source,), missing)
        else:
            self._value("ADD", (Text(default),), missing)

    def _process(self, scope: _Scope) -> None:
        if scope.depth or self.element.vr != "SQ" or self.element.creator:
            self._miss("only a whole public sequence can be processed", REMOVED)
            self._rule("REMOVE", scope)

    def _if(self, call: Call, scope: _Scope) -> None:
        """Add rules for both branches, above one that removes what neither is sure about."""
        if not scope.depth:
            self._rule("REMOVE", scope)
        try:
            sides: Sides = sides_of(call, self.element, most=_DEEPEST - scope.depth)
        except NoConditionError as error:
            stops = _stops((call,))
            self._miss(str(error), REFUSED if stops else REMOVED)
            if stops:
                self._refuse(scope)
            return
        true, false = (*call.branches, (), ())[:2]
        self._add(true, scope.with_side(sides.true, sides.maybe_true))
        self._add(false, scope.with_side(sides.false, sides.maybe_false))

    def _value(self, action: str, nodes: Nodes, scope: _Scope) -> None:
        try:
            value = value_of(nodes, self.element)
        except NoValueError as error:
            stops = _stops(nodes)
            self._miss(str(error), REFUSED if stops else REMOVED)
            if stops:
                self._refuse(scope)
            self._rule("REMOVE", scope)
            return
        self.tables |= tables_of(nodes)
        if isinstance(value, tuple):
            self._rule(value[0], scope, value[1])
        else:
            self._rule(action, scope, value)


def is_call(nodes: Nodes | None, name: str) -> bool:
    """Tell whether a script is one call of that name and nothing else."""
    return bool(nodes) and [n.name for n in nodes or () if isinstance(n, Call)] == [name] == [
        name for _ in nodes or ()
    ]


def _calls(nodes: Nodes) -> set[str]:
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, Call):
            found |= {node.name}.union(*(_calls(branch) for branch in node.branches))
    return found


def _has_if(nodes: Nodes) -> bool:
    return "if" in _calls(nodes)


def _stops(nodes: Nodes) -> bool:
    return bool(_calls(nodes) & {"quarantine", "skip"})


def _acts(call: Call) -> bool:
    """Tell whether a branch does something else than to give a value, or the test has no value."""
    actions = {"keep", "remove", "empty", "blank", "require", "quarantine", "skip", "process"}
    return bool(_calls((call,)) & actions) or len(call.branches) != 2 or not all(call.branches)  # noqa: PLR2004
