"""Bytes that contradict what they claim: VRs, order, encodings, character sets, transfer syntaxes."""

from __future__ import annotations

import struct

import pytest
from hostile_files import assert_harmless

from deid_core import Outcome
from fuzz import kinds
from fuzz.kinds import element, part_10, patient, pixels

FILES = kinds.kinds()
PATIENT = element(0x00100010, "PN", kinds.NAME)
UIDS = b"".join(
    element(tag, "UI", f"{kinds.ROOT}.{number}")
    for number, tag in enumerate([0x0020000D, 0x0020000E], start=3)
)


def raw(tag: int, vr: bytes, length: int, value: bytes) -> bytes:
    """Return an element with any two bytes as its VR."""
    return struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr, length) + value


ODD = {
    "empty": b"",
    "only a preamble": kinds.PREAMBLE,
    "half a preamble": bytes(64),
    "only file meta": part_10(b""),
    "the prefix alone": b"DICM",
    "not DICOM": b"%PDF-1.7 " + kinds.NAME.encode() * 20,
    "a preamble with a name": (kinds.NAME.encode() * 9)[:128] + part_10(patient() + pixels())[128:],
    "twice the same tag": part_10(patient() + PATIENT + PATIENT + pixels()),
    "a tag again after others": part_10(patient() + UIDS + PATIENT + UIDS + pixels()),
    "tags that descend": part_10(UIDS + PATIENT + patient() + pixels()),
    "a second data set": part_10((patient() + pixels()) * 2),
    "file meta in the data set": part_10(element(0x00020016, "AE", kinds.MARK) + patient()),
    "file meta after the data set": part_10(patient() + element(0x00020016, "AE", kinds.MARK)),
    "a command in the data set": part_10(element(0x00000600, "AE", kinds.MARK) + patient()),
    "group lengths": part_10(element(0x00080000, "UL", b"\4\0\0\0") + patient() + pixels()),
    "an odd length": part_10(patient() + raw(0x00204000, b"LT", 9, kinds.NAME.encode()[:9])),
    "no end of a sequence": part_10(
        patient() + element(0x00400275, "SQ", kinds.item(PATIENT), length=kinds.UNDEFINED)
    ),
    "no end of an item": part_10(
        patient()
        + element(
            0x00400275, "SQ", b"\xfe\xff\0\xe0\xff\xff\xff\xff" + PATIENT, length=kinds.UNDEFINED
        )
    ),
    "an end without a beginning": part_10(patient() + b"\xfe\xff\xdd\xe0\0\0\0\0" + pixels()),
    "an item at the top": part_10(patient() + kinds.item(PATIENT) + pixels()),
    "a sequence without items": part_10(patient() + element(0x00400275, "SQ", kinds.NAME)),
    "a sequence as text": part_10(
        patient() + element(0x00400275, "LO", kinds.item(PATIENT)) + pixels()
    ),
    "a text as a sequence": part_10(patient() + element(0x00400280, "SQ", kinds.item(PATIENT))),
    "a sequence as UN": part_10(
        patient()
        + kinds.sequence(0x00400275, element(0x00100010, "PN", kinds.NAME, kinds.IMPLICIT), vr="UN")
    ),
    "a name as OB": part_10(patient() + element(0x00181030, "OB", kinds.NAME) + pixels()),
    "a name as US": part_10(patient() + element(0x00181030, "US", kinds.NAME) + pixels()),
    "a name as numbers": part_10(patient() + element(0x00280010, "US", kinds.NAME) + pixels()),
    "a name in Rows as text": part_10(patient() + element(0x00280010, "LO", kinds.NAME)),
    "a private transfer syntax": part_10(patient() + pixels(), "1.2.826.0.1.3680043.9.1.1"),
    "a transfer syntax that is no UID": part_10(patient() + pixels(), "explicit"),
    "a transfer syntax of 10,000 characters": part_10(patient() + pixels(), "1." * 5000),
    "no transfer syntax": part_10(patient() + pixels(), ""),
    "explicit, said to be implicit": part_10(patient() + pixels(), kinds.IMPLICIT.syntax),
    "implicit, said to be explicit": part_10(patient(kinds.IMPLICIT) + pixels(kinds.IMPLICIT)),
    "big endian, said to be little": part_10(patient(kinds.BIG) + pixels(kinds.BIG)),
    "little endian, said to be big": part_10(patient() + pixels(), kinds.BIG.syntax),
    "plain, said to be deflated": part_10(patient() + pixels(), kinds.DEFLATED.syntax),
    "deflated, said to be plain": part_10(kinds.deflated(patient() + pixels())),
    "native, said to be JPEG": part_10(patient() + kinds.image() + pixels(), kinds.JPEG.syntax),
    "fragments, said to be native": part_10(patient() + kinds.fragments(kinds.JPEG_IMAGE)),
    "JPEG, said to be RLE": part_10(
        patient() + kinds.fragments(kinds.JPEG_IMAGE), kinds.RLE.syntax
    ),
    "implicit from the middle on": part_10(
        patient() + element(0x00321060, "LO", kinds.NAME, kinds.IMPLICIT) + pixels()
    ),
}
CODED = {"fragments, said to be native", "JPEG, said to be RLE"}
VRS = [
    b"\0\0",
    b"\xff\xff",
    b"ZZ",
    b"lo",
    b"  ",
    b"L\0",
    b"SQ",
    b"UN",
    b"PN",
    b"AT",
    b"FD",
    b"1\x1b",
]
CHARACTER_SETS = [
    "ISO_IR 192",
    "GB18030",
    "ISO 2022 IR 6\\ISO 2022 IR 87",
    "\\ISO 2022 IR 149",
    "ISO_IR 166",
    "utf-16",
    "utf-32",
    "idna",
    "punycode",
    "rot13",
    "hex",
    "zip",
    "raw_unicode_escape",
    "unknown",
    "\0",
    "ISO\0IR 100",
    "x" * 500,
    "\\" * 50,
    "../../etc/passwd",
]


@pytest.mark.parametrize("name", ODD)
def test_what_contradicts_itself_has_an_outcome_and_gets_nothing_through(name, profile, default):
    for make in (profile, default):
        if make is default and name in CODED:
            # It keeps pixel data as they are, and says so.
            assert make(ODD[name]).report.outcome is Outcome.WRITTEN
        else:
            assert_harmless(make, ODD[name])


@pytest.mark.parametrize("vr", VRS)
@pytest.mark.parametrize("tag", [0x00080060, 0x00100010, 0x00280010, 0x00291001, 0x00204000])
def test_a_vr_of_garbage_gets_nothing_through(vr, tag, profile, default):
    value = (kinds.NAME + " ").encode()
    low, high = patient().split(struct.pack("<HH", 0x0010, 0x0010), 1)
    start = low if tag < 0x00100010 else low + struct.pack("<HH", 0x0010, 0x0010) + high
    for make in (profile, default):
        assert_harmless(make, part_10(start + raw(tag, vr, len(value), value) + pixels()))


@pytest.mark.parametrize(
    "text", [b"\x1b$B%d%^%@", b"\xff\xfe\xfd", "Müller".encode(), b"\x80\x81\\\x9f"]
)
@pytest.mark.parametrize("declared", CHARACTER_SETS)
def test_a_character_set_that_contradicts_the_text_is_no_error_of_the_program(
    declared, text, profile, default
):
    name = element(0x00100010, "PN", text + kinds.NAME.encode())
    rest = element(0x00181030, "LO", text + b" of " + kinds.NAME.encode())
    head = element(0x00080005, "CS", declared)
    for make in (profile, default):
        assert_harmless(
            make, part_10(head + patient()[18:].split(b"\x10\0\x10\0", 1)[0] + name + rest)
        )


NAMES = {
    "a way up": "../../etc/x",
    "an absolute path": "/etc/passwd",
    "10,000 characters": "1." * 4999 + "12",
    "empty": "",
    "NUL": "1.2\0.3",
    "only NUL": "\0\0",
    "a backslash": "1.2\\..\\..\\x",
    "a line feed": "1.2\n3",
    "a device": "CON",
    "a dot": ".",
    "two dots": "..",
    "not ASCII": "1.2.\xfc",
    "a tilde": "~root",
    "a variable": "$HOME",
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("tag", [0x00080018, 0x0020000D, 0x00100020])
@pytest.mark.parametrize("recipe", ["profile", "default", "kept"])
def test_a_value_that_is_a_path_names_no_file_outside(name, tag, recipe, tmp_path, request):
    make = request.getfixturevalue(recipe)
    vr = "LO" if tag == 0x00100020 else "UI"
    elements = {
        0x00080016: element(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.7"),
        0x00080018: element(0x00080018, "UI", "1.2.3"),
        0x00100020: element(0x00100020, "LO", "P1"),
        0x0020000D: element(0x0020000D, "UI", "1.2.4"),
    }
    value = NAMES[name]
    elements[tag] = element(tag, vr, value)
    path = make.named(part_10(b"".join(elements[key] for key in sorted(elements))))
    if path is not None:
        assert path.parent.resolve().is_relative_to(make.folder.resolve())
        assert len(path.name) < 200


def test_a_directory_of_files_is_passed_over(profile):
    report = profile(FILES["directory"]).report
    assert (report.outcome, report.code) == (Outcome.SKIPPED, "dicomdir")
