"""What the kit finds about plugins in other processes; these are installed, as they must be."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from deid_core.testing.checks import declared, files
from deid_core.testing.subject import Subject

Install = Callable[..., None]

HEAVY = """
import os

import numpy

@hookimpl
def deid_field_actions():
    return [FieldAction(name=f"WORD-{os.getpid()}", compile=print, rank=Rank.CHANGES, summary="x")]
"""
BROKEN_ELSEWHERE = """
import os
if os.environ.setdefault("HOSPITAL", str(os.getpid())) != str(os.getpid()):
    raise RuntimeError("not again")
"""
OF_THIS_PROCESS = """
import os

def compile_word(rule, batch):
    return lambda field: SetValue(str(os.getpid()))

@hookimpl
def deid_field_actions():
    return [FieldAction(name="WORD", compile=compile_word, rank=Rank.CHANGES, summary="x")]

@hookimpl
def deid_parallel_runs():
    return [ParallelRun(name="ant")]
"""
OTHER_KEY = """
import attrs
from deid_core.execution.task import Answered
from deid_core.worker import Worker

class OneWorker:
    count, seconds, isolates = 1, 1.0, False

    def __init__(self, configuration, options):
        self.worker = Worker(attrs.evolve(configuration, key=bytes(32)))
        self.answers = []

    def room(self):
        return 1 - len(self.answers)

    def give(self, chunk, payload):
        self.answers.append(Answered(chunk, self.worker.answer(payload)))

    def wait(self):
        answers, self.answers = self.answers, []
        return answers

    def stop(self, seconds):
        return self.wait()

    def close(self):
        pass

@hookimpl
def deid_executors():
    return [Executor(name="one", start=OneWorker, summary="x")]
"""


def test_what_takes_long_to_load_or_declares_something_else_is_found(
    install: Install, tmp_path: Path
) -> None:
    pytest.importorskip("numpy")
    install("ant", HEAVY)
    heavy, differing = declared.loaded_elsewhere(Subject("ant", tmp_path))
    assert heavy.startswith("it imports numpy when it is loaded, which takes long")
    assert differing.startswith("its hooks declare something else in another process: action WORD-")


def test_what_cannot_be_loaded_elsewhere_is_found(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOSPITAL", str(os.getpid()))
    install("ant", BROKEN_ELSEWHERE)
    (found,) = declared.loaded_elsewhere(Subject("ant", tmp_path))
    assert found == "in another process it cannot be loaded: RuntimeError: not again"


def test_what_another_process_does_otherwise_is_found(install: Install, tmp_path: Path) -> None:
    install("ant", OF_THIS_PROCESS)
    (found,) = files.equal_elsewhere(Subject("ant", tmp_path))
    assert found.startswith("a run by another process writes different files")


def test_an_executor_that_writes_something_else_is_found(install: Install, tmp_path: Path) -> None:
    install("ant", OTHER_KEY)
    (found,) = files.own_executors(Subject("ant", tmp_path))
    assert found == "the executor 'one' writes other files than one process does"
