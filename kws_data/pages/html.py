"""``report.html``: one page that needs nothing else."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

STYLE = """
:root{color-scheme:light;--ink:#1d2733;--soft:#5b6875;--line:#d9dfe6;--main:#0b6e99;--bad:#b3261e;--good:#2e7d32;--bg:#fff}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--bg);max-width:1080px;
  margin:0 auto;padding:28px 20px 60px}
h1{font-size:26px;margin:0}h2{font-size:18px;margin:38px 0 10px;border-bottom:1px solid var(--line);padding-bottom:4px}
p.lead{color:var(--soft);margin:4px 0 20px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:12px}
.tile{border:1px solid var(--line);border-radius:8px;padding:12px 14px}
.tile b{display:block;font-size:23px;line-height:1.2}.tile span{color:var(--soft);font-size:13px}
.tile.bad{border-color:var(--bad)}.tile.bad b{color:var(--bad)}
table{border-collapse:collapse;font-size:14px;max-width:100%}table+table,table+figure{margin-top:18px}
td,th{padding:4px 12px 4px 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
.ok{color:var(--good)}.no{color:var(--bad);font-weight:600}
.cols{display:grid;grid-template-columns:repeat(auto-fit,minmax(420px,1fr));gap:8px 28px;align-items:start}
figure{margin:0;overflow-x:auto}figcaption{color:var(--soft);font-size:13px}
figure svg{max-width:100%;height:auto}
.examples{display:grid;grid-template-columns:repeat(auto-fill,minmax(215px,1fr));gap:14px}
.example{border:1px solid var(--line);border-radius:8px;padding:8px 10px;font-size:13px}
.example img{width:100%;display:block}.example audio{width:100%;height:30px}
code{font-size:13px;overflow-wrap:anywhere}
"""


def text(value: object) -> str:
    """A value as HTML text."""
    return html.escape(str(value))


def table(rows: Iterable[Sequence[object]], head: Sequence[str] = (), numbers: Sequence[int] = ()) -> str:
    """A table; columns in ``numbers`` are set to the right. Cells that start with ``<`` are taken as HTML."""

    def cell(value: object, column: int, tag: str) -> str:
        shown = str(value) if str(value).startswith("<span") else text(value)
        return f"<{tag}{' class=n' if column in numbers else ''}>{shown}</{tag}>"

    lines = []
    if head:
        lines.append("<tr>" + "".join(cell(name, i, "th") for i, name in enumerate(head)) + "</tr>")
    lines += ["<tr>" + "".join(cell(value, i, "td") for i, value in enumerate(row)) + "</tr>" for row in rows]
    return "<table>" + "".join(lines) + "</table>"


def figure(picture: str, caption: str) -> str:
    """A picture with its caption."""
    return f"<figure>{picture}<figcaption>{text(caption)}</figcaption></figure>"


def tile(value: str, name: str, bad: bool = False) -> str:
    """A large number with what it is."""
    return f'<div class="tile{" bad" if bad else ""}"><b>{text(value)}</b><span>{text(name)}</span></div>'


def page(title: str, lead: str, sections: Sequence[tuple[str, str]]) -> str:
    """The whole page from (heading, HTML) sections."""
    body = "".join(
        f"<section><h2>{text(heading)}</h2>{content}</section>" if heading else content for heading, content in sections
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{text(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f'<body><main><h1>{text(title)}</h1><p class="lead">{text(lead)}</p>{body}</main></body></html>\n'
    )
