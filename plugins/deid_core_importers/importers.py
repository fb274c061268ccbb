"""The translators that deid_core comes with."""

from __future__ import annotations

import re

from deid_core import ImportedRecipe, Problem, RecipeError, RecipeImporter
from deid_core_importers.dictionary import is_dictionary, translate_dictionary
from deid_core_importers.lookup import is_table, translate_table
from deid_core_importers.scripts import translate_script

_SCRIPT = re.compile(rb"<script[\s/>]")
_OLD_SCRIPT = re.compile(rb"^#?(?:set\.\[|param\.|keep\.|remove\.)", re.MULTILINE)


def _is_script(data: bytes) -> bool:
    # In UTF-16 each letter has a byte of zeros beside it.
    return _SCRIPT.search(data.replace(b"\0", b"")) is not None


def _is_ctp(data: bytes) -> bool:
    return _is_script(data) or is_table(data) or _is_old_script(data)


def _is_old_script(data: bytes) -> bool:
    """Tell whether it is a script as the first versions of CTP wrote it, a properties file."""
    return not is_table(data) and _OLD_SCRIPT.search(data) is not None


def _translate_ctp(data: bytes, source: str) -> ImportedRecipe:
    if _is_script(data):
        return translate_script(data, source)
    if _is_old_script(data):
        message = "a script in CTP's old form; save it in CTP's editor of scripts, which writes XML"
        raise RecipeError([Problem(source, 1, 1, message)])
    return translate_table(data, source)


IMPORTERS = [
    RecipeImporter(
        name="ctp",
        recognizes=_is_ctp,
        translate=_translate_ctp,
        summary="scripts and lookup tables of the DICOM anonymizer of RSNA CTP",
    ),
    RecipeImporter(
        name="dicom-anonymizer",
        recognizes=is_dictionary,
        translate=translate_dictionary,
        summary="dictionaries of dicom-anonymizer, as its option --dictionary takes them",
    ),
]
