"""The bytes of a Part 10 file."""

from __future__ import annotations

from io import BytesIO

from pydicom import dcmwrite

from deid_core import Instance, WriteError


def encode(instance: Instance) -> bytes:
    """Return a finished instance as the bytes of a Part 10 file. Raises `WriteError`."""
    stream = BytesIO()
    try:
        dcmwrite(stream, instance.dataset, enforce_file_format=True)
    except Exception as error:  # noqa: BLE001 - pydicom raises many, and quotes values
        raise WriteError(f"cannot be encoded ({type(error).__name__})") from None
    return stream.getvalue()
