"""The detector itself in the page, in the board's own C: speak to it, or open a recording."""

from __future__ import annotations

from firmware_tools.frontend.spec import MICRO
from kws_data.browser.page import embedded
from kws_data.bundle import MODEL_FILE, ModelBundle
from kws_data.pages.html import says
from kws_data.report.results import RunResults


def try_section(results: RunResults) -> str:
    """A sentence, and the detector with its own script; empty where its front end is in no C of ours.

    Raises:
        BundleError: the bundle is damaged.
        ModelError, StreamingError, FirmwareError: its C cannot be generated or compiled.
    """
    folder = results.folder / "model"
    if results.config.frontend.kind == MICRO or not (folder / MODEL_FILE).is_file():
        return ""
    words = ", ".join(results.config.keywords)
    said = (
        f"Say {words}: this is the board's own C, compiled for the browser, so it hears you as the board would; "
        "nothing that it hears leaves this page."
    )
    return says(said) + f"<div data-page-only>{embedded(ModelBundle.load(folder))}</div>"
