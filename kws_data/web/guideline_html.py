"""The guideline as HTML: its Markdown may say, list, and link, and nothing else; examples of audio become buttons.

An example is a link to a clip, ``[a soft yes](clip:0123456789abcdef)``. HTML in the text is shown as text, pictures are
left as links, and what is not http, https, mailto or a clip is no link: a guideline may come from somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from kws_data.pages.html import text as escaped

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_CLIP = re.compile(r"clip:([0-9a-f]{16})")
_LINK = re.compile(r"(https?:|mailto:)", re.IGNORECASE)
_RULE_LEVEL = "h3"
_DEEPER = 1  # the page has a heading of its own above


def guideline_html(markdown: str) -> str:
    """HTML of a guideline, to stand below a heading of level 2."""
    reader = _reader()
    tokens = reader.parse(markdown)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + _DEEPER)}"
        if token.children is not None:
            token.children = _safe(token.children)
    return str(reader.renderer.render(tokens, reader.options, {}))


def examples_of(markdown: str) -> tuple[str, ...]:
    """Ids of the clips that a guideline links to, each once."""
    return tuple(dict.fromkeys(_CLIP.findall(markdown)))


def rules_of(markdown: str) -> tuple[str, ...]:
    """Names of a guideline's rules: its headings of level 3."""
    tokens = _reader().parse(markdown)
    pairs = pairwise(tokens)
    names = (after.content for at, after in pairs if at.type == "heading_open" and at.tag == _RULE_LEVEL)
    return tuple(dict.fromkeys(" ".join(name.split())[:200] for name in names if name.strip()))


def _reader() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def _safe(tokens: Sequence[Token]) -> list[Token]:
    """Links to clips as buttons, other links in a window of their own, unknown ones as their text."""
    kept: list[Token] = []
    ends: list[Token | None] = []
    for token in tokens:
        if token.type == "link_open":
            begin, end = _link(str(token.attrs.get("href", "")))
            ends.append(end)
            kept += [begin] if begin is not None else []
        elif token.type == "link_close":
            last = ends.pop() if ends else None
            kept += [last] if last is not None else []
        else:
            kept.append(token)
    return kept


def _link(address: str) -> tuple[Token | None, Token | None]:
    from markdown_it.token import Token

    clip = _CLIP.fullmatch(address)
    if clip is not None:
        begin = Token("html_inline", "", 0, content=f'<button type="button" class="example" data-clip="{clip[1]}">')
        return begin, Token("html_inline", "", 0, content="</button>")
    if _LINK.match(address) is None:
        return None, None
    opening = f'<a href="{escaped(address)}" target="_blank" rel="noopener noreferrer">'
    return Token("html_inline", "", 0, content=opening), Token("html_inline", "", 0, content="</a>")
