"""No model shows a patient's value when it is printed, logged or asserted."""

from __future__ import annotations

import inspect
from collections import Counter
from pathlib import Path
from typing import Any

import attrs
import pytest
from pydicom.dataset import Dataset

from deid_core import batch as batch_module
from deid_core import changes as changes_module
from deid_core import field as field_module
from deid_core import model
from deid_core.batch import Batch, FileContext
from deid_core.changes import Changes, SetValue
from deid_core.field import ElementPath, Field
from deid_core.model import FileRef, Identifiers, Instance, Origin, Outcome, PrivateVerdict
from deid_core.records import RecipeSource
from deid_core.screening import ScreenRule
from deid_core.settings import Settings

CANARY = "CANARY^VALUE"

# Attributes whose content is not a patient's, by what the class says of them.
HARMLESS = {
    "DiscoveryOptions.pattern": "the user's shell pattern",
    "Instance.notes": "says what reading left out, without any value",
    "Identifiers.missing": "keywords",
    "Parent.creator": "the name of a private creator",
    "ElementPath.vr": "a VR",
    "ElementPath.creator": "the name of a private creator",
    "Origin.transfer_syntax": "a UID of the standard",
    "Origin.sop_class": "a UID of the standard",
    "PrivateVerdict.found": "paths and reasons",
    "FileReport.code": "a stable code",
    "FileReport.reason": "messages hold no value",
    "FileReport.warnings": "messages hold no value",
    "FileReport.notes": "messages hold no value",
    "PrivateVerdict.declared": "functions",
    "Changes.elements": "changes, which do not show their values",
    "Changes.items": "changes, which do not show their values",
    "RemoveItems.numbers": "numbers of items",
    "FileReport.actions": "names of actions and keywords",
    "FileReport.rules": "places, actions and fields of rules",
    "FileReport.output_digest": "of what is de-identified",
    "WriteReceipt.digest": "of what is de-identified",
    "Batch.plugins": "names of plugins",
    "RunReport.counts": "numbers by outcome",
    "RunReport.plugins": "names of plugins",
    "FileContext.label": "the name of the output",
    "FileContext.warnings": "messages hold no value",
}


def classes() -> list[type[Any]]:
    return [
        found
        for module in (model, field_module, batch_module, changes_module)
        for _, found in inspect.getmembers(module, inspect.isclass)
        if attrs.has(found) and found.__module__ == module.__name__
    ]


def sample(attribute: attrs.Attribute[Any]) -> Any:  # noqa: PLR0911 - one for each kind
    kind = str(attribute.type)
    samples: dict[str, Any] = {
        "int": 1,
        "bool": False,
        "bytes": CANARY.encode(),
        "Outcome": Outcome.WRITTEN,
        "PrivateDecision": model.PrivateDecision.KEEP,
        "Settings": Settings(),
        "Origin | None": Origin("1.2", sop_instance=CANARY),
        "ElementPath": ElementPath(0x00100010),
        "Batch": Batch(Settings(), CANARY.encode(), lambda rule, batch: lambda field: CANARY),
    }
    if kind in samples:
        return samples[kind]
    if kind.startswith("tuple[str"):
        return (CANARY,)
    if kind.startswith("tuple"):
        return ()
    if kind.startswith("Mapping"):
        return {CANARY: CANARY}
    if kind.startswith("list"):
        return [CANARY]
    if "Path" in kind:
        return Path(CANARY)
    return CANARY


@pytest.mark.parametrize("cls", classes(), ids=lambda cls: cls.__name__)
def test_what_can_hold_a_value_is_not_in_the_repr(cls: type[Any]) -> None:
    arguments = {
        attribute.alias: sample(attribute)
        for attribute in attrs.fields(cls)
        if attribute.init and f"{cls.__name__}.{attribute.name}" not in HARMLESS
    }
    required = {
        attribute.alias: "x"
        for attribute in attrs.fields(cls)
        if attribute.init and attribute.default is attrs.NOTHING
    }
    assert CANARY not in repr(cls(**{**required, **arguments}))


def test_the_list_of_harmless_attributes_is_up_to_date() -> None:
    known = {f"{cls.__name__}.{a.name}" for cls in classes() for a in attrs.fields(cls)}
    assert set(HARMLESS) <= known


def test_the_whole_chain_of_a_file_shows_nothing() -> None:
    dataset = Dataset()
    dataset.PatientName = CANARY
    ref = FileRef(f"{CANARY}.dcm", (CANARY,), Path(CANARY))
    instance = Instance(dataset, ref, origin=Origin("1.2", sop_instance=CANARY))  # type: ignore[arg-type]
    identifiers = Identifiers(CANARY, CANARY, {"PatientName": CANARY})
    batch = Batch(Settings(), CANARY.encode(), lambda rule, batch: lambda field: CANARY)
    context = FileContext("file 1", instance, identifiers, {"id": CANARY}, batch)
    field = Field(ElementPath(0x00100010), context, decode=lambda: CANARY)
    assert CANARY not in repr(
        (instance, identifiers, context, field, field.after(SetValue(CANARY)))
    )


def test_changes_and_rules_show_no_value() -> None:
    changes = Changes(added=[(ElementPath(0x00100010), SetValue(CANARY))])
    changes.elements[0x00100020] = SetValue(CANARY)
    assert CANARY not in repr(changes)
    assert CANARY not in repr(ScreenRule(type="pattern", pattern=CANARY))
    assert CANARY not in repr(RecipeSource("r", CANARY))
    assert CANARY not in repr(Settings(screen_rules=(ScreenRule(type="pattern", pattern=CANARY),)))


def test_a_verdict_is_readable() -> None:
    assert "because" in repr(PrivateVerdict(found={"(0009,1001)": "because"}))


def test_a_path_prints_its_parents_with_item_numbers() -> None:
    path = ElementPath(0x00100010, parents=(field_module.Parent(0x00081140, 2),))
    assert str(path) == "(0008,1140)__2__(0010,0010)"
    assert path.label == "PatientName"
    assert ElementPath(0x00091001).label == "(0009,1001)"


def test_a_reference_is_opened_by_its_opener_or_its_path(tmp_path: Path) -> None:
    from io import BytesIO

    path = tmp_path / "a"
    path.write_bytes(b"path")
    assert FileRef("a", opener=lambda: BytesIO(b"opener")).open().read() == b"opener"
    with FileRef("a", path=path).open() as stream:
        assert stream.read() == b"path"
    with pytest.raises(FileNotFoundError, match="a FileRef needs a path or an opener"):
        FileRef("a").open()


def test_a_reference_says_where_it_is(tmp_path: Path) -> None:
    assert FileRef("a", path=tmp_path / "a").location == str(tmp_path / "a")
    assert FileRef("a", ("x", "y")).location == "x/y/a"


def test_a_report_counts() -> None:
    report = model.RunReport(Counter({Outcome.WRITTEN: 2}), ("dicom",), linkable=False)
    assert report.counts[Outcome.WRITTEN] == 2
