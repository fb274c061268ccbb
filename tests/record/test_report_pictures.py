"""``--thumbnails``: a few images in the report, and only where they are asked for."""

from __future__ import annotations

import base64
import io
import re
import shutil
import sys
import tarfile
from pathlib import Path

import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.data import get_testdata_file

sys.path.insert(0, str(Path(__file__).parent))

from recorded import images, invoke
from recorded import key as key_at

from deid_core import Settings, SettingsError
from deid_core.pages import thumbnails
from deid_core_record import pictures
from deid_core_record.journal import Journal
from deid_core_record.pictures import Pair, Pictures


def run(folder: Path, *words: str) -> str:
    """De-identify ``in`` anew, and return the report."""
    result = invoke("run", folder / "in", "-o", folder / "out", "--profile", "basic", *words)
    assert result.exit_code == 0, result.output
    return (folder / "out.record" / "report.html").read_text(encoding="utf-8")


def shown(page: str) -> list[bytes]:
    return [
        base64.b64decode(one) for one in re.findall(r'src="data:image/png;base64,([^"]+)"', page)
    ]


@pytest.fixture
def series(tmp_path: Path) -> Path:
    """Return a folder with four images of two series in ``in``."""
    images(tmp_path / "in", 2, SeriesInstanceUID="1.2.3.1")
    images(tmp_path / "in", 2, first=3, SeriesInstanceUID="1.2.3.2")
    return tmp_path


def test_without_being_asked_for_there_are_none(series: Path) -> None:
    assert shown(run(series)) == []


def test_one_image_of_each_series_is_shown(series: Path) -> None:
    page = run(series, "--thumbnails", "9")
    sizes = [picture_of(data).size for data in shown(page)]
    assert sizes == [(128, 128)] * 4


def test_no_more_are_shown_than_were_asked_for(series: Path) -> None:
    assert len(shown(run(series, "--thumbnails", "1"))) == 2


def test_without_the_extra_a_run_says_what_is_missing(
    series: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnails, "NEEDED", ("numpy", "no_such_package"))
    result = invoke("run", series / "in", "-o", series / "out", "--thumbnails", "2")
    assert result.exit_code == 2
    assert "pip install 'deid-core[images]'" in result.output
    assert not (series / "out").exists()


def test_pictures_need_a_record(series: Path) -> None:
    result = invoke("run", series / "in", "-o", series / "out", "--thumbnails", "2", "--no-record")
    assert result.exit_code == 2


def sides(page: str) -> list[tuple[str, str]]:
    """Return what stands under each heading: the alternative text of a picture, or words."""
    found = re.findall(r'<p class="side-name">(\w+)</p>(?:<img [^>]*alt="|<p [^>]*>)([^"<]*)', page)
    return [(heading, text) for heading, text in found]


def picture_of(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("L")


def burn(path: Path) -> None:
    """Let a white bar stand where a name would."""
    dataset = dcmread(path)
    pixels = dataset.pixel_array.copy()
    pixels[:40] = 4000
    dataset.PixelData = pixels.tobytes()
    dataset.save_as(path)


def test_before_and_after_stand_side_by_side(series: Path) -> None:
    for path in (series / "in").iterdir():
        burn(path)
    page = run(series, "--thumbnails", "1")
    assert sides(page) == [
        ("Before", "File 1, CT Image, before: as it was read"),
        ("After", "File 1, CT Image, after: as it was written"),
    ]
    for data in shown(page):
        # What is burned in shows in both.
        assert picture_of(data).getpixel((64, 10)) == 255
    assert "do not share this record" in page


def test_series_are_chosen_all_over_a_run(tmp_path: Path) -> None:
    for at in range(6):
        images(tmp_path / "in", 2, first=2 * at + 1, SeriesInstanceUID=f"1.2.3.{at}")
    page = run(tmp_path, "--thumbnails", "3")
    assert re.findall(r"<figcaption>File (\d+)", page) == ["1", "5", "9"]


def test_an_input_in_an_archive_is_shown(series: Path) -> None:
    with tarfile.open(series / "in.tar.gz", "w:gz") as stream:
        stream.add(series / "in", "in")
    out = ("-o", series / "out", "--profile", "basic")
    assert invoke("run", series / "in.tar.gz", *out, "--thumbnails", "2").exit_code == 0
    page = (series / "out.record" / "report.html").read_text(encoding="utf-8")
    assert len(shown(page)) == 4


@pytest.mark.parametrize("name", ["out.zip", "out.tar"])
def test_an_output_in_an_archive_is_shown(series: Path, name: str) -> None:
    out = ("-o", series / name, "--profile", "basic")
    assert invoke("run", series / "in", *out, "--thumbnails", "2").exit_code == 0
    page = (series / f"{name}.record" / "report.html").read_text(encoding="utf-8")
    assert len(shown(page)) == 4


def test_what_an_earlier_run_has_done_is_shown(series: Path) -> None:
    key = str(key_at(series / "key", 7))
    run(series, "--key-file", key)
    assert len(shown(run(series, "--key-file", key, "--thumbnails", "2"))) == 4


def test_an_input_that_has_changed_is_not_shown_as_what_it_was(
    series: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = Pictures.pairs

    def changed(self: Pictures, journal: Journal) -> list[Pair] | None:
        burn(series / "in" / "0001.dcm")
        (series / "in" / "0003.dcm").unlink()
        return pairs(self, journal)

    monkeypatch.setattr(Pictures, "pairs", changed)
    found = sides(run(series, "--thumbnails", "2"))
    assert [text for heading, text in found if heading == "Before"] == [
        "No picture. The input is not as it was when it was read.",
        "No picture. The file cannot be read.",
    ]


def test_pictures_take_no_more_time_than_there_is(
    series: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "SECONDS", -1)
    page = run(series, "--thumbnails", "2")
    assert shown(page) == []
    assert "No image can be shown" in page


def test_only_the_page_holds_pictures(series: Path) -> None:
    run(series, "--thumbnails", "2")
    record = series / "out.record"
    for path in record.iterdir():
        data = path.read_bytes()
        assert str(series).encode() not in data
        assert (b"data:image/png" in data) == (path.name == "report.html")
        assert path.stat().st_mode & 0o077 == 0


# -- inspect -----------------------------------------------------------------------------


def inspected(folder: Path, *words: str) -> str:
    """Return the page about ``in``."""
    page = folder / "found.html"
    result = invoke("inspect", folder / "in", "--html", page, *words)
    assert result.exit_code == 0, result.output
    return page.read_text(encoding="utf-8")


def test_an_inspection_shows_images_where_it_is_asked(series: Path) -> None:
    assert shown(inspected(series)) == []
    page = inspected(series, "--thumbnails", "9")
    assert len(shown(page)) == 2
    assert 'alt="File 1, CT Image, as it is in the input"' in page
    assert "do not share the page" in page
    assert (series / "found.html").stat().st_mode & 0o077 == 0


def test_an_inspection_without_images_says_so(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    shutil.copy(get_testdata_file("rtplan.dcm"), tmp_path / "in")
    page = inspected(tmp_path, "--thumbnails", "2")
    assert "No image can be shown" in page
    assert "do not share" not in page


def test_an_inspection_shows_images_on_a_page_alone(
    series: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = invoke("inspect", series / "in", "--thumbnails", "2")
    assert result.exit_code == 2
    assert "--html" in result.output
    monkeypatch.setattr(thumbnails, "NEEDED", ("numpy", "no_such_package"))
    result = invoke("inspect", series / "in", "--thumbnails", "2", "--html", series / "a.html")
    assert "pip install 'deid-core[images]'" in result.output
    assert not (series / "a.html").exists()


@pytest.mark.parametrize("number", [-1, 25, True, "3"])
def test_settings_take_only_so_many(number: object) -> None:
    with pytest.raises(SettingsError, match="expected a number from 0 to 24"):
        Settings(thumbnails=number)
