"""Wrap the functions of plugins so that whatever they raise or return carries their name."""

from __future__ import annotations

import functools
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from deid_core.errors import DeidError, PluginContractError, PluginFailedError
from deid_core.model import FileRef


def failure(who: str, what: str, error: BaseException) -> PluginFailedError:
    """Describe an exception out of a plugin: its type and line, never its message.

    The message may hold a patient's value, so neither it nor the chain is kept.
    """
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return PluginFailedError(f"{who}: {what} raised {type(error).__name__}{place}")


def guarded_plugin(plugin: object, who: str, stages: Mapping[str, type[Any]]) -> object:
    """Return an object with the hooks of ``plugin``, each guarded in its name."""
    guarded = SimpleNamespace()
    for name in dir(plugin):
        if name.startswith("deid_"):
            function = getattr(plugin, name)
            marks = getattr(function, "deid_core_impl", None)
            if marks is not None:
                wrapper = marks["wrapper"]
                check = guard_hook(function, who, name, stages.get(name), wrapper=wrapper)
                setattr(guarded, name, check)
    return guarded


def guard_hook(
    function: Callable[..., Any], who: str, hook: str, expected: type[Any] | None, *, wrapper: bool
) -> Callable[..., Any]:
    """Return ``function`` with its exceptions and results checked in the plugin's name.

    ``expected`` is the type of a stage's result; None stands for anything.
    """
    if wrapper:
        return _guard_wrapper(function, who, hook, expected)

    @functools.wraps(function)
    def guarded(*args: Any) -> Any:
        with Guard(who, f"hook {hook!r}"):
            result = function(*args)
        return _checked(result, who, hook, expected)

    return guarded


def _guard_wrapper(
    function: Callable[..., Generator[Any, Any, Any]],
    who: str,
    hook: str,
    expected: type[Any] | None,
) -> Callable[..., Any]:
    @functools.wraps(function)
    def guarded(*args: Any) -> Generator[Any, Any, Any]:
        watched = _Watched(function(*args))
        with Guard(who, f"wrapper of hook {hook!r}"):
            result = yield from watched
        if result is None and watched.sent is not None and expected is not None:
            raise PluginContractError(
                f"{who}: the wrapper of hook {hook!r} returned None; end it with 'return result'"
            )
        return _checked(result, who, hook, expected)

    return guarded


class _Watched(Generator[Any, Any, Any]):
    """A generator that remembers what was sent into it."""

    def __init__(self, inner: Generator[Any, Any, Any]) -> None:
        self._inner = inner
        self.sent: Any = None

    def send(self, value: Any) -> Any:
        """Send on, and remember."""
        self.sent = value
        return self._inner.send(value)

    def throw(self, *error: Any) -> Any:
        """Throw on."""
        return self._inner.throw(*error)


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
            yield ref


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
            raise failure(self.who, self.what, error) from None
