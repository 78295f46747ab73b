"""What ``kws listen`` shows of a microphone: level, waveform, spectrogram, and whether anything was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from firmware_tools.levels import Levels, levels
from kws_data.cli.terminal.meter import METER_FLOOR_DB, bar, spectrogram, waveform
from kws_data.sources.recording.guide import PeakHold

if TYPE_CHECKING:
    from rich.console import RenderableType

    from firmware_tools.recorder.capture import Block, Capture

SHOWN_S = 3.0
WIDTH = 72
HEIGHT = 12


class Scene:
    """The last seconds of a stream, and what has become of all of it."""

    def __init__(self, sample_rate_hz: int) -> None:
        self.rate_hz = sample_rate_hz
        self.meter = PeakHold(sample_rate_hz)
        self.now: Levels = levels(np.zeros(0, np.int16))
        self.recent = np.zeros(int(SHOWN_S * sample_rate_hz), np.int16)
        self.heard = self.lost = 0
        self.highest_db = METER_FLOOR_DB
        self.clipped = 0

    def hear(self, block: Block) -> None:
        """Take in the next block; what was lost before it is shown as silence."""
        self.now = self.meter.add(block.samples)
        new = np.concatenate([np.zeros(min(block.lost_before, len(self.recent)), np.int16), block.samples])
        self.recent = np.concatenate([self.recent, new])[-len(self.recent) :]
        self.heard += len(block.samples)
        self.lost += block.lost_before
        self.highest_db = max(self.highest_db, self.now.peak_db)
        self.clipped += round(self.now.clipped_share * len(block.samples))

    @property
    def seconds(self) -> float:
        """Of sound so far, with what was lost."""
        return (self.heard + self.lost) / self.rate_hz

    def as_dict(self) -> dict[str, Any]:
        """All of it in figures."""
        return {
            "seconds": round(self.seconds, 3),
            "lost_samples": self.lost,
            "peak_db": round(self.highest_db, 1),
            "clipped_samples": self.clipped,
        }

    def line(self) -> str:
        """The last moment in one line, for a log."""
        clipped = "  CLIPPED" if self.meter.clipped else ""
        lost = f"  {self.lost} lost" if self.lost else ""
        return f"{self.seconds:8.2f} s  {self.meter.peak_db:6.1f} dB  {bar(self.meter.peak_db, 30)}{clipped}{lost}"


def listen_screen(scene: Scene, capture: Capture, title: str) -> RenderableType:
    """What the terminal shows now."""
    from rich.console import Group
    from rich.panel import Panel
    from rich.text import Text

    peak = scene.meter.peak_db
    style = "red" if scene.meter.clipped else "yellow" if peak > -6 else "green"
    meter = Text("level ").append(bar(scene.now.rms_db, WIDTH - 18, peak), style=style)
    meter.append("  CLIPPED" if scene.meter.clipped else f" {max(peak, METER_FLOOR_DB):4.0f} dB")
    lines = spectrogram(scene.recent, scene.rate_hz, WIDTH, HEIGHT)
    lines[0] = lines[0][:-6] + f"{scene.rate_hz // 2_000} kHz".rjust(6)
    picture = Text("\n".join(lines), style="magenta")
    wave = Text(waveform(scene.recent, WIDTH), style="cyan")
    return Panel(
        Group(meter, Text(), wave, Text(), picture, Text(), _status(scene, capture)), title=title, width=WIDTH + 6
    )


def _status(scene: Scene, capture: Capture) -> RenderableType:
    from rich.text import Text

    clock = capture.clock()
    text = Text(f"{scene.seconds:.1f} s, {capture.codec.name}", style="dim")
    if clock is not None:
        text.append(f", {clock.ppm:+.0f} ppm by the {clock.basis.split(' (')[0]}")
    text.append(f", {scene.lost} samples lost" if scene.lost else ", nothing lost", style="red" if scene.lost else "")
    text.append("  (Ctrl-C ends it)")
    return text
