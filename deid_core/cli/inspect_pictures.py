"""``inspect --thumbnails``: images of some series, as they are before a run."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs

from deid_core.errors import SettingsError
from deid_core.model import FileRef
from deid_core.pages.evenly import Evenly, spread
from deid_core.pages.markup import number
from deid_core.pages.pictures import BURNED_IN, Side, gallery, shown
from deid_core.pages.thumbnails import Picture, about, are_possible, thumbnail_of
from deid_core.quiet import quiet_pydicom

SIZE = 128
"""Pixels of a picture, in width and height at most."""
LOOKED_AT = 100
"""Files that are looked at, and fewer than twice as many."""
SECONDS = 60
"""How long it may take until no further picture is begun."""
LATE = "There was no time left to show it."
_WARNING = (
    '<p class="verdict warn"><span aria-hidden="true">!</span>This page shows images. '
    "Burned-in text shows in them: do not share the page.</p>"
)
_NONE = "No image can be shown: the files that were looked at hold none."


@attrs.frozen
class Pictures:
    """What a page could show: it takes note of a few files, spread evenly over all."""

    count: int
    _seen: Evenly[tuple[int, FileRef]] = attrs.field(factory=lambda: Evenly(LOOKED_AT), repr=False)

    @classmethod
    def wanted(cls, count: int, page: Path | None) -> Pictures:
        """Return what shows images of so many series. Raises `SettingsError` where that cannot be."""
        if page is None:
            raise SettingsError("--thumbnails shows images on a page: name it with --html")
        if not are_possible():
            raise SettingsError(
                "--thumbnails needs the extra images: pip install 'deid-core[images]'"
            )
        return cls(count)

    def noting(self, refs: Iterable[FileRef]) -> Iterator[FileRef]:
        """Yield files, and take note of some that can be opened again."""
        for at, ref in enumerate(refs, start=1):
            if ref.path is not None or ref.container is not None:
                self._seen.add((at, ref))
            yield ref

    def html(self) -> tuple[str, str]:
        """Return what stands at the head of the page, and the images as a section."""
        made = [_image(*one) for one in self._chosen()]
        inner = f'<p class="none">{_NONE}</p>'
        if made:
            inner = (
                "<p>One image of each of some series, as it is in the input. "
                f"{BURNED_IN}</p>\n{gallery(made)}"
            )
        section = (
            '<section id="images" aria-labelledby="h-images">\n'
            f'<h2 id="h-images">Images</h2>\n{inner}\n</section>'
        )
        return _WARNING if made else "", section

    def _chosen(self) -> list[tuple[int, str, Picture]]:
        late = time.monotonic() + SECONDS
        series: dict[str, tuple[int, FileRef, str]] = {}
        with quiet_pydicom():
            for at, ref in self._seen.kept():
                if time.monotonic() > late:
                    break
                found = about(ref)
                if found is not None:
                    series.setdefault(found.series, (at, ref, found.kind))
            return [
                (at, kind, _picture(ref, late))
                for at, ref, kind in spread(list(series.values()), self.count)
            ]


def _picture(ref: FileRef, late: float) -> Picture:
    return Picture(why=LATE) if time.monotonic() > late else thumbnail_of(ref, SIZE)


def _image(at: int, kind: str, picture: Picture) -> str:
    title = f"File {number(at)}" + (f", {kind}" if kind else "")
    return shown(title, [Side("", "as it is in the input", picture)])
