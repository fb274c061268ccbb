"""``deid-core run --pseudonyms --crosswalk``: what is refused before the first file, and what is kept."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from deid_core import Identifiers, Settings
from deid_core.dicom import replace_identifiers
from deid_core_pseudonyms.crosswalk import Crosswalk

KEY = bytes(range(33, 65))
DOE = [
    {"PatientID": "P-1", "PatientName": "DOE^JOHN"},
    {"PatientName": "Doe^John^^^"},
    {"PatientID": "P-2", "PatientName": "DOE^JOHN"},
]


def words(text: str) -> str:
    return " ".join(re.sub("[│┃]", " ", text).split())


@pytest.mark.parametrize("profile", [[], ["--profile", "basic"]])
def test_one_patient_has_one_code_over_studies_and_runs(
    invoke: Any, patients: Any, outputs: Any, key_file: Path, tmp_path: Path, profile: list[str]
) -> None:
    source = patients(*DOE)
    found = []
    for folder in ("out", "again"):
        done = invoke(
            "run",
            source,
            "-o",
            tmp_path / folder,
            *profile,
            "--pseudonyms",
            "code",
            "--key-file",
            key_file,
        )
        assert done.exit_code == 0, done.output
        found.append(sorted((str(out.PatientID), str(out.PatientName)) for out in outputs(folder)))
    assert found[0] == found[1]
    assert len(found[0]) == 3
    assert len(set(found[0])) == 2
    assert all(re.fullmatch("[A-Z2-7]{12}", code) and code == name for code, name in found[0])


def test_a_file_without_the_attributes_gets_them(
    invoke: Any, patients: Any, outputs: Any, tmp_path: Path
) -> None:
    source = patients(
        {"PatientID": None, "PatientName": "Doe^John", "PatientBirthDate": "19500101"},
    )
    assert invoke("run", source, "-o", tmp_path / "out", "--pseudonyms", "code").exit_code == 0
    (out,) = outputs()
    assert re.fullmatch("[A-Z2-7]{12}", out.PatientID)


def test_numbers_are_the_same_in_a_later_run(
    invoke: Any, patients: Any, outputs: Any, key_file: Path, tmp_path: Path, store: str
) -> None:
    source = patients(*DOE)
    options = ["--pseudonyms", "number", "--crosswalk", store, "--key-file", key_file]
    assert invoke("run", source / "3.dcm", "-o", tmp_path / "out", *options).exit_code == 0
    assert invoke("run", source, "-o", tmp_path / "all", *options).exit_code == 0
    assert [out.PatientID for out in outputs()] == ["0001"]
    assert sorted(out.PatientID for out in outputs("all")) == ["0001", "0002", "0002"]


def test_a_list_gives_the_pseudonyms_and_refuses_who_is_not_in_it(
    invoke: Any, patients: Any, outputs: Any, tmp_path: Path
) -> None:
    table = tmp_path / "trial.csv"
    table.write_text("original,pseudonym\nP-1,S-1\n")
    done = invoke(
        "run",
        patients(*DOE),
        "-o",
        tmp_path / "out",
        "--profile",
        "basic",
        "--pseudonyms",
        f"list:{table}",
    )
    assert done.exit_code == 1
    assert "refused 1" in words(done.output)
    assert "the patient is not in the list 'pseudonyms'" in words(done.output)
    assert "P-2" not in done.output
    assert {(str(out.PatientID), str(out.PatientName)) for out in outputs()} == {("S-1", "S-1")}


def test_a_recipe_of_ones_own_lies_on_top(
    invoke: Any, patients: Any, outputs: Any, recipe: Any, tmp_path: Path
) -> None:
    mine = recipe("REPLACE PatientName deid_func:patient form=code prefix=ANON^")
    done = invoke(
        "run", patients(*DOE), "-o", tmp_path / "out", "--pseudonyms", "code", "--recipe", mine
    )
    assert done.exit_code == 0, done.output
    for out in outputs():
        assert out.PatientName == f"ANON^{out.PatientID}"


# -- refused before the first file -----------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--pseudonyms", "words"], "--pseudonyms: expected code, number or list:FILE.csv"),
        (["--pseudonyms", "list"], "--pseudonyms: expected code, number or list:FILE.csv"),
        (["--pseudonyms", "code:x"], "--pseudonyms: expected code, number or list:FILE.csv"),
        (["--pseudonyms", "number"], "form=number needs a crosswalk"),
        (["--pseudonyms", "list:TMP/no.csv"], "no.csv: cannot be read"),
        (["--pseudonyms", "list:TMP/twice.csv"], "twice.csv:3: has the original of line 2 again"),
        (["--pseudonyms", "code", "--key-file", "TMP/short.key"], "a key needs at least 16 bytes"),
        (["--crosswalk", "TMP/walk.sqlite"], "a crosswalk needs a key of yours"),
        (["--crosswalk", "TMP/out/w.sqlite", "--key-file", "TMP/our.key"], "in the output folder"),
        (["--crosswalk", "TMP/x/w.sqlite", "--key-file", "TMP/our.key"], "cannot be made"),
        (["--recipe", "deid.pseudonyms.reidentify"], "RESTORE needs a crosswalk"),
    ],
)
def test_what_is_wrong_is_refused_before_the_first_file(
    invoke: Any,
    patients: Any,
    tmp_path: Path,
    key_file: Path,
    options: list[str],
    message: str,
) -> None:
    source = patients(*DOE)
    (tmp_path / "short.key").write_bytes(b"123456789012345")
    (tmp_path / "short.key").chmod(0o600)
    (tmp_path / "twice.csv").write_text("original,pseudonym\nP-1,S-1\nP-1,S-2\n")
    options = [option.replace("TMP", str(tmp_path)) for option in options]
    done = invoke("run", source, "-o", tmp_path / "out", *options)
    assert done.exit_code == 2
    assert message in words(done.output)
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "walk.sqlite").exists()


def test_a_key_that_the_crosswalk_was_not_made_with_is_refused_before_the_first_file(
    invoke: Any, patients: Any, tmp_path: Path, key_file: Path, store: str
) -> None:
    Crosswalk.open(store, bytes(32)).close()
    done = invoke(
        "run", patients(*DOE), "-o", tmp_path / "out", "--crosswalk", store, "--key-file", key_file
    )
    assert done.exit_code == 2
    assert "the crosswalk does not open with this key" in done.output
    assert not (tmp_path / "out").exists()


# -- the library -----------------------------------------------------------------------


def test_collisions_are_found_across_runs(
    patients: Any, recipe: Any, outputs: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    many = patients(*({"PatientID": f"P-{number}"} for number in range(40)))
    settings = Settings(crosswalk=str(tmp_path / "walk.sqlite"))
    short = recipe("REPLACE PatientID deid_func:patient length=4 alphabet=01")
    written = []
    for path in sorted(many.iterdir()):
        written += replace_identifiers(
            [path], deid=short, config=settings, key=KEY, output_folder=tmp_path / "out"
        )
    codes = [str(out.PatientID) for out in outputs()]
    assert len(codes) == len(set(codes)) == len(written) <= 16
    assert caplog.text.count(
        "another patient has this pseudonym; ask for a longer one"
    ) == 40 - len(codes)


def test_data_sets_in_memory_are_entered_as_well(small: Dataset, tmp_path: Path) -> None:
    location = str(tmp_path / "walk.sqlite")
    (out,) = replace_identifiers(
        [small], deid="deid.pseudonyms.code", config=Settings(crosswalk=location), key=KEY
    )
    crosswalk = Crosswalk.open(location, KEY, writable=False)
    known = crosswalk.patient_with(str(out.PatientID))
    assert known is not None
    assert known["PatientID"] == ["P-1"]
    assert crosswalk.original_uid(out.SOPInstanceUID) == "1.2.3.4"
    crosswalk.close()


def test_the_settings_file_may_name_the_crosswalk(small: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "walk.sqlite"
    replace_identifiers([small], config={"put": {"crosswalk": str(path)}}, key=KEY)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_that_is_made_for_the_run_cannot_lock_a_crosswalk(
    save: Any, small: Dataset, tmp_path: Path
) -> None:
    from deid_core import SettingsError

    settings = Settings(crosswalk=str(tmp_path / "walk.sqlite"))
    with pytest.raises(SettingsError, match="needs a key of yours"):
        replace_identifiers([save(small)], config=settings)
    assert not (tmp_path / "walk.sqlite").exists()


def test_what_earlier_instances_of_a_patient_hold_is_known_to_those_who_look_for_it(
    patients: Any, plugin: Any, tmp_path: Path, own: dict[str, object]
) -> None:
    import deid_core_pseudonyms
    from deid_core import Engine, PluginHost, hookimpl
    from deid_core.dicom.memory import ref_of

    seen: list[Identifiers] = []

    @hookimpl
    def deid_screen_private_tags(identifiers: Identifiers) -> None:
        seen.append(identifiers)

    spy = plugin(deid_screen_private_tags=deid_screen_private_tags)
    folder = patients(*DOE, {"PatientID": "P-1", "PatientBirthDate": "19500101"})
    settings = Settings(crosswalk=str(tmp_path / "walk.sqlite"), output_folder=tmp_path / "out")
    host = PluginHost({**own, "pseudonyms": deid_core_pseudonyms, "spy": spy})
    list(Engine(host, settings=settings, key=KEY).run(map(ref_of, sorted(folder.iterdir()))))
    spellings = [found.elsewhere.get("PatientName", frozenset()) for found in seen]
    assert spellings == [
        frozenset(),
        frozenset({"DOE^JOHN"}),
        frozenset(),
        frozenset({"DOE^JOHN", "Doe^John^^^"}),
    ]


def test_a_file_that_is_refused_later_has_used_its_number_and_does_no_other_harm(
    patients: Any, recipe: Any, outputs: Any, tmp_path: Path
) -> None:
    source = patients({"PatientID": "P-1", "PatientComments": "x"}, {"PatientID": "P-2"})
    bad = recipe(
        "REPLACE PatientID deid_func:patient form=number",
        "REPLACE PatientComments var:nothing IF equals PatientID P-1",
    )
    good = recipe("REPLACE PatientID deid_func:patient form=number", name="deid.good")
    settings = Settings(crosswalk=str(tmp_path / "walk.sqlite"))
    for deid, folder, expected in ((bad, "out", ["0002"]), (good, "all", ["0001", "0002"])):
        replace_identifiers(
            sorted(source.iterdir()),
            deid=deid,
            config=settings,
            key=KEY,
            strict=True,
            output_folder=tmp_path / folder,
        )
        assert [out.PatientID for out in outputs(folder)] == expected


def test_to_look_at_files_needs_no_key_and_makes_no_crosswalk(
    save: Any, small: Dataset, invoke: Any, tmp_path: Path
) -> None:
    from deid_core.dicom import get_identifiers, remove_private_identifiers

    config = {"put": {"crosswalk": str(tmp_path / "walk.sqlite")}}
    path = save(small)
    assert get_identifiers([path], config=config)["P-1"]["1.2.3.4"]["Modality"] == "OT"
    assert len(remove_private_identifiers([path], config=config)) == 1
    (tmp_path / "settings.json").write_text(json.dumps(config), encoding="utf-8")
    words = ["recipe", "explain", "deid.pseudonyms.code", "--file", path, "--tag", "PatientID"]
    done = invoke(*words, "--config", tmp_path / "settings.json")
    assert done.exit_code == 0, done.output
    assert "deid_func:patient" in done.output
    assert not (tmp_path / "walk.sqlite").exists()


def test_a_data_set_in_memory_is_refused_without_a_key(
    small: Dataset, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = Settings(crosswalk=str(tmp_path / "walk.sqlite"))
    assert replace_identifiers([small], config=config) == []
    assert "a crosswalk needs a key of yours" in caplog.text
