"""The kinds of plugins that the kit writes: which hook, which records, and what the example does."""

from __future__ import annotations

from collections.abc import Mapping

import attrs


@attrs.frozen
class Kind:
    """A kind of plugin.

    ``about`` is for those who choose one. ``summary`` describes the example, with ``$names``. ``hook``
    declares what has the plugin's name in capitals, if ``shouts``, or not; stages declare nothing.
    """

    about: str
    summary: str
    hook: str
    shouts: bool = False


KINDS: Mapping[str, Kind] = {
    "action": Kind(
        "what a line of a recipe does, such as BLANK",
        "The action $action for recipes: keep the beginning of a text",
        "deid_field_actions",
        shouts=True,
    ),
    "check": Kind(
        "a look at each result, which may refuse it",
        "A check that refuses images with identifiers burned into their pixels",
        "deid_checks",
    ),
    "command": Kind(
        "a command of deid-core",
        "The command deid-core $command: count files by Modality",
        "deid_cli_commands",
    ),
    "engine": Kind(
        "who does the files of a run, such as a cluster",
        "The engine $word: one worker after the other",
        "deid_executors",
    ),
    "function": Kind(
        "a value, such as deid_func:hashuid",
        "The function deid_func:$word for recipes: a code that stands for a value",
        "deid_value_functions",
    ),
    "importer": Kind(
        "a translator of recipes of other programs",
        "An importer of recipes out of lists of attributes that may stay",
        "deid_recipe_importers",
    ),
    "operator": Kind(
        "a test in conditions, such as equals",
        "The operator $word for conditions: has a long value",
        "deid_condition_operators",
    ),
    "recipe": Kind(
        "a recipe that is found by its name",
        "The recipe $plugin: the basic profile, and a pseudonym for each patient",
        "deid_find_recipe",
    ),
    "screener": Kind(
        "what must go of private elements",
        "Private elements that hold an e-mail address go",
        "deid_screen_private_tags",
    ),
    "selector": Kind(
        "which elements a line is about, such as contains:",
        "The selector $word: for recipes: what lies deep in sequences",
        "deid_field_expanders",
    ),
    "source": Kind(
        "where files come from",
        "A source of files that are compressed by gzip",
        "deid_discover_files",
    ),
    "writer": Kind(
        "where results go",
        "A writer that compresses results by gzip",
        "deid_write_file",
    ),
}
