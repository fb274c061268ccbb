"""``python -m fuzz TARGET [option of libFuzzer …]``: fuzz one of the targets.

What is found is written to ``fuzz/found``, and the corpus grows in ``build/fuzz/TARGET``. With
``--keep-going`` what is found does not end it: the smallest input of each kind of finding is kept.
"""

from __future__ import annotations

import logging
import sys
import warnings

import atheris

with atheris.instrument_imports(
    include=[
        "deid_core",
        "deid_core_dicom",
        "deid_core_profiles",
        "deid_core_screening",
        "deid_core_streams",
    ]
):
    from fuzz.keeping import keep_going
    from fuzz.seeds import CHECKOUT, WORDS, seeds
    from fuzz.targets import TARGETS

KEEP_GOING = "--keep-going"
DEFAULTS = ("-timeout=30", "-rss_limit_mb=2048", "-max_len=8192")


def main(arguments: list[str]) -> None:
    """Fuzz until an option of libFuzzer says that it is enough."""
    if not arguments or arguments[0] not in TARGETS:
        sys.exit(f"usage: python -m fuzz {'|'.join(TARGETS)} [-max_total_time=SECONDS ...]")
    target, *options = arguments
    corpus = CHECKOUT / "build" / "fuzz" / target
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(target)):
        (corpus / f"seed-{number:03}").write_bytes(seed)
    logging.getLogger("deid_core").setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")
    words = corpus.parent / f"{target}.dict"
    words.write_text("".join(f'"{word.decode()}"\n' for word in WORDS))
    found = CHECKOUT / "fuzz" / "found" / target
    found.mkdir(parents=True, exist_ok=True)
    own = [*DEFAULTS, f"-artifact_prefix={found}/"]
    if target == "files":
        own.append(f"-dict={words}")
    run = TARGETS[target]()
    if KEEP_GOING in options:
        options.remove(KEEP_GOING)
        run = keep_going(run, found)
    atheris.Setup([sys.argv[0], *own, *options, str(corpus)], run)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
