"""Where the page cuts a word out of what the microphone hears, and when it says that it cannot."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import numpy as np
import pytest
from chromium import opened
from playwright.sync_api import Page
from served_page import voiced

from kws_data.audio import Samples

RATE_HZ = 16_000
FRAME = 320
#: Feeds pieces of 20 ms to the recorder of the page, as its microphone does; ``lost`` is the piece before which
#: something is missing.
FEED = """async ([data, script, lost, whole]) => {
  const { record } = await import(script);
  const pcm = new Int16Array(Uint8Array.from(atob(data), (c) => c.charCodeAt(0)).buffer);
  const microphone = { rate: 16000, listeners: new Set(), settings: {} };
  let result = null;
  const taken = record(microphone, 4, () => {}, { wholeS: whole });
  taken.done.then(
    (take) => (result = { samples: Array.from(take.samples, (v) => Math.round(v * 32768)) }),
    (error) => (result = { error: error.message }),
  );
  let pieces = 0;
  for (; (pieces + 1) * 320 <= pcm.length && microphone.listeners.size; pieces++) {
    const piece = Float32Array.from(pcm.slice(pieces * 320, (pieces + 1) * 320), (v) => v / 32768);
    for (const listener of [...microphone.listeners]) listener(piece, pieces === lost);
  }
  if (microphone.listeners.size) taken.stop();
  await new Promise((go) => setTimeout(go, 0));
  return { ...result, pieces };
}"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with opened("about:blank") as page:
        yield page


def heard(words_at_s: list[float], seconds: float, noise: float = 30.0, level: float = 0.12) -> Samples:
    samples = np.random.default_rng(0).normal(0, noise, int(seconds * RATE_HZ))
    for start in words_at_s:
        word = voiced(level=level)
        samples[int(start * RATE_HZ) : int(start * RATE_HZ) + len(word)] += word
    return np.clip(samples, -32_768, 32_767).astype(np.int16)


def taken(page: Page, samples: Samples, lost: int = -1, whole: float = 0.0) -> dict[str, Any]:
    script = (files("kws_data.web") / "files" / "collect_sound.js").read_bytes()
    address = f"data:text/javascript;base64,{base64.b64encode(script).decode()}"
    data = base64.b64encode(samples.tobytes()).decode()
    return dict(page.evaluate(FEED, [data, address, lost, whole]))


def place(samples: Samples, cut: list[int]) -> int:
    """Where a cut begins in what was heard."""
    own = np.array(cut, np.int16)
    return next(at for at in range(0, len(samples), FRAME) if np.array_equal(samples[at : at + len(own)], own))


@pytest.mark.parametrize("start_s", [0.2, 0.8, 2.5])
@pytest.mark.parametrize("level", [0.02, 0.12])
def test_a_word_is_cut_out_with_what_lies_around_it(page: Page, start_s: float, level: float) -> None:
    samples = heard([start_s], 5, level=level)
    found = taken(page, samples)
    begin = place(samples, found["samples"])
    end = begin + len(found["samples"])
    word = int(start_s * RATE_HZ), int((start_s + 0.55) * RATE_HZ)
    assert word[0] - 0.75 * RATE_HZ < begin <= word[0] + 0.02 * RATE_HZ
    assert word[1] - 0.02 * RATE_HZ <= end < word[1] + 0.6 * RATE_HZ
    assert found["pieces"] * FRAME < word[1] + 0.8 * RATE_HZ  # it ended by itself


def test_silence_is_told(page: Page) -> None:
    assert "No voice was heard" in taken(page, heard([], 5))["error"]
    assert "No voice was heard" in taken(page, np.zeros(5 * RATE_HZ, np.int16))["error"]


def test_somebody_who_goes_on_is_cut_at_the_longest_that_the_server_takes(page: Page) -> None:
    samples = heard([0.5 + 0.4 * n for n in range(18)], 9)
    found = taken(page, samples)
    assert 3.5 * RATE_HZ < len(found["samples"]) <= 4 * RATE_HZ


def test_lost_sound_before_the_word_begins_anew_and_within_it_is_told(page: Page) -> None:
    samples = heard([1.0], 4)
    assert "samples" in taken(page, samples, lost=20)
    assert "was lost" in taken(page, samples, lost=60)["error"]


def test_the_check_takes_all_of_its_time(page: Page) -> None:
    samples = heard([1.0], 5)
    found = taken(page, samples, whole=3.8)
    assert np.array_equal(found["samples"], samples[: int(3.8 * RATE_HZ)])
