"""Functions that keep an age above 89 years from telling who somebody is."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydicom.datadict import tag_for_keyword

from deid_core import Batch, Field, ReadError, Unresolved
from deid_core.elements import Elements, plain, read_element
from deid_core_dicom.functions.arguments import Arguments
from deid_core_dicom.shift import date_of, today

Value = Callable[[Field], Any]

OLDEST = 89
"""Years: whoever is older is one of few (45 CFR 164.514(b)(2)(i)(C))."""

CAPPED = "090Y"
"""Stands for 90 years and all that is above."""

DAYS_OF_90_YEARS = 32871
"""The fewest days that 90 years have, so that no shift makes an age of 90 out of one of 89."""

INSTANTS = (
    "StudyDate",
    "SeriesDate",
    "AcquisitionDate",
    "AcquisitionDateTime",
    "ContentDate",
    "PerformedProcedureStepStartDate",
    "InstanceCreationDate",
)
"""Attributes that tell when an instance came about."""

_AGE = re.compile(r"(\d{3})([DWMY])", re.ASCII)


def compile_capage(given: Mapping[str, str], batch: Batch) -> Value:
    """Compile ``capage``: an age above 89 years becomes ``090Y``, any other stays.

    Three digits of days, weeks or months are never so many years. What is no age (PS3.5 6.2, AS) is
    not resolved.
    """
    del batch
    Arguments(given)

    def capped(field: Field) -> Any:
        value = field.value
        if value is None:
            return ""
        if isinstance(value, list):
            return [_capped(str(one)) if one else "" for one in value]
        return _capped(str(value))

    return capped


def _capped(text: str) -> str:
    match = _AGE.fullmatch(text.strip())
    if not match:
        raise Unresolved("the value is no age")
    return CAPPED if _is_above(match) else match.group()


def _is_above(age: re.Match[str]) -> bool:
    return age.group(2) == "Y" and int(age.group(1)) > OLDEST


def compile_capbirthdate(given: Mapping[str, str], batch: Batch) -> Value:
    """Compile ``capbirthdate``: empty if the patient is above 89, else the date as it is.

    The age is that on the latest day that the instance has for itself, on the day of the run where
    it has none, or what Patient's Age says. No date is made up that would give the age of 90,
    since it would differ from study to study. What is no date is not resolved.
    """
    del batch
    Arguments(given)

    def capped(field: Field) -> Any:
        value = field.value
        if value is None:
            return ""
        if isinstance(value, list):
            raise Unresolved("a patient is born once")
        born = date_of(str(value))
        dataset = field.context.instance.elements
        latest = max(_instants(dataset), default=today())
        if (latest - born).days >= DAYS_OF_90_YEARS or _says_above(dataset):
            return ""
        return str(value)

    return capped


def _instants(dataset: Elements) -> Iterator[datetime.date]:
    for keyword in INSTANTS:
        for text in _texts(dataset, keyword):
            try:
                yield date_of(text)
            except Unresolved:
                continue


def _says_above(dataset: Elements) -> bool:
    ages = (_AGE.fullmatch(text.strip()) for text in _texts(dataset, "PatientAge"))
    return any(age is not None and _is_above(age) for age in ages)


def _texts(dataset: Elements, keyword: str) -> list[str]:
    tag = tag_for_keyword(keyword)
    if tag is None or tag not in dataset:
        return []
    try:
        value = plain(read_element(dataset, tag).value)
    except ReadError:
        return []
    return [str(one) for one in (value if isinstance(value, list) else [value]) if one]
