"""Stage hooks: a plain implementation replaces, a wrapper amends, None declines."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import pytest

from deid_core import (
    Batch,
    FileRef,
    Identifiers,
    Instance,
    NoPluginAnsweredError,
    NotDicomError,
    PluginContractError,
    PluginFailedError,
    PluginHost,
    PrivateDecision,
    PrivateVerdict,
    RecipeSource,
    WriteReceipt,
    hookimpl,
)
from deid_core.model import DiscoveryOptions

OPTIONS = DiscoveryOptions()


def found(host: PluginHost, location: str = "x") -> list[str]:
    return [ref.name for ref in host.discover_files(location, OPTIONS)]


def answers(*names: str) -> Any:
    def deid_discover_files(location: str) -> list[FileRef]:
        return [FileRef(name) for name in names]

    return deid_discover_files


# -- who answers -----------------------------------------------------------------------


def test_the_plugin_registered_last_answers_first(plugin: Any) -> None:
    host = PluginHost(
        {
            "first": plugin(deid_discover_files=answers("first")),
            "last": plugin(deid_discover_files=answers("last")),
        }
    )
    assert found(host) == ["last"]


def test_none_hands_on_to_the_next_plugin(plugin: Any) -> None:
    host = PluginHost(
        {
            "first": plugin(deid_discover_files=answers("first")),
            "last": plugin(deid_discover_files=lambda location: None),
        }
    )
    assert found(host) == ["first"]


def test_an_empty_list_is_an_answer(plugin: Any) -> None:
    host = PluginHost(
        {
            "first": plugin(deid_discover_files=answers("first")),
            "last": plugin(deid_discover_files=answers()),
        }
    )
    assert found(host) == []


def test_nobody_answering_is_an_error_that_names_the_hook() -> None:
    with pytest.raises(NoPluginAnsweredError) as caught:
        found(PluginHost({}))
    assert str(caught.value) == "no plugin answered the hook 'deid_discover_files'"


@pytest.mark.parametrize(
    "method",
    ["read_file", "extract_identifiers", "screen_private_tags", "name_output", "write_file"],
)
def test_every_stage_but_recipes_needs_an_answer(method: str, batch: Batch, ref: FileRef) -> None:
    instance = Instance(None, ref)  # type: ignore[arg-type]
    arguments: dict[str, tuple[Any, ...]] = {
        "read_file": (ref, batch),
        "extract_identifiers": (instance, batch),
        "screen_private_tags": (instance, Identifiers("e", "i", {}), batch),
        "name_output": (instance, batch),
        "write_file": (instance, PurePosixPath("x"), batch),
    }
    with pytest.raises(NoPluginAnsweredError, match=f"'deid_{method}'"):
        getattr(PluginHost({}), method)(*arguments[method])


def test_a_recipe_that_no_plugin_has_is_none() -> None:
    assert PluginHost({}).find_recipe("x") is None


def test_a_plugin_may_bring_a_recipe(plugin: Any) -> None:
    source = RecipeSource("ours", "FORMAT dicom")
    assert (
        PluginHost({"a": plugin(deid_find_recipe=lambda name: source)}).find_recipe("x") == source
    )


def test_a_class_instance_may_be_a_plugin() -> None:
    class Source:
        @hookimpl
        def deid_discover_files(self, location: str) -> list[FileRef]:
            return [FileRef(f"of {location}")]

    assert found(PluginHost({"source": Source()})) == ["of x"]


# -- wrappers --------------------------------------------------------------------------


def test_a_wrapper_amends_what_another_plugin_found(
    plugin: Any, batch: Batch, ref: FileRef
) -> None:
    @hookimpl(wrapper=True)
    def deid_screen_private_tags(instance: Instance, identifiers: Any, batch: Batch) -> Any:
        verdict = yield
        return PrivateVerdict(verdict.default, {**verdict.found, "(0009,1002)": "because"})

    host = PluginHost(
        {
            "ours": plugin(
                deid_screen_private_tags=lambda instance: PrivateVerdict(PrivateDecision.KEEP)
            ),
            "theirs": plugin(deid_screen_private_tags=deid_screen_private_tags),
        }
    )
    verdict = host.screen_private_tags(
        Instance(None, ref),
        Identifiers("e", "i", {}),
        batch,  # type: ignore[arg-type]
    )
    assert verdict == PrivateVerdict(PrivateDecision.KEEP, {"(0009,1002)": "because"})


def test_a_wrapper_that_returns_none_is_told_how_to_end(plugin: Any) -> None:
    @hookimpl(wrapper=True)
    def deid_discover_files(location: str) -> Any:
        yield

    host = PluginHost(
        {
            "ours": plugin(deid_discover_files=answers("a")),
            "theirs": plugin(deid_discover_files=deid_discover_files),
        }
    )
    with pytest.raises(PluginContractError) as caught:
        found(host)
    assert str(caught.value).startswith(
        "plugin 'theirs' (distribution given 0): the wrapper of hook 'deid_discover_files' "
        "returned None; end it with 'return result' (test_stages.py:"
    )


def test_a_wrapper_around_no_answer_may_return_none(plugin: Any) -> None:
    @hookimpl(wrapper=True)
    def deid_find_recipe(name: str) -> Any:
        return (yield)

    host = PluginHost({"theirs": plugin(deid_find_recipe=deid_find_recipe)})
    assert host.find_recipe("not there") is None


def test_a_wrapper_of_an_observation_returns_nothing(plugin: Any, batch: Batch) -> None:
    seen = []

    @hookimpl(wrapper=True)
    def deid_batch_started(batch: Batch) -> Any:
        seen.append("before")
        result = yield
        seen.append("after")
        return result

    PluginHost({"theirs": plugin(deid_batch_started=deid_batch_started)}).batch_started(batch)
    assert seen == ["before", "after"]


def test_a_wrapper_that_raises_is_named(plugin: Any) -> None:
    @hookimpl(wrapper=True)
    def deid_discover_files(location: str) -> Any:
        yield
        raise KeyError("secret")

    host = PluginHost(
        {
            "ours": plugin(deid_discover_files=answers("a")),
            "theirs": plugin(deid_discover_files=deid_discover_files),
        }
    )
    with pytest.raises(PluginFailedError) as caught:
        found(host)
    assert str(caught.value).startswith(
        "plugin 'theirs' (distribution given 0): "
        "wrapper of hook 'deid_discover_files' raised KeyError at test_stages.py:"
    )
    assert "secret" not in str(caught.value)


def test_a_wrapper_is_not_blamed_for_what_it_wraps(plugin: Any) -> None:
    @hookimpl(wrapper=True)
    def deid_discover_files(location: str) -> Any:
        return (yield)

    def fail(location: str) -> None:
        raise KeyError("secret")

    host = PluginHost(
        {
            "ours": plugin(deid_discover_files=fail),
            "theirs": plugin(deid_discover_files=deid_discover_files),
        }
    )
    with pytest.raises(PluginFailedError, match=r"^plugin 'ours' "):
        found(host)


# -- plugins at fault ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hook", "call", "answer", "expected"),
    [
        ("deid_discover_files", lambda h: list(h.discover_files("x", OPTIONS)), 5, "Iterable"),
        (
            "deid_discover_files",
            lambda h: list(h.discover_files("x", OPTIONS)),
            "a.dcm",
            "Iterable",
        ),
        ("deid_find_recipe", lambda h: h.find_recipe("x"), "FORMAT dicom", "RecipeSource"),
        ("deid_read_file", lambda h: h.read_file(None, None), {}, "Instance"),
        (
            "deid_extract_identifiers",
            lambda h: h.extract_identifiers(None, None),
            {},
            "Identifiers",
        ),
        (
            "deid_screen_private_tags",
            lambda h: h.screen_private_tags(None, None, None),
            True,
            "PrivateVerdict",
        ),
        ("deid_name_output", lambda h: h.name_output(None, None), "a/b", "PurePosixPath"),
        ("deid_write_file", lambda h: h.write_file(None, None, None), 0, "WriteReceipt"),
    ],
)
def test_an_answer_of_another_type_is_refused(
    plugin: Any, hook: str, call: Any, answer: Any, expected: str
) -> None:
    host = PluginHost({"wrong": plugin(**{hook: lambda: answer})})
    with pytest.raises(PluginContractError) as caught:
        call(host)
    assert str(caught.value).startswith(
        f"plugin 'wrong' (distribution given 0): hook {hook!r} "
        f"returned {type(answer).__name__}, not {expected} or None (test_stages.py:"
    )


def test_a_hook_that_raises_is_named_with_its_line_and_without_its_message(plugin: Any) -> None:
    def fail(location: str) -> None:
        raise ValueError(f"secret in {location}")

    with pytest.raises(PluginFailedError) as caught:
        found(PluginHost({"boom": plugin(deid_discover_files=fail)}))
    assert str(caught.value).startswith(
        "plugin 'boom' (distribution given 0): hook 'deid_discover_files' "
        "raised ValueError at test_stages.py:"
    )
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_an_error_of_ours_passes_through_a_hook(plugin: Any, batch: Batch, ref: FileRef) -> None:
    def decline(ref: FileRef) -> None:
        raise NotDicomError("temporary file")

    with pytest.raises(NotDicomError, match=r"^temporary file$"):
        PluginHost({"a": plugin(deid_read_file=decline)}).read_file(ref, batch)


def test_what_no_one_should_catch_passes_through_a_hook(plugin: Any) -> None:
    def interrupt(location: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        found(PluginHost({"a": plugin(deid_discover_files=interrupt)}))


def test_a_generator_that_raises_in_the_middle_is_named(plugin: Any) -> None:
    def refs() -> Any:
        yield FileRef("one")
        raise OSError("secret")

    def deid_discover_files(location: str) -> Any:
        return refs()

    host = PluginHost({"boom": plugin(deid_discover_files=deid_discover_files)})
    found = host.discover_files("x", OPTIONS)
    assert next(found).name == "one"
    with pytest.raises(PluginFailedError) as caught:
        next(found)
    assert str(caught.value).startswith(
        "plugin 'boom' (distribution given 0): hook 'deid_discover_files' raised OSError at "
    )


def test_a_generator_is_lazy(plugin: Any) -> None:
    taken = []

    def refs() -> Any:
        for number in range(100):
            taken.append(number)
            yield FileRef(str(number))

    def deid_discover_files(location: str) -> Any:
        return refs()

    next(
        PluginHost({"a": plugin(deid_discover_files=deid_discover_files)}).discover_files(
            "", OPTIONS
        )
    )
    assert taken == [0]


def test_a_file_that_is_no_reference_is_refused_in_the_name_of_its_plugin(plugin: Any) -> None:
    host = PluginHost({"wrong": plugin(deid_discover_files=lambda location: ["a.dcm"])})
    with pytest.raises(PluginContractError) as caught:
        found(host)
    assert "hook 'deid_discover_files' yielded str, not FileRef" in str(caught.value)
    assert "plugin 'wrong'" in str(caught.value)


# -- observers -------------------------------------------------------------------------


def test_all_observers_are_called(plugin: Any, batch: Batch) -> None:
    seen = []
    host = PluginHost(
        {
            "a": plugin(deid_batch_started=lambda batch: seen.append("a")),
            "b": plugin(deid_batch_started=lambda: seen.append("b")),
        }
    )
    host.batch_started(batch)
    assert seen == ["b", "a"]


def test_an_observer_that_raises_is_named(plugin: Any, batch: Batch) -> None:
    def fail(batch: Batch) -> None:
        raise RuntimeError

    with pytest.raises(PluginFailedError, match="'deid_batch_started' raised RuntimeError"):
        PluginHost({"a": plugin(deid_batch_started=fail)}).batch_started(batch)


def test_a_receipt_is_what_the_writer_says(plugin: Any, batch: Batch, ref: FileRef) -> None:
    host = PluginHost({"a": plugin(deid_write_file=lambda target: WriteReceipt(f"s3:{target}", 5))})
    receipt = host.write_file(Instance(None, ref), PurePosixPath("x.dcm"), batch)  # type: ignore[arg-type]
    assert (receipt.path, receipt.size) == ("s3:x.dcm", 5)
