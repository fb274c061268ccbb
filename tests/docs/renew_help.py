"""Write what each command says of itself into its reference: run it after a change of options."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "command-line.md"
SHOWN = re.compile(r"^```console\n\$ (deid-core[^\n]* --help)\n.*?^```$", re.DOTALL | re.MULTILINE)


def _renewed(match: re.Match[str]) -> str:
    program = Path(sys.executable).with_name("deid-core")
    words = match[1].split()[1:]
    environment = {**os.environ, "COLUMNS": "80"}
    done = subprocess.run(
        [program, *words], env=environment, capture_output=True, text=True, check=True
    )
    return f"```console\n$ {match[1]}\n{done.stdout}```"


if __name__ == "__main__":
    PAGE.write_text(SHOWN.sub(_renewed, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
