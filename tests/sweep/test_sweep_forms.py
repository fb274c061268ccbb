"""How own values are written, and what only looks like them."""

from __future__ import annotations

import pytest

from deid_core_screening.sources import Own
from deid_core_screening.text import IN_CODES, TextCleaner


def cleaner(**own: str) -> TextCleaner:
    return TextCleaner(Own(**{kind: frozenset({value}) for kind, value in own.items()}))


NAMES = [
    ("Doe^John", "J. Doe|Doe J|Doe, J.|JOHNDOE|DoeJohn|doe_john|jdoe|JDOE|doej|DOE^JOHN|D O E"),
    ("Doe^John", "John's|DOE1|1 DOE|doe's|Doe.John|DOE/JOHN|DOE%5EJOHN|D&#79;E|ＤＯＥ|D\u00adoe"),  # noqa: RUF001
    ("O'Brien^Mary-Ann", "O'Brien|OBRIEN|o brien|O`Brien|O\u2019Brien|mobrien|Brien|maryann"),
    ("Smith-Jones^Al", "Smith Jones|smithjones|SMITH|Smith_Jones|jones|Smith\u2010Jones"),
    ("van der Berg^Jan", "van der Berg|vanderberg|VAN-DER-BERG|Berg, van der|Jan van der Berg"),
    ("Müller^Jörg", "mueller|Müller|MULLER|Mu\u0308ller|JOERG|Jo\u0308rg"),
    ("Mu\u0308ller^Jo\u0308rg", "mueller|Müller|MULLER"),
    ("Mueller^Joerg", "Müller|muller|MUELLER|Jörg"),
    ("Straße^Uwe", "Strasse|STRASSE|straße"),
    ("Strasse^Uwe", "Straße"),
    ("Sørensen^Åse", "sorensen|soerensen|SØRENSEN|aase|ase"),
    ("MacDonald^X", "Mac Donald|MACDONALD|Mac-Donald"),
    ("De Luca^Y", "DeLuca|DELUCA|de Luca|Luca"),
    ("D'Angelo^Lo", "DANGELO|d angelo|D'Angelo"),
    ("Nguyễn^Văn An", "NGUYEN|Nguyễn Văn An"),
    ("Y\u0131lmaz^İbrahim", "YILMAZ|yilmaz|IBRAHIM"),
    ("Łukasz^Żak", "lukasz|ŁUKASZ|zak|Żak"),
    ("Sæther^Bo", "saether|SÆTHER"),
    ("Yamada^Tarou=山田^太郎=やまだ^たろう", "山田太郎|山田|太郎|ヤマダ|やまだ|Yamada"),
    ("Wang^Xiaoming=王^小明", "王小明|王 小明|小明"),
    ("Wang^Wei=王^伟", "王伟|王 伟"),
    ("Kim^Chulsoo=김^철수", "김철수|철수|김 철수|Chulsoo"),
    ("Иванов^Иван", "Иванов|ИВАНОВ|иван"),
    ("May^Karl", "May, Karl|KARL MAY|K. May|May K.|karlmay|MAY^KARL|MAY"),
    ("Wu^Y", "Wu Y|Y. Wu|Wu, Y"),
    ("Li^An", "An Li|li_an|LI^AN"),
    ("Doe^John^Fitzgerald^Dr^Jr", "John F. Doe|Fitzgerald|John Fitzgerald Doe"),
    ("John Doe", "Doe, John|DOE"),
    ("Simpson12345^Homer", "12345|Simpson"),
]  # fmt: skip
WRITTEN = [(name, text) for name, texts in NAMES for text in texts.split("|")]


@pytest.mark.parametrize(("name", "text"), WRITTEN)
def test_a_name_is_found_however_it_is_written(name, text):
    assert cleaner(names=name).cleaned(text) in ("", "1", "'s")


@pytest.mark.parametrize("text", ["KneeDoe", "DoeKnee", "T1wDoe"])
def test_a_name_is_found_between_capitals(text):
    assert "Doe" not in cleaner(names="Doe^John").cleaned(text)


@pytest.mark.parametrize("text", ["Mrs May saw it", "Dr. May saw it", "Patient: May", "name=MAY"])
def test_a_common_name_is_found_after_what_announces_it(text):
    assert "may" not in cleaner(names="May^Karl").cleaned(text).lower()


def test_a_common_name_is_found_as_a_line_of_its_own():
    assert cleaner(names="May^Karl").cleaned("knee\r\nMay\r\nleft") == "knee\r\n\r\nleft"


INNOCENT = [
    ("May^Karl", "may be a cyst|seen in May|the patient may have moved|maybe|may k|May 2020"),
    ("Axial^Left", "left knee|AXIAL T1|T1 axial"),
    ("Al^Bo", "axial t1 tse|alb|body|al dente"),
    ("Doe^John^^Dr^Jr MD", "Jr|Dr|MD|Prof. Dr."),
    ("Muller^Hans", "mullerian duct"),
    ("Lee^Ann", "sleeve|fleece"),
    ("van der Berg^Jan", "view from van|der Befund"),
    ("ANONYMOUS", "anonymous|ANONYMIZED"),
    ("^^^", "^^^|nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, ts in INNOCENT for t in ts.split("|")])
def test_words_that_are_no_name_stay(name, text):
    assert cleaner(names=name).cleaned(text) == text


NUMBERS = [
    ("12345678", "1234-5678|12 34 56 78|ID:12345678,|#12345678_1|A_12345678|x/12345678-b"),
    ("12345678", "1 2 3 4 5 6 7 8|MRN12345678|1.2.3.12345678.4|0012345678|(1234) 5678"),
    ("AB12-345", "ab12345|AB12-345|ab 12 345|Ab12_345|xx AB12345"),
    ("00123456", "123456|00123456|0123456|12-34-56"),
    ("AB123", "AB123|ab-123|ab 123"),
    ("1234", "id 1234|1234"),
    ("P-1", "P-1|see p_1 again|P 1|id P1"),
    ("12", "id 12|MRN: 12|#12|No. 12|ID12"),
]  # fmt: skip


@pytest.mark.parametrize(("number", "text"), [(n, t) for n, ts in NUMBERS for t in ts.split("|")])
def test_an_identifier_is_found_however_it_is_written(number, text):
    assert cleaner(identifiers=number).cleaned(text) != text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1234", "x1234y"),
        ("1234", "12345"),
        ("12345678", "112345678"),
        ("12345678", "123456789"),
        ("12", "12 slices"),
        ("12", "T12"),
        ("12", "no 12 lesions"),
        ("1", "1 of 3"),
        ("000", "000"),
    ],
)
def test_other_numbers_stay(number, text):
    assert cleaner(identifiers=number).cleaned(text) == text


def test_an_identifier_of_three_characters_is_no_term_of_a_code():
    short = cleaner(identifiers="CT1")
    assert short.holds("CT1")
    assert not short.holds("CT1", IN_CODES)


CONTACTS = [
    ("+1 (555) 123-4567", "+1 (555) 123-4567|555-123-4567|5551234567|1-555-123-4567"),
    ("0171/1234567", "0171 1234567|+49 171 1234567|+491711234567|0049-171-1234567"),
    ("homer@simpson.org", "homer@simpson.org|HOMER@SIMPSON.ORG|homer (at) simpson.org"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "text"), [(n, t) for n, ts in CONTACTS for t in ts.split("|")])
def test_a_contact_is_found_however_it_is_written(value, text):
    assert cleaner(contacts=value).cleaned(f"call {text} now") in ("call now", "call (at) now")


ADDRESS = "742 Evergreen Terrace, Springfield 62704"


@pytest.mark.parametrize(
    "text",
    [
        ADDRESS,
        "742 Evergreen Terrace Springfield 62704",
        "Evergreen Terrace 742",
        "742 evergreen  terrace",
        "evergreen terrace",
        "742 Evergreen",
        "Springfield 62704",
        "62704 Springfield",
    ],
)
def test_an_address_and_its_parts_are_found(text):
    assert cleaner(addresses=ADDRESS).cleaned(text) in ("", "Terrace")


@pytest.mark.parametrize("text", ["Springfield", "terrace", "742", "62704", "the floor"])
def test_a_city_and_a_number_alone_are_no_address(text):
    assert cleaner(addresses=ADDRESS).cleaned(text) == text


DATES = (
    "1 Feb 1961|Feb. 1st, 1961|01.02.61|1961/02/01|1961-2-1|19610201|02-01-1961|010261|610201|"
    "1961 02 01|1961-02-01|19610201120000|1. Februar 1961|1 février 1961|1er février 1961|"
    "1 de febrero de 1961|1 febbraio 1961|1 feb. 1961|1 februari 1961|1 de fevereiro de 1961|"
    "1961年2月1日|FEB 1 1961|1-FEB-61|01FEB1961|1961.02.01|1/2/61|02/01/61|1961-Feb-01|"
    "1st of February, 1961|1st Feb '61|\uff11\uff19\uff16\uff11-02-01"
)


@pytest.mark.parametrize("text", DATES.split("|"))
def test_a_birth_date_is_found_however_it_is_written(text):
    assert cleaner(dates="19610201").cleaned(f"born {text} knee") == "born knee"


@pytest.mark.parametrize(
    "text", ["1961", "1 Feb", "Feb 1961", "119610201", "1961-02-011", "0.610201", "1 Feb 1962"]
)
def test_other_dates_and_the_year_alone_stay(text):
    assert cleaner(dates="19610201").cleaned(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("knee of Simpson, left", "knee of , left"),
        ("Simpson knee", "knee"),
        ("knee  two blanks Simpson", "knee  two blanks"),
        ("a\r\n  Simpson left\r\n\tb", "a\r\n  left\r\n\tb"),
        ("- Simpson -", ""),
    ],
)
def test_what_is_around_a_value_stays(text, expected):
    assert cleaner(names="Simpson^Homer").cleaned(text) == expected


def test_a_search_that_takes_too_long_counts_as_a_hit(monkeypatch):
    monkeypatch.setattr("deid_core_screening.text.SEARCH_SECONDS", 0.0)
    slow = cleaner(names="Simpson^Homer")
    assert slow.holds("knee of simpsonian")
    assert slow.cleaned("knee of simpsonian") == ""
    assert slow.found_in_bytes(b"knee of simpsonian" * 1000, None)


def test_text_of_megabytes_is_searched():
    text = "knee of somebody else, has a cyst\n" * 100_000
    name = cleaner(names="Simpson^Homer")
    assert not name.holds(text)
    assert name.holds(f"{text}Homer")


BIG = bytes([*range(1, 0x1B), *range(0x1C, 0x30), *range(0x3A, 0x42), *range(0x7F, 0x100)]) * 10_000


@pytest.mark.parametrize(
    ("own", "planted"),
    [
        ({"names": "Simpson^Homer"}, b" for HOMER "),
        ({"names": "Simpson^Homer"}, "x Simpson x".encode("utf-16-le")),
        ({"names": "Simpson^Homer"}, "x Simpson x".encode("utf-16-be")),
        ({"names": "Müller^Jo"}, "x MÜLLER x".encode("latin-1")),
        ({"names": "Müller^Jo"}, "x Müller x".encode()),
        ({"names": "Muller^Jo"}, "x Müller x".encode()),
        ({"names": "Muller^Jo"}, "x Müller x".encode("latin-1")),
        ({"names": "Иванов^Иван"}, "x Иванов x".encode("cp1251")),
        ({"names": "Иванов^Иван"}, "x Иванов x".encode("utf-16-le")),
        ({"names": "Yamada=山田^太郎"}, "x 山田太郎 x".encode("shift_jis")),
        ({"names": "Yamada=山田^太郎"}, "x 山田太郎 x".encode("iso2022_jp")),
        ({"names": "Doe^John"}, b"name of patient Doe and so on"),
        ({"names": "Doe^John"}, b"\0\0Doe\0\0\0"),
        ({"names": "May^Karl"}, b" May, Karl "),
        ({"identifiers": "12345678"}, b"id 1234-5678 "),
        ({"dates": "19610201"}, b" 1 Feb 1961 "),
        ({"dates": "19610201"}, b" 1961-02-01 "),
    ],
)
@pytest.mark.parametrize("at", [0, 65_536 - 4, len(BIG)])
def test_an_own_value_is_found_in_long_bytes(own, planted, at):
    data = BIG[:at] + b"\0" + planted + b"\0" + BIG[at:]
    assert cleaner(**own).found_in_bytes(data, None)


@pytest.mark.parametrize(
    "own", [{"names": "Simpson^Homer"}, {"identifiers": "12345678"}, {"dates": "19610201"}]
)
def test_long_bytes_without_own_values_hold_none(own):
    assert not cleaner(**own).found_in_bytes(BIG, None)


def test_a_name_is_found_in_utf_16_whose_bytes_are_all_of_ascii():
    name = "\u5001\u5041"
    data = name.encode("utf-16-le")
    assert data.isascii()
    assert cleaner(names=name).found_in_bytes(data, None)
    assert cleaner(names=name).found_in_bytes(b"x" * 8192 + data + b"x" * 8192, None)
