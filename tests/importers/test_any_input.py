"""Whatever a foreign recipe says, it becomes a recipe that can be read, and no rule of its own making."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deid_core import Engine, PluginHost, RecipeError, Settings
from deid_core.recipe.syntax import parse
from deid_core_importers.dictionary import translate_dictionary
from deid_core_importers.expression import ExpressionError, render
from deid_core_importers.expression import parse as parse_expression
from deid_core_importers.scripts import translate_script

PIECES = st.sampled_from(
    [
        *"@(){},\"\\ \n#'+|%",
        "@if(",
        "@hash(this,8)",
        "@keep()",
        "@empty()",
        "@process()",
        "@always()",
        "@require(",
        "@quarantine()",
        "@select(){",
        "@contents(PatientName,",
        "equals",
        "this",
        "Modality,",
        "}{",
        "KEEP all",
        "IF present Modality",
        "é",
        "\u2028",
    ]
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)
TAGS = st.sampled_from(
    [
        "00100010",
        "00400275",
        "60003000",
        "0009[ACME]01",
        "0009[A\nKEEP all]01",
        "00020016",
        "nonsense",
    ]
)


@settings(max_examples=50)
@given(st.lists(st.tuples(TAGS, TEXTS), max_size=4))
def test_any_script_becomes_a_recipe_that_compiles(elements: list[tuple[str, str]]) -> None:
    lines = [
        f'<e en="T" t={quoteattr(tag, {chr(10): "&#10;"})}>{escape(text)}</e>'
        for tag, text in elements
    ]
    script = "".join(["<script>", *lines, '<r en="T" t="unspecifiedelements"/></script>'])
    imported = translate_script(script.encode(), "any.script")
    recipe = parse(imported.text, "any.recipe")
    Engine(HOST, [recipe], Settings())


HOST = PluginHost.load()


@settings(max_examples=50)
@given(TEXTS)
def test_an_expression_that_is_written_is_read_as_the_same_again(text: str) -> None:
    try:
        nodes = parse_expression(text)
        written = render(nodes)
    except ExpressionError:
        return
    assert parse_expression(written) == nodes


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.sampled_from(["(0x0010, 0x0010)", "(16,32)", "(0x6000,0x3000,0xFF00,0xFFFF)", "x"]),
        st.sampled_from(["keep", "delete", "replace", "x"])
        | st.fixed_dictionaries({"action": st.just("replace_with_value"), "value": TEXTS})
        | st.fixed_dictionaries({"action": st.just("regexp"), "find": TEXTS, "replace": TEXTS}),
    )
)
def test_any_dictionary_becomes_a_recipe_that_can_be_read(entries: dict[str, object]) -> None:
    imported = translate_dictionary(json.dumps(entries, indent=1).encode(), "any.json")
    parse(imported.text, "any.recipe")


@settings(max_examples=50)
@given(st.binary(max_size=60))
def test_bytes_that_are_no_recipe_are_refused_as_such(data: bytes) -> None:
    for translate in (translate_script, translate_dictionary):
        with pytest.raises(RecipeError):
            translate(b"\x00" + data, "any")


def test_no_line_of_the_source_becomes_a_rule_through_a_comment() -> None:
    tag = "0009[A&#10;KEEP all]01"
    script = (
        f'<script><e en="T" t="{tag}">@remove()</e>'
        '<e en="T" t="00100020">@lookup(this,"a&#10;KEEP all")</e>'
        '<k en="T" t="x&#10;KEEP all"/></script>'
    )
    imported = translate_script(script.encode(), "x")
    assert len(imported.untranslated) == 3
    rules = [line for line in imported.text.splitlines() if line.startswith("KEEP")]
    assert rules == []
