"""`DicomParser`: one file after another with one recipe, step by step."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

import attrs
from pydicom.dataset import FileDataset

from deid_core.config import Deid, layers_of
from deid_core.dicom.fields import DicomField, fields_of
from deid_core.dicom.identify import Config
from deid_core.dicom.memory import Source, ref_of
from deid_core.elements import plain, texts
from deid_core.engine import Engine
from deid_core.errors import ReadError, WriteError
from deid_core.host import PluginHost
from deid_core.model import Instance
from deid_core.quiet import quiet_pydicom
from deid_core.settings_file import read_settings


class DicomParser:
    """One instance and a recipe: look at its fields, parse, save; then again or another.

    ``dicom_file`` is a path, a binary stream or a data set in memory. ``dicom`` is the data
    set as it is now: `parse` replaces it and leaves what was given as it was. ``lookup`` holds
    the variables and functions for ``var:`` and ``func:``.
    """

    def __init__(  # noqa: PLR0913 - the arguments of pydicom/deid, and two of ours
        self,
        dicom_file: Source,
        recipe: Deid | None = None,
        config: Config = None,
        force: bool = True,  # noqa: FBT001, FBT002 - as in pydicom/deid
        *,
        default: str | None = None,
        key: bytes | None = None,
    ) -> None:
        self.settings = attrs.evolve(read_settings(config), force=force)
        if default is not None:
            self.settings = attrs.evolve(self.settings, default=default)
        self.host = PluginHost.load(self.settings.plugins)
        self.recipe = layers_of(recipe, self.host)
        self.lookup: dict[str, Any] = {}
        self._key = key or secrets.token_bytes(32)
        self._finished: Instance | None = None
        self.load(dicom_file)

    def load(self, dicom_file: Source) -> None:
        """Take another file. Raises `FileError` if it cannot be read."""
        self._finished = None
        ref = ref_of(dicom_file)
        self.dicom_file = str(ref.path) if ref.path is not None else None
        self.dicom_name = ref.name
        try:
            with ref.open() as stream:
                content = stream.read()
        except OSError as error:
            raise ReadError(f"cannot be opened: {error.strerror}") from None
        self._ref = attrs.evolve(ref, opener=lambda: BytesIO(content))
        batch = Engine(self.host, settings=self.settings).batch
        with quiet_pydicom():
            self.dicom: FileDataset = self.host.read_file(self._ref, batch).dataset

    def __repr__(self) -> str:
        return f"[dicom-parser:{self.dicom_name}]"

    def define(self, name: str, value: Any) -> None:
        """Define a variable for ``var:``, or a function for ``func:``."""
        self.lookup[name] = value

    def get_fields(self, expand_sequences: bool = True) -> dict[str, DicomField]:  # noqa: FBT001, FBT002 - as in pydicom/deid
        """Return the fields of the data set as it is now, by ``uid``."""
        with quiet_pydicom():
            return fields_of(self.dicom, expand_sequences=expand_sequences)

    def find_by_name(self, pattern: str) -> dict[str, DicomField]:
        """Return the fields in whose name a regular expression is found, in any case."""
        search = re.compile(pattern, re.IGNORECASE).search
        return {uid: field for uid, field in self.get_fields().items() if search(field.name)}

    def find_by_values(self, values: list[str]) -> dict[str, DicomField]:
        """Return the fields that hold one of the texts, in any case."""
        wanted = [value.casefold() for value in values if value]
        return {
            uid: field
            for uid, field in self.get_fields().items()
            if field.element.VR != "SQ"
            and any(
                word in text.casefold()
                for text in texts(plain(field.element.value))
                for word in wanted
            )
        }

    def parse(
        self,
        strip_sequences: bool = False,  # noqa: FBT001, FBT002 - as in pydicom/deid
        remove_private: bool = True,  # noqa: FBT001, FBT002 - as in pydicom/deid
    ) -> None:
        """Apply the recipe to the file that was loaded; `dicom` is then the result.

        ``strip_sequences`` removes what sequences are left. Raises `FileError` if the file is
        refused, `RecipeError` and `PluginError`.
        """
        settings = attrs.evolve(self.settings, remove_private=remove_private)
        ids: Mapping[str, Mapping[str, Any]] = {self._ref.location: self.lookup}
        engine = Engine(self.host, self.recipe, settings, key=self._key, ids=ids)
        with quiet_pydicom():
            instance = self.host.read_file(self._ref, engine.batch)
            finished, _, _ = engine.clean(instance, self.dicom_name)
        self.dicom = finished.dataset
        self._finished = finished
        if strip_sequences:
            for tag in [element.tag for element in self.dicom if element.VR == "SQ"]:
                del self.dicom[tag]

    def save(self, filename: str | os.PathLike[str], overwrite: bool = False) -> str:  # noqa: FBT001, FBT002 - as in pydicom/deid
        """Write the result to a file, whole or not at all, and return its path.

        The plugin that writes the files of a run writes this one too. Raises
        `OutputExistsError`, and `WriteError` for the input's own path, and before `parse`:
        what was loaded is not de-identified.
        """
        if self._finished is None:
            raise WriteError("nothing was parsed yet; call parse() before save()")
        path = Path(filename)
        settings = attrs.evolve(self.settings, output_folder=path.parent, overwrite=overwrite)
        batch = Engine(self.host, settings=settings).batch
        result = attrs.evolve(self._finished, dataset=self.dicom)
        with quiet_pydicom():
            return self.host.write_file(result, PurePosixPath(path.name), batch).path
