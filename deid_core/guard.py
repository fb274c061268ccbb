"""Wrap the functions of plugins so that whatever they raise or return carries their name."""

from __future__ import annotations

import functools
import inspect
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

import attrs

from deid_core.errors import DeidError, PluginContractError, PluginError, PluginFailedError
from deid_core.model import FileRef

MARK = "deid_core_impl"
"""The attribute by which pluggy's marker tells a hook: the project's name and ``_impl``."""


def failure(who: str, what: str, error: BaseException) -> PluginFailedError:
    """Describe an exception out of a plugin: its type and line, never its message.

    The message may hold a patient's value, so neither it nor the chain is kept.
    """
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return PluginFailedError(f"{who}: {what} raised {type(error).__name__}{place}")


def bare(error: PluginError) -> PluginError:
    """Return an error without what it came from: frames and causes may hold values."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


class GuardedPlugin:
    """The hooks of a plugin, each guarded in its name; what pluggy gets to see of it."""

    def __init__(self, plugin: object, who: str, stages: Mapping[str, type[Any]]) -> None:
        for hook, function, marks in hooks_of(plugin):
            wrapper = marks["wrapper"]
            guarded = guard_hook(function, who, hook, stages.get(hook), wrapper=wrapper)
            setattr(self, hook, guarded)


def hooks_of(plugin: object) -> Iterator[tuple[str, Any, Mapping[str, Any]]]:
    """Yield everything in a plugin that carries the mark of a hook: its hook, itself, its marks."""
    # The names of a module are in its dictionary, and looking there is much quicker.
    names = vars(plugin) if isinstance(plugin, ModuleType) else None
    for name in sorted(names) if names is not None else dir(plugin):
        static = names[name] if names is not None else inspect.getattr_static(plugin, name)
        if isinstance(static, staticmethod | classmethod):
            static = static.__func__
        marks = getattr(static, MARK, None)
        if marks is not None:
            yield marks.get("specname") or name, getattr(plugin, name), marks


def guard_hook(
    function: Callable[..., Any], who: str, hook: str, expected: type[Any] | None, *, wrapper: bool
) -> Callable[..., Any]:
    """Return ``function`` with its exceptions and results checked in the plugin's name.

    ``expected`` is the type of a stage's result; None stands for anything.
    """
    if wrapper:
        return _guard_wrapper(function, who, hook, expected)

    guard = Guard(who, f"hook {hook!r}")

    @functools.wraps(function)
    def guarded(*args: Any) -> Any:
        with guard:
            result = function(*args)
        return _checked(result, who, hook, expected)

    return guarded


def _guard_wrapper(
    function: Callable[..., Generator[None, Any, Any]],
    who: str,
    hook: str,
    expected: type[Any] | None,
) -> Callable[..., Any]:
    what = f"wrapper of hook {hook!r}"
    guard = Guard(who, what)

    @functools.wraps(function)
    def guarded(*args: Any) -> Generator[None, Any, Any]:
        with guard:
            wrapper = function(*args)
            if next(wrapper, guard) is guard:
                raise PluginContractError(f"{who}: the {what} came to no yield")
        answer: Any = None
        error: BaseException | None = None
        try:
            answer = yield
        except BaseException as raised:  # noqa: BLE001 - it is the wrapper's to handle
            error = raised
        with guard:
            try:
                if error is None:
                    wrapper.send(answer)
                else:
                    wrapper.throw(error)
            except StopIteration as end:
                result = end.value
            else:
                wrapper.close()
                raise PluginContractError(f"{who}: the {what} yields twice")
        if result is None and answer is not None and expected is not None:
            raise PluginContractError(
                f"{who}: the {what} returned None; end it with 'return result'"
            )
        return _checked(result, who, hook, expected)

    return guarded


def _checked(result: Any, who: str, hook: str, expected: type[Any] | None) -> Any:
    if result is None or expected is None:
        return result
    if not isinstance(result, expected) or isinstance(result, (str, bytes)):
        raise PluginContractError(
            f"{who}: hook {hook!r} returned {type(result).__name__}, not {expected.__name__} or None"
        )
    if expected is Iterable:
        return _guard_files(result, who, hook)
    return result


def _guard_files(found: Iterable[Any], who: str, hook: str) -> Iterator[FileRef]:
    """Yield the files that a plugin finds, in the plugin's name if it fails on the way."""
    with Guard(who, f"hook {hook!r}"):
        for ref in found:
            if not isinstance(ref, FileRef):
                kind = type(ref).__name__
                raise PluginContractError(f"{who}: hook {hook!r} yielded {kind}, not FileRef")
            if ref.opener is not None:
                ref = attrs.evolve(ref, opener=_Opener(ref.opener, who))  # noqa: PLW2901 - the same file
            yield ref


@attrs.frozen
class _Opener:
    """An opener of a plugin, in its name; an ``OSError`` means that the file is at fault."""

    opener: Callable[[], BinaryIO]
    who: str

    def __call__(self) -> BinaryIO:
        with Guard(self.who, "an opener of its files", lets=(OSError,)):
            return self.opener()


class Guard:
    """A context in which an exception that is not ours becomes a `PluginFailedError`.

    ``lets`` are exceptions that mean something to the caller.
    """

    __slots__ = ("lets", "what", "who")

    def __init__(self, who: str, what: str, lets: tuple[type[Exception], ...] = ()) -> None:
        self.who = who
        self.what = what
        self.lets: tuple[type[Exception], ...] = (DeidError, *lets)

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, self.lets):
            fault = failure(self.who, self.what, error)
            fault.__cause__ = fault.__context__ = None
            raise fault from None
