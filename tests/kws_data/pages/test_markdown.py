"""The page's sentences and tables as Markdown."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from kws_data.pages.html import Html, figure, says, table, text, tile, tiles
from kws_data.pages.markdown import escaped, markdown


def test_sentences_keep_their_verdict_and_tables_their_cells() -> None:
    html = says("All is well.", "good") + "<h3>Words</h3>" + table([["_a|b_", 3]], ["word", "n"], caption="Said")
    assert markdown(html) == (
        "**Good.** All is well.\n\n### Words\n\nSaid:\n\n| word | n |\n| --- | --- |\n| \\_a\\|b\\_ | 3 |\n"
    )


def test_pictures_players_and_what_only_a_page_can_do_are_left_out() -> None:
    html = (
        figure("<svg><text>axis</text></svg>", "A picture.")
        + '<div class="examples" data-page-only><div>card <img src="x"><audio></audio></div></div>'
        + '<p>left <a href="#here">here</a>, <a href="../x.md">there</a></p><script>a < b</script>'
    )
    assert markdown(html) == "left here, [there](../x.md)\n"


def test_lists_and_tiles_are_lists_and_a_table_without_names_has_empty_ones() -> None:
    assert markdown("<ol><li>one</li><li>two</li></ol>") == "- one\n- two\n"
    assert markdown(tiles([tile("1 %", "a"), tile("2 %", "b")])) == "- 1 % a\n- 2 % b\n"
    assert markdown(table([["x", Html("<b>y</b>")]])) == "|  |  |\n| --- | --- |\n| x | y |\n"


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp", "Zs")), min_size=1))
def test_any_text_stands_in_markdown_as_text(word: str) -> None:
    shown = markdown(f"<p>{text(word)}</p>").strip()
    assert re.sub(r"\\(.)", r"\1", shown) == word.strip() or not word.strip()
    assert "<" not in re.sub(r"\\.", "", escaped(word))
