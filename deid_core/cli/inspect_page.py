"""What ``inspect --html`` writes: the inspection as one page, without a value or a name of a file."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from deid_core.errors import SettingsError
from deid_core.inspection import Found, Inspection, Place, Refused
from deid_core.pages import whole_page
from deid_core.pages.markup import Cell, Raw, code, definitions, files, html, number, table

if TYPE_CHECKING:
    from deid_core.cli.inspect_pictures import Pictures

TEMPLATE = Path(__file__).parent / "inspect.html"
PARTS = {
    "data set": "data set",
    "nested": "inside of a sequence",
    "private": "private",
    "file meta": "file meta information",
}
REASONS = {
    "PS3.15": "listed in PS3.15",
    "private": "private element",
    "own value": "holds a value of the patient",
}
MASK = "•••"
_HEADS = ("Attribute", "Tag", "Where", "Why it counts", "Files", "Values", "Example", "Would be")
_NONE_FOUND = "No DICOM file was found: look whether the path is right."


def write_page(
    path: Path, inspection: Inspection, meaning: str, pictures: Pictures | None = None
) -> None:
    """Write the page, which gets its name when it is whole. Raises `SettingsError`."""
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=".inspect-", dir=path.absolute().parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                stream.write(page_of(inspection, meaning, pictures))
            Path(temporary).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(temporary).unlink()
            raise
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be written ({error.strerror}); name another file with --html"
        ) from None


def page_of(inspection: Inspection, meaning: str, pictures: Pictures | None = None) -> str:
    """Return an inspection as a page; ``meaning`` says by what recipes it was asked."""
    shared, images = ("", "") if pictures is None else pictures.html()
    return whole_page(
        TEMPLATE.read_text(encoding="utf-8"),
        images=images,
        shared=shared,
        verdict=_verdict(inspection),
        totals=_totals(inspection),
        meaning=html(meaning),
        attributes=table(
            "Attributes that identify",
            _HEADS,
            [_row(place, found) for place, found in inspection.places()],
            note="Nothing was found.",
        ),
        refused=table(
            "Files that cannot be read, or would be refused",
            ("Reason code", "What is so", "Files"),
            [
                *_refusals("cannot be read", inspection.unreadable),
                *_refusals("would be refused", inspection.refused),
            ],
            note="There are none.",
        ),
    )


def _verdict(inspection: Inspection) -> str:
    said = []
    if not inspection.files:
        said.append(("warn", "!", _NONE_FOUND))
    else:
        kept = sum(bool(found.would_be["kept"]) for found in inspection.found.values())
        places = (
            f"{number(len(inspection.found))} attributes identify in {files(inspection.files)}."
        )
        text = f"{places} {number(kept)} of them would be kept, at least in part."
        said.append(("warn", "!", text) if kept else ("well", "✓", f"{places} None would be kept."))
    if inspection.burned_in:
        text = (
            f"Text is burned into the image of {files(inspection.burned_in)}, by their own word. "
        )
        said.append(("warn", "!", text + "No attribute holds it, and a run does not remove it."))
    if inspection.claims:
        text = f"De-identified already, by their own word: {files(inspection.claims)}."
        said.append(("warn", "!", f"{text} What is listed is there all the same."))
    return "\n".join(
        f'<p class="verdict {kind}"><span aria-hidden="true">{sign}</span>{html(text)}</p>'
        for kind, sign, text in said
    )


def _totals(inspection: Inspection) -> str:
    pairs: list[tuple[str, Cell]] = [("DICOM files", inspection.files)]
    pairs += [(name.capitalize(), found.values) for name, found in inspection.subjects.items()]
    if inspection.skipped:
        pairs.append(("Passed over", sum(inspection.skipped.values())))
    return definitions(pairs)


def _row(place: Place, found: Found) -> list[Cell]:
    creator = f" [{place.known_creator}]" if place.known_creator else ""
    return [
        place.name + creator,
        code(place.path),
        PARTS[place.where],
        REASONS.get(place.reason, place.reason),
        found.files,
        found.values,
        Raw(f'<span class="mask">{html(f"{found.kind} {MASK}")}</span>'),
        _fates(found),
    ]


def _fates(found: Found) -> Raw:
    several = len(found.would_be) > 1
    words = [
        f'<span class="{"fate kept" if word == "kept" else "fate"}">'
        f"{html(word)}{f' {number(count)} times' if several else ''}</span>"
        for word, count in found.would_be.most_common()
    ]
    return Raw(", ".join(words))


def _refusals(what: str, refused: list[Refused]) -> list[list[Cell]]:
    counts = Counter(one.code for one in refused)
    return [[code(name), what, count] for name, count in sorted(counts.items())]
