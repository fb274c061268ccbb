"""``deid-core recipe import``: what it prints and writes, and its exit statuses."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from deid_core import ImportedRecipe, PluginHost, RecipeImporter, hookimpl
from deid_core.cli.main import cli

GOOD = '<script><e en="T" t="00100010" n="PatientName">@empty()</e></script>'
PARTIAL = '<script><e en="T" t="00100010" n="PatientName">@encrypt(this,x)</e></script>'


@pytest.fixture
def invoke(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    """Return a function that imports a text with the options that are given."""
    monkeypatch.chdir(tmp_path)

    def invoke(text: str, *options: str) -> SimpleNamespace:
        Path("foreign").write_text(text, encoding="utf-8")
        with pytest.raises(SystemExit) as raised:
            cli(["recipe", "import", "foreign", *options])
        out, err = capsys.readouterr()
        status = raised.value.code
        return SimpleNamespace(exit_code=status, stdout=out, stderr=err, output=out + err)

    return invoke


def test_the_recipe_goes_to_standard_output_and_can_be_checked(invoke: Any) -> None:
    result = invoke(GOOD)
    assert result.exit_code == 0
    assert "BLANK toplevel:PatientName" in result.stdout
    Path("out.recipe").write_text(result.stdout, encoding="utf-8")
    assert CliRunner().invoke(cli, ["recipe", "check", "out.recipe"]).exit_code == 0


def test_what_is_not_translated_is_listed_with_its_line_and_gives_status_1(invoke: Any) -> None:
    result = invoke(PARTIAL, "-o", "out.recipe")
    assert result.exit_code == 1
    assert "foreign:1: PatientName: @encrypt(this,x): " in result.stderr
    assert "# Not translated:" in Path("out.recipe").read_text(encoding="utf-8")
    assert invoke(PARTIAL, "--accept-partial").exit_code == 0


def test_json_has_the_recipe_and_the_list(invoke: Any) -> None:
    shown = json.loads(invoke(PARTIAL, "--json").stdout)
    assert shown["program"] == "ctp"
    assert "REMOVE toplevel:PatientName" in shown["recipe"]
    [missed] = shown["untranslated"]
    assert missed["line"] == 1


def test_tables_are_written_for_their_owner_only_and_never_printed(invoke: Any) -> None:
    result = invoke("ptid/47 = A", "--json")
    assert result.exit_code == 2
    assert "47" not in result.output
    result = invoke("ptid/47 = A", "-o", "tables")
    assert result.exit_code == 0
    assert "47" not in result.output
    table = Path("tables", "ptid.csv")
    assert table.read_text(encoding="utf-8") == "47,A\n"
    assert table.stat().st_mode & 0o777 == 0o600


def test_a_place_where_nothing_can_be_written_is_told(invoke: Any) -> None:
    Path("folder").mkdir()
    result = invoke(GOOD, "-o", "folder", "--overwrite")
    assert result.exit_code == 2
    assert "folder: cannot be written" in result.output
    assert sorted(path.name for path in Path().iterdir()) == ["folder", "foreign"]


def test_what_is_there_is_not_replaced_unless_asked_for(invoke: Any) -> None:
    Path("out.recipe").write_text("mine", encoding="utf-8")
    assert invoke(GOOD, "-o", "out.recipe").exit_code == 2
    assert Path("out.recipe").read_text(encoding="utf-8") == "mine"
    assert invoke(GOOD, "-o", "out.recipe", "--overwrite").exit_code == 0
    assert Path("out.recipe").read_text(encoding="utf-8") != "mine"
    assert sorted(path.name for path in Path().iterdir()) == ["foreign", "out.recipe"]


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("REMOVE PatientName", (), "it is of no program that is known"),
        (GOOD, ("--from", "fax"), "expected one of: ctp, dicom-anonymizer"),
        (GOOD, ("--from", "dicom-anonymizer"), "foreign:1:1: no valid JSON"),
        ("<script>", (), "foreign:1:9: no valid XML"),
    ],
)
def test_what_cannot_be_read_is_an_error_with_status_2(
    invoke: Any, text: str, options: tuple[str, ...], says: str
) -> None:
    result = invoke(text, *options)
    assert result.exit_code == 2
    assert says in result.output


def test_a_script_in_the_old_form_of_ctp_is_refused_with_what_to_do(invoke: Any) -> None:
    old = "param.DATEINC=-10\nset.[0010,0010]PatientName=@empty()\nkeep.group18=\n"
    for options in ([], ["--from", "ctp"]):
        result = invoke(old, *options)
        assert result.exit_code == 2
        assert "foreign:1:1: a script in CTP's old form; save it" in result.stderr
        assert not result.stdout


def test_a_file_that_is_no_recipe_by_its_size_is_not_read(invoke: Any) -> None:
    result = invoke("x" * (1 << 24) + "x")
    assert result.exit_code == 2
    assert "too large for a recipe" in result.output


class Gateway:
    """A plugin that translates the lists of an old gateway."""

    @hookimpl
    def deid_recipe_importers(self) -> list[RecipeImporter]:
        return [
            RecipeImporter(
                name="gateway",
                recognizes=lambda data: data.startswith(b"BLACKLIST"),
                translate=lambda data, source: ImportedRecipe(
                    f"FORMAT dicom\n%header\nREMOVE {data.decode().split()[1]}\n"
                ),
                summary="the lists of our old gateway",
            )
        ]


def test_a_plugin_can_add_a_translator(invoke: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    host = PluginHost({"gateway": Gateway()})
    monkeypatch.setattr(PluginHost, "load", lambda *_: host)
    result = invoke("BLACKLIST PatientName")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "REMOVE PatientName")
