"""The steps of the benchmark: ``python -m benchmarks STEP``."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.paths import RESULTS, WORK


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    _run_options(steps.add_parser("run", help="measure deid_core, its peers and the floors"))
    _curve_options(steps.add_parser("curve", help="measure cost against size, axis by axis"))
    page = steps.add_parser("page", help="write tables and plots into the documentation")
    page.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args()
    # Each step imports what it needs: the plots need more than the measuring.
    if options.step == "run":
        from benchmarks.run import run

        run(options)
    elif options.step == "curve":
        from benchmarks.curve.run import run as run_curve

        run_curve(options)
    else:
        from benchmarks.page import write_page

        write_page(options.results)


def _run_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="few files, one round: a smoke run")
    parser.add_argument("--resume", action="store_true", help="go on where the last run ended")
    parser.add_argument("--only", nargs="+", metavar="RUNNER", help="measure these anew")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--disk-rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="of one run, about")
    parser.add_argument("--seed", type=int, default=20260)
    parser.add_argument("--headers", type=int, help="how many small files")
    parser.add_argument("--slices", type=int, help="how many slices")
    parser.add_argument("--large", type=int, help="how many large files, at most 3")
    parser.add_argument("--many", type=int, help="how many small files for several workers")
    parser.add_argument("--with-2gb", action="store_true", help="a file of 2 GB, for the memory")
    parser.add_argument("--no-disk", action="store_true", help="on a memory file system only")
    parser.add_argument("--results", type=Path, help="where the results go")


def _curve_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="the small end of each axis")
    parser.add_argument("--axes", nargs="+", metavar="AXIS", help="these only")
    parser.add_argument("--resume", action="store_true", help="go on where the last run ended")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=60.0, help="of one point, at most about")
    parser.add_argument("--results", type=Path, help="where the results go")


def quick_results(name: str) -> Path:
    """Return where a smoke run leaves its results."""
    return WORK / f"quick-{name}.json"


if __name__ == "__main__":
    main()
