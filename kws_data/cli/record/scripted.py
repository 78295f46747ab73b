"""Takes without a screen: for scripts, for pipes, and for several boards at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import click

from firmware_tools.recorder.clip import Recording
from firmware_tools.recorder.verdict import QuarantineRules
from kws_data.audio import Samples
from kws_data.catalog.attributes import proven_whole
from kws_data.cli.options import say
from kws_data.cli.record.keys import wait_for_key
from kws_data.sources.recording.boards import Board
from kws_data.sources.recording.sessions import HeardTake, Item, Session
from kws_data.sources.recording.take_verdict import NO_RULES
from kws_data.sources.recording.together import heard_take, record_together, same_sound

Sound = Callable[[Item], Samples | None]


def record_scripted(
    session: Session,
    boards: Sequence[Board],
    clip_samples: int,
    sound: Sound,
    countdown_s: float,
    *,
    ask: bool,
    rules: QuarantineRules = NO_RULES,
) -> list[dict[str, Any]]:
    """Record what remains of a session; every take that is whole is kept, unless ``ask`` lets a person decide.

    A take that breaks ``rules`` is kept too, but set aside with the reason, so that no data set takes it in.

    Returns:
        What became of each take, as ``--json`` prints it.

    Raises:
        LinkError: a board is gone; what was kept is stored.
        CatalogError, DataError: a take cannot be stored.
    """
    details, todo = [], list(session.remaining)
    while todo:
        item = todo[0]
        _prompt(item, boards, countdown_s)
        heard, recordings, reasons = _record(boards, clip_samples, sound(item), rules)
        say(f"  {len(session.plan) - len(todo) + 1}/{len(session.plan)} {_verdict(item, heard, recordings, reasons)}")
        answer = _decide(bool(heard)) if ask else "keep"
        if answer == "redo":
            continue
        if answer == "quit":
            break
        todo.pop(0)
        clips = session.keep(item, heard) if heard and answer == "keep" else []
        if answer == "skip":
            session.skip(item)
        details.append(_as_dict(item, clips, recordings, reasons))
    return details


def _prompt(item: Item, boards: Sequence[Board], countdown_s: float) -> None:
    """Tell a person what to say, and give them time; an emulated board's voice needs neither."""
    if any(board.play is None for board in boards):
        say(f"  say  «{item.word}»  in {countdown_s:.1f} s")
        time.sleep(countdown_s)
        say("  now!")


def _record(
    boards: Sequence[Board], clip_samples: int, sound: Samples | None, rules: QuarantineRules
) -> tuple[list[HeardTake], Sequence[Recording], Sequence[str]]:
    if len(boards) > 1:
        together = record_together(boards, clip_samples, same_sound(boards, sound), rules)
        return list(together.heard), together.recordings, together.reasons
    board = boards[0]
    recording = board.record(clip_samples, sound)
    if not recording.ok:
        return [], [recording], recording.reasons
    return [heard_take(board, recording.samples, recording, rules)], [recording], []


def _decide(whole: bool) -> str:
    if not whole:
        click.echo("  it cannot be kept: [r] again, [s]kip or [q]uit ", err=True, nl=False)
    else:
        click.echo("  [k]eep, [r]edo, [s]kip or [q]uit ", err=True, nl=False)
    answers = {"r": "redo", "s": "skip", "q": "quit"} | ({"k": "keep", "\r": "keep", "\n": "keep"} if whole else {})
    answer = answers[wait_for_key("".join(answers))]
    say(answer)
    return answer


def _verdict(item: Item, heard: Sequence[HeardTake], recordings: Sequence[Recording], reasons: Sequence[str]) -> str:
    if not heard:
        return f"{item.word}: not kept: {'; '.join(reasons)}"
    peaks = "/".join(f"{recording.levels.peak_db:.0f}" for recording in recordings)
    proven = all(proven_whole(one.attributes) for one in heard)
    text = f"{item.word}: {'whole' if proven else 'not proven whole'}, peak {peaks} dB"
    if len(heard) > 1:
        delays = [one.attributes for one in heard[1:]]
        found = (f"{d['delay_samples']:+d} samples" if d["aligned"] else "sound not found" for d in delays)
        text += f", aligned {', '.join(found)}"
    text += "".join(f", set aside: {one.reasons}" for one in heard if one.reasons)
    return text + "".join(f", {warning}" for recording in recordings for warning in recording.warnings)


def _as_dict(item: Item, clips: Sequence[str], taken: Sequence[Recording], reasons: Sequence[str]) -> dict[str, Any]:
    return {
        "word": item.word,
        "take": item.take,
        "clip": clips[0] if clips else "",
        "clips": list(clips),
        "lost_samples": sum(recording.lost_samples for recording in taken),
        "attempts": max(recording.attempts for recording in taken),
        "peak_db": max(recording.levels.peak_db for recording in taken),
        "reasons": list(reasons),
        "warnings": [warning for recording in taken for warning in recording.warnings],
    }
