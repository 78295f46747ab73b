"""A page that needs nothing else: it asks nobody for anything, prints, follows dark mode, works by keyboard.

A page is made of sections; a section begins with :func:`says`, one sentence with what it means and whether to worry.
All that comes from a user goes through :func:`text` (tables do so themselves).
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from kws_data.pages.style import STYLE

Verdict = Literal["", "good", "doubt", "bad"]

#: A marked cell, as text in one element with a class: the only HTML that a table takes from a plain string.
_MARKED = re.compile(r'<span class="[a-z -]+">[^<>]*</span>')


#: Cells with more characters keep some width on a phone.
_LONG = 24


class Html(str):
    """Text that is HTML already: a table takes it as it is."""

    __slots__ = ()


@dataclass(frozen=True)
class Section:
    """A part of a page.

    Attributes:
        id: of its anchor; letters, digits and hyphens.
        heading: of the section and its line in the navigation; empty for a part without either.
        html: its content.
        scripts: JavaScript that it needs; no other runs, whatever stands in its HTML.
        wasm: whether its scripts compile WebAssembly, hear the microphone and keep sounds in memory.
    """

    id: str
    heading: str
    html: str
    scripts: tuple[str, ...] = ()
    wasm: bool = False


def text(value: object) -> str:
    """A value as HTML text."""
    return html.escape(str(value))


def says(sentence: str, verdict: Verdict = "") -> str:
    """What a section means, in a sentence (plain text); the verdict is told by colour and by a word."""
    return f'<p class="says{f" {verdict}" if verdict else ""}">{text(sentence)}</p>'


def table(
    rows: Iterable[Sequence[object]],
    head: Sequence[str] = (),
    numbers: Sequence[int] = (),
    *,
    caption: str = "",
    few: Collection[int] = (),
) -> str:
    """A table in a box of its own, which scrolls where the page is narrow and can be reached by keyboard.

    Args:
        rows: cells as text; :class:`Html` is taken as it is, and so is a ``<span class="…">`` around plain text.
        head: names of the columns.
        numbers: columns that are set to the right.
        caption: what the table holds; also its name for screen readers.
        few: rows that are greyed, because they stand on fewer than ten clips.
    """

    def cell(value: object, column: int, tag: str) -> str:
        shown = str(value)
        if not isinstance(value, Html) and not _MARKED.fullmatch(shown):
            shown = text(value)
        classes = [
            *(["n"] if column in numbers else []),
            *(["long"] if len(re.sub("<[^>]*>", "", str(value))) > _LONG else []),
        ]
        marks = (' scope="col"' if tag == "th" else "") + (f' class="{" ".join(classes)}"' if classes else "")
        return f"<{tag}{marks}>{shown}</{tag}>"

    def line(number: int, row: Sequence[object]) -> str:
        mark = ' class="few"' if number in few else ""
        return f"<tr{mark}>{''.join(cell(value, i, 'td') for i, value in enumerate(row))}</tr>"

    named = "".join(cell(name, i, "th" if name else "td") for i, name in enumerate(head))
    lines = [line(number, row) for number, row in enumerate(rows)]
    top = f"<thead><tr>{named}</tr></thead>" if head else ""
    name = caption or ", ".join(filter(None, head)) or "figures"
    above = f'<p class="caption">{text(caption)}</p>' if caption else ""
    return above + scrolled(f"<table>{top}<tbody>{''.join(lines)}</tbody></table>", f"table: {name}")


def scrolled(content: str, name: str) -> str:
    """Wide HTML in a box that scrolls by itself; ``name`` is its name for screen readers."""
    return f'<div class="scroll" tabindex="0" role="group" aria-label="{text(name)}">{content}</div>'


def figure(picture: str, caption: str, *, alt: str = "") -> str:
    """Pictures with their caption; ``alt`` says what is to be seen for those who do not see it (else the caption)."""
    label = f'<svg role="img" aria-label="{text(alt or caption)}"'
    named = re.sub(r"<svg\b(?![^>]*\baria-label=)", lambda _: label, picture)
    return f"<figure>{named}<figcaption>{text(caption)}</figcaption></figure>"


def tile(value: str, name: str, bad: bool = False) -> str:
    """A large number with what it is."""
    return f'<div class="tile{" bad" if bad else ""}"><b>{text(value)}</b><span>{text(name)}</span></div>'


def tiles(content: Iterable[str]) -> str:
    """Tiles side by side, as many as there is room for."""
    return f'<div class="tiles">{"".join(content)}</div>'


def page(
    title: str,
    lead: str,
    sections: Sequence[Section | tuple[str, str]],
    *,
    scripts: Sequence[str] = (),
    foot: str = "",
) -> str:
    """The whole page; with a navigation where it has more than two headings.

    Args:
        title: of the page.
        lead: the line below it.
        sections: or (heading, HTML).
        scripts: JavaScript to be run at the end of the page, before that of the sections; each text runs once.
        foot: a last line.
    """
    parts = _with_ids(sections)
    scripts = list(dict.fromkeys([*scripts, *(script for part in parts for script in part.scripts)]))
    wasm = any(part.wasm for part in parts)
    links = [part for part in parts if part.heading]
    nav = "<ul>" + "".join(f'<li><a href="#{part.id}">{text(part.heading)}</a></li>' for part in links) + "</ul>"
    has_nav = len(links) > 2
    menu = (
        f'<details class="menu"><summary>Contents</summary><nav aria-label="Contents">{nav}</nav></details>'
        if has_nav
        else ""
    )
    aside = f'<nav class="aside" aria-label="Sections">{nav}</nav>' if has_nav else ""
    body = "".join(map(_section, parts))
    footer = f"<footer>{text(foot)}</footer>" if foot else ""
    wrap = "wrap with-nav" if has_nav else "wrap"
    code = "".join(f"<script>{script}</script>" for script in scripts)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{text(title)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(scripts, wasm)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><style>{STYLE}</style></head>'
        f'<body><a class="skip" href="#content">Skip to the content</a><div class="{wrap}">'
        f'<header><h1>{text(title)}</h1><p class="lead">{text(lead)}</p>{_APPEARANCE}{menu}</header>'
        f'{aside}<main id="content" tabindex="-1">{body}{footer}</main>'
        f"</div>{code}</body></html>\n"
    )


_APPEARANCE = '<fieldset class="appearance"><legend>Appearance</legend>' + "".join(
    f'<label><input type="radio" name="appearance" id="appearance-{name}"{checked}>{shown}</label>'
    for name, shown, checked in (("system", "as the system", " checked"), ("light", "light", ""), ("dark", "dark", ""))
)
_APPEARANCE += "</fieldset>"


def _policy(scripts: Sequence[str], wasm: bool) -> str:
    """No network at all; of scripts those given, by their hash. Sounds are heard in a worklet, which is a ``data:``."""
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in scripts]
    allowed = " ".join([*hashes, *(["'wasm-unsafe-eval'", "data:"] if wasm else [])]) or "'none'"
    sources = ("style-src 'unsafe-inline'", "img-src data:", "media-src data: blob:", f"script-src {allowed}")
    return "; ".join(("default-src 'none'", *sources, "base-uri 'none'", "form-action 'none'"))


def _with_ids(sections: Sequence[Section | tuple[str, str]]) -> list[Section]:
    made: list[Section] = []
    for one in sections:
        if not isinstance(one, Section):
            heading, content = one
            one = Section(re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-"), heading, content)
        taken = sum(one.id == other.id for other in made)
        made.append(replace(one, id=f"{one.id or 'part'}-{len(made)}") if taken or not one.id else one)
    return made


def _section(part: Section) -> str:
    if not part.heading:
        return part.html
    return (
        f'<section id="{part.id}" aria-labelledby="{part.id}-heading">'
        f'<h2 id="{part.id}-heading">{text(part.heading)}</h2>{part.html}</section>'
    )
