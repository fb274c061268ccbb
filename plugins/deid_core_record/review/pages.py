"""The pages of a review. All that comes from files or from a person is escaped."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template

import attrs

from deid_core import FileRef
from deid_core.pages.markup import Cell, Raw, code, definitions, files, html, number, table
from deid_core.pages.pictures import Side, gallery, shown
from deid_core.pages.thumbnails import are_possible
from deid_core_record.facts import moment
from deid_core_record.marks import APPROVED, LONGEST_NOTE, REJECTED, WITHDRAWN, Mark
from deid_core_record.review.instance import MOST_ROWS, rows_of
from deid_core_record.review.review import Review
from deid_core_record.review.series import Series

ASSETS = Path(__file__).parents[1] / "assets"
PER_PAGE = 50
SIZE = 256
"""Pixels of a picture, in width and height at most."""
OPEN = "open"
SHOWN = {"all": "All", OPEN: "Without a mark", APPROVED: "Approved", REJECTED: "Rejected"}
_SIGNS = {APPROVED: "✓", REJECTED: "✕"}
_CHOICES = ((APPROVED, "Approve"), (REJECTED, "Reject"), (WITHDRAWN, "No mark"))
_NO_EXTRA = (
    "To see images here: <code>pip install 'deid-core[images]'</code>, and start the review again."
)
_OF_IMAGES = "The first, one in the middle, and the last. Pixels are as they were written: look for text that is burned in."
_OF_BOTH = (
    "The first, one in the middle, and the last: before, as they were read, and after, as they were written. "
    "Look for text that is burned in. What is before is the patient's own: let nobody else see it."
)
_CHANGED = "The outputs of this series are not those that were marked. Please look again."
_OF_PAGES = " Sorting and the filter act on this page of the list alone."
NO_MARKS = (
    "No mark can be kept: the log of the record was chained with another key, or with none. Start the review "
    "with the key of the run: --log-key-file."
)
STILL_READING = "The outputs are still being read. A series can be marked when all have been."


@attrs.frozen
class Choice:
    """Which series a list shows, and which page of it, from 1."""

    shown: str = "all"
    page: int = 1


def state_of(series: Series, marks: Mapping[str, Mark]) -> str:
    """Return the mark of a series that holds for its outputs as they are, or ``open``."""
    mark = marks.get(series.key)
    return mark.mark if mark is not None and mark.content == series.content else OPEN


def list_page(review: Review, choice: Choice) -> str:
    """Return the page with the series of a run, so many at a time."""
    series, marks = list(enumerate(review.series(), start=1)), review.marks()
    states = {one.key: state_of(one, marks) for _, one in series}
    chosen = [(at, one) for at, one in series if choice.shown in {"all", states[one.key]}]
    pages = max(1, -(-len(chosen) // PER_PAGE))
    page = min(max(choice.page, 1), pages)
    rows: list[list[Cell]] = [
        [
            Raw(f'<a href="/series/{one.key}">Series {number(at)}</a>'),
            _state(states[one.key], changed=one.key in marks),
            one.modality,
            one.description,
            len(one.files),
            sum(one.warnings.values()),
            _note(marks.get(one.key)),
        ]
        for at, one in chosen[(page - 1) * PER_PAGE : page * PER_PAGE]
    ]
    heads = ("Series", "Mark", "Modality", "Description", "Files", "Warnings", "Note")
    counts = {name: sum(state == name for state in states.values()) for name in SHOWN}
    totals = [
        ("Series", len(series)),
        ("Files", review.done),
        *((SHOWN[n], counts[n]) for n in list(SHOWN)[1:]),
    ]
    body = Template(_asset("review_list.html")).substitute(
        progress=_progress(review),
        totals=definitions(totals),
        filters=_filters(choice.shown, counts | {"all": len(series)}),
        table=table("Series of the run", heads, rows, note="There is no such series."),
        of_pages=_OF_PAGES if pages > 1 else "",
        pages=_pages(choice.shown, page, pages),
    )
    return _whole("Review", body)


def series_page(review: Review, series: Series, token: str, *, saved: bool) -> str:
    """Return the page of one series, with the form that marks it."""
    everything, marks = review.series(), review.marks()
    at = next(place for place, one in enumerate(everything) if one.key == series.key)
    mark = marks.get(series.key)
    state = state_of(series, marks)
    first = review.output_at(series, 0)
    about: list[tuple[str, Cell]] = [
        ("Modality", series.modality or "not said"),
        ("Description", series.description or "none"),
        ("Series Instance UID", code(series.uid) if series.uid else "none"),
        ("Files", len(series.files)),
        ("Mark", _state(state, changed=mark is not None)),
    ]
    if mark is not None:
        about.append(("Marked", moment(mark.time)))
    warnings: list[list[Cell]] = [[text, count] for text, count in series.warnings.most_common()]
    title = f"Series {number(at + 1)} of {number(len(everything))}"
    body = Template(_asset("review_series.html")).substitute(
        title=title,
        saved=_saved(everything, marks, at) if saved else "",
        changed=f'<p class="verdict warn">{_CHANGED}</p>'
        if mark is not None and state == OPEN
        else "",
        neighbours=_neighbours(everything, at),
        about=definitions(about),
        of_images=_OF_IMAGES if review.inputs is None else _OF_BOTH,
        images=_images(review, series),
        form=_form(series, mark, token, _obstacle(review)),
        warnings=table(
            "Warnings of this series", ("Text", "Files"), warnings, note="There are none."
        ),
        attributes=_attributes(first),
    )
    return _whole(title, body)


def message_page(title: str, text: str) -> str:
    """Return a page that says one thing."""
    link = '<p><a href="/">To the list of series</a></p>'
    return _whole(
        title, f'<main id="main"><h1>{html(title)}</h1>\n<p>{html(text)}</p>{link}</main>'
    )


def entrance_page() -> str:
    """Return the page that leads on when the browser has got its cookie.

    A redirect would not do: a browser that came from elsewhere sends no ``SameSite=Strict`` cookie
    along with it.
    """
    return Template(_asset("review_entrance.html")).substitute()


def _whole(title: str, body: str) -> str:
    return Template(_asset("review.html")).substitute(title=html(title), body=body)


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


def _state(state: str, *, changed: bool) -> Raw:
    if state == OPEN:
        return Raw("files changed since" if changed else '<span class="quiet">none</span>')
    sign = f'<span class="outcome" aria-hidden="true">{_SIGNS[state]}</span>'
    return Raw(f'<span class="mark {state}">{sign} {state}</span>')


def _note(mark: Mark | None) -> str:
    return mark.note if mark is not None else ""


def _progress(review: Review) -> str:
    said = []
    if review.trouble:
        text = f"{review.trouble[0].upper()}{review.trouble[1:]}."
        said.append(f'<p class="verdict warn"><span aria-hidden="true">!</span>{html(text)}</p>')
    elif not review.complete:
        text = f"{number(review.done)} of {files(review.total)} have been read. "
        said.append(
            f'<p class="verdict warn"><span aria-hidden="true">…</span><b>{text}<a href="/">Look again</a></b></p>'
        )
    if review.broken_off:
        said.append(
            '<p class="verdict warn"><span aria-hidden="true">!</span>The last run broke off: it goes on '
            "when it is started again.</p>"
        )
    if review.not_as_written:
        text = f"Not there as written: {files(review.not_as_written)} of the run."
        said.append(f'<p class="verdict warn"><span aria-hidden="true">!</span>{html(text)}</p>')
    if review.inputs is not None and review.inputs.are_others:
        text = "None of the inputs that were given was read by the run: name them as for the run."
        said.append(f'<p class="verdict warn"><span aria-hidden="true">!</span>{html(text)}</p>')
    if review.not_of_the_run:
        text = f"In the archive, but not written by the run: {files(review.not_of_the_run)}."
        said.append(f'<p class="verdict warn"><span aria-hidden="true">!</span>{html(text)}</p>')
    return "\n".join(said)


def _filters(shown: str, counts: Mapping[str, int]) -> str:
    return "\n".join(
        f'<li><a href="/?show={name}"{_current(is_it=name == shown)}>{words} ({number(counts[name])})</a></li>'
        for name, words in SHOWN.items()
    )


def _current(*, is_it: bool) -> str:
    return ' aria-current="page"' if is_it else ""


def _pages(shown: str, page: int, pages: int) -> str:
    if pages == 1:
        return ""
    links = [f"<li>Page {number(page)} of {number(pages)}</li>"]
    for target, words in ((page - 1, "Previous page"), (page + 1, "Next page")):
        if 1 <= target <= pages:
            links.append(f'<li><a href="/?show={shown}&amp;page={target}">{words}</a></li>')
    return f'<nav class="pages" aria-label="Pages"><ul>{"".join(links)}</ul></nav>'


def _saved(everything: Sequence[Series], marks: Mapping[str, Mark], at: int) -> str:
    """Say that a mark is kept, and lead on to the next series that has none."""
    others = (*everything[at + 1 :], *everything[:at])
    found = next((one for one in others if state_of(one, marks) == OPEN), None)
    text = "Every series has a mark now."
    if found is not None:
        text = f'<a href="/series/{found.key}">Next series without a mark</a>'
    return (
        '<p class="verdict well" role="status"><span aria-hidden="true">✓</span>'
        f"<b>Your mark is kept. {text}</b></p>"
    )


def _neighbours(everything: Sequence[Series], at: int) -> str:
    links = ['<li><a href="/">All series</a></li>']
    for target, words in ((at - 1, "Previous series"), (at + 1, "Next series")):
        if 0 <= target < len(everything):
            links.append(f'<li><a href="/series/{everything[target].key}">{words}</a></li>')
    return "".join(links)


def _images(review: Review, series: Series) -> str:
    if not are_possible():
        return f'<p class="none">{_NO_EXTRA}</p>'
    return gallery(_image(review, series, at) for at in series.some())


def _image(review: Review, series: Series, at: int) -> str:
    title = f"Image {number(at + 1)} of {number(len(series.files))}"
    if review.inputs is None:
        return shown(title, [Side("", "as it was written", review.after(series, at, SIZE))])
    before, after = review.before(series, at, SIZE), review.after(series, at, SIZE)
    return shown(
        title,
        [
            Side("Before", "before: as it was read", before),
            Side("After", "after: as it was written", after),
        ],
    )


def _obstacle(review: Review) -> str:
    """Say why nothing can be marked now; empty if it can."""
    if not review.takes_marks:
        return NO_MARKS
    return "" if review.complete else STILL_READING


def _form(series: Series, mark: Mark | None, token: str, obstacle: str) -> str:
    if obstacle:
        return f'<p class="none">{html(obstacle)}</p>'
    chosen = mark.mark if mark is not None else None
    radios = "\n".join(
        f'<label><input type="radio" name="mark" value="{value}" required{" checked" * (value == chosen)}> {words}</label>'
        for value, words in _CHOICES
    )
    return Template(_asset("review_form.html")).substitute(
        key=series.key,
        content=series.content,
        token=token,
        radios=radios,
        longest=LONGEST_NOTE,
        note=html(_note(mark)),
    )


def _attributes(first: FileRef | None) -> str:
    rows = rows_of(first) if first is not None else []
    cells: list[list[Cell]] = [
        [
            Raw(f"{'<span class=deep>&gt;</span> ' * row.depth}{html(row.name)}"),
            code(row.tag),
            row.vr,
            row.value,
        ]
        for row in rows
    ]
    more = ""
    if len(rows) == MOST_ROWS:
        more = f'<p class="note">These are the first {number(MOST_ROWS)} elements.</p>'
    note = "The file is not there as it was written, or cannot be read."
    heads = ("Attribute", "Tag", "VR", "Value")
    return more + table("Attributes of the first instance", heads, cells, note=note)


def as_json(review: Review) -> dict[str, object]:
    """Return all series with their marks, for ``--json``."""
    marks = review.marks()
    found = []
    for series in review.series():
        mark, state = marks.get(series.key), state_of(series, marks)
        found.append(
            {
                "series_instance_uid": series.uid,
                "modality": series.modality,
                "files": len(series.files),
                "warnings": sum(series.warnings.values()),
                "mark": None if state == OPEN else state,
                "note": _note(mark),
                "marked": None if mark is None else moment(mark.time),
                "changed_since": mark is not None and state == OPEN,
            }
        )
    return {
        "command": "review",
        "made": moment(time.time()),
        "not_as_written": review.not_as_written,
        "not_of_the_run": review.not_of_the_run,
        "series": found,
    }
