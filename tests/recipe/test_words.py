"""A line of a recipe is split into words, with quotes, parentheses and comments."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deid_core.recipe.words import LineError, quote, split_words, strip_comment, unquote


def words(line: str, limit: int = 3) -> list[str]:
    return [word.text for word in split_words(line, limit)]


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("REMOVE PatientID # gone", "REMOVE PatientID"),
        ("# all of it", ""),
        ('REPLACE X "a # b" # c', 'REPLACE X "a # b"'),
        ("REPLACE X 'a # b'", "REPLACE X 'a # b'"),
        (r'REPLACE X "a \" # b" # c', r'REPLACE X "a \" # b"'),
        ("REPLACE X a#b", "REPLACE X a"),
        ("REPLACE PatientName O'Brien # a name", "REPLACE PatientName O'Brien"),
        ("no comment   ", "no comment"),
    ],
)
def test_a_comment_starts_at_a_hash_outside_quotes(line: str, left: str) -> None:
    assert strip_comment(line) == left


def test_a_quote_that_is_not_closed_is_an_error_at_its_column() -> None:
    with pytest.raises(LineError, match='the quote " is not closed') as caught:
        strip_comment('REPLACE PatientID "abc')
    assert caught.value.column == 19


def test_an_apostrophe_within_a_word_opens_no_quote() -> None:
    assert words("REPLACE PatientName O'Brien and O'Hara") == [
        "REPLACE",
        "PatientName",
        "O'Brien and O'Hara",
    ]


def test_blanks_and_tabs_separate_words_and_the_last_takes_the_rest() -> None:
    assert words("  ADD\t PatientID   a  b ") == ["ADD", "PatientID", "a  b"]


def test_columns_count_from_one() -> None:
    assert [word.column for word in split_words("  ADD  PatientID x", 3)] == [3, 8, 18]


@pytest.mark.parametrize(
    "field",
    [
        '(0033,"MITRA OBJECT UTF8 ATTRIBUTES 1.0",1E)',
        "(0033,'MITRA OBJECT',1E)",
        '0033,"MITRA OBJECT",1E',
        "(0010, 0020)",
        r'(0033,"a \" b",1E)',
        'contains:"a b"',
    ],
)
def test_a_field_with_blanks_in_quotes_or_parentheses_is_one_word(field: str) -> None:
    assert words(f"REPLACE {field} value") == ["REPLACE", field, "value"]


def test_a_line_of_blanks_has_no_words() -> None:
    assert words(" \t ") == []


@pytest.mark.parametrize(
    ("text", "meaning", "quoted"),
    [
        ("a  b", "a b", False),
        ('"a  b"', "a  b", True),
        ("'a  b'", "a  b", True),
        (r'"say \"hi\""', 'say "hi"', True),
        (r"'it\'s'", "it's", True),
        (r'"a\\b"', "a\\b", True),
        (r'"1\2"', "1\\2", True),
        (r"1\2", "1\\2", False),
        ('""', "", True),
        ('"', '"', False),
        ('"a', '"a', False),
        ("", "", False),
    ],
)
def test_a_value_means_what_stands_in_its_quotes(text: str, meaning: str, quoted: bool) -> None:
    assert unquote(text) == (meaning, quoted)


def test_a_field_whose_quotes_end_in_an_escaped_backslash_is_one_word() -> None:
    field = r'contains:"a\\"'
    assert words(f"REPLACE {field} x y") == ["REPLACE", field, "x y"]


def test_a_value_whose_last_character_is_an_escaped_backslash_is_quoted() -> None:
    assert unquote(r'"C:\\"') == ("C:\\", True)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
@example("ends in \\")
def test_every_text_survives_quoting(text: str) -> None:
    assert unquote(quote(text)) == (text, True)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_a_quoted_text_is_one_word_without_comment(text: str) -> None:
    line = f"REPLACE PatientID {quote(text)}"
    assert strip_comment(f"{line} # comment") == line
    assert words(line, 9)[2:] == [quote(text)]
