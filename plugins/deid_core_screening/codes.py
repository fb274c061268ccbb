"""Coded entries (PS3.3 8): what a code says is the standard's, not the patient's."""

from __future__ import annotations

from typing import Any

from deid_core import Field
from deid_core.elements import Elements, readings_of
from deid_core_screening.raw import holder_of
from deid_core_screening.text import Looks
from deid_core_screening.words import words

CODE_VALUES = frozenset({0x00080100, 0x00080119, 0x00080120})
DESIGNATOR, VERSION, MEANING = 0x00080102, 0x00080103, 0x00080104
MAPPING_RESOURCE, CONTEXT_IDENTIFIER = 0x00080105, 0x0008010F
CODES = CODE_VALUES | {DESIGNATOR, VERSION, MEANING, MAPPING_RESOURCE, CONTEXT_IDENTIFIER}

SCHEMES = words("""
    ACR BARI BI BRLEX C4 C5 CADSR CD2 CDT CPTM CTV3 DC DCM DCMUID DCNEPHROLOGY FMA HCPCS HPC I10
    I10P I11 I9 I9C IBSI ICDO3 ICD10 ICD9 ISO3166_1 ISO639_1 ISO639_2 ITIS_TSN LN MA MAYOASRG MDC
    MDDC MDNS MGI MSH NCDR NCIt NDC NEU NICIP NYUMCCG POS PUBCHEM_CID RADELEMENT RADLEX RFC3066
    RXNORM SCT SNM3 SNM SRT UBERON UCUM UMDNS UMLS UNS UPC V3
""")
"""Designators of coding schemes that the standard lists (PS3.16, table 8-1)."""


def looks_in_code(field: Field, looks: Looks) -> Looks:
    """Return what is looked for in a coded entry.

    In one of a scheme of the standard no common word and no short identifier counts; a
    number counts in a Code Value that is not known to be a code, and neither in the designator
    nor in the version.
    """
    holder = holder_of(field)
    scheme = _text(holder, DESIGNATOR)
    if scheme not in SCHEMES:
        return looks
    tag = field.path.tag
    numbers = tag == MEANING or (tag in CODE_VALUES and not _is_known(scheme, _text(holder, tag)))
    return Looks(alone=False, numbers=numbers)


def _text(holder: Elements, tag: int) -> str:
    return next(iter(readings_of(holder, tag)), "") if tag in holder else ""


def _is_known(scheme: str, code: str) -> bool:
    """Tell whether pydicom's tables of PS3.16 have the code."""
    # Takes seconds, and hardly any value asks for it.
    from pydicom.sr._concepts_dict import concepts  # noqa: PLC0415

    tables: Any = concepts
    return any(code in known for known in tables.get(scheme, {}).values())
