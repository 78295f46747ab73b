"""Clips without labels, and ``kws label`` in a process of its own that can be killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from playwright.sync_api import Page

from kws_data.audio import Samples
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import NewClip
from kws_data.catalog.opinions import NewOpinion, Opinion
from kws_data.labels import UNLABELLED

RATE_HZ = 16_000
WORDS = ("yes", "no")
MAIN = "from kws_data.cli import main; main()"


def tone(number: int, seconds: float = 1.0) -> Samples:
    """A tone from 0.3 to 0.6 s in soft noise, another one for each number: int16 [n]."""
    noise = np.random.default_rng(number).normal(0, 20, int(RATE_HZ * seconds))
    at = np.arange(int(0.3 * RATE_HZ)) / RATE_HZ
    noise[4_800 : 4_800 + len(at)] += 8_000 * np.sin(2 * np.pi * (300 + 40 * number) * at)
    return noise.astype(np.int16)


def clips_to_label(folder: Path, count: int, suggested: int = 0) -> list[str]:
    """A catalogue of so many clips without labels; a model suggests a word for the first. Ids in the queue's order."""
    with Catalog(folder) as catalog:
        stored = [catalog.store_audio(tone(number), RATE_HZ) for number in range(count)]
        catalog.add_clips(NewClip(a, UNLABELLED, "them", "made", f"secret_word/{n}") for n, a in enumerate(stored))
        ids = [clip.id for clip in catalog.clips()]
        models = [NewOpinion(one, "model", "tiny 1", WORDS[n % 2], 0.93) for n, one in enumerate(ids[:suggested])]
        catalog.opinions.give_all(models or [NewOpinion(ids[0], "model", "tiny 1", "no", 0.3)])
        more = ("yes", "yes", "no")  # whose buttons come in this order
        catalog.add_clips(NewClip(stored[0], word, "them", "other", f"{word}/{n}") for n, word in enumerate(more))
    return ids


@dataclass
class LabelServer:
    """A server that runs, is killed, and runs again at the same address."""

    recordings: Path
    more: tuple[str, ...] = ()
    port: int = 0
    address: str = ""
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def start(self) -> None:
        options = ["--recordings", str(self.recordings), "--port", str(self.port), "--json", *self.more]
        command = [sys.executable, "-c", MAIN, "label", "page", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        said = ""
        while not said.rstrip().endswith("\n}"):
            line = self.process.stdout.readline()
            assert line, f"kws label ended with {self.process.wait()}"
            said += line
        self.address = str(json.loads(said)["address"])
        self.port = int(self.address.rsplit(":", 1)[1].split("/")[0])

    def kill(self, how: signal.Signals = signal.SIGKILL) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        code = self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def opinions(self, **asked: str) -> list[Opinion]:
        """What people said, as the catalogue has it now."""
        with Catalog(self.recordings) as catalog:
            return catalog.opinions.all(kinds=("person", "adjudicator"), **asked)  # type: ignore[arg-type]


@contextmanager
def label_server(recordings: Path, *more: str) -> Iterator[LabelServer]:
    """A running server of the clips of a catalogue."""
    server = LabelServer(recordings, more)
    server.start()
    try:
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()


def begin(page: Page, name: str, adjudicates: bool = False) -> None:
    """Say who listens, with the keyboard alone; the first clip, or that there is none, is on the screen."""
    page.wait_for_selector("#start:not([hidden])")
    page.keyboard.type(name)
    if adjudicates:
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#clip:not([hidden]), #empty:not([hidden])")


def answer(page: Page, key: str) -> None:
    """Press a key once the clip has been there for as long as anybody needs; the next one is there afterwards."""
    number = page.inner_text("#clip-heading")
    page.wait_for_timeout(140)
    page.keyboard.press(key)
    page.wait_for_function(
        "number => document.getElementById('clip-heading').textContent !== number"
        " || document.getElementById('clip').hidden",
        arg=number,
    )


def saved(page: Page) -> None:
    """Wait until the server has all answers."""
    page.wait_for_function("() => document.getElementById('saved').textContent === 'All answers are saved.'")
