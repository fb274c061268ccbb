"""Declarations: every record of every plugin counts once, and clashes are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

from deid_core import (
    Check,
    CliCommand,
    ExampleDataset,
    FieldAction,
    FieldExpander,
    PluginConflictError,
    PluginContractError,
    PluginFailedError,
    PluginHost,
    PluginSettings,
    Rank,
    SetValue,
    Takes,
    ValueFunction,
)


def action(name: str = "JITTER", **options: Any) -> FieldAction:
    return FieldAction(
        name=name,
        compile=lambda rule, batch: lambda field: SetValue("x"),
        rank=Rank.CHANGES,
        takes=Takes.VALUE,
        summary="one",
        **options,
    )


def declaring(plugin: Any, *records: Any) -> Any:
    return plugin(deid_field_actions=lambda: list(records))


def test_the_default_plugins_bring_the_actions_of_the_seed(host: PluginHost) -> None:
    assert {"ADD", "BLANK", "JITTER", "KEEP", "REMOVE", "REPLACE"} <= set(host.actions)


def test_names_are_compared_without_regard_to_case(host: PluginHost) -> None:
    assert host.actions["blank"] is host.actions["BLANK"]
    assert "bLaNk" in host.actions
    assert len(host.actions) == len(list(host.actions))


def test_a_third_party_adds_an_action(own: dict[str, object], plugin: Any) -> None:
    own["more"] = declaring(plugin, action("UPPER"))
    assert PluginHost(own).actions.entry("UPPER").plugin == "more"


def test_a_record_replaces_that_of_the_plugin_it_names(own: dict[str, object], plugin: Any) -> None:
    own["shift"] = declaring(plugin, action(replaces="dicom"))
    entry = PluginHost(own).actions.entry("JITTER")
    assert (entry.plugin, entry.overrides) == ("shift", ("dicom",))


def test_two_that_claim_one_name_are_refused_with_both_named(
    own: dict[str, object], plugin: Any
) -> None:
    own["shift"] = declaring(plugin, action())
    with pytest.raises(PluginConflictError) as caught:
        PluginHost(own)
    assert str(caught.value) == (
        "plugin 'dicom' (distribution given 0) and plugin 'shift' (distribution given 0) both declare "
        "the action 'JITTER': "
        "prefer or block one of them, or let one record say which plugin it replaces"
    )


def test_two_that_replace_the_same_are_refused_with_both_named(
    own: dict[str, object], plugin: Any
) -> None:
    own["one"] = declaring(plugin, action(replaces="dicom"))
    own["two"] = declaring(plugin, action(replaces="dicom"))
    with pytest.raises(
        PluginConflictError, match=r"plugin 'one' .* and plugin 'two' .* both declare"
    ):
        PluginHost(own)


def test_two_that_replace_each_other_are_refused(plugin: Any) -> None:
    plugins = {
        "one": declaring(plugin, action(replaces="two")),
        "two": declaring(plugin, action(replaces="one")),
    }
    with pytest.raises(
        PluginConflictError, match=r"plugin 'one' .* and plugin 'two' .* both declare"
    ):
        PluginHost(plugins)


def test_one_may_replace_what_replaces_another(own: dict[str, object], plugin: Any) -> None:
    own["one"] = declaring(plugin, action(replaces="dicom"))
    own["two"] = declaring(plugin, action(replaces="one"))
    assert PluginHost(own).actions.entry("JITTER").plugin == "two"


@pytest.mark.parametrize("winner", ["dicom", "shift"])
def test_the_preferred_plugin_wins(own: dict[str, object], plugin: Any, winner: str) -> None:
    own["shift"] = declaring(plugin, action())
    host = PluginHost(own, PluginSettings(prefer=winner))
    assert host.actions.entry("JITTER").plugin == winner


def test_the_first_of_several_preferred_wins(own: dict[str, object], plugin: Any) -> None:
    own["one"] = declaring(plugin, action())
    own["two"] = declaring(plugin, action())
    host = PluginHost(own, PluginSettings(prefer=("other", "two", "one")))
    assert host.actions.entry("JITTER").plugin == "two"
    assert host.actions.entry("JITTER").overrides == ("dicom", "one")


def test_a_record_declared_twice_by_one_plugin_is_refused(plugin: Any) -> None:
    with pytest.raises(
        PluginContractError, match=r"plugin 'one' .* declares the action 'UP' twice"
    ):
        PluginHost({"one": declaring(plugin, action("UP"), action("up"))})


def test_a_record_that_replaces_itself_is_refused(plugin: Any) -> None:
    with pytest.raises(
        PluginContractError,
        match=r"plugin 'one' .* says that its action 'UP' replaces itself",
    ):
        PluginHost({"one": declaring(plugin, action("UP", replaces="one"))})


def test_replacing_a_plugin_that_is_not_installed_is_refused(plugin: Any) -> None:
    with pytest.raises(PluginContractError) as caught:
        PluginHost({"one": declaring(plugin, action("UP", replaces="nobody"))})
    assert str(caught.value) == (
        "plugin 'one' (distribution given 0): the action 'UP' replaces that of 'nobody', "
        "which is not installed"
    )


@pytest.mark.parametrize("records", ["UPPER", b"UPPER", 5])
def test_a_declaration_must_be_a_list(plugin: Any, records: Any) -> None:
    with pytest.raises(
        PluginContractError, match="hook 'deid_field_actions' must return a list of FieldAction"
    ):
        PluginHost({"one": plugin(deid_field_actions=lambda: records)})


def test_a_declaration_must_hold_records_of_its_kind(plugin: Any) -> None:
    with pytest.raises(PluginContractError) as caught:
        PluginHost({"one": declaring(plugin, {"name": "UPPER"})})
    assert str(caught.value).startswith(
        "plugin 'one' (distribution given 0): hook 'deid_field_actions' returned dict "
        "in its list, not FieldAction (test_declarations.py:"
    )


def test_a_declaration_may_be_nothing(plugin: Any) -> None:
    assert len(PluginHost({"one": plugin(deid_field_actions=lambda: None)}).actions) == 0


def test_a_declaration_may_be_a_generator(plugin: Any) -> None:
    def deid_field_actions() -> Any:
        yield action("UP")

    assert list(PluginHost({"one": plugin(deid_field_actions=deid_field_actions)}).actions) == [
        "UP"
    ]


def test_a_generator_of_records_that_raises_is_named(plugin: Any) -> None:
    def deid_field_actions() -> Any:
        yield action("UP")
        raise KeyError("x")

    with pytest.raises(
        PluginFailedError, match=r"plugin 'one' .*hook 'deid_field_actions' raised KeyError"
    ):
        PluginHost({"one": plugin(deid_field_actions=deid_field_actions)})


def test_a_record_that_is_made_wrongly_names_the_plugin_and_the_hook(plugin: Any) -> None:
    def deid_field_actions() -> Any:
        return [action("TWO WORDS")]

    with pytest.raises(
        PluginFailedError, match=r"plugin 'one' .*hook 'deid_field_actions' raised ValueError"
    ):
        PluginHost({"one": plugin(deid_field_actions=deid_field_actions)})


def test_every_kind_of_record_has_its_table(plugin: Any) -> None:
    host = PluginHost(
        {
            "all": plugin(
                deid_field_actions=lambda: [action("A")],
                deid_field_expanders=lambda: [
                    FieldExpander(name="b", compile=lambda text: lambda path: True, summary="")
                ],
                deid_value_functions=lambda: [
                    ValueFunction(
                        name="c", compile=lambda words, batch: lambda field: "", summary=""
                    )
                ],
                deid_checks=lambda: [
                    Check(name="d", compile=lambda batch: lambda instance: (), summary="")
                ],
                deid_datasets=lambda: [
                    ExampleDataset(name="e", folder=lambda: Path("e"), summary="")
                ],
                deid_cli_commands=lambda: [
                    CliCommand(name="f", load=lambda: click.Command("f"), summary="")
                ],
            )
        }
    )
    tables = (
        host.actions,
        host.expanders,
        host.value_functions,
        host.checks,
        host.datasets,
        host.commands,
    )
    assert [list(table) for table in tables] == [["A"], ["b"], ["c"], ["d"], ["e"], ["f"]]
    assert host.describe()[0].provides == (
        "action A",
        "selector b",
        "value function c",
        "check d",
        "dataset e",
        "command f",
    )


def test_a_listing_says_who_overrides_whom(own: dict[str, object], plugin: Any) -> None:
    own["shift"] = declaring(plugin, action(replaces="dicom"))
    first, *_, last = PluginHost(own).describe()
    assert (first.name, first.status, first.hooks) == ("shift", "loaded", ("deid_field_actions",))
    assert first.overrides == ("action JITTER of dicom",)
    assert last.name == "dicom"
    assert "action JITTER" not in last.provides
    assert "action BLANK" in last.provides


# -- records ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "TWO WORDS", "A:B", "%A", "#A", '"A"', 5])
def test_the_name_of_a_record_is_one_word(name: Any) -> None:
    with pytest.raises(ValueError, match="name must be one word without quotes, ':', '%' or '#'"):
        action(name)


def test_what_a_record_replaces_is_one_word() -> None:
    with pytest.raises(ValueError, match="replaces must be one word"):
        action(replaces="two words")


def test_compile_must_be_a_function() -> None:
    with pytest.raises(TypeError, match="compile must be a function"):
        FieldAction(name="A", compile="no", rank=Rank.BLANKS, summary="")  # type: ignore[arg-type]


def test_the_rank_must_be_a_rank() -> None:
    with pytest.raises(TypeError, match="'rank' must be <enum 'Rank'>"):
        FieldAction(name="A", compile=print, rank=3, summary="")  # type: ignore[arg-type]
