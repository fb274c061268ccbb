"""The benchmark is a package of the checkout, and is not installed."""

from __future__ import annotations

import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
if str(CHECKOUT) not in sys.path:
    # At the end, so that deid_core is the installed one.
    sys.path.append(str(CHECKOUT))
