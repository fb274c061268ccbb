"""The forms of pseudonyms: a keyed code, a running number, a list, a function of the user's."""

from __future__ import annotations

import itertools
import string
from collections.abc import Callable, Mapping

import attrs

from deid_core import Batch, ElementPath, Field, RefusedError, Rule, SettingsError
from deid_core.keys import SMALLEST_KEY
from deid_core_pseudonyms.arguments import LONGEST, fault_of, known_only, prefix_of, whole
from deid_core_pseudonyms.identity import Patient
from deid_core_pseudonyms.lists import read_list

ALPHABETS = {
    "base32": string.ascii_uppercase + "234567",
    "digits": string.digits,
    "hex": string.digits + "ABCDEF",
    "letters": string.ascii_uppercase,
}
PATIENT_ID = 0x00100020
FEWEST_CHARACTERS = 2
SHORTEST, LONGEST_NUMBER = 4, 16

PATIENTS = 10**6
ODDS = 10**6
"""The default length lets a million patients collide with odds of less than one to a million."""

MakePseudonym = Callable[[Patient, Field, Callable[[], int]], str]


@attrs.frozen
class Form:
    """One way to make pseudonyms.

    ``scheme`` names it with all that makes a difference. ``make(patient, field, number)`` gives a
    candidate, where ``number()`` hands out the next number. ``counts`` says that it does ask for
    one, so that only a crosswalk knows what a patient was given. ``advice`` says what to do about
    a pseudonym that is taken. ``is_sure`` says that chance gives no two patients the same.
    """

    scheme: str
    make: MakePseudonym = attrs.field(repr=False)
    advice: str
    counts: bool = False
    is_sure: bool = False


def default_length(alphabet: str) -> int:
    """Return the fewest characters with which `PATIENTS` collide with odds below 1 to `ODDS`."""
    pairs = PATIENTS * (PATIENTS - 1) // 2
    return next(n for n in itertools.count(1) if len(alphabet) ** n > pairs * ODDS)


def code(given: Mapping[str, str], batch: Batch) -> Form:
    """Make a keyed code: ``length=12 alphabet=base32 prefix=``.

    Raises `SettingsError` if the key of the run is too short.
    """
    known_only(given, "length", "alphabet", "prefix")
    alphabet = _alphabet(given.get("alphabet", "base32"))
    length = whole(given, "length", default_length(alphabet), SHORTEST, LONGEST)
    prefix = prefix_of(given, length)
    if len(batch.key) < SMALLEST_KEY:
        raise SettingsError(f"codes need a key of at least {SMALLEST_KEY} bytes")

    def make(patient: Patient, _field: Field, _number: Callable[[], int]) -> str:
        parts = (batch.pseudonym_bytes(f"patient {part}", patient.key) for part in (1, 2))
        number = int.from_bytes(b"".join(parts), "big")
        characters = []
        for _ in range(length):
            number, rest = divmod(number, len(alphabet))
            characters.append(alphabet[rest])
        return prefix + "".join(characters)

    scheme = f"form=code length={length} alphabet={alphabet} prefix={prefix}"
    advice = f"ask for a longer one than length={length}"
    return Form(scheme, make, advice, is_sure=length >= default_length(alphabet))


def _alphabet(text: str) -> str:
    alphabet = ALPHABETS.get(text, text)
    known = ", ".join(ALPHABETS)
    if len(set(alphabet)) != len(alphabet) or len(alphabet) < FEWEST_CHARACTERS:
        raise ValueError(f"alphabet= must be one of {known}, or different characters")
    if not alphabet.isalnum() or not alphabet.isascii():
        raise ValueError(f"alphabet= must be one of {known}, or ASCII letters and digits")
    return alphabet


def number(given: Mapping[str, str], _batch: Batch) -> Form:
    """Make a running number: ``prefix= start=1 width=4``."""
    known_only(given, "prefix", "start", "width")
    start = whole(given, "start", 1, 0, 10**9)
    width = whole(given, "width", 4, 1, LONGEST_NUMBER)
    prefix = prefix_of(given, LONGEST_NUMBER)

    def make(_patient: Patient, _field: Field, number: Callable[[], int]) -> str:
        return f"{prefix}{start + number():0{width}}"

    scheme = f"form=number prefix={prefix} start={start} width={width}"
    return Form(scheme, make, "take another prefix=", counts=True)


def listed(given: Mapping[str, str], batch: Batch) -> Form:
    """Take what a list has: ``table=NAME``."""
    known_only(given, "table")
    name = given.get("table")
    if name is None:
        raise ValueError("form=list needs table=")
    path = batch.settings.tables.get(name)
    if path is None:
        known = ", ".join(batch.settings.tables) or "none"
        raise ValueError(f"no table {name!r} was given for this run (given: {known})")
    table = read_list(path)

    def make(patient: Patient, _field: Field, _number: Callable[[], int]) -> str:
        found = table.get((patient.issuer, patient.patient_id))
        if found is None:
            found = table.get((None, patient.patient_id))
        if found is None or not patient.patient_id:
            raise RefusedError(f"the patient is not in the list {name!r}; add a line for this file")
        return found

    return Form(f"form=list table={name}", make, "give each patient a line of its own in the list")


def of_function(given: Mapping[str, str], batch: Batch) -> Form:
    """Take what a function gives: ``function=func:NAME``, ``deid_func:NAME`` or ``var:NAME``."""
    known_only(given, "function")
    text = given.get("function", "")
    if text.partition(":")[0] not in ("func", "deid_func", "var"):
        raise ValueError("form=function needs function=func:NAME, deid_func:NAME or var:NAME")
    value = batch.value(Rule("REPLACE", "PatientID", text))

    def make(patient: Patient, field: Field, _number: Callable[[], int]) -> str:
        # One patient has one answer, so the function always sees the element of the ID.
        path = ElementPath(PATIENT_ID, "LO", None, field.path.parents)
        found = str(value(Field(path, field.context, decode=lambda: patient.patient_id))).strip()
        fault = fault_of(found)
        if fault is not None:
            raise RefusedError(f"the pseudonym that {text.split()[0]} gives {fault}")
        return found

    return Form(f"form=function function={text}", make, "let the function give another")


FORMS: Mapping[str, Callable[[Mapping[str, str], Batch], Form]] = {
    "code": code,
    "number": number,
    "list": listed,
    "function": of_function,
}
