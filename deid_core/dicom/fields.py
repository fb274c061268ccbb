"""The fields of a file, at every depth, under paths with item numbers."""

from __future__ import annotations

import attrs
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from deid_core.dictionary import keyword_of
from deid_core.elements import is_sequence, items_of, read_element, walk
from deid_core.field import ElementPath


@attrs.frozen
class DicomField:
    """One field: its element, its name and the place where it stands.

    ``name`` joins the keywords on the way by ``__``; ``uid`` joins the tags, with the numbers
    of the items between them, as in ``(0008,1110)__0__(0010,0020)``.
    """

    element: DataElement = attrs.field(repr=False)
    name: str
    uid: str
    is_filemeta: bool = False

    @property
    def tag(self) -> str:
        """The tag as ``(gggg,eeee)``."""
        return self.uid.rpartition("__")[2]

    @property
    def stripped_tag(self) -> str:
        """The tag as eight digits."""
        return self.tag.strip("()").replace(",", "")


def fields_of(dataset: Dataset, *, expand_sequences: bool = True) -> dict[str, DicomField]:
    """Return the fields of a data set and its file meta information by ``uid``.

    Without ``expand_sequences`` sequences are listed, but not what they hold. Raises
    `ReadError` for what cannot be decoded.
    """
    fields = {}
    file_meta = getattr(dataset, "file_meta", None)
    for source in (dataset, file_meta):
        if source is None:
            continue
        for holder, path in walk(source):
            if path.parents and not expand_sequences:
                continue
            if is_sequence(holder, path.tag):
                items_of(holder, path.tag)
                element = holder[path.tag]
            else:
                element = read_element(holder, path.tag)
            field = DicomField(element, _name(path), str(path), source is file_meta)
            fields[field.uid] = field
    return fields


def _name(path: ElementPath) -> str:
    steps = (*(parent.tag for parent in path.parents), path.tag)
    return "__".join(keyword_of(tag) for tag in steps)
