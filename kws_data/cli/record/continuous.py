"""``kws record --continuous``: streams for so long, cuts utterances, files them without a label."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import click

from firmware_tools.recorder.capture import Block
from kws_data.audio import Samples
from kws_data.catalog.attributes import proven_whole
from kws_data.catalog.catalog import Catalog
from kws_data.cli.options import progress_bars, say
from kws_data.sources.recording.boards import Board
from kws_data.sources.recording.continuous import Filed, Filer
from kws_data.sources.recording.sessions import Person, Place, known_person

_PARTS = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s?)?")


class Duration(click.ParamType):  # type: ignore[type-arg]
    """``90``, ``90s``, ``30m``, ``1h30m``: seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds of a text; fails with one line when it is none."""
        if isinstance(value, float):
            return value
        match = _PARTS.fullmatch(str(value).strip())
        seconds = (
            sum(float(part or 0) * unit for part, unit in zip(match.groups(), (3600, 60, 1), strict=True))
            if match
            else 0
        )
        if seconds <= 0:
            self.fail(f"{value!r} is no duration: write 90s, 30m or 1h30m", param, ctx)
        return seconds


def record_continuous(
    catalog: Catalog, board: Board, person: Person, place: Place, seconds: float, sound: Samples | None
) -> dict[str, Any]:
    """Record for ``seconds`` of audio; returns what was heard, filed and lost. Ctrl-C ends it in order.

    Raises:
        LinkError: the board is gone; what was filed is kept.
    """
    person = known_person(catalog, person)
    filer = Filer(catalog, person, place, board.device, board.rate_hz, figures=board.figures)

    def feed(block: Block) -> None:
        for filed in filer.feed(block):
            say(_line(filed, board.rate_hz))

    reconnects = listen(board, seconds, sound, feed)
    for filed in filer.end():
        say(_line(filed, board.rate_hz))
    heard = filer.progress
    say(f"{heard.utterances} utterances in {heard.samples / board.rate_hz:.0f} s, {lost(board, heard.lost_samples)}")
    return {
        "session": filer.session,
        "seconds": heard.samples / board.rate_hz,
        "utterances": heard.utterances,
        "lost_samples": heard.lost_samples,
        "gaps": heard.gaps,
        "reconnects": reconnects,
    }


def lost(board: Board, samples: int) -> str:
    """How many samples were lost, as far as this board's line shows it."""
    return (
        f"{samples} samples lost" if proven_whole(board.figures()) else f"{samples} samples seen lost, not proven whole"
    )


def listen(board: Board, seconds: float, sound: Samples | None, feed: Callable[[Block], None]) -> int:
    """Feed what a board hears for ``seconds`` of audio, or until Ctrl-C; returns how often its port had vanished.

    Raises:
        LinkError: the board is gone.
    """
    wanted = int(seconds * board.rate_hz)
    if sound is not None and board.play is not None:
        board.play(sound)
    reconnects = 0
    try:
        with progress_bars() as progress, board.capture() as blocks:
            for block in blocks:
                feed(block)
                if block.lost_before:
                    say(f"  {block.lost_before} samples lost at {block.first_sample / board.rate_hz:.2f} s; it goes on")
                if blocks.reconnects > reconnects:
                    reconnects = blocks.reconnects
                    say("  the port had vanished and is back")
                at = block.first_sample + len(block.samples)
                progress("seconds heard", min(at, wanted) // board.rate_hz, wanted // board.rate_hz)
                if at >= wanted:
                    break
    except KeyboardInterrupt:
        say("  stopped")
    return reconnects


def _line(filed: Filed, rate_hz: int) -> str:
    utterance = filed.utterance
    start = (utterance.first_sample + utterance.speech_start) / rate_hz
    length = (utterance.speech_end - utterance.speech_start) / rate_hz
    return f"  {start:8.2f} s  {length:.2f} s of speech, {utterance.speech_db - utterance.floor_db:.0f} dB above noise"
