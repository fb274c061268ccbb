"""``python -m deid_core``: the command line, where no script is installed."""

from __future__ import annotations

from deid_core.cli.main import main

if __name__ == "__main__":
    main()
