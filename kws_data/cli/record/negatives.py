"""``kws record --continuous --negatives``: hours of a room in which no keyword is said, for ``data.negatives``."""

from __future__ import annotations

from typing import Any

from kws_data.audio import Samples
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.negative_clips import Kind
from kws_data.cli.options import say
from kws_data.cli.record.continuous import listen, lost
from kws_data.sources.recording.boards import Board
from kws_data.sources.recording.negatives import NegativeFiler
from kws_data.sources.recording.sessions import Person, Place, known_person


def record_negatives(
    catalog: Catalog,
    board: Board,
    person: Person,
    place: Place,
    seconds: float,
    sound: Samples | None,
    kind: Kind,
) -> dict[str, Any]:
    """Record for ``seconds`` of audio; returns what was kept and lost. Ctrl-C ends it in order.

    Raises:
        LinkError: the board is gone; what was stored is kept.
    """
    person = known_person(catalog, person)
    filer = NegativeFiler(catalog, person, place, board.device, board.rate_hz, kind, board.figures)
    reconnects = listen(board, seconds, sound, filer.feed)
    heard, kept_s = filer.progress, filer.stretches * filer.length / board.rate_hz
    say(f"{kept_s / 60:.1f} minutes kept as negatives ({kind}), {lost(board, heard.lost_samples)}")
    if filer.stretches:
        say(f"a configuration uses them with data.negatives: [{board.device}]")
    return {
        "session": filer.session,
        "seconds": heard.samples / board.rate_hz,
        "kept_seconds": kept_s,
        "stretches": filer.stretches,
        "kind": kind,
        "negatives": board.device,
        "lost_samples": heard.lost_samples,
        "gaps": heard.gaps,
        "reconnects": reconnects,
    }
