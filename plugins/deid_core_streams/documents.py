"""Documents that are put in the place of encapsulated ones (PS3.3 A.45, A.85, C.24.2).

Each is the least that is legal for its MIME type and says that a document was removed.
"""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

from deid_core.elements import Elements, put

FOLDER = Path(__file__).parent / "data"
DOCUMENT, DOCUMENT_LENGTH, MIME_TYPE = 0x00420011, 0x00420015, 0x00420012
TEXT = "Document removed by de-identification"
PAGE = "0 0 595 842"
"""The size of the page, A4, in points."""
FONTS = "/Resources << /Font << /F1 5 0 R >> >>"
TRIANGLE = (0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0)
"""A normal and three corners."""


def document(mime_type: str) -> bytes | None:
    """Return a document of even length for a MIME type, None if there is none for it."""
    return documents().get(mime_type.strip().lower())


@cache
def documents() -> dict[str, bytes]:
    """Return the documents by MIME type."""
    return {
        "application/pdf": _even(_pdf()),
        "text/xml": _even((FOLDER / "removed.xml").read_bytes()),
        "model/stl": _stl(),
        "application/sla": _stl(),
        "model/obj": _even((FOLDER / "removed.obj").read_bytes()),
        "model/mtl": _even((FOLDER / "removed.mtl").read_bytes()),
    }


def settle_length(dataset: Elements) -> None:
    """Give the length of the document where the data set holds one of these.

    Encapsulated Document Length stays away where it was not there, or has gone.
    """
    if DOCUMENT not in dataset or DOCUMENT_LENGTH not in dataset:
        return
    value = dataset.get_item(DOCUMENT).value
    if isinstance(value, bytes) and value in documents().values():
        put(dataset, DOCUMENT_LENGTH, "UL", len(value))


def _even(content: bytes) -> bytes:
    """Return text with one end of line more where its length is odd."""
    return content + b"\n" * (len(content) % 2)


def _stl() -> bytes:
    """Return a binary STL file with one triangle."""
    return struct.pack("<80sI12fH", TEXT.encode("ascii"), 1, *TRIANGLE, 0)


def _pdf() -> bytes:
    """Return a PDF file (ISO 32000-1) with one page that says what happened."""
    # Page, content and font are the objects 3 to 5.
    content = f"BT /F1 18 Tf 72 720 Td ({TEXT}) Tj ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [{PAGE}] /Contents 4 0 R {FONTS} >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    text, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(text))
        text += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    return (
        f"{text}xref\n0 {size}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(text)}\n%%EOF\n"
    ).encode("ascii")
