"""Birth dates → one pattern for the forms in which they are written.

All eight digits; year, month and day in any of the usual orders with signs between them, the year
with two digits too; six digits; the month by its name in English, German, French, Spanish,
Italian, Dutch and Portuguese, in full or shortened; in Chinese and Japanese. A time may follow.
The year alone, and a day without its year, are none.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial

import attrs
import regex

from deid_core_screening.forms import Form
from deid_core_screening.reading import Reading

_MONTHS = """
january januar janvier janv enero ene gennaio gen januari janeiro jan janner
february februar fevrier fevr fev febrero febbraio febbr februari fevereiro feb
march marz maerz mars marzo maart mrt marco mar mrz
april avril avr abril abr aprile apr
may mai mayo maggio mag mei maio
june juni juin junio giugno giu junho jun
july juli juillet juil julio luglio lug julho jul
august aout agosto ago augustus aug
september septembre septiembre settembre sett setembro set sept sep
october oktober octobre octubre ottobre ott outubro out oct okt
november novembre noviembre novembro nov
december dezember decembre diciembre dic dicembre dezembro dez dec
"""
_NAMES = [line.split() for line in _MONTHS.strip().splitlines()]
_DAY_SUFFIX = r"(?:st|nd|rd|th|er|ro|[ºªao])?"
_OF = r"(?:(?:of|de|del|di|du|van|le|the)[\s._]{1,2})?"
_BETWEEN = r"[\W_]{1,3}"
_LOOSE = r"[\W_]{0,3}"
_BEFORE, _AFTER = r"(?<!\d)", r"(?!\d)"
DIGITS = 8
MONTHS, DAYS_OF_A_MONTH = range(1, 13), range(1, 32)

_BEFORE_SHORT, _AFTER_SHORT = r"(?<!\d)(?<!\d[.,])", r"(?!\d|[.,]\d)"


@attrs.frozen(order=True)
class Day:
    """A day as somebody has written it: not every calendar needs to have it.

    Month and day are 0 where only the eight digits are known, which ``digits`` gives.
    """

    digits: str = attrs.field(repr=False)
    year: int = attrs.field(repr=False)
    month: int = attrs.field(repr=False)
    day: int = attrs.field(repr=False)


def days(dates: frozenset[str]) -> list[Day]:
    """Return the days that are birth dates, 29 February 1961 too; fewer digits than 8 are none."""
    found: set[Day] = set()
    for date in dates:
        digits = "".join(sign for sign in date if sign.isdecimal())[:8]
        if len(digits) == DIGITS and digits.isascii():
            found.update(_readings(digits))
    return sorted(found)


def _readings(digits: str) -> Iterator[Day]:
    """Yield what eight digits may mean: year first as the standard has it, or year last."""
    first, second, third, fourth = (int(digits[at : at + 2]) for at in (0, 2, 4, 6))
    last = int(digits[4:])
    for orders in (
        [(int(digits[:4]), third, fourth)],
        [(last, second, first), (last, first, second)],
    ):
        real = [
            Day(digits, year, month, day)
            for year, month, day in orders
            if month in MONTHS and day in DAYS_OF_A_MONTH
        ]
        if real:
            yield from real
            return
    yield Day(digits, int(digits[:4]), 0, 0)


@lru_cache(maxsize=1024)
def date_form(day: Day) -> Form:
    """Return the form of a day, in whatever way it is written."""
    if day.month == 0:
        return Form((day.digits,), _digits_alone, (day.digits,), probes=(day.digits,))
    short, likely = f"{day.year % 100:02}", partial(_may_stand, day)
    return Form((short,), _any_way, (day,), probes=_probes(day), likely=likely)


def _digits_alone(digits: str) -> str:
    return f"{_BEFORE}{digits}{_AFTER}"


def _any_way(day: Day) -> str:
    return "|".join(_patterns(day, f"{day.year:04}", f"{day.year % 100:02}"))


def _may_stand(day: Day, reading: Reading) -> bool:
    """Tell whether a reading has what every way to write a day needs: its numbers, or its digits.

    In all but those in one run of digits, year and month are runs of their own, and the day is one
    or begins one.
    """
    text, numbers = reading.plain.text, reading.numbers
    year, short = f"{day.year:04}", f"{day.year % 100:02}"
    mm, dd = f"{day.month:02}", f"{day.day:02}"
    if any(one in text for one in (f"{year}{mm}{dd}", f"{dd}{mm}{short}", f"{mm}{dd}{short}")):
        return True
    if any(one in text for one in (f"{dd}{mm}{year}", f"{mm}{dd}{year}", f"{short}{mm}{dd}")):
        return True
    if year not in numbers and short not in numbers:
        return False
    if not any(number.startswith((dd, str(day.day))) for number in numbers):
        return False
    months = (mm, str(day.month))
    return any(one in numbers for one in months) or any(
        name in reading.letters for name in _NAMES[day.month - 1]
    )


def _probes(day: Day) -> tuple[str, ...]:
    """Return the letters and digits of the forms that are looked for in long bytes."""
    year, short = f"{day.year:04}", f"{day.year % 100:02}"
    months, numbers = (f"{day.month:02}", f"{day.month}"), (f"{day.day:02}", f"{day.day}")
    mm, dd = months[0], numbers[0]
    found = {f"{dd}{mm}{short}", f"{mm}{dd}{short}", f"{short}{mm}{dd}"}
    for month in months:
        for number in numbers:
            found |= {f"{year}{month}{number}", f"{number}{month}{year}", f"{month}{number}{year}"}
    for name in _NAMES[day.month - 1]:
        found |= {f"{name}{year}", f"{name}de{year}", f"{year}{name}"}
        found |= {
            f"{name}{number}{suffix}{year}"
            for number in numbers
            for suffix in ("", _suffix(day.day))
        }
    return tuple(sorted(found))


def _suffix(number: int) -> str:
    """Return what English writes behind the number of a day."""
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number // 10 != 1 else 0, "th")


def _patterns(day: Day, year: str, short: str) -> Iterator[str]:
    mm, dd = f"{day.month:02}", f"{day.day:02}"
    month, number = f"0?{day.month}", f"0?{day.day}"
    years = f"(?:{year}|'?{short})"
    names = sorted(_NAMES[day.month - 1], key=len, reverse=True)
    name = rf"(?:{'|'.join(map(regex.escape, names))})\.?"
    gap = _BETWEEN
    # The time of a DT or a timestamp goes along with the day.
    yield rf"{_BEFORE}{year}{mm}{dd}(?:\d\d){{0,3}}{_AFTER}"
    yield f"{_BEFORE}(?:{dd}{mm}|{mm}{dd}){year}{_AFTER}"
    yield f"{_BEFORE_SHORT}(?:{dd}{mm}{short}|{mm}{dd}{short}|{short}{mm}{dd}){_AFTER_SHORT}"
    yield f"{_BEFORE}{year}{gap}{month}{gap}{number}{_AFTER}"
    yield f"{_BEFORE}(?:{number}{gap}{month}|{month}{gap}{number}){gap}{years}{_AFTER}"
    yield f"{_BEFORE}{short}{gap}{month}{gap}{number}{_AFTER}"
    yield f"{_BEFORE}{number}{_DAY_SUFFIX}{_LOOSE}{_OF}{name}{_LOOSE}{_OF}{years}{_AFTER}"
    yield rf"(?<![^\W\d_]){name}{_LOOSE}{number}{_DAY_SUFFIX}{_BETWEEN}{_OF}{years}{_AFTER}"
    yield f"{_BEFORE}{year}{_LOOSE}{name}{_LOOSE}{number}{_AFTER}"
    yield f"{_BEFORE}{year}\\s?[年년]\\s?{month}\\s?[月월]\\s?{number}(?:\\s?[日일])?"
