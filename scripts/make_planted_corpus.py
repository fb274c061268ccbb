"""Plant identifiers in real files, and write down where each stands and what is to become of it.

Usage: ``python scripts/make_planted_corpus.py FOLDER [--table FILE] [--more]``. FOLDER gets

- ``in/``: the files, in a folder for each patient;
- ``answer-key.json``: each canary with its file and place, and whether it must go or must stay;
- ``must-go.csv``: the texts that must go, for ``deid-core audit --identifiers``.

FILE has the rows of table E.1-1 of PS3.15; by default that is ``tests/audit/table_e1_1.json``.
``--more`` takes larger base files too, as far as ``pydicom-data`` is installed. Nothing here is
random: the same files come out each time.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
from pydicom import charset
from pydicom.data import get_testdata_file
from pydicom.datadict import DicomDictionary
from pydicom.valuerep import PersonName

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path.insert(0, str(TESTS / "corpus"))
sys.path.insert(0, str(Path(__file__).parent))

from planted_places import every_place  # noqa: E402 - found by the lines above
from planted_values import PATIENTS, Patient, Values  # noqa: E402
from planting import EXPLICIT, KEPT_TEXT, Base, Encoding, base, element, item, padded, sequence  # noqa: E402

TABLE = TESTS / "audit" / "table_e1_1.json"
BASES = [
    "CT_small.dcm",
    "MR_small_RLE.dcm",
    "MR_small_implicit.dcm",
    "MR_small_bigendian.dcm",
    "JPEG2000.dcm",
    "image_dfl.dcm",
    "SC_rgb_small_odd.dcm",
    "rtplan.dcm",
    "MR_small_jpeg_ls_lossless.dcm",
    "rtdose_1frame.dcm",
    "test-SR.dcm",
    "reportsi.dcm",
    "liver_1frame.dcm",
    "SC_rgb_rle_2frame.dcm",
    "waveform_ecg.dcm",
    "SC_rgb_jpeg_dcmtk.dcm",
]
MORE = [
    "MR-SIEMENS-DICOM-WithOverlays.dcm",
    "emri_small.dcm",
    "eCT_Supplemental.dcm",
    "color-pl.dcm",
    "gdcm-US-ALOKA-16.dcm",
]
WRITTEN = frozenset(["DeidentificationMethod"])
"""De-identification writes it itself."""
ISSUER_OF_PATIENT_ID = 0x00100021
"""In some files of a patient only, it would make two patients of one."""
ENCAPSULATED_DOCUMENT = 0x00420011
UNLISTED_VRS = frozenset(["LO", "LT", "SH", "ST", "UC", "UT"])
ROOT = "1.2.826.0.1.3680043.10.1541"
Planted = dict[int, bytes]


@attrs.define
class Corpus:
    """What is made: files by name, and the answer key."""

    files: dict[str, bytes] = attrs.field(factory=dict)
    key: list[dict[str, Any]] = attrs.field(factory=list)
    number: int = 0

    def canary(self, file: str, where: str, *, goes: bool = True, search: bool = True) -> str:
        """Return a new word, and note where it will stand."""
        self.number += 1
        word = f"{'Zqgo' if goes else 'Zqstay'}{self.number:05d}x"
        self.note(word, file, where, goes=goes, search=search)
        return word

    def note(
        self, text: str, file: str, where: str, *, goes: bool = True, search: bool = True
    ) -> None:
        """Note a value in the answer key; ``search`` is False for what chance could make."""
        kind = "must go" if goes else "must stay"
        self.key.append(
            {"canary": text, "file": file, "where": where, "kind": kind, "search": search}
        )


def make(rows: dict[int, tuple[str, str]], bases: list[str]) -> Corpus:
    """Make the corpus: each row of the table stands in two files, each other text in one."""
    corpus = Corpus()
    others = [
        (tag, vr)
        for tag, (vr, _, _, _, keyword) in DicomDictionary.items()
        if vr in UNLISTED_VRS
        and tag not in rows
        and 0x0008 <= tag >> 16 < 0x5000  # noqa: PLR2004 - groups of IODs
        and keyword not in KEPT_TEXT | WRITTEN
        # The table lists some numbers of orders; who says that the others must stay?
        and not keyword.endswith("RegistrationNumber")
        and "OrderNumber" not in keyword
    ]
    listed = sorted(rows.keys() - {ISSUER_OF_PATIENT_ID})
    for number, name in enumerate(bases):
        plan = _Plan(corpus, number, base(_bundled(name)))
        half = (number + len(bases) // 2) % len(bases)
        for tag in {*listed[number :: len(bases)], *listed[half :: len(bases)]}:
            plan.row(tag, *rows[tag])
        for tag, vr in others[number :: len(bases)]:
            plan.unlisted(tag, vr)
        plan.patient_values()
        corpus.files[plan.name] = plan.file()
    return corpus


def _bundled(name: str) -> bytes:
    path = get_testdata_file(name, download=False)
    if not path:
        raise SystemExit(f"{name} is not installed: it comes with pydicom or pydicom-data")
    return Path(str(path)).read_bytes()


class _Plan:
    """What is planted in one file."""

    def __init__(self, corpus: Corpus, number: int, real: Base) -> None:
        self.corpus, self.number, self.real = corpus, number, real
        self.patient: Patient = PATIENTS[number % len(PATIENTS)]
        self.name = f"{self.patient.folder}/{number:02d}.dcm"
        self.values = Values(self.patient, number)
        self.planted: Planted = {}
        self.enc: Encoding = real.encoding

    def row(self, tag: int, vr: str, code: str) -> None:
        """Plant a legal value in an attribute of the table."""
        if tag == ENCAPSULATED_DOCUMENT:
            return  # it would make the image another kind of object
        if tag >> 16 < 0x0008 or tag >> 16 == 0x7FE0:  # noqa: PLR2004 - file meta, directories, pixels
            return
        where = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
        if vr == "SQ":
            if code == "X":
                inner = element(0x00080104, "LO", self._word(f"{where} > (0008,0104)"), self.enc)
                self.planted[tag] = sequence(tag, [item(inner, self.enc)], self.enc)
            return
        search = vr not in {"AS", "DA", "DS", "DT", "IS", "TM", "UI"}
        word = self.corpus.canary(self.name, where) if search else ""
        value = self.values.of(vr, word, self.corpus.number)
        if value is None:
            return
        if not search:
            self.corpus.note(value, self.name, where, search=False)
        self.plant(tag, vr, value)

    def unlisted(self, tag: int, vr: str) -> None:
        """Plant words in an attribute that is not in the table, which the profile keeps."""
        where = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
        word = self.corpus.canary(self.name, where, goes=False)
        self.plant(tag, vr, word)

    def patient_values(self) -> None:
        """Plant what is the patient's own, and spell it in descriptions and odd places."""
        for tag, vr, value, where in self.values.own(ROOT):
            self.plant(tag, vr, value)
            if where:
                self.corpus.note(value, self.name, where, search=False)
        for tag, vr, text, stays in self.values.descriptions():
            self.plant(tag, vr, text)
            place = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
            for word in stays:
                self.corpus.note(word, self.name, place, goes=False, search=False)
        referenced = self.values.instance(ROOT, (self.number + len(PATIENTS)))
        self.planted.update(every_place(self.enc, self._word, self.patient, referenced))

    def plant(self, tag: int, vr: str, value: str) -> None:
        """Encode an element."""
        self.planted[tag] = element(tag, vr, self._encoded(vr, value), self.enc)

    def file(self) -> bytes:
        """Put the file together, with canaries in preamble and file meta, and behind the data."""
        preamble = padded(self._word("preamble")).ljust(128, b"\0")
        meta = (
            element(0x00020016, "AE", self._word("(0002,0016)"), EXPLICIT)
            + element(0x00020100, "UI", padded(f"{ROOT}.9".encode(), b"\0"), EXPLICIT)
            + element(0x00020102, "OB", self._word("(0002,0102)"), EXPLICIT)
        )
        real = attrs.evolve(self.real, sop_instance=self.values.instance(ROOT, self.number))
        after = padded(self._word("after the data set"))
        self._forget(preamble + meta + after)
        return real.file(self.planted.items(), meta=meta, preamble=preamble, after=after)

    def _forget(self, outside: bytes) -> None:
        """Take from the answer key what something else was planted over."""
        everything = (outside + b"".join(self.planted.values())).replace(b"\0", b"").lower()
        self.corpus.key = [
            one
            for one in self.corpus.key
            if one["file"] != self.name
            or not one["canary"].isascii()
            or one["canary"].lower().encode() in everything
        ]

    def _word(self, where: str) -> str:
        return self.corpus.canary(self.name, where)

    def _encoded(self, vr: str, value: str) -> bytes:
        codecs = charset.convert_encodings(list(self.patient.charset) or [""])
        if vr == "PN":
            return PersonName(value).encode(codecs)
        if vr == "UI":
            return padded(value.encode(), b"\0")
        return charset.encode_string(value, codecs)


def write(corpus: Corpus, folder: Path) -> None:
    """Write the files, the answer key and the list for the audit."""
    for name, data in corpus.files.items():
        path = folder / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    key = json.dumps(corpus.key, ensure_ascii=False, indent=1)
    (folder / "answer-key.json").write_text(key + "\n", encoding="utf-8")
    with (folder / "must-go.csv").open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([text] for text in must_go(corpus.key))


def must_go(key: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the texts that must go and that chance does not make."""
    return (one["canary"] for one in key if one["kind"] == "must go" and one["search"])


def rows_of(path: Path) -> dict[int, tuple[str, str]]:
    """Read the table: VR and code of the basic profile, by tag."""
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    return {int(tag, 16): (str(vr).split(" or ")[0], code) for tag, (vr, code) in rows.items()}


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Plant identifiers in real files.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--table", type=Path, default=TABLE)
    parser.add_argument("--more", action="store_true", help="take larger base files too")
    options = parser.parse_args()
    corpus = make(rows_of(options.table), BASES + MORE if options.more else BASES)
    write(corpus, options.folder)
    print(f"{len(corpus.files)} files with {len(corpus.key)} canaries in {options.folder}")


if __name__ == "__main__":
    main()
