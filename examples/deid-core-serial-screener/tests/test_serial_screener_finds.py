"""Which private elements go."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from deid_core.testing import PlantedFile, TrialRun

Run = Callable[..., TrialRun]
KEEP = "FORMAT dicom\nDEFAULT KEEP\n%header\nREMOVE PatientName"


@pytest.mark.parametrize(
    ("vr", "value", "goes"),
    [
        ("LO", "SN 1234567", True),
        ("OB", b"SN 1234567", True),
        ("LO", "12.34567", False),
        ("LO", "made for all", False),
        ("DS", "1234567", False),
    ],
)
def test_text_with_a_serial_number_goes(
    deid_run: Run, deid_plant: Callable[..., PlantedFile], vr: str, value: str, goes: bool
) -> None:
    planted = deid_plant()
    dataset = planted.dataset()
    dataset.private_block(0x0009, "PLANTED BY DEID_CORE").add_new(0x20, vr, value)
    run = deid_run(
        KEEP,
        plugins=["serial-screener"],
        planted=[planted.having(dataset)],
        remove_private=False,
    )
    assert ((0x0009, 0x1020) not in run.datasets()[0]) is goes
