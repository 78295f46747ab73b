"""Three figures of a report of a large run: seconds to write it, bytes of the page, seconds until a browser shows it.

The run is made up (:mod:`kws_data.bench.report.made_up_run`). It is written by a process of its own, so that the figure
holds what a user waits for, the loading of libraries too. The page is opened in Chromium without a window, where there
is one; what it takes is what it takes longer than an empty page does, whose time is mostly the browser's own start.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from kws_data.bench.figures import Figure
from kws_data.bench.report.made_up_run import make_run
from kws_data.errors import DataError
from kws_data.progress import Progress
from kws_data.run_folder import PAGE_FILE

CLIPS = 100_000
WRITTEN_S, OPENED_S, PAGE_BYTES = 60.0, 2.0, 16_000_000
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_TRIES = 3
_OPENING_S = 120.0  # a browser that takes longer hangs


def bench_report(progress: Progress, clips: int = CLIPS) -> Iterator[Figure]:
    """The figures, one after the other.

    Raises:
        DataError: the report could not be written.
    """
    with tempfile.TemporaryDirectory(prefix="kws-report-") as name:
        folder = Path(name)
        progress("made-up run", 0, 3)
        config = make_run(folder, clips)
        progress("report", 1, 3)
        yield _written(folder, clips)
        progress("browser", 2, 3)
        page = folder / config.run_dir / "report" / PAGE_FILE
        size = page.stat().st_size
        wanted = f"at most {PAGE_BYTES / 1e6:.0f} MB"
        yield Figure("size of the page", wanted, f"{size / 1e6:.2f} MB", size <= PAGE_BYTES, details={"bytes": size})
        yield _opened(page, folder)
        progress("browser", 3, 3)


def _written(folder: Path, clips: int) -> Figure:
    start, before_s = time.perf_counter(), _processor_s()
    done = subprocess.run(
        [sys.executable, "-m", "kws_data.bench.report.write_one"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    seconds, processor_s = time.perf_counter() - start, _processor_s() - before_s
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        raise DataError("the report of the made-up run was not written", clips, last[0])
    what = f"report of {clips:,} test clips (made up)"
    told = f"{seconds:.1f} s, {processor_s:.1f} s of processor"
    details = {"seconds": seconds, "processor_s": processor_s, "clips": clips}
    return Figure(what, f"in {WRITTEN_S:.0f} s", told, seconds <= WRITTEN_S, seconds, details)


def _processor_s() -> float:
    """Of the processes that were started and have ended: what a busy machine does not change (0 on Windows)."""
    used = os.times()
    return used.children_user + used.children_system


def _opened(page: Path, folder: Path) -> Figure:
    what, wanted = "page in Chromium", f"in {OPENED_S:.0f} s"
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        return Figure(what, wanted, "no Chromium here", None)
    empty = folder / "empty.html"
    empty.write_text("<!doctype html><title>empty</title>", encoding="utf-8")
    try:
        start_s = min(_seconds(browser, empty, folder) for _ in range(_TRIES))
        before_s = _processor_s()
        page_s = min(_seconds(browser, page, folder) for _ in range(_TRIES))
        processor_s = (_processor_s() - before_s) / _TRIES
    except (subprocess.SubprocessError, OSError) as error:
        return Figure(what, wanted, f"not measured: {error}", None)
    seconds = max(0.0, page_s - start_s)
    told = f"{seconds:.2f} s, beside {start_s:.2f} s for an empty page"
    details = {"page_s": page_s, "empty_s": start_s, "processor_s": processor_s}
    return Figure(what, wanted, told, seconds <= OPENED_S, page_s, details)


def _seconds(browser: str, page: Path, folder: Path) -> float:
    """Until the page is loaded, laid out and drawn, and the browser gone."""
    command = [
        browser,
        "--headless",
        "--disable-gpu",
        f"--user-data-dir={folder / 'browser'}",
        "--window-size=1280,900",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--no-sandbox")  # Chromium refuses to start as root with one
    start = time.perf_counter()
    subprocess.run(
        [*command, f"--screenshot={folder / 'page.png'}", page.as_uri()],
        capture_output=True,
        check=True,
        timeout=_OPENING_S,
    )
    return time.perf_counter() - start
