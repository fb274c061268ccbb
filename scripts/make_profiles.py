"""Write the recipes and tables of ``deid_core_profiles`` from PS3.15 Annex E as data.

Usage: ``python scripts/make_profiles.py TABLES TYPES``, where TABLES is a JSON file with the rows
of tables E.1-1, E.3.4-1 and E.3.10-1, and TYPES one with the Types of attributes per IOD.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydicom.datadict import dictionary_has_tag

PLUGIN = Path(__file__).parent.parent / "plugins" / "deid_core_profiles"

SUPPLEMENT = Path(__file__).parent.parent / "deid_core" / "supplement.json"

OPTIONS = {
    "rtn_safe_priv": "retain-safe-private",
    "rtn_uids": "retain-uids",
    "rtn_dev_id": "retain-device-identity",
    "rtn_inst_id": "retain-institution-identity",
    "rtn_pat_chars": "retain-patient-characteristics",
    "rtn_long_full_dates": "retain-full-dates",
    "rtn_long_modif_dates": "retain-modified-dates",
    "clean_desc": "clean-descriptors",
    "clean_struct_cont": "clean-structured-content",
    "clean_graph": "clean-graphics",
}
"""The options as the tables spell them, and as recipes are named."""

TEMPORAL = ("DA", "DT", "TM")


TEMPLATE = "PositionAcquisitionTemplateIdentificationSequence"
PREPARATION = "PatientTreatmentPreparationSequence"
ANIMAL = "present PatientSpeciesDescription || present PatientSpeciesCodeSequence"
PARAMETER = (
    "PatientTreatmentPreparationProcedureSequence__"
    "PatientTreatmentPreparationProcedureParameterDescription"
)
PHOTO = "ReferencedPatientSetupPhotoSequence__PatientSetupPhotoDescription"
SLOTS = "RTAccessoryHolderDefinitionSequence__RTAccessoryHolderSlotSequence"
TASK = "AcquisitionTaskSequence__AcquisitionSubtaskSequence"
STUDIES = (
    "RTPhysicianIntentSequence__RTPhysicianIntentInputInstanceSequence",
    "RTPrescriptionSequence__PlanningInputInformationSequence",
    f"{TASK}__ReferencedPositionReferenceInstanceSequence",
)

REQUIRED = (
    "DUMMY toplevel:PresentationCreationDate IF equals Modality PR",
    "DUMMY toplevel:PresentationCreationTime IF equals Modality PR",
    f"TYPED toplevel:ResponsiblePerson X/Z IF {ANIMAL}",
    f"TYPED toplevel:ResponsibleOrganization X/Z IF {ANIMAL}",
    "TYPED HangingProtocolDefinitionSequence__ReasonForRequestedProcedureCodeSequence X/Z",
    "TYPED RecordedSourceSequence__SourceManufacturer X/Z",
    "TYPED ReferencedRequestSequence__RequestedProcedureID X/Z",
    "TYPED RequestAttributesSequence__ReferencedStudySequence X",
    "TYPED RTPrescriptionSequence__PriorTreatmentDoseDescription X/Z",
    f"TYPED {PARAMETER} X/Z",
    f"TYPED {PHOTO} X/Z",
    f"TYPED {PREPARATION}__{PARAMETER} X/Z",
    f"TYPED {PREPARATION}__{PHOTO} X/Z",
    f"TYPED PatientSetupSequence__{PREPARATION}__{PARAMETER} X/Z",
    f"TYPED PatientSetupSequence__{PREPARATION}__{PHOTO} X/Z",
    f"TYPED {TASK}__{TEMPLATE}__PositionAcquisitionTemplateName X/D",
    f"TYPED {TASK}__{TEMPLATE}__PositionAcquisitionTemplateDescription X/D",
    "TYPED RadiopharmaceuticalInformationSequence__RadiopharmaceuticalStartDateTime X/D",
    f"TYPED {SLOTS}__RTAccessoryHolderSlotID X/D",
    "TYPED SourceSeriesInformationSequence__SeriesDescription X/D",
    *(f"TYPED {inputs}__ReferencedStudySequence X/Z/U*" for inputs in STUDIES),
)
"""What the table removes or empties although PS3.3 requires it there, by Type 1, 1C, 2 or 2C.

It is emptied, or a dummy is written: that tells as little, and the object stays legal. A sequence
that may be absent, but not empty, goes. These are all such attributes in the IODs that highdicom
0.28.2 (MIT) has as tables, but for inventories, and for ROI Interpreter Sequence, of which no dummy
can be made.
"""


def field_of(row: dict[str, Any]) -> str:
    """Return how a recipe names the attribute of a row."""
    if row["kind"] == "single" and row["keyword"]:
        return str(row["keyword"])
    pattern = row["pattern"].lower()
    return f"({pattern[:4]},{pattern[4:]})"


SHIFT = "JITTER {field} keyed=3650"

DATES_IN_TEXTS = {
    "rtn_long_full_dates": ["DATES keep"],
    "rtn_long_modif_dates": ["DATES shift=3650"],
}
"""What options say of dates in texts that are cleaned."""

CONTENT = frozenset({"Date", "DateTime", "PersonName", "Time", "UID"})
"""Values of content items: what becomes of them depends on the concept (table E.3.4-1)."""

LINES = {
    "X": "REMOVE {field}",
    "Z": "BLANK {field}",
    "K": "RETAIN {field}",
    "U": "REPLACE {field} deid_func:hashuid keep_empty=true",
    "D": "DUMMY {field}",
    "C": "CLEAN {field}",
}
"""The line for each action code of table E.1-1a that is not compound."""


def rule_of(row: dict[str, Any], code: str) -> str:
    """Return the line for an action code."""
    if (
        row["keyword"] in CONTENT
        or row["keyword"] == "ContentSequence"
        or (code == "C" and "clean_struct_cont" in row["options"])
    ):
        return f"CONTENT {field_of(row)}"
    if row["keyword"] == "PatientAge" and code == "K":
        return "REPLACE PatientAge deid_func:capage"
    if row["keyword"] == "EncapsulatedDocument":
        return "DOCUMENT EncapsulatedDocument"
    if row["kind"] == "repeating":
        # Nobody can tell what a curve or an overlay shows, and half of one is not legal.
        return f"REMOVE ({row['pattern'][:4]},xxxx)"
    if code == "C" and row["vr"] in TEMPORAL:
        return SHIFT.format(field=field_of(row))
    return LINES.get(code, f"TYPED {{field}} {code}").format(field=field_of(row))


def rules(rows: Iterable[dict[str, Any]], option: str | None) -> list[str]:
    """Return the lines of the profile, or of an option, by tag."""
    lines = []
    for row in sorted(rows, key=lambda row: row["pattern"]):
        code = row["basic"] if option is None else row["options"].get(option)
        if code and row["kind"] != "private":
            lines.append(rule_of(row, code))
    return list(dict.fromkeys(lines))


def header(edition: str, what: str, *directives: str) -> Iterator[str]:
    """Yield the first lines of a recipe."""
    yield f"# {what} (PS3.15 E, edition {edition})."
    yield "# Made by scripts/make_profiles.py: do not edit."
    yield "FORMAT dicom"
    yield from directives
    yield from ("", "%header", "")


def profile(tables: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of the basic profile."""
    yield from header(
        tables["edition"],
        "Basic Application Level Confidentiality Profile",
        "DEFAULT KEEP",
        "SWEEP remove",
        "DATES remove",
        f"METHOD {tables['cid7050']['basic']}",
    )
    yield "# Table E.1-1, column Basic Prof."
    yield from rules(tables["rows"], None)
    yield from ("", "# What the text of the annex adds to the table.")
    yield from (
        "REMOVE unknown:",
        "REMOVE misfit:",
        "REMOVE select:group:0004",
        "REMOVE EncryptedAttributesSequence",
        "REMOVE MACParametersSequence",
        LINES["U"].format(field="unlisted:UI"),
        # A text in a UID that names a kind of thing, such as a SOP Class, becomes a UID.
        "CLEAN kinduid:",
        *(f"DUMMY unlisted:{vr}" for vr in ("PN", *TEMPORAL)),
        "CONTENT TextValue",
        "CONTENT MeasuredValueSequence",
        "CONTENT ReferencedContentItemIdentifier",
        "CLEARBITS PixelData",
        "STRIP PixelData",
        "ADD PatientIdentityRemoved YES",
        "",
        "# What PS3.3 requires where the table would remove or empty it.",
    )
    yield from REQUIRED


def option(tables: dict[str, Any], key: str) -> Iterator[str]:
    """Yield the lines of an option."""
    directives = ["DEFAULT KEEP", f"METHOD {tables['cid7050'][key]}"]
    if key == "clean_desc":
        directives.append("SWEEP clean")
    directives += DATES_IN_TEXTS.get(key, [])
    yield from header(tables["edition"], tables["option_names"][key], *directives)
    yield from rules(tables["rows"], key)
    if key == "rtn_uids":
        yield "RETAIN unlisted:UI"
    if key == "rtn_long_full_dates":
        yield from (f"RETAIN unlisted:{vr}" for vr in TEMPORAL)
    if key == "rtn_long_modif_dates":
        yield from (SHIFT.format(field=f"unlisted:{vr}") for vr in TEMPORAL)
    if key == "rtn_safe_priv":
        for row in tables["safe_private"]["rows"]:
            place = f'({row["group"]},"{row["private_creator"]}",{row["element_offset"]})'
            line = (
                LINES["U"].format(field=place)
                if row["vr"] == "UI"
                else f"RETAIN {place} {row['vr']}"
            )
            yield line.rstrip()


def branch_of(use: dict[str, str], vr: str) -> str:
    """Return the branch of a compound code that is legal for the Type of an attribute (PS3.5 7.4).

    An attribute that is there shows that its module is, be that optional or not. But where a
    sequence is what an optional module consists of, the module goes with it. Where the code has
    no branch for zero length, a Type 2 gets the dummy.
    """
    first, *_, last = branches = use["code"].split("/")
    if use["type"] == "3" or (vr == "SQ" and use["usage"] != "M"):
        return first
    return "Z" if use["type"].startswith("2") and "Z" in branches else last


def compound(tables: dict[str, Any], types: dict[str, Any]) -> dict[str, dict[str, list[str]]]:
    """Return attribute → branch of its compound code → the SOP Classes that need it."""
    vrs = {row["keyword"]: row["vr"] for row in tables["rows"]}
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for sop_class, entry in sorted(types["sop_classes"].items()):
        for keyword, use in entry["compound"].items():
            found[keyword][branch_of(use, vrs[keyword])].append(sop_class)
    return {keyword: dict(branches) for keyword, branches in sorted(found.items())}


def listed(tables: dict[str, Any]) -> list[str]:
    """Return the attributes that have a row of their own."""
    return sorted(row["keyword"] for row in tables["rows"] if row["keyword"])


def needed(tables: dict[str, Any]) -> list[str]:
    """Return the attributes that may need a value: those whose code has a dummy."""
    return sorted(row["keyword"] for row in tables["rows"] if "D" in row["basic"].split("/"))


def content(tables: dict[str, Any]) -> dict[str, dict[str, dict[str, str]]]:
    """Return concept → value type → ``basic``, or the method of an option → action code."""
    found: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    methods = tables["cid7050"]
    for row in tables["content_items"]["rows"]:
        options = {methods[key]: code for key, code in row["options"].items()}
        found[f"{row['scheme']} {row['code']}"][row["value_type"]] = {
            "basic": row["basic"],
            **options,
        }
    return dict(sorted(found.items()))


def supplement(tables: dict[str, Any]) -> dict[str, list[str]]:
    """Return keyword, VR and name by tag of the attributes that pydicom's dictionary lacks."""
    return {
        row["pattern"].lower(): [row["keyword"], row["vr"], row["name"]]
        for row in tables["rows"]
        if row["kind"] == "single" and not dictionary_has_tag(int(row["pattern"], 16))
    }


def write(path: Path, lines: Iterable[str]) -> None:
    """Write a text file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(tables_file: str, types_file: str) -> None:
    """Write all recipes and tables."""
    tables = json.loads(Path(tables_file).read_text(encoding="utf-8"))
    types = json.loads(Path(types_file).read_text(encoding="utf-8"))
    write(PLUGIN / "recipes" / "deid.dicom.basic", profile(tables))
    for key, name in OPTIONS.items():
        write(PLUGIN / "recipes" / f"deid.dicom.{name}", option(tables, key))
    data = {
        "edition": tables["edition"],
        "listed": listed(tables),
        "needed": needed(tables),
        "compound": compound(tables, types),
        "content": content(tables),
    }
    write(PLUGIN / "data" / "tables.json", [json.dumps(data, separators=(",", ":"))])
    write(SUPPLEMENT, [json.dumps(supplement(tables), indent=1)])


if __name__ == "__main__":
    main(*sys.argv[1:])
