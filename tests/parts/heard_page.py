"""The page that tests listen with: its bundle, a sound, and what it heard and detected."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, expect

from firmware_tools.spotter.detector import Detection
from kws_data.audio import Samples
from kws_data.bench.microphone import lively_bundle, made_sound
from kws_data.bundle import ModelBundle

RATE_HZ = 16_000
APP = "kwsTry['kws-try']"


@cache
def bundle() -> ModelBundle:
    """It streams, and detects each of its keywords now and then."""
    return lively_bundle(sound())


@cache
def sound() -> Samples:
    return made_sound(40, RATE_HZ, seed=3)


def open_recording(page: Page, path: Path) -> None:
    expect(page.locator("[data-do=open]")).to_be_enabled()
    page.set_input_files("[type=file]", path)
    expect(page.locator(".k-status")).to_contain_text("real time", timeout=20_000)


def detections(page: Page) -> list[Detection]:
    found: list[dict[str, Any]] = page.evaluate(f"{APP}.detections")
    return [Detection(int(one["sample"]), one["label"], one["score"]) for one in found]


def heard(page: Page) -> Samples:
    """The very samples that went into the detector."""
    return np.array(page.evaluate(f"Array.from({APP}.heard.slice(0, {APP}.heard.end))"), np.int16)
