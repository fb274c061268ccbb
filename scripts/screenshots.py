"""Draw the pictures of pages in docs/assets anew, from a run over the bundled images.

Usage: ``python scripts/screenshots.py``; it needs Chromium and the extra ``images``.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chromium import Chromium
from PIL import Image

from deid_core.data import get_dataset

ASSETS = Path(__file__).resolve().parent.parent / "docs" / "assets"
PROGRAM = [sys.executable, "-m", "deid_core"]
COLOURS = 64
"""Enough for pages and grey images, and a quarter of the bytes."""


def save(browser: Chromium, name: str) -> None:
    """Keep what is seen, as a small PNG."""
    image = Image.open(io.BytesIO(browser.picture())).convert("RGB").quantize(COLOURS)
    path = ASSETS / name
    image.save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size:,} bytes")


@contextmanager
def review(output: Path, inputs: Path) -> Iterator[str]:
    """Serve a review, and yield its address."""
    with subprocess.Popen(  # noqa: S603 - our own program
        [*PROGRAM, "review", str(output), "--inputs", str(inputs), "--no-browser"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        yield process.stdout.readline().split()[-1]
        process.terminate()


def draw(folder: Path) -> None:
    """Run, and draw all pages."""
    images, output = get_dataset("dicom-cookies"), folder / "out"
    words = [images, "-o", output, "--profile", "basic", "--retain-device-identity"]
    shown = [*words[:2], folder / "shown", *words[3:], "--thumbnails", "2"]
    subprocess.run([*PROGRAM, "run", *map(str, shown)], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    subprocess.run([*PROGRAM, "run", *map(str, words)], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    with Chromium(folder / "chromium") as browser:
        browser.scheme("light")
        browser.size(1120, 760)
        browser.open((folder / "out.record" / "report.html").as_uri())
        save(browser, "report.png")
        browser.size(760, 480)
        browser.open((folder / "shown.record" / "report.html").as_uri())
        browser.run("document.querySelector('#images').scrollIntoView({behavior: 'instant'})")
        save(browser, "pictures.png")
        with review(output, Path(images)) as url:
            browser.open(url)
            while not browser.run("location.search === '' && !!document.querySelector('tbody a')"):
                pass
            browser.size(1120, 1100)
            browser.following(lambda: browser.run("document.querySelector('tbody a').click()"))
            save(browser, "review.png")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        draw(Path(folder))
