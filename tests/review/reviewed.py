"""What the tests of reviews share: a run over several series, and a review that is served."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode

from pydicom import dcmread
from pydicom.data import get_testdata_file

sys.path.insert(0, str(Path(__file__).parents[1] / "record"))

from recorded import invoke

from deid_core_record.review.inputs import Inputs, files_of
from deid_core_record.review.review import Review
from deid_core_record.review.server import Server


def run(folder: Path, series: int, files: int, *words: str) -> Path:
    """De-identify so many series of so many files into ``out``; return it."""
    dataset = dcmread(get_testdata_file("CT_small.dcm"))
    dataset.remove_private_tags()
    (folder / "in").mkdir(parents=True, exist_ok=True)
    for number in range(series * files):
        dataset.SeriesInstanceUID = f"1.2.3.{number // files}"
        dataset.SOPInstanceUID = f"1.2.4.{number}"
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.save_as(folder / "in" / f"{number}.dcm")
    result = invoke("run", folder / "in", "-o", folder / "out", "--profile", "basic", *words)
    assert result.exit_code == 0, result.output
    return folder / "out"


@contextmanager
def served(
    out: Path, *, read: bool = True, inputs: Sequence[Path] = (), log_key: bytes | None = None
) -> Iterator[Server]:
    """Serve a review of an output, be it a folder or an archive."""
    review = Review(
        out,
        out.with_name(f"{out.name}.record"),
        members=files_of([str(out)])[0] if out.is_file() else None,
        inputs=Inputs(files_of([*map(str, inputs)])) if inputs else None,
        log_key=log_key,
    )
    if read:
        review.read()
    with Server(review) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class Person:
    """Somebody who asks a server for pages, with a cookie or without."""

    def __init__(self, server: Server, *, knows: bool = True) -> None:
        self.server = server
        self.headers = {"Cookie": f"{server.cookie}={server.secret}"} if knows else {}

    def get(self, path: str, **headers: str) -> tuple[HTTPResponse, str]:
        """Ask for a page."""
        return self._ask("GET", path, None, headers)

    def post(self, path: str, form: dict[str, str], **headers: str) -> tuple[HTTPResponse, str]:
        """Send a form; what is not said stands in it as the page has it."""
        whole = {"token": self.server.form_secret, "mark": "approved", "note": ""}
        series = self.server.review.find(path.removeprefix("/series/"))
        if series is not None:
            whole["content"] = series.content
        return self._ask("POST", path, urlencode({**whole, **form}), headers)

    def _ask(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[HTTPResponse, str]:
        connection = HTTPConnection("127.0.0.1", self.server.server_port, timeout=20)
        connection.request(method, path, body, {**self.headers, **headers})
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return response, text
