"""Reason codes in plain words, for those who read a report without the documentation."""

from __future__ import annotations

import attrs


@attrs.frozen
class Reason:
    """What a code means, and what to do."""

    meaning: str
    advice: str


OUTCOMES = {
    "written": "De-identified and written",
    "skipped": "Passed over",
    "refused": "Refused",
    "failed": "Failed",
    "exists": "Not written: an output was there already",
}
"""Outcomes in words."""

_LOOK = "Look at the reason of the file; its number is in the table of files."
REASONS = {
    "action-failed": Reason(
        "A rule of the recipe could not be carried out on this file.",
        "Look at the rule that the reason names: its value may not fit the file, or a variable is missing.",
    ),
    "archive-damaged": Reason(
        "The archive is cut off or damaged.", "Get the archive anew, and run again with --retry."
    ),
    "archive-encrypted": Reason(
        "The archive, or a file in it, is locked with a password.", "Unlock it, and run again."
    ),
    "archive-limit": Reason(
        "The archive holds more than it may: too much, too many files, or what unpacks to far too much.",
        "Unpack it yourself if you trust where it came from, and run on the folder.",
    ),
    "archive-link": Reason(
        "The archive holds a link or a device instead of a file.",
        "Nothing needs to be done, unless you expected an image.",
    ),
    "archive-nested": Reason(
        "The archive lies in another archive.", "Unpack the outer one, and run on the folder."
    ),
    "dicomdir": Reason(
        "A DICOMDIR lists other files. It is not de-identified but left behind.",
        "Nothing needs to be done; with --dicomdir the outputs get one of their own.",
    ),
    "failed": Reason("The file could not be processed.", _LOOK),
    "identifier-left": Reason(
        "Something that identifies the patient would have stayed in the output.",
        "Add a rule for the attribute that the reason names, or turn on the sweep; then run again with --retry.",
    ),
    "internal-error": Reason(
        "deid_core met something that it did not expect.",
        "Please report it with the reason, which holds no value of the file.",
    ),
    "not-dicom": Reason(
        "The file is not DICOM, so nothing was written for it.",
        "Nothing needs to be done, unless you expected an image.",
    ),
    "not-walkable": Reason(
        "The quick reader left the file to the patient one, which did not take it up.",
        "Please report it: no file should end so.",
    ),
    "output-exists": Reason(
        "There was an output of that name already, and it was left as it is.",
        "Choose an empty folder for the outputs, or say --overwrite.",
    ),
    "output-is-input": Reason(
        "The output would have replaced an input.", "Choose another folder for the outputs."
    ),
    "plugin-failed": Reason(
        "A plugin failed on this file.",
        "Report it to those who made the plugin that the reason names; then run again with --retry.",
    ),
    "refused": Reason(
        "A check found something in what was about to be written, or a recipe refuses such files.",
        "Look at the reason, which names the check. The file needs a decision by a person.",
    ),
    "skipped": Reason("The file is none that is de-identified.", "Nothing needs to be done."),
    "unreadable": Reason(
        "The file claims to be DICOM but cannot be read: it may be cut off or damaged.",
        "Get the file anew from where it came from, and run again with --retry.",
    ),
    "write-failed": Reason(
        "The output could not be written; nothing of it was left behind.",
        "Make sure that there is room and that the folder may be written to; then run again with --retry.",
    ),
    "worker-died": Reason(
        "The process that worked on this file ended without an answer.",
        "Run again with --retry, with fewer workers if memory is scarce.",
    ),
}
"""By code. Codes of plugins are not here."""
UNKNOWN = Reason("A plugin refused or passed over the file, for a reason of its own.", _LOOK)


def reason_of(code: str) -> Reason:
    """Return what a code means."""
    return REASONS.get(code, UNKNOWN)
