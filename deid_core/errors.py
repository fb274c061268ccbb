"""Every error that deid_core raises, as one small tree.

::

    DeidError
    ├─ SettingsError            a setting, a key or a screening rule
    ├─ RecordError              what a run has done cannot be kept
    ├─ RecipeError              a recipe: all its problems, each with line and column
    │  └─ RecipeNotFoundError
    ├─ PluginError              names plugin, distribution and hook
    │  ├─ PluginLoadError       cannot be imported or registered
    │  ├─ PluginLockError       is not as it was when plugins were locked
    │  ├─ PluginContractError   declares or returns what its hook does not allow
    │  ├─ PluginConflictError   two plugins claim one name
    │  ├─ PluginFailedError     raised while it was called
    │  └─ NoPluginAnsweredError
    └─ FileError                one file: recorded, no output, the run goes on
       ├─ SkippedError         passed over: nothing is wrong with it
       │  ├─ NotDicomError
       │  └─ MediaDirectoryError
       ├─ ReadError
       ├─ NotWalkableError     the fast reader leaves a file to the patient one
       ├─ ActionError
       ├─ RefusedError
       │  └─ IdentifierLeftError
       ├─ WriteError
       │  └─ OutputIsInputError
       └─ OutputExistsError

No message holds a value read from a data set: errors travel into logs and reports.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import attrs

PLUGIN_FAILED, INTERNAL_ERROR, WORKER_DIED = "plugin-failed", "internal-error", "worker-died"

FAULT_CODES = (INTERNAL_ERROR, PLUGIN_FAILED, WORKER_DIED)
"""The reason codes of what is no file's fault. All others are the ``code`` of a `FileError`."""


class DeidError(Exception):
    """The root: catch this to catch everything that deid_core raises on purpose."""


class SettingsError(DeidError):
    """A setting, key or screening rule cannot be used; nothing was read yet."""


class RecordError(DeidError):
    """The record of a run cannot be written, so that the run ends."""


@attrs.frozen
class Problem:
    """One thing that is wrong in a recipe, and where.

    ``line`` and ``column`` count from 1; both are 0 for a problem of the whole file.
    """

    source: str
    line: int
    column: int
    message: str
    suggestion: str | None = None

    def __str__(self) -> str:
        where = f"{self.source}:{self.line}:{self.column}" if self.line else self.source
        hint = f". Did you mean {self.suggestion!r}?" if self.suggestion else ""
        return f"{where}: {self.message}{hint}"


class RecipeError(DeidError):
    """A recipe cannot be used. ``problems`` lists all that is wrong, not the first only."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[RecipeError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class RecipeNotFoundError(RecipeError):
    """No file, folder or plugin gives the recipe that was asked for."""


class PluginError(DeidError):
    """A plugin is at fault. The message names it, its distribution and the hook."""


class PluginLoadError(PluginError):
    """A plugin cannot be imported or registered."""


class PluginLockError(PluginError):
    """A plugin is not what the lock of plugins has, so that nothing may be loaded."""


class PluginContractError(PluginError):
    """A plugin declares or returns something that its hook does not allow."""


class PluginConflictError(PluginError):
    """Two plugins claim one name and none says that it replaces the other."""


class PluginFailedError(PluginError):
    """A plugin raised while one of its hooks or functions was called."""


class NoPluginAnsweredError(PluginError):
    """Every plugin declined, or none implements the hook."""


class FileError(DeidError):
    """One file cannot be processed: it is recorded, gives no output, and the run goes on.

    ``code`` is a stable reason code for reports. Messages never hold a value of the
    data set; the run adds the name of the file where it lists what happened.
    """

    code: ClassVar[str] = "failed"


class SkippedError(FileError):
    """The file is none that is de-identified: passed over and counted, not refused."""

    code = "skipped"


class NotDicomError(SkippedError):
    """The file is not DICOM."""

    code = "not-dicom"


class MediaDirectoryError(SkippedError):
    """The file is a DICOMDIR (PS3.10 8.6), which describes other files and is made anew."""

    code = "dicomdir"


class ReadError(FileError):
    """The file claims to be DICOM but cannot be parsed."""

    code = "unreadable"


class NotWalkableError(FileError):
    """The bytes are not as the fast reader expects: it leaves the file to the patient one.

    It never leaves the engine, which then starts the file anew.
    """

    code = "not-walkable"


class ActionError(FileError):
    """A rule of the recipe could not be carried out on this file."""

    code = "action-failed"


class RefusedError(FileError):
    """A check found something in what was about to be written."""

    code = "refused"


class IdentifierLeftError(RefusedError):
    """An identifier that the input held is left in what was about to be written."""

    code = "identifier-left"


class WriteError(FileError):
    """The output could not be written; nothing of it is left behind."""

    code = "write-failed"


class OutputIsInputError(WriteError):
    """The output would take the place of an input of the run."""

    code = "output-is-input"


class OutputExistsError(FileError):
    """The target exists and overwriting was not asked for. ``path`` is that target."""

    code = "output-exists"

    def __init__(self, message: str, path: str) -> None:
        self.path = path
        super().__init__(message)

    def __reduce__(self) -> tuple[type[OutputExistsError], tuple[str, str]]:
        return type(self), (str(self), self.path)
