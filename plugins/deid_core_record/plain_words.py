"""What was done, in sentences for those who answer for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from deid_core.pages.markup import Raw, code, definitions, html, number
from deid_core_record.attributes import EFFECTS, is_file_meta

_WORDS = {"removed": "removed", "emptied": "emptied", "replaced": "given another value"}
_SWEEPS = {
    "off": "Values that stay were not searched for the patient's own names and numbers.",
    "remove": "Every value that stays was searched for the patient's own names, numbers, addresses "
    "and dates of birth; what held one was removed",
    "clean": "Every value that stays was searched for the patient's own names, numbers, addresses "
    "and dates of birth; these were cut out of the text",
}
_DEFAULTS = {
    "REMOVE": "Removed, but for what a file needs to be decoded, shown and filed.",
    "KEEP": "Kept: only what a rule names was changed.",
    "BLANK": "Emptied, but for what a file needs to be decoded, shown and filed.",
}
NOTHING = "None was changed."


def plain_words(facts: Mapping[str, Any]) -> str:
    """Return a list of what became of each kind of thing that may identify."""
    return definitions((term, Raw(text)) for term, text in _pairs(facts))


def _pairs(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    settings = facts["settings"]
    shared = [one for one in facts["attributes"] if not is_file_meta(one)]
    yield "By which rules", _of_recipes(facts)
    yield "Names of persons", _changed(shared, {"PN"})
    yield "Dates and times", f"{_changed(shared, {'DA', 'DT', 'TM'})} {_of_dates(settings)}"
    yield "UIDs", _changed(shared, {"UI"})
    yield (
        "Ages, texts and other values",
        _changed([one for one in shared if not one["private"]], None),
    )
    yield "Private elements", f"{_of_private(shared)} {_private_default(settings)}"
    yield "Free text", _of_sweep(facts)
    yield "What no rule names", _DEFAULTS.get(_default(facts), "")
    yield "Key of the pseudonyms", _of_key(facts)


def _of_recipes(facts: Mapping[str, Any]) -> str:
    found = []
    for recipe in facts["recipes"]:
        title = f" ({html(recipe['title'].rstrip('.'))})" if recipe["title"] else ""
        found.append(f"{code(recipe['name']).html}{title}")
    methods = facts["settings"].get("methods") or []
    said = f" Codes of methods (CID 7050): {html(', '.join(methods))}." if methods else ""
    return "; ".join(found) + "." + said + " Each lies on the one before it, the last one wins."


def _changed(attributes: Any, vrs: set[str] | None) -> str:
    known = {"PN", "DA", "DT", "TM", "UI"}
    chosen = [
        one
        for one in attributes
        if (one["vr"] in vrs if vrs is not None else one["vr"] not in known)
    ]
    return _sums(chosen)


def _sums(chosen: list[Any]) -> str:
    sums = {effect: sum(one[effect] for one in chosen) for effect in EFFECTS}
    said = [f"{number(sums[effect])} {_WORDS[effect]}" for effect in EFFECTS if sums[effect]]
    return f"{', '.join(said)}." if said else NOTHING


def _of_dates(settings: Mapping[str, Any]) -> str:
    dates = str(settings.get("dates", "keep"))
    if dates == "remove":
        return "Dates that are written in texts were removed."
    if dates.startswith("shift"):
        days = html(dates.partition("=")[2])
        return (
            f"Dates that are written in texts moved back by 1 to {days} days, each patient's alike."
        )
    return ""


def _of_private(attributes: Any) -> str:
    return _sums([one for one in attributes if one["private"]])


def _private_default(settings: Mapping[str, Any]) -> str:
    if settings.get("remove_private"):
        return "What no rule keeps by its name, and no profile as safe, goes."
    return "Those that no rule names were kept."


def _of_sweep(facts: Mapping[str, Any]) -> str:
    word = str(facts["settings"].get("sweep", "off"))
    text = _SWEEPS.get(word, "")
    if word == "off":
        return text
    found = sum(n for key, n in facts["actions"].items() if key.startswith(("SWEEP ", "SWEEP,")))
    times = f"{number(found)} such {'value was' if found == 1 else 'values were'} found"
    return f"{text} ({times})."


def _default(facts: Mapping[str, Any]) -> str:
    stated = [r["default"] for r in facts["recipes"] if r["default"] is not None]
    chosen = facts["settings"].get("default") or (stated[-1] if stated else "REMOVE")
    return str(chosen).upper()


def _of_key(facts: Mapping[str, Any]) -> str:
    key = facts["key"]
    mark = f"Its fingerprint is {code(key['fingerprint']).html}."
    if key["made_for_this_run"]:
        return (
            "Made for this run and not kept when it was complete: nobody can compute the "
            f"pseudonyms again, or link them to those of other runs. {mark}"
        )
    return (
        "Given from outside: whoever holds it can compute the pseudonym of a known patient, and "
        f"runs with the same key can be linked. {mark}"
    )
