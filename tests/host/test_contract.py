"""The tables of what plugins must give name every hook, each once."""

from __future__ import annotations

from deid_core import hookspecs
from deid_core.contract import DECLARATIONS, OBSERVATIONS, STAGES

SPECS = {name: spec for name, spec in vars(hookspecs).items() if name.startswith("deid_")}


def test_every_hook_is_a_stage_a_declaration_or_an_observation() -> None:
    assert sorted([*STAGES, *DECLARATIONS, *OBSERVATIONS]) == sorted(SPECS)


def test_the_first_answer_counts_for_stages_alone() -> None:
    first = {name for name, spec in SPECS.items() if spec.deid_core_spec["firstresult"]}
    assert first == set(STAGES)
