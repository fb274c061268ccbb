"""One data element: where it stands, and its value as actions and tests see it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import attrs
from pydicom import config
from pydicom.dataelem import DataElement

from deid_core import dictionary
from deid_core.changes import Change, OverwriteBytes, RemoveElement, RemoveItems
from deid_core.convert import to_vr
from deid_core.dependence import Depends
from deid_core.encoded.patched import ValueView

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from deid_core.batch import FileContext
    from deid_core.encoded.dataset import EncodedDataSet


@attrs.frozen
class Parent:
    """A step on the way to a nested data element: a sequence and the number of its item."""

    tag: int
    item: int = 0
    creator: str | None = None


@attrs.frozen
class ElementPath:
    """Where a data element stands: its tag, the VR it is stored with, and its parents.

    ``vr`` is what the file says, or the dictionary's where the file says nothing (implicit
    VR), or ``"UN"``. ``creator`` is the private creator that reserved the block of a
    private element (PS3.5 7.8.1).
    """

    tag: int
    vr: str = "UN"
    creator: str | None = None
    parents: tuple[Parent, ...] = ()

    @property
    def is_private(self) -> bool:
        """Whether the group number is odd (PS3.5 7.8)."""
        return bool(self.tag >> 16 & 1)

    @property
    def keyword(self) -> str:
        """The keyword of the dictionary, or ``""``."""
        return dictionary.keyword_of(self.tag)

    @property
    def tag_text(self) -> str:
        """The tag as ``(gggg,eeee)`` in upper-case digits."""
        return f"({self.tag >> 16:04X},{self.tag & 0xFFFF:04X})"

    @property
    def label(self) -> str:
        """The keyword, or the tag where there is none: what messages call the element."""
        return self.keyword or self.tag_text

    def __str__(self) -> str:
        steps = [f"{ElementPath(step.tag).tag_text}__{step.item}__" for step in self.parents]
        return "".join(steps) + self.tag_text


@attrs.frozen
class FieldValues:
    """What a condition looks at: whether a field is there, and its values as text."""

    present: bool
    values: tuple[str, ...] = attrs.field(default=(), repr=False)


@attrs.frozen
class Field:
    """One data element as actions see it: where it stands, and its value on demand.

    ``present`` is False when the data set has no such element (only actions that create
    are asked then). ``context`` is the file being processed. What is read through a field is
    noted, so that the engine knows for how long an answer holds, see `Depends`.
    """

    path: ElementPath
    context: FileContext = attrs.field(repr=False)
    present: bool = True
    _decode: Callable[[], Any] = attrs.field(default=lambda: None, repr=False, alias="decode")
    _read: Callable[[], tuple[str, ...]] | None = attrs.field(
        default=None, repr=False, alias="read"
    )
    _beside: Callable[[int], Any] = attrs.field(
        default=lambda _tag: None, repr=False, alias="beside"
    )
    _holder: Dataset | EncodedDataSet | None = attrs.field(default=None, repr=False, alias="holder")

    _view: Callable[[], ValueView | None] | None = attrs.field(
        default=None, repr=False, alias="view"
    )

    @property
    def view(self) -> ValueView | None:
        """The bytes of the value, read part by part; None where there are no bytes.

        For values that may be larger than the memory, such as Pixel Data.
        """
        self.context.rely(Depends.VALUE)
        if self._view is not None:
            return self._view()
        value = self._decode()
        return ValueView.of(value) if isinstance(value, bytes) else None

    def beside(self, tag: int) -> Any:
        """Return the value of another element of the same data set or item, None if there is none.

        Raises `ReadError` if it cannot be decoded.
        """
        self.context.rely(Depends.ITEM)
        return self._beside(tag)

    @property
    def holder(self) -> Dataset | EncodedDataSet | None:
        """The data set or item of the element as it was read; nobody may change it."""
        self.context.rely(Depends.ITEM)
        return self._holder

    @property
    def value(self) -> Any:
        """The decoded value: text, number, bytes, a list of those, or None if empty.

        A sequence gives its list of pydicom data sets. Raises `ReadError` if the bytes
        cannot be decoded.
        """
        self.context.rely(Depends.VALUE)
        return self._decode()

    @property
    def readings(self) -> tuple[str, ...]:
        """All that the values may be read as, for tests: text as it is written, and numbers."""
        self.context.rely(Depends.VALUE)
        if self._read is not None:
            return self._read()
        value = self.value
        values = value if isinstance(value, list) else [value]
        return tuple(str(one) for one in values if one not in (None, ""))

    @property
    def name(self) -> str:
        """The keywords on the way to the element and its own, joined by ``__``."""
        tags = (*(parent.tag for parent in self.path.parents), self.path.tag)
        return "__".join(dictionary.keyword_of(tag) for tag in tags)

    @property
    def uid(self) -> str:
        """The tags on the way, with the numbers of items: ``(0008,1110)__0__(0010,0020)``."""
        return str(self.path)

    @property
    def tag(self) -> str:
        """The tag as ``(gggg,eeee)``."""
        return self.path.tag_text

    @property
    def element(self) -> DataElement:
        """The element as one of pydicom's, of its own: changing it changes nothing."""
        return DataElement(self.path.tag, self.path.vr, self.value, validation_mode=config.IGNORE)

    def after(self, change: Change) -> Field:
        """Return the field as a following action will find it."""
        if isinstance(change, RemoveItems):
            return self
        if isinstance(change, OverwriteBytes):
            was = self._decode
            overwrite = change.carried_out
            return attrs.evolve(
                self, decode=lambda: overwrite(was()), view=lambda: ValueView.of(overwrite(was()))
            )
        if isinstance(change, RemoveElement):
            return attrs.evolve(self, present=False, decode=lambda: None, read=None, view=None)
        value = change.value
        with contextlib.suppress(ValueError, TypeError, ArithmeticError):
            value = to_vr(value, self.path.vr)
        return attrs.evolve(self, present=True, decode=lambda: value, read=None, view=None)
