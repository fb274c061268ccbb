"""The report as one page of HTML that needs nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from deid_core.pages import whole_page
from deid_core_record.journal import Entry
from deid_core_record.page_parts import (
    about,
    attributes,
    files,
    images,
    reasons,
    recipes,
    rules,
    totals,
    verdict,
    warned,
)
from deid_core_record.pictures import Pair
from deid_core_record.plain_words import plain_words

ASSETS = Path(__file__).parent / "assets"
WITH_IMAGES = (
    "Only its images can tell more: text that is burned into them shows, also as it was before."
)
NOT_TO_SHARE = (
    '<p class="verdict warn"><span aria-hidden="true">!</span>This page shows images as they were before. '
    "Burned-in text shows in them: do not share this record.</p>"
)


def page_of(
    facts: Mapping[str, Any],
    rows: Sequence[Entry],
    warnings: Mapping[str, int],
    firsts: Mapping[tuple[str, str], Sequence[int]],
    pictures: Sequence[Pair] | None = None,
) -> Iterator[str]:
    """Yield the page. What is not written by deid_core itself is escaped.

    Style and script are the only ones that a browser runs: the page names them by their digests
    (Content Security Policy).
    """
    yield whole_page(
        (ASSETS / "page.html").read_text(encoding="utf-8"),
        verdict=verdict(facts),
        totals=totals(facts),
        words=plain_words(facts),
        reasons=reasons(facts, firsts),
        rules=rules(facts),
        attributes=attributes(facts),
        warnings=warned(warnings),
        files=files(facts, rows),
        images=images(pictures),
        of_images=f" {WITH_IMAGES}" if pictures else "",
        shared=NOT_TO_SHARE if pictures else "",
        to_images='<li><a href="#images">Images</a></li>' if pictures is not None else "",
        recipes=recipes(facts),
        about=about(facts),
    )
