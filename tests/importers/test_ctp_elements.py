"""A recipe made from a script of CTP does to each element what CTP would do."""

from __future__ import annotations

from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence


@pytest.fixture
def image(small: Dataset) -> Dataset:
    small.PatientAge = "047Y"
    small.PatientBirthDate = "19700615"
    small.AccessionNumber = "ACC-1"
    small.StudyTime = "101112"
    small.ImageType = ["ORIGINAL", "PRIMARY"]
    small.OperatorsName = "Bouvier^Selma"
    return small


@pytest.mark.parametrize(
    ("tag", "script", "expected"),
    [
        ("00100010", "@keep()", "Simpson^Homer^Jay"),
        ("00100010", "@remove()", None),
        ("00100010", "", None),
        ("00100010", "@empty()", ""),
        ("00100020", "@blank(3)", ""),
        ("00100010", "Somebody", "Somebody"),
        ("00100020", "@param(@PREFIX)-7", "ANON-7"),
        ("00080020", "@incrementdate(this,@DATEINC)", "20200121"),
        ("00080020", "@incrementdate(PatientBirthDate,1)", "19700616"),
        ("00100030", "@modifydate(this,*,1,1)", "19700101"),
        ("00101010", "@round(this,10)", "050Y"),
        ("00081070", "@contents(this)", "Bouvier^Selma"),
        ("00081070", '@contents(PatientName,"\\^.*")', "Simpson"),
        ("00081070", '@contents(PatientID,"(\\w)-(\\d)","$2/$1")', "1/P"),
        ("00081070", '@value(StationName,"nobody")', "nobody"),
        ("00081070", "@truncate(PatientName,3)", "Sim"),
        ("00081070", "@truncate(PatientName,-3)", "Jay"),
        ("00081070", "@uppercase(this)", "BOUVIER^SELMA"),
        ("00081070", "@lowercase(this)", "bouvier^selma"),
        ("00081070", "@initials(PatientName)", "HJS"),
        ("00081070", "@initials(PatientName,1)", "IKT"),
        ("00080008", "@append(){AXIAL}", ["ORIGINAL", "PRIMARY", "AXIAL"]),
        ("00081070", "X@if(Modality,equals,OT){Y}{Z}", "XY"),
        ("00081070", "X@if(PatientAge,greaterthan,50){Y}{Z}", "XZ"),
        ("00081010", "@always()new", "new"),
        ("00081010", "@always()@empty()", ""),
        ("00100010", "@always()@keep()", "Simpson^Homer^Jay"),
        ("00100010", "@always()@remove()", None),
        ("00100020", "@blank(0)", ""),
        ("00081010", "@require()", ""),
        ("00081010", '@require(StationName,"none")', "none"),
        ("00081010", "@require(Modality)", "OT"),
        ("00080060", "@require()", "OT"),
        ("00081010", "only where it is there", None),
    ],
)
def test_an_element_becomes_what_ctp_makes_of_it(
    image: Dataset, ctp: Any, run: Any, tag: str, script: str, expected: Any
) -> None:
    imported = ctp({tag: script})
    assert not imported.untranslated
    cleaned = run(image, imported)
    assert cleaned is not None
    found = cleaned.get(int(tag, 16))
    assert (None if found is None else found.value) == expected


@pytest.mark.parametrize(
    "script",
    [
        "@hash(this)",
        "@hash(this,8)",
        "@hashptid(@SITEID,PatientID)",
        "@hashptid(@SITEID,this,6)",
        "@hashname(this,6)",
        "@hashname(this,6,2)",
    ],
)
def test_pseudonyms_are_digits_as_in_ctp_and_the_same_for_the_same(
    image: Dataset, ctp: Any, run: Any, script: str
) -> None:
    imported = ctp({"00100020": script})
    first, second = run(image, imported), run(image, imported)
    assert first is not None
    assert second is not None
    assert first.PatientID == second.PatientID != "P-1"
    assert first.PatientID.isdigit()
    length = script.rpartition(",")[2].rstrip(")")
    assert not length.isdigit() or len(first.PatientID) <= int(length) or "2)" in script


def test_one_hash_is_the_same_in_whatever_element_it_stands(
    image: Dataset, ctp: Any, run: Any
) -> None:
    script = "@hashptid(@SITEID,PatientID,10)"
    cleaned = run(image, ctp({"00100010": script, "00100020": script}))
    assert cleaned is not None
    assert str(cleaned.PatientName) == cleaned.PatientID


def test_uids_lie_beneath_the_root_of_the_script_and_refer_as_before(
    image: Dataset, ctp: Any, run: Any
) -> None:
    image.FrameOfReferenceUID = image.StudyInstanceUID
    script = "@hashuid(@UIDROOT,this)"
    cleaned = run(
        image, ctp({"0020000D": script, "00200052": "@hashuid(@UIDROOT,StudyInstanceUID)"})
    )
    assert cleaned is not None
    assert cleaned.StudyInstanceUID.startswith("1.2.40.")
    assert cleaned.FrameOfReferenceUID == cleaned.StudyInstanceUID


def test_dates_hashed_by_patient_keep_their_intervals(image: Dataset, ctp: Any, run: Any) -> None:
    image.SeriesDate = "20200202"
    script = "@hashdate(this,PatientID)"
    cleaned = run(image, ctp({"00080020": script, "00080021": script}))
    assert cleaned is not None
    assert cleaned.StudyDate != "20200131"
    days = cleaned["SeriesDate"].value, cleaned["StudyDate"].value
    assert _day(days[0]) - _day(days[1]) == 2


def test_dates_hashed_by_another_element_move_by_what_that_holds(
    image: Dataset, ctp: Any, run: Any
) -> None:
    script = "@hashdate(this,AccessionNumber)"
    cleaned = run(image, ctp({"00080020": script, "00100030": script}))
    moved = [
        _day(cleaned.StudyDate) - _day("20200131"),
        _day(cleaned.PatientBirthDate) - _day("19700615"),
    ]
    assert moved[0] == moved[1] < 0


def _day(text: str) -> int:
    import datetime

    return datetime.datetime.strptime(text, "%Y%m%d").replace(tzinfo=datetime.UTC).toordinal()


# -- tests -----------------------------------------------------------------------------

KEEPS = "{@keep()}{@remove()}"


@pytest.mark.parametrize(
    ("test", "kept"),
    [
        ("Modality,equals,OT", True),
        ("Modality,equals,CT", False),
        ("Modality,contains,O", True),
        ('Modality,matches,"O.+"', True),
        ('Modality,matches,"O"', False),
        ("Modality,exists", True),
        ("StationName,exists", False),
        ("StationName,isblank", True),
        ("Modality,isblank", False),
        ("this,contains,Homer", True),
        # One of several values is not all of them, nor is one in other letters for certain.
        ("ImageType,equals,ORIGINAL", False),
        ("Modality,equals,ot", False),
        ("this,contains,HOMER", False),
    ],
)
def test_a_test_keeps_an_element_only_where_it_holds_for_certain(
    image: Dataset, ctp: Any, run: Any, test: str, *, kept: bool
) -> None:
    cleaned = run(image, ctp({"00100010": f"@if({test}){KEEPS}"}))
    assert cleaned is not None
    assert ("PatientName" in cleaned) is kept


@pytest.mark.parametrize("description", ["Knee", "KNEE"])
def test_a_test_refuses_wherever_it_is_not_certain(
    image: Dataset, ctp: Any, run: Any, description: str
) -> None:
    image.StudyDescription = description
    refuses = ctp({"00100010": "@if(StudyDescription,equals,Knee){@quarantine()}{@remove()}"})
    assert run(image, refuses) is None
    wants = ctp({"00100010": "@if(StudyDescription,equals,Knee){@keep()}{@quarantine()}"})
    assert (run(image, wants) is None) is (description == "KNEE")


def test_tests_within_tests_all_count(image: Dataset, ctp: Any, run: Any) -> None:
    script = "@if(Modality,equals,OT){@if(PatientID,contains,P){@empty()}{@keep()}}{@keep()}"
    cleaned = run(image, ctp({"00100010": script}))
    assert cleaned is not None
    assert cleaned.PatientName == ""


def test_a_plus_in_a_pattern_joins_no_conditions(image: Dataset, ctp: Any, run: Any) -> None:
    image.StudyDescription = "A + contains Modality CT"
    script = '@if(StudyDescription,equals,"A + contains Modality CT"){@keep()}{@remove()}'
    cleaned = run(image, ctp({"00100010": script}))
    assert cleaned is not None
    assert "PatientName" in cleaned


# -- what has no equal -------------------------------------------------------------------


@pytest.mark.parametrize(
    "script",
    [
        '@encrypt(this,"secret")',
        "@integer(this,ptid,5)",
        "@dateinterval(this,days,PatientID)",
        "@fromthefuture(this)",
        "@hash(NoSuchElement)",
        "@hash(this",
        "@param(@NOWHERE)",
        "@incrementdate(this,@DATEINC)",
        "@if(Modality,resembles,OT){@keep()}{@keep()}",
        '@if(Modality,matches,"("){@keep()}{@keep()}',
        "@process()",
        "@hashdate(this,PatientID)",
        "@round(StationName,5)",
        "@round(this,0)",
        "@if(Modality){@keep()}{@keep()}",
        "@if(nobody,exists){@keep()}{@keep()}",
        "@if(ReferencedStudySequence,isblank){@keep()}{@keep()}",
        "@if(Modality,equals,a\u0085b){@keep()}{@keep()}",
        "@param()",
        "@param(@NESTED)",
        "@truncate(this,@CALL)",
        "a\u0085next line",
        'x@if(Modality,equals,"OT"){@param(@BRACES)}{}',
    ],
)
def test_what_has_no_equal_is_listed_and_removed(
    image: Dataset, ctp: Any, run: Any, script: str
) -> None:
    imported = ctp({"00100010": script})
    [missed] = imported.untranslated
    assert (missed.line, missed.instead) == (9, "the element is removed")
    assert f"#   line 9: {missed.what}: {missed.reason}" in imported.text
    cleaned = run(image, imported)
    assert cleaned is not None
    assert "PatientName" not in cleaned


def test_codes_of_methods_are_not_claimed_for_the_script(
    image: Dataset, ctp: Any, run: Any
) -> None:
    imported = ctp({"00120064": "113100/113105/113107"})
    [missed] = imported.untranslated
    assert "METHOD" in missed.reason
    assert not [line for line in imported.text.splitlines() if line.startswith("METHOD")]
    assert "DeidentificationMethodCodeSequence" not in run(image, imported)


@pytest.mark.parametrize("script", ["@always()@quarantine()", "@always()@skip()"])
def test_what_stops_at_every_file_refuses_all(
    image: Dataset, ctp: Any, run: Any, script: str
) -> None:
    assert run(image, ctp({"00081010": script})) is None


def test_what_may_stop_refuses_the_file_where_the_test_has_no_equal(
    image: Dataset, ctp: Any, run: Any
) -> None:
    for script in (
        "@if(Modality,resembles,OT){@quarantine()}{@keep()}",
        "x@if(Modality,equals,CT){@quarantine()}{y}",
    ):
        imported = ctp({"00100010": script})
        assert [missed.instead for missed in imported.untranslated] == ["the file is refused"]
        assert run(image, imported) is None


def test_what_would_be_made_without_a_vr_is_listed(image: Dataset, ctp: Any, run: Any) -> None:
    imported = ctp({"00081110": "@require()"})
    assert [missed.instead for missed in imported.untranslated] == ["it is kept where it is there"]
    assert run(image, imported) is not None


def test_what_would_pass_a_file_unchanged_refuses_it(image: Dataset, ctp: Any, run: Any) -> None:
    imported = ctp({"00080060": "@if(this,equals,OT){@skip()}{@keep()}"})
    assert [missed.instead for missed in imported.untranslated] == ["the file is refused"]
    assert run(image, imported) is None


@pytest.mark.parametrize("tag", ["60xx3000", "nonsense", "0010"])
def test_a_rule_for_a_tag_that_cannot_be_read_refuses_all(
    image: Dataset, ctp: Any, run: Any, tag: str
) -> None:
    imported = ctp({tag: "@remove()"})
    assert len(imported.untranslated) == 1
    assert run(image, imported) is None


# -- sequences ---------------------------------------------------------------------------


@pytest.fixture
def nested(image: Dataset) -> Dataset:
    for keyword in ("RequestAttributesSequence", "ReferencedStudySequence"):
        item = Dataset()
        item.PatientName = "Simpson^Bart"
        item.StudyDate = "20190101"
        item.StudyDescription = "inside"
        deeper = Dataset()
        deeper.PatientName = "Simpson^Lisa"
        item.ProcedureCodeSequence = Sequence([deeper])
        setattr(image, keyword, Sequence([item]))
    return image


def test_sequences_are_not_looked_into_unless_they_are_processed(
    nested: Dataset, ctp: Any, run: Any
) -> None:
    cleaned = run(nested, ctp({"00100010": "@remove()", "00400275": "@process()"}))
    assert cleaned is not None
    assert "PatientName" not in cleaned
    [looked_into], [other] = cleaned.RequestAttributesSequence, cleaned.ReferencedStudySequence
    assert "PatientName" not in looked_into
    assert looked_into.ProcedureCodeSequence[0].PatientName == "Simpson^Lisa"
    assert other == nested.ReferencedStudySequence[0]


def test_what_is_not_specified_goes_in_processed_sequences_too(
    nested: Dataset, ctp: Any, run: Any
) -> None:
    elements = {"00100010": "@empty()", "00400275": "@process()", "00081110": "@keep()"}
    cleaned = run(nested, ctp(elements, remove=("unspecifiedelements",)))
    assert cleaned is not None
    [item] = cleaned.RequestAttributesSequence
    assert [element.keyword for element in item] == ["PatientName"]
    assert item.PatientName == ""
    assert cleaned.ReferencedStudySequence == nested.ReferencedStudySequence


def test_an_element_that_is_kept_does_not_bring_a_removed_sequence_back(
    nested: Dataset, ctp: Any, run: Any
) -> None:
    for remove in ((), ("unspecifiedelements",)):
        elements = {"00080020": "@keep()", "00400275": "@remove()", "00081110": "@remove()"}
        cleaned = run(nested, ctp(elements, remove=remove))
        assert cleaned is not None
        assert cleaned.StudyDate == "20200131"
        assert "RequestAttributesSequence" not in cleaned


def test_the_top_and_items_can_have_rules_of_their_own(nested: Dataset, ctp: Any, run: Any) -> None:
    elements = {"00080020": "@select(){@keep()}{@remove()}", "00400275": "@process()"}
    cleaned = run(nested, ctp(elements))
    assert cleaned is not None
    assert cleaned.StudyDate == "20200131"
    assert "StudyDate" not in cleaned.RequestAttributesSequence[0]


def test_a_test_is_never_asked_of_the_wrong_data_set(nested: Dataset, ctp: Any, run: Any) -> None:
    imported = ctp({"00100010": f"@if(Modality,equals,OT){KEEPS}", "00400275": "@process()"})
    assert len(imported.untranslated) == 1
    cleaned = run(nested, imported)
    assert cleaned is not None
    assert "PatientName" in cleaned
    assert "PatientName" not in cleaned.RequestAttributesSequence[0]


def test_what_is_made_where_it_is_missing_is_made_at_the_top_only(
    nested: Dataset, ctp: Any, run: Any
) -> None:
    cleaned = run(nested, ctp({"00081010": "@always()X", "00400275": "@process()"}))
    assert cleaned is not None
    assert cleaned.StationName == "X"
    assert "StationName" not in cleaned.RequestAttributesSequence[0]


def test_an_element_of_a_path_is_found_through_sequences(
    nested: Dataset, ctp: Any, run: Any
) -> None:
    path = "RequestAttributesSequence::ProcedureCodeSequence::PatientName"
    cleaned = run(nested, ctp({"00081070": f"@pathelement({path},nobody)"}))
    assert cleaned is not None
    assert cleaned.OperatorsName == "Simpson^Lisa"
    cleaned = run(nested, ctp({"00081070": "@pathelement(RequestAttributesSequence::Rows,nobody)"}))
    assert cleaned is not None
    assert cleaned.OperatorsName == "nobody"
