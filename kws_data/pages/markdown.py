"""A section of a page as Markdown: its sentences and tables, without pictures, players and what only a page can do.

What a reader of a repository or a pull request sees is made of the page itself, so that the two cannot say different
things. Elements with ``data-page-only`` are left out.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

#: Left out with all that is in them.
_NOT_TEXT = frozenset({"svg", "audio", "video", "canvas", "script", "style", "template", "button", "select", "figure"})
_ALONE = frozenset({"img", "br", "input", "hr", "meta", "source", "link", "wbr"})
_LABELS = {"good": "Good. ", "doubt": "Unsure. ", "bad": "Look here. "}


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([\\`*_\[\]<>|#~$])", r"\\\1", text)


def markdown(html: str) -> str:
    """Markdown of a section's HTML."""
    writer = _Writer()
    writer.feed(html)
    writer.close()
    return re.sub(r"\n{3,}", "\n\n", writer.text()).strip() + "\n"


class _Writer(HTMLParser):
    """Blocks as they end: paragraphs, headings, list items, tables, tiles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[str] = []
        self._line: list[str] = []
        self._skipping: list[str] = []
        self._rows: list[list[str]] | None = None
        self._headed = False
        self._captioned = False
        self._link = ""

    def text(self) -> str:
        self._end("")
        return re.sub(r"(?m)^(- .*)\n\n(?=- )", r"\1\n", "\n\n".join(self._blocks))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if self._skipping:
            if tag not in _ALONE:
                self._skipping.append(tag)
            return
        if tag in _NOT_TEXT or "data-page-only" in given:
            if tag not in _ALONE:
                self._skipping.append(tag)
            return
        if tag in ("p", "h2", "h3", "h4", "ul", "ol", "details"):
            self._end("")
            classes = (given.get("class") or "").split()
            self._captioned = "caption" in classes
            self._line += [f"**{label.strip()}** " for name, label in _LABELS.items() if name in classes]
        elif tag in ("li", "summary"):
            self._end("")
        elif tag == "table":
            self._end("")
            self._rows, self._headed = [], False
        elif tag == "thead":
            self._headed = True
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif tag == "a":
            self._link = given.get("href") or ""
            self._line += ["["] if self._linked() else []
        elif tag == "code":
            self._line.append("<code>")
        elif tag == "div" and (given.get("class") or "").split()[:1] == ["tile"]:
            self._end("")

    def handle_endtag(self, tag: str) -> None:
        if self._skipping:
            if tag in self._skipping:  # what it holds may have been left open
                del self._skipping[len(self._skipping) - 1 - self._skipping[::-1].index(tag) :]
            return
        if tag == "p" and self._captioned and self._line:
            self._line.append(":")
        if tag in ("h2", "h3", "h4"):
            self._end("#" * int(tag[1]) + " ")
        elif tag in ("p", "ul", "ol", "summary"):
            self._end("")
        elif tag == "li":
            self._end("- ")
        elif tag == "b" and self._rows is None:
            self._line.append(" ")
        elif tag in ("td", "th") and self._rows:
            self._rows[-1].append(self._taken())
        elif tag == "table":
            self._table()
        elif tag == "a":
            self._line += [f"]({self._link})"] if self._linked() else []
            self._link = ""
        elif tag == "code":
            self._line.append("</code>")
        elif tag == "div" and self._line:
            self._end("- ")

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self._line.append(escaped(re.sub(r"\s+", " ", data)))

    def _linked(self) -> bool:
        """An anchor of the page leads nowhere in Markdown."""
        return bool(self._link) and not self._link.startswith("#")

    def _taken(self) -> str:
        line, self._line = "".join(self._line).strip(), []
        return line

    def _end(self, mark: str) -> None:
        line = self._taken()
        if line:
            self._blocks.append(mark + line)

    def _table(self) -> None:
        rows, self._rows = self._rows or [], None
        width = max(map(len, rows), default=0)
        if not width:
            return
        rows = rows if self._headed else [[], *rows]
        filled = [row + [""] * (width - len(row)) for row in rows]
        lines = [f"| {' | '.join(row)} |" for row in filled]
        lines.insert(1, "|" + " --- |" * width)
        self._blocks.append("\n".join(lines))
