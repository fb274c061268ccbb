"""Hostile files by workers: each has the outcome that it has in one process, and no worker dies of one."""

from __future__ import annotations

from pathlib import Path

from deid_core import Engine, FileRef, Outcome, PluginHost, Settings
from deid_core.config import layers_of
from fuzz.kinds import kinds

CASES = Path(__file__).parent / "cases"


def test_workers_make_of_hostile_files_what_one_process_makes(tmp_path):
    refs = [FileRef(path.name, path=path) for path in sorted(CASES.glob("*.dcm"))]
    for name, data in kinds().items():
        for end in (100, 300, len(data) - 3, len(data)):
            path = tmp_path / f"{name} {end}.dcm"
            path.write_bytes(data[:end])
            refs.append(FileRef(path.name, path=path))
    host = PluginHost.load()
    found = []
    for executor in ("serial", "processes"):
        settings = Settings(output_folder=tmp_path / executor, sweep="clean")
        engine = Engine(host, layers_of("deid.dicom.basic", host), settings, key=bytes(32))
        reports = list(engine.run(refs, executor=executor, workers=2))
        assert engine.obstacle is None
        outputs = [report.output and Path(report.output).read_bytes() for report in reports]
        found.append([(one.outcome, one.code, one.reason) for one in reports])
        found.append(outputs)
    assert found[0] == found[2]
    assert found[1] == found[3]
    assert {outcome for outcome, _, _ in found[0]} == {
        Outcome.WRITTEN,
        Outcome.REFUSED,
        Outcome.SKIPPED,
    }
