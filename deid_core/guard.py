"""Wrap the functions of plugins so that whatever they raise or return carries their name."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, BinaryIO

import attrs

from deid_core.errors import DeidError, PluginContractError, PluginError, PluginFailedError
from deid_core.model import FileRef

MARK = "deid_core_impl"
"""The attribute by which pluggy's marker tells a hook: the project's name and ``_impl``."""


OURS = Path(__file__).parent


def failure(who: str, what: str, error: BaseException) -> PluginFailedError:
    """Describe an exception out of a plugin: its type and line, never its message.

    The message may hold a patient's value, so neither it nor the chain is kept.
    """
    place = place_of(error)
    at = f" at {place}" if place else ""
    return PluginFailedError(f"{who}: {what} raised {type(error).__name__}{at}")


def place_of(error: BaseException) -> str:
    """Return file and line where a plugin's exception is from, or ``""``.

    It is the last line of the plugin's own code, and not that of a library which it has called.
    """
    frames = [
        (Path(frame.tb_frame.f_code.co_filename), frame.tb_lineno)
        for frame in _links(error.__traceback__)
    ]
    theirs = [frame for frame in frames if not frame[0].is_relative_to(OURS)]
    if not theirs:
        return _place(*frames[-1]) if frames else ""
    first = theirs[0][0]
    home = first.parent if (first.parent / "__init__.py").is_file() else first
    return _place(*[frame for frame in theirs if frame[0].is_relative_to(home)][-1])


def _links(link: TracebackType | None) -> Iterator[TracebackType]:
    while link is not None:
        yield link
        link = link.tb_next


def defined_at(function: object) -> str:
    """Return where a function begins, as `` (cap.py:12)`` for the end of a message, or ``""``."""
    code = getattr(inspect.unwrap(function) if callable(function) else None, "__code__", None)
    return f" ({_place(Path(code.co_filename), code.co_firstlineno)})" if code else ""


def _place(path: Path, line: int | None) -> str:
    """Return a place by the name of its file, and that of its folder where that says more."""
    name = f"{path.parent.name}/{path.name}" if path.name == "__init__.py" else path.name
    return f"{name}:{line}"


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
        return _checked(result, who, hook, expected, function)

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
                place = defined_at(function)
                raise PluginContractError(f"{who}: the {what} came to no yield{place}")
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
                place = defined_at(function)
                raise PluginContractError(f"{who}: the {what} yields twice{place}")
        if result is None and answer is not None and expected is not None:
            raise PluginContractError(
                f"{who}: the {what} returned None; end it with 'return result'"
                f"{defined_at(function)}"
            )
        return _checked(result, who, hook, expected, function)

    return guarded


def _checked(
    result: Any, who: str, hook: str, expected: type[Any] | None, function: Callable[..., Any]
) -> Any:
    if result is None or expected is None:
        return result
    if not isinstance(result, expected) or isinstance(result, (str, bytes)):
        raise PluginContractError(
            f"{who}: hook {hook!r} returned {type(result).__name__}, "
            f"not {expected.__name__} or None{defined_at(function)}"
        )
    if expected is Iterable:
        return _guard_files(result, who, hook, defined_at(function))
    return result


def _guard_files(found: Iterable[Any], who: str, hook: str, place: str) -> Iterator[FileRef]:
    """Yield the files that a plugin finds, in the plugin's name if it fails on the way."""
    with Guard(who, f"hook {hook!r}"):
        for ref in found:
            if not isinstance(ref, FileRef):
                kind = type(ref).__name__
                raise PluginContractError(
                    f"{who}: hook {hook!r} yielded {kind}, not FileRef{place}"
                )
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
