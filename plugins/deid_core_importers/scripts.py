"""A script of CTP's DICOM anonymizer, as a recipe."""

from __future__ import annotations

import re
from collections.abc import Mapping

from deid_core import ImportedRecipe
from deid_core_importers.ctp_elements import ElementRules, Place, is_call
from deid_core_importers.draft import Draft
from deid_core_importers.elements import Element, element_of, tag_text
from deid_core_importers.expression import Call, ExpressionError, Nodes, parse
from deid_core_importers.parameters import Parameters
from deid_core_importers.xmlscript import Entry, read_script

ESSENTIAL = ("(0008,0016)", "(0008,0018)", "(0020,000D)", "(7FE0,0010)")
"""What CTP keeps though it is not specified, beside all of group 0028."""

REMOVALS = {
    "curves": r"REMOVE contains:^\(50[0-9A-F]{2},",
    "overlays": r"REMOVE contains:^\(60[0-9A-F]{2},",
    "privategroups": r"REMOVE contains:^\([0-9A-F]{3}[13579BDF],",
}
UNSPECIFIED = "unspecifiedelements"


def translate_script(data: bytes, source: str) -> ImportedRecipe:
    """Return the script as a recipe. Raises `RecipeError` for what is no script.

    What CTP does to what a script does not name decides the form: it keeps, and looks into no
    sequence without ``@process()``. So the recipe keeps by default, and its rules are about the top
    level, or about the group of fields ``processed`` where there are sequences to process.
    """
    return _Script(read_script(data, source)).translated()


class _Script:
    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self.draft = Draft("Made from a script of RSNA CTP by deid-core recipe import.")
        self.enabled = [entry for entry in entries if entry.enabled]
        self.parameters = Parameters(e for e in self.enabled if e.kind == "p")
        self.removed = {e.tag.lower() for e in self.enabled if e.kind == "r"}
        self.elements = self._elements()

    def _elements(self) -> Mapping[Element, tuple[Entry, Nodes | None]]:
        """Return what is said of each element; the last word counts, as in CTP."""
        found: dict[Element, tuple[Entry, Nodes | None]] = {}
        for entry in self.enabled:
            if entry.kind != "e":
                continue
            try:
                nodes = self.parameters.put_into(parse(entry.text))
            except ExpressionError as error:
                self.draft.miss(entry.line, entry.text, str(error), "the element is removed")
                nodes = None
            element = element_of(entry.tag)
            if element is None:
                self._unknown(entry, nodes)
                continue
            if element in found:
                self.draft.advise(
                    f"line {found[element][0].line}: line {entry.line} is about the same element "
                    "and counts in its place, as in CTP"
                )
            found[element] = (entry, nodes)
        return found

    def _unknown(self, entry: Entry, nodes: Nodes | None) -> None:
        kept = nodes is not None and [n.name for n in nodes if isinstance(n, Call)] == ["keep"]
        instead = "no rule" if kept else "every file is refused, until this rule is replaced"
        self.draft.miss(entry.line, entry.tag or entry.text, "it is no tag that is known", instead)
        if not kept:
            self.draft.rule("REFUSE", "all")

    def translated(self) -> ImportedRecipe:
        draft = self.draft
        draft.head += ["DEFAULT KEEP", "BASE none"]
        place = Place(
            tuple(e.field for e, (_, nodes) in self.elements.items() if _is_processed(e, nodes))
        )
        if place.processed or UNSPECIFIED in self.removed:
            draft.groups += place.groups()
        self._removals(place)
        rules = ElementRules(draft, place, self.removed)
        for element, (entry, nodes) in self.elements.items():
            rules.add(element, entry, nodes)
        if "privategroups" not in self.removed:
            draft.advise(
                "the script does not remove private groups: they go all the same, unless the run "
                "has --keep-private"
            )
        draft.advise(
            "pseudonyms are made with the key of the run, so they are not those that CTP made; "
            "give --key-file for the same ones in each run"
        )
        for table in sorted(rules.tables):
            draft.advise(
                f"run with --table {table}=FILE.csv, see deid-core recipe import of a table"
            )
        return draft.finished()

    def _removals(self, place: Place) -> None:
        """Add the rules for what no entry names. They come first, so that any other wins."""
        draft, spared = self.draft, [*ESSENTIAL, *place.tags()]
        # REMOVE wins over BLANK.
        spared += [
            tag_text(e) for e, (_, nodes) in self.elements.items() if is_call(nodes, "empty")
        ]
        groups = ["0028"]
        for entry in self.enabled:
            if entry.kind == "k" and re.fullmatch("[0-9a-fA-F]{4}", entry.tag):
                groups.append(entry.tag.upper())
            elif entry.kind == "k":
                instead = "no group is kept for it"
                if entry.tag.lower() == "safeprivateelements":
                    reason, instead = "CTP has a list of its own", "private elements go"
                else:
                    reason = "it is no group that is known"
                draft.miss(entry.line, f"keep {entry.tag}", reason, instead)
            elif entry.kind == "r" and entry.tag.lower() not in (*REMOVALS, UNSPECIFIED):
                instead = "every file is refused, until this rule is replaced"
                draft.miss(entry.line, f"remove {entry.tag}", "it is no removal known", instead)
                draft.rule("REFUSE", "all")
        if UNSPECIFIED in self.removed:
            tags = "|".join(f"^{re.escape(tag)}$" for tag in sorted(set(spared)))
            kept = "|".join(rf"^\({group}," for group in sorted(set(groups)))
            draft.groups += [
                "",
                "%fields unspecified",
                f"FIELD allexcept:{tags}|{kept}+fields:processed",
            ]
            draft.rule("REMOVE", "fields:unspecified")
        draft.rules += [rule for name, rule in REMOVALS.items() if name in self.removed]


def _is_processed(element: Element, nodes: Nodes | None) -> bool:
    names = [node.name for node in nodes or () if isinstance(node, Call)]
    return element.vr == "SQ" and not element.creator and names == ["process"]
