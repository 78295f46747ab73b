"""Files of a page's server: those named here and no others, read once, so that no name of a client opens a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files

from kws_data.pages.style import STYLE

KIT = "kit.css"  # the look of all pages
_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


@dataclass(frozen=True)
class PageFile:
    """What is sent of a file."""

    content: bytes
    media_type: str


def page_files(names: Iterable[str]) -> Mapping[str, PageFile]:
    """Files of ``kws_data/web/files`` by name, and ``kit.css``, the style sheet that all pages share."""
    folder = files("kws_data.web") / "files"
    found = {name: PageFile((folder / name).read_bytes(), _type(name)) for name in names}
    return {KIT: PageFile(STYLE.encode(), _type(KIT)), **found}


def _type(name: str) -> str:
    return _TYPES[name.rpartition(".")[2]]
