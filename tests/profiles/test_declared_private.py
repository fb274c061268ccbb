"""Private elements that an instance itself declares safe (0008,0300), under Retain Safe Private."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset

CREATOR = "ACME 1"
OPTION = "retain-safe-private"


@pytest.fixture
def block(small):
    """Return a private block with a number, a text, a UID and a code."""
    block = small.private_block(0x0011, CREATOR, create=True)
    block.add_new(0x01, "DS", "1.5")
    block.add_new(0x02, "LO", "a text")
    block.add_new(0x03, "UI", "1.2.3.4")
    block.add_new(0x04, "SH", "a code")
    return block


def declare(small, status, nonidentifying=(), actions=()):
    said = Dataset()
    said.PrivateGroupReference = 0x0011
    said.PrivateCreatorReference = CREATOR
    said.BlockIdentifyingInformationStatus = status
    if nonidentifying:
        said.NonidentifyingPrivateElements = list(nonidentifying)
    said.DeidentificationActionSequence = []
    for number, action in actions:
        one = Dataset()
        one.IdentifyingPrivateElements = [number]
        one.DeidentificationAction = action
        said.DeidentificationActionSequence.append(one)
    small.PrivateDataElementCharacteristicsSequence = [said]


def left(out):
    try:
        block = out.private_block(0x0011, CREATOR)
    except KeyError:
        return {}
    return {number: block[number].value for number in (1, 2, 3, 4) if number in block}


def test_a_block_that_is_safe_stays(profile, small, block):
    declare(small, "SAFE")
    out = left(profile(small, OPTION))
    assert out[1] == 1.5
    assert out[2] == "a text"


def test_of_a_mixed_block_the_elements_stay_that_do_not_identify(profile, small, block):
    declare(small, "MIXED", [0x01])
    assert left(profile(small, OPTION)) == {1: 1.5}


def test_an_unsafe_block_goes(profile, small, block):
    declare(small, "UNSAFE")
    assert left(profile(small, OPTION)) == {}


def test_the_action_of_an_element_is_carried_out(profile, small, block):
    small.SeriesInstanceUID = "1.2.3.4"
    declare(small, "MIXED", actions=[(0x01, "D"), (0x02, "X"), (0x03, "U"), (0x04, "Z")])
    out = profile(small, OPTION)
    assert left(out)[1] == 0
    assert 2 not in left(out)
    assert left(out)[3] == out.SeriesInstanceUID
    assert not left(out)[4]


def test_an_action_that_is_not_known_removes_the_element(profile, small, block):
    declare(small, "SAFE", actions=[(0x02, "Q")])
    assert 2 not in left(profile(small, OPTION))


def test_a_name_in_a_block_that_is_declared_safe_does_not_stay(profile, small, block):
    small.PatientName = "Doe^John"
    block[0x02].value = "seen by DOE"
    declare(small, "SAFE")
    assert "DOE" not in str(left(profile(small, OPTION)).get(2))


def test_without_the_option_a_declaration_counts_for_nothing(profile, small, block):
    declare(small, "SAFE")
    assert left(profile(small)) == {}


def test_a_users_own_rule_wins_over_a_declaration(profile, small, block):
    declare(small, "SAFE")
    out = profile(small, OPTION, lines=[f'REMOVE (0011,"{CREATOR}",02)'])
    assert 2 not in left(out)
    assert left(out)[1] == 1.5
