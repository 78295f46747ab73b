"""Pages opened as their readers do, in the Chromium of this machine, without a network; skipped where there is none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
PHONE = (390, 844)


def chromium() -> str:
    """The browser's path; skips the test where none is installed."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no Chromium here: apt install chromium")
    return found


@contextmanager
def opened(
    path: Path | str,
    *,
    size: tuple[int, int] = (1280, 900),
    dark: bool = False,
    microphone: Path | None = None,
    flags: Sequence[str] = (),
    errors: bool = True,
) -> Iterator[Page]:
    """A page of the file system (or any address), with what it asked of the network in ``page.asked``.

    Errors of its scripts fail the test, and lines of its console unless ``errors`` is False (a server that does not
    answer writes some). ``microphone`` is a WAV that is heard as the microphone.
    """
    executable = chromium()
    options = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", *flags]
    if microphone is not None:
        options += ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
        options += [f"--use-file-for-fake-audio-capture={microphone}%noloop"]
    address = path if isinstance(path, str) else path.resolve().as_uri()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=options)
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            permissions=["microphone"] if microphone is not None else [],
        )
        page = context.new_page()
        found: list[str] = []
        asked: list[str] = []
        page.on("pageerror", lambda error: found.append(str(error)))
        if errors:
            page.on("console", lambda line: found.append(line.text) if line.type == "error" else None)
        page.on("request", lambda request: asked.append(request.url))
        page.asked = asked  # type: ignore[attr-defined]
        page.goto(address)
        yield page
        browser.close()
        assert not found, found


def found_by_axe(page: Page) -> list[str]:
    """What axe-core has against a page: rule and the first element of each."""
    violations = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in violations]
