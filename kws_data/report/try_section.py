"""The detector itself in the page, in the board's own C: speak to it, or open a recording."""

from __future__ import annotations

from kws_data.pages.html import says
from kws_data.report.results import RunResults
from kws_data.run_folder import TRY_FILE


def try_section(results: RunResults) -> str:
    """A sentence, and the detector with its own script, as *check* left it; empty where its front end is in no C of
    ours."""
    part = results.folder / "report" / TRY_FILE
    if not part.is_file():
        return ""
    words = ", ".join(results.config.keywords)
    said = (
        f"Say {words}: this is the board's own C, compiled for the browser, so it hears you as the board would; "
        "nothing that it hears leaves this page."
    )
    return says(said) + f"<div data-page-only>{part.read_text(encoding='utf-8')}</div>"
