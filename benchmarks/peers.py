"""The peers, each run in its own way on a folder, with its nearest to the basic profile."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.environments import environment, first_line, said, system
from benchmarks.paths import DRIVERS, TABLE, WORK
from benchmarks.runners import Ready, Runner, Unlike

DCMODIFY = """cp -r "$1/." "$2" && find "$2" -type f -exec dcmodify -nb -q -ie -imt @"$3" {} +"""
MADE_UIDS = {"00020003": "", "00080018": "-gin", "0020000D": "-gst", "0020000E": "-gse"}
"""What dcmodify makes anew by an option of its own, file by file; file meta follows."""


def _driven(name: str, package: str) -> Ready:
    """Return a tool that is a library: a few lines of ours call it."""
    made = environment(name)
    driver = str(DRIVERS / f"run_{name}.py")
    return Ready(made.version_of(package), lambda i, o: [made.python, driver, str(i), str(o)])


def _deid() -> Ready:
    return _driven("deid", "deid")


def _dcmanon() -> Ready:
    return _driven("dcmanon", "dcmanon")


def _idiscore() -> Ready:
    return _driven("idiscore", "idiscore")


def _dicognito() -> Ready:
    made = environment("dicognito")
    words = [made.python, "-m", "dicognito", "-q", "-s", "benchmark"]
    return Ready(made.version_of("dicognito"), lambda i, o: [*words, "-o", str(o), str(i)])


def _dicom_anonymizer() -> Ready:
    made = environment("dicom-anonymizer")
    program = made.program("dicom-anonymizer")
    return Ready(made.version_of("dicom-anonymizer"), lambda i, o: [program, str(i), str(o)])


def _gdcmanon() -> Ready:
    program = system("gdcmanon", "libgdcm-tools")
    certificate = _certificate()
    version = first_line([program, "--version"]).split()[2]
    words = [program, "--de-identify", "--certificate", str(certificate), "--recursive"]
    return Ready(version, lambda i, o: [*words, "--input", str(i), "--output", str(o)])


def _certificate() -> Path:
    """Make the certificate that gdcmanon encrypts the originals for, in each of its outputs."""
    certificate = WORK / "certificate.pem"
    if not certificate.exists():
        WORK.mkdir(parents=True, exist_ok=True)
        openssl = system("openssl", "openssl")
        words = "req -x509 -newkey rsa:2048 -nodes -subj /CN=benchmark -days 3650"
        key = str(WORK / "certificate.key")
        said([openssl, *words.split(), "-keyout", key, "-out", str(certificate)])
    return certificate


def _dcmodify() -> Ready:
    program = system("dcmodify", "dcmtk")
    arguments = WORK / "dcmodify.txt"
    WORK.mkdir(parents=True, exist_ok=True)
    arguments.write_text("\n".join(dcmodify_arguments()) + "\n", encoding="ascii")
    version = first_line([program, "--version"]).split()[2].removeprefix("v")
    shell = ["/bin/sh", "-c", DCMODIFY, "sh"]
    return Ready(version, lambda i, o: [*shell, str(i), str(o), str(arguments)])


def dcmodify_arguments() -> list[str]:
    """Return what the table of the basic profile is in dcmodify's words, a word to a line."""
    rows = json.loads(TABLE.read_text(encoding="utf-8"))["rows"]
    words = ["-ep"]
    for tag, (_, code) in rows.items():
        if tag in MADE_UIDS:
            words += [MADE_UIDS[tag]] if MADE_UIDS[tag] else []
        elif not all(digit in "0123456789ABCDEF" for digit in tag) or tag < "0008":
            continue  # repeating groups and file meta information
        elif code in {"D", "Z", "Z/D"}:
            words += ["-ma", f"({tag[:4].lower()},{tag[4:].lower()})="]
        else:
            words += ["-ea", f"({tag[:4].lower()},{tag[4:].lower()})"]
    return words


PEERS = (
    Runner("dicognito", "dicognito", "peer", _dicognito, "its command line; default settings"),
    Runner(
        "dicom-anonymizer",
        "dicom-anonymizer",
        "peer",
        _dicom_anonymizer,
        "its command line; default settings, which are the basic profile",
    ),
    Runner(
        "deid",
        "pydicom/deid",
        "peer",
        _deid,
        "`get_identifiers` and `replace_identifiers` with its default recipe and `remove_private`",
    ),
    Runner("idiscore", "idiscore", "peer", _idiscore, "its rule set of the basic profile"),
    Runner("dcmanon", "dcmanon", "peer", _dcmanon, "one `Anonymizer`, default settings"),
    Runner(
        "gdcmanon",
        "gdcmanon, PS3.15 mode",
        "peer",
        _gdcmanon,
        "`--de-identify --recursive`; it also encrypts what it took away into each output",
    ),
    Runner(
        "dcmodify",
        "cp and dcmodify",
        "peer",
        _dcmodify,
        "erases or empties what the table of the basic profile lists, at all depths, and private "
        "elements. It makes UIDs anew for each file, so studies and series fall apart",
    ),
)
UNLIKE = (
    Unlike(
        "luwakx",
        "its rules run in a fork of pydicom/deid that is on no registry: it fetches the fork from "
        "GitHub when it first runs. It also asks for Python 3.12 and, by moosez, for PyTorch",
    ),
)
"""What cannot be measured, and why."""
