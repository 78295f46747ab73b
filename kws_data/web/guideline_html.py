"""The guideline as HTML: its Markdown may say, list, and link, and nothing else; examples of audio become buttons.

An example is a clip that stands where a picture would, ``![a soft yes](clip:0123456789abcdef)``, or a link to one. HTML
in the text is shown as text, pictures are left as their words, and what is not http, https, mailto or a clip is no
link: a guideline may come from somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kws_data.pages.html import text as escaped

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_CLIP = re.compile(r"clip:([0-9a-f]{16})")
_LINK = re.compile(r"(https?:|mailto:)", re.IGNORECASE)
_DEEPER = 1  # the page has a heading of its own above


def guideline_html(markdown: str) -> str:
    """HTML of a guideline, to stand below a heading of level 2."""
    reader = _reader()
    tokens = reader.parse(markdown)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + _DEEPER)}"
        if token.children is not None:
            token.children = list(_safe(token.children))
    return str(reader.renderer.render(tokens, reader.options, {}))


def examples_of(markdown: str) -> tuple[str, ...]:
    """Ids of the clips that can be heard in a guideline, each once, in their order."""
    parts = (part for token in _reader().parse(markdown) for part in token.children or ())
    addresses = (str(part.attrs.get("src") or part.attrs.get("href") or "") for part in parts)
    return tuple(dict.fromkeys(found[1] for found in map(_CLIP.fullmatch, addresses) if found))


def _reader() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _safe(tokens: Sequence[Token]) -> Iterator[Token]:
    """Clips as buttons, other links in a window of their own, unknown ones and pictures as their words."""
    ends: list[str] = []
    for token in tokens:
        if token.type == "link_open":
            begin, end = _link(str(token.attrs.get("href", "")))
            ends.append(end)
            yield _html(begin)
        elif token.type == "link_close":
            yield _html(ends.pop() if ends else "")
        elif token.type == "image":
            begin, end = _link(str(token.attrs.get("src", "")), only_clips=True)
            yield _html(begin + escaped(token.content or "example") + end)
        else:
            yield token


def _link(address: str, only_clips: bool = False) -> tuple[str, str]:
    """What stands before and after the words of a link; nothing where it may not be one."""
    clip = _CLIP.fullmatch(address)
    if clip is not None:
        return f'<button type="button" class="example" data-clip="{clip[1]}">', "</button>"
    if only_clips or _LINK.match(address) is None:
        return "", ""
    return f'<a href="{escaped(address)}" target="_blank" rel="noopener noreferrer">', "</a>"


def _html(content: str) -> Token:
    from markdown_it.token import Token

    return Token("html_inline", "", 0, content=content)
