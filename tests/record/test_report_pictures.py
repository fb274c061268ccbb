"""``--thumbnails``: a few images in the report, and only where they are asked for."""

from __future__ import annotations

import base64
import io
import re
import sys
from pathlib import Path

import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.data import get_testdata_file

sys.path.insert(0, str(Path(__file__).parent))

from recorded import images, invoke

from deid_core import Settings, SettingsError
from deid_core_record import thumbnails
from deid_core_record.thumbnails import thumbnail


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


def test_one_image_of_each_series_is_shown_as_it_was_written(series: Path) -> None:
    page = run(series, "--thumbnails", "9")
    pictures = [Image.open(io.BytesIO(data)) for data in shown(page)]
    assert [picture.size for picture in pictures] == [(128, 128)] * 2
    assert page.count('alt="File ') == 2
    assert "may show text that is burned into them" in page


def test_no_more_are_shown_than_were_asked_for(series: Path) -> None:
    assert len(shown(run(series, "--thumbnails", "1"))) == 1


def test_a_later_run_may_ask_for_other_pictures(series: Path) -> None:
    key = series / "key"
    key.write_bytes(bytes(range(32)))
    key.chmod(0o600)
    run(series, "--key-file", str(key))
    result = invoke(
        *("run", series / "in", "-o", series / "out", "--profile", "basic"),
        *("--key-file", key, "--thumbnails", "2"),
    )
    assert "done by an earlier run" in result.output


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


@pytest.mark.parametrize(
    "name",
    ["CT_small.dcm", "MR_small.dcm", "JPEG2000.dcm", "US1_UNCR.dcm", "examples_ybr_color.dcm"],
)
def test_images_of_all_kinds_become_small_pictures(name: str) -> None:
    png = thumbnail(Path(get_testdata_file(name)), 64)
    assert png is not None
    picture = Image.open(io.BytesIO(png))
    assert max(picture.size) == 64
    assert len(set(picture.convert("L").tobytes())) > 5


def test_monochrome1_is_shown_the_other_way_round(tmp_path: Path) -> None:
    dataset = dcmread(get_testdata_file("CT_small.dcm"))
    means = []
    for kind in ("MONOCHROME1", "MONOCHROME2"):
        dataset.PhotometricInterpretation = kind
        dataset.save_as(tmp_path / "a.dcm")
        png = thumbnail(tmp_path / "a.dcm", 32)
        assert png is not None
        grey = Image.open(io.BytesIO(png)).tobytes()
        means.append(sum(grey) / len(grey))
    assert sum(means) == pytest.approx(255, abs=3)


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("Rows", 60000),
        ("Columns", 60000),
        ("BitsAllocated", 7),
        ("NumberOfFrames", "x"),
        ("Rows", 0),
    ],
)
def test_what_cannot_be_decoded_has_no_picture(tmp_path: Path, keyword: str, value: object) -> None:
    dataset = dcmread(get_testdata_file("CT_small.dcm"))
    if value == "x":
        dataset.add_new("NumberOfFrames", "LO", "x")
    else:
        setattr(dataset, keyword, value)
    dataset.save_as(tmp_path / "a.dcm")
    assert thumbnail(tmp_path / "a.dcm", 64) is None


def test_what_is_no_image_has_no_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    path.write_bytes(bytes(128) + b"DICM" + b"\xff" * 300)
    assert thumbnail(path, 64) is None
    assert thumbnail(Path(get_testdata_file("rtplan.dcm")), 64) is None
    assert thumbnail(tmp_path / "gone.dcm", 64) is None


@pytest.mark.parametrize("number", [-1, 25, True, "3"])
def test_settings_take_only_so_many(number: object) -> None:
    with pytest.raises(SettingsError, match="expected a number from 0 to 24"):
        Settings(thumbnails=number)
