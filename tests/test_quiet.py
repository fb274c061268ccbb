"""pydicom is silent while a file is in hand, and as it was afterwards."""

from __future__ import annotations

import logging
import warnings

import pytest
from pydicom import config
from pydicom.dataset import Dataset

from deid_core.quiet import quiet_pydicom


@pytest.mark.parametrize("raises", [False, True])
@pytest.mark.parametrize("disabled", [False, True])
@pytest.mark.parametrize("mode", [config.WARN, config.RAISE])
def test_the_state_is_restored(raises: bool, disabled: bool, mode: int) -> None:
    logger = logging.getLogger("pydicom")
    before = (logger.disabled, config.settings.reading_validation_mode)
    logger.disabled, config.settings.reading_validation_mode = disabled, mode
    try:
        with pytest.raises(KeyError) if raises else warnings.catch_warnings(), quiet_pydicom():
            assert logger.disabled
            assert config.settings.reading_validation_mode == config.IGNORE
            if raises:
                raise KeyError
        assert (logger.disabled, config.settings.reading_validation_mode) == (disabled, mode)
    finally:
        logger.disabled, config.settings.reading_validation_mode = before


def test_warnings_that_quote_values_are_not_shown(recwarn: pytest.WarningsRecorder) -> None:
    with quiet_pydicom():
        warnings.warn("Invalid value 'Doe^Jane'", UserWarning, stacklevel=1)
    assert not recwarn.list


def test_importing_and_using_the_library_leaves_the_level_of_pydicom_alone(
    cookies: list[str],
) -> None:
    from deid_core.dicom import replace_identifiers

    level = logging.getLogger("pydicom").level
    replace_identifiers(cookies[:1])
    assert logging.getLogger("pydicom").level == level
    assert not logging.getLogger("pydicom").disabled
    assert Dataset() == Dataset()
