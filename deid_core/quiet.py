"""Keep pydicom from telling a patient's values: its warnings and log lines quote them."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from pydicom import config


@contextmanager
def quiet_pydicom() -> Iterator[None]:
    """Silence pydicom while a file is in hand. What matters is reported by deid_core itself."""
    logger = logging.getLogger("pydicom")
    disabled, mode = logger.disabled, config.settings.reading_validation_mode
    logger.disabled = True
    config.settings.reading_validation_mode = config.IGNORE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled = disabled
        config.settings.reading_validation_mode = mode
