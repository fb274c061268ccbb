"""Where the real files are, and one way to run the engine over bytes."""

from __future__ import annotations

import importlib.util
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import attrs
import pydicom
from pydicom.data import get_testdata_file

from deid_core.config import layers_of
from deid_core.engine import Engine
from deid_core.host import PluginHost
from deid_core.model import FileRef, FileReport, Outcome
from deid_core.recipe.syntax import parse as parse_recipe
from deid_core.settings import Settings

PREFIX = slice(128, 132)
KEY = bytes(range(32))


def roots() -> dict[str, Path]:
    """Return the folders of the collections that are installed, by name."""
    found = {"pydicom": Path(pydicom.__file__).parent / "data" / "test_files"}
    for module in ("data_store", "deid_data"):
        spec = importlib.util.find_spec(module)
        if spec is not None and spec.origin is not None:
            found[module] = Path(spec.origin).parent
    return found


def all_files() -> list[Path]:
    """Return every file with the prefix of Part 10, and the bare data sets of pydicom."""
    files = [f for root in roots().values() for f in sorted(root.rglob("*")) if f.is_file()]
    return [f for f in files if f.read_bytes()[PREFIX] == b"DICM" or f.suffix == ".dcm"]


def label(path: Path) -> str:
    """Return the path below its collection."""
    for name, root in roots().items():
        if path.is_relative_to(root):
            return f"{name}/{path.relative_to(root)}"
    return path.name


def bundled(name: str) -> bytes:
    """Return the bytes of a test file that comes with pydicom."""
    path = get_testdata_file(name, download=False)
    assert path, name
    return Path(path).read_bytes()


@attrs.define
class Result:
    """The report on one file, and the bytes of its output if there is one."""

    report: FileReport
    data: bytes

    @property
    def written(self) -> bool:
        return self.report.outcome is Outcome.WRITTEN

    @property
    def everything(self) -> bytes:
        """The output's bytes, with those of a deflated data set inflated after them."""
        return self.data + _inflated(self.data)

    def dataset(self) -> pydicom.FileDataset:
        """The output as pydicom reads it, without force."""
        return pydicom.dcmread(str(self.report.output))


def _inflated(data: bytes) -> bytes:
    if b"1.2.840.10008.1.2.1.99" not in data[:600] or len(data) < 144:
        return b""
    start = 144 + int.from_bytes(data[140:144], "little")
    decompressor = zlib.decompressobj(-zlib.MAX_WBITS)
    return decompressor.decompress(data[start:]) + decompressor.unused_data


class Runner:
    """Writes bytes to an input folder and runs the engine over them."""

    def __init__(self, folder: Path) -> None:
        self.inputs = folder / "in"
        self.outputs = folder / "out"
        self.inputs.mkdir(exist_ok=True)
        self.runs = 0

    def __call__(self, data: bytes, recipe: str | None = None, **settings: Any) -> Result:
        return self.many({"input": data}, recipe, **settings)["input"]

    def many(
        self,
        contents: Mapping[str, bytes],
        recipe: str | None = None,
        *,
        names: Sequence[str] | None = None,
        key: bytes | None = KEY,
        ids: Any = None,
        **settings: Any,
    ) -> dict[str, Result]:
        self.runs += 1
        output = self.outputs / str(self.runs)
        refs = []
        for data in contents.values():
            path = self.inputs / f"{self.runs}-{len(refs)}.dcm"
            path.write_bytes(data)
            refs.append(FileRef(path.name, path=path))
        reports = run_engine(refs, recipe, output, names=names, key=key, ids=ids, **settings)
        results = {}
        for (name, data), ref, report in zip(contents.items(), refs, reports, strict=True):
            assert ref.path is not None
            assert ref.path.read_bytes() == data, "the input changed"
            out = Path(report.output).read_bytes() if report.output else b""
            results[name] = Result(report, out)
        return results


def run_engine(
    refs: Sequence[FileRef],
    recipe: str | None,
    output: Path,
    *,
    names: Sequence[str] | None = None,
    key: bytes | None = KEY,
    ids: Any = None,
    **settings: Any,
) -> list[FileReport]:
    """Run one engine over ``refs``. ``recipe`` is recipe text, or a bundled recipe's name."""
    host = PluginHost.load()
    if recipe is None:
        layers: tuple[Any, ...] = ()
    elif "\n" in recipe:
        layers = (parse_recipe(recipe, "test"),)
    else:
        layers = layers_of(recipe, host)
    engine = Engine(host, layers, Settings(output_folder=output, **settings), key=key, ids=ids)
    return list(engine.run(refs, map(PurePosixPath, names) if names is not None else None))
