"""Clips recorded through a board: played into its microphone, sampled by its firmware, sent over its serial port.

A recording takes the place of the clip that was played, under the same origin, and remembers both the clip
and the board. Each is stored at once, so that an interrupted session goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from firmware_tools.errors import BoardError
from firmware_tools.levels import find_speech
from firmware_tools.link.session import BoardSession
from firmware_tools.recorder.clip import Recording, record_clip
from kws_data.audio import Samples
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip, NewClip
from kws_data.progress import Progress
from kws_data.sources.recording.take_verdict import sound_figures


@dataclass(frozen=True)
class RecordReport:
    """What a session recorded, what was there already, and what was set aside: clip id and reason."""

    recorded: int
    known: int
    set_aside: tuple[tuple[str, str], ...] = ()


def record_through_board(
    catalog: Catalog, clips: Sequence[Clip], session: BoardSession, progress: Progress | None = None
) -> RecordReport:
    """Record each clip that this board has not recorded yet.

    A recording with a gap is never stored: it is tried again, and after that reported with its reasons. The clip
    itself stays in use, and the next session tries once more.

    Raises:
        BoardError: nothing can be played into this board's microphone.
        LinkError: the port vanished; what was recorded until then is kept.
    """
    device = f"board:{session.board.name}"
    there = {clip.parent for clip in catalog.clips(device=device, with_set_aside=True)}
    waiting = [clip for clip in clips if clip.id not in there]
    set_aside: list[tuple[str, str]] = []
    for number, clip in enumerate(waiting, len(clips) - len(waiting) + 1):
        recording = _play_and_record(session, catalog.load(clip))
        if recording.ok:
            catalog.add_clip(_recorded(catalog, clip, device, session, recording))
        else:
            set_aside.append((clip.id, "; ".join(recording.reasons)))
        if progress:
            progress("record", number, len(clips))
    return RecordReport(len(waiting) - len(set_aside), len(clips) - len(waiting), tuple(set_aside))


def _play_and_record(session: BoardSession, samples: Samples) -> Recording:
    play = session.play
    if play is None:
        raise BoardError(
            "nothing can be played into this board's microphone",
            session.board.name,
            "record people with kws record --words, or use the emulated board",
        )
    return record_clip(session.link, len(samples), lambda: play(samples))


def _recorded(catalog: Catalog, clip: Clip, device: str, session: BoardSession, recording: Recording) -> NewClip:
    """The clip as the board heard it: what was said of it stays, how it sounds is measured on the recording."""
    rate_hz = session.hello.sample_rate_hz
    heard = sound_figures(recording.levels, find_speech(recording.samples, rate_hz), rate_hz)
    return NewClip(
        audio=catalog.store_audio(recording.samples, rate_hz),
        word=clip.word,
        speaker=clip.speaker,
        source=clip.source,
        origin=clip.origin,
        device=device,
        licence=clip.licence,
        consent=clip.consent,
        session=f"{device} {session.hello.app}",
        parent=clip.id,
        pseudonymous=True,
        synthetic=clip.synthetic,
        attributes={**clip.attributes, **heard},
    )
