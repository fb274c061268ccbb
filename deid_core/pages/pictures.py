"""Pictures on pages: one by itself, or before and after side by side, with text for who sees none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from deid_core.pages.markup import html
from deid_core.pages.thumbnails import Picture

BURNED_IN = "Text that is burned into pixels is no attribute, and no rule reads it."


@attrs.frozen
class Side:
    """One picture of an image: under what heading it stands, and what it is, for who sees it not."""

    heading: str
    text: str
    picture: Picture = attrs.field(repr=False)


def gallery(items: Iterable[str]) -> str:
    """Return what `shown` has made as a list."""
    made = "\n".join(f"<li>{item}</li>" for item in items)
    return f'<ul class="gallery">\n{made}\n</ul>'


def shown(title: str, sides: Sequence[Side], remark: str = "") -> str:
    """Return the pictures of one image beside each other, under its ``title``."""
    made = "\n".join(_side(title, side) for side in sides)
    caption = html(title) + (f"<br>{html(remark)}" if remark else "")
    return (
        f'<figure class="of-{len(sides)}"><div class="sides">{made}</div>'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _side(title: str, side: Side) -> str:
    if side.picture.png:
        text = html(f"{title}, {side.text}")
        inner = f'<img src="{side.picture.address}" alt="{text}">'
    else:
        inner = f'<p class="no-picture">{html(f"No picture. {side.picture.why}")}</p>'
    heading = f'<p class="side-name">{html(side.heading)}</p>' if side.heading else ""
    return f'<div class="side">{heading}{inner}</div>'
