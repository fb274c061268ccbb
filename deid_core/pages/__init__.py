"""Pages of HTML that need nothing from elsewhere: one look for reports, inspections and reviews."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from string import Template

STYLE, SCRIPT = "page.css", "page.js"
_ASSETS = Path(__file__).parent / "assets"


def asset(name: str) -> str:
    """Return a file that pages share: `STYLE`, or `SCRIPT`, which makes tables sort and filter."""
    return (_ASSETS / name).read_text(encoding="utf-8")


def whole_page(template: str, **parts: str) -> str:
    """Return a page in one file. The ``parts`` are HTML, or text that was escaped.

    Beside them ``template`` names ``$style``, ``$script`` and ``$policy``, a Content Security Policy
    by which a browser runs these two alone, loads nothing, and shows only pictures that the page
    itself holds.
    """
    style, script = asset(STYLE), asset(SCRIPT)
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    return Template(template).substitute(parts, style=style, script=script, policy=policy)


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
