"""Patients who are nobody, and legal values for attributes of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import attrs


@attrs.frozen
class Patient:
    """A patient: every part of name, ID, phone and address is found nowhere else."""

    number: int
    name: str
    spoken: tuple[str, str]
    charset: tuple[str, ...]

    @property
    def ident(self) -> str:
        """The Patient ID."""
        return f"PZQ-{7301 + 17 * self.number}-{'KLMNO'[self.number]}"

    @property
    def birth(self) -> date:
        """The birth date."""
        return date(1951 + 9 * self.number, 3 + self.number, 14 + self.number)

    @property
    def phone(self) -> str:
        """A telephone number."""
        return f"+49 6221 5550{self.number}47"

    @property
    def address(self) -> str:
        """An address, without an apostrophe or backslash."""
        return f"{11 + self.number} Quellzqweg, Neustadt"

    @property
    def folder(self) -> str:
        """The folder of the patient's files, which names them as archives do."""
        return f"{self.spoken[0]}_{self.spoken[1]}".upper()


PATIENTS = (
    Patient(0, "Zqaberlund^Miravelle^Jo", ("Zqaberlund", "Miravelle"), ()),
    Patient(1, "Zqögård^Þórdísa", ("Zqogard", "Thordisa"), ("ISO_IR 100",)),
    Patient(
        2,
        "Zqyamadano^Tarouji=山田野^太郎次",
        ("Zqyamadano", "Tarouji"),
        ("", "ISO 2022 IR 87"),
    ),
    Patient(
        3, "Zqpapadaki^Ifigeneia=Ζκπαπαδάκη^Ιφιγένεια", ("Zqpapadaki", "Ifigeneia"), ("ISO_IR 192",)
    ),
    Patient(4, "Zqvandermolen^Annelotte^^Dr", ("Zqvandermolen", "Annelotte"), ()),
)


@attrs.frozen
class Values:
    """Legal values for one file of a patient."""

    patient: Patient
    file: int

    def day(self, step: int) -> date:
        """Return a day of the patient's years, a different one for each ``step``."""
        return date(1985 + 6 * self.patient.number, 1, 5) + timedelta(days=step % 2000)

    def instance(self, root: str, file: int) -> str:
        """Return the SOP Instance UID of a file."""
        return f"{root}.3.{file % len(PATIENTS)}.{1000 + file}"

    def of(self, vr: str, word: str, step: int) -> str | None:
        """Return a value of the VR, None where there is none that can be told again."""
        day = f"{self.day(step):%Y%m%d}"
        values = {
            "AE": word,
            "AS": f"{20 + step % 70:03d}Y",
            "CS": word.upper(),
            "DA": day,
            "DS": f"{70000 + step}.25",
            "DT": f"{day}1015{step % 60:02d}.{step % 1000000:06d}",
            "IS": str(810000 + step),
            "PN": f"{word}^{word}n",
            "TM": f"1015{step % 60:02d}.{step % 1000000:06d}",
            "UI": f"1.2.826.0.1.3680043.10.1541.7.{self.file}.{step}",
            "UR": f"https://{word.lower()}.example.org/a",
        }
        if vr in {"OB", "OW", "UN", "LO", "LT", "SH", "ST", "UC", "UT"}:
            return word
        return values.get(vr)

    def own(self, root: str) -> Iterator[tuple[int, str, str, str]]:
        """Yield tag, VR, value and, for what must go, the place of what is the patient's own."""
        patient, study = self.patient, self.file // len(PATIENTS) % 2
        day = self.day(2200 + 40 * study)
        if patient.charset:
            yield 0x00080005, "CS", "\\".join(patient.charset), ""
        yield 0x00080018, "UI", self.instance(root, self.file), "(0008,0018)"
        yield 0x0020000D, "UI", f"{root}.1.{patient.number}.{study}", "(0020,000D)"
        yield 0x0020000E, "UI", f"{root}.2.{patient.number}.{self.file}", "(0020,000E)"
        yield 0x00100010, "PN", patient.name, "(0010,0010)"
        yield 0x00100020, "LO", patient.ident, "(0010,0020)"
        yield 0x00100030, "DA", f"{patient.birth:%Y%m%d}", "(0010,0030)"
        yield 0x00101040, "LO", patient.address, "(0010,1040)"
        yield 0x00102154, "SH", patient.phone, "(0010,2154)"
        yield 0x00080080, "LO", f"Zqklinikum {'ABCDE'[patient.number]}nord", "(0008,0080)"
        yield 0x00080050, "SH", f"ACZQ{patient.number}{study}77", "(0008,0050)"
        yield 0x00080020, "DA", f"{day:%Y%m%d}", "(0008,0020)"
        yield 0x00080022, "DA", f"{day + timedelta(days=self.file):%Y%m%d}", "(0008,0022)"
        yield 0x00200013, "IS", str(self.file + 1), ""

    def descriptions(self) -> Iterator[tuple[int, str, str, tuple[str, ...]]]:
        """Yield tag, VR, a text that spells the patient, and the words in it that may stay."""
        last, first = self.patient.spoken
        birth, day = self.patient.birth, self.day(2200)
        yield 0x00081030, "LO", f"thorax axial {last} late phase", ("thorax", "axial", "phase")
        yield 0x0008103E, "LO", f"{first.upper()}_{last.upper()} contrast", ("contrast",)
        yield 0x00181030, "LO", f"routine knee {self.patient.ident}", ("routine", "knee")
        yield (
            0x00204000,
            "LT",
            f"Seen {first} {last}, born {birth:%d.%m.%Y}, on {day:%Y-%m-%d}; moderate stenosis",
            ("moderate", "stenosis"),
        )
        yield 0x001021B0, "LT", f"call {self.patient.phone} about {last}{first}", ("call", "about")
        yield 0x00321060, "LO", f"MRI {last},{first[:1]}. spine", ("spine",)
        # Not in the table: a tool has to find the name itself.
        yield 0x00181210, "SH", last[:16], ()
        yield 0x00181261, "LO", f"bone kernel {last}", ("bone", "kernel")
