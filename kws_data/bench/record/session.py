"""A recording session as a program, to be killed.

``python -m kws_data.bench.record.session FOLDER STATE SPEAKER TAKES``

It does what ``kws record`` does with a plan, on an emulated board that hears a sound of its own for each take, so that
whoever looks at the catalogue afterwards knows every sample that should be in it. Each kept clip's id goes to stdout.
"""

from __future__ import annotations

import sys
import zlib
from functools import partial
from pathlib import Path

import numpy as np

from firmware_tools.boards.spec import load_board
from firmware_tools.errors import KwsError
from firmware_tools.link.session import BoardSession, open_board
from firmware_tools.recorder.clip import record_clip
from kws_data.audio import Samples
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.sources.recording.sessions import HeardTake, Item, Person, Place, Session, open_session, plan_of

WORDS = ("yes", "no")
TAKE_SAMPLES = 16_000


def plan(takes: int) -> tuple[Item, ...]:
    """What a session of the bench records."""
    return plan_of(dict.fromkeys(WORDS, takes))


def sound(word: str, take: int) -> Samples:
    """What is played for a take: noise, int16 [TAKE_SAMPLES]."""
    rng = np.random.default_rng([zlib.crc32(word.encode()), take])
    return rng.integers(-8_000, 8_000, TAKE_SAMPLES).astype(np.int16)


def is_whole(catalog: Catalog, clip: Clip) -> bool:
    """Whether a clip of the bench holds exactly what was played for it."""
    try:
        samples = catalog.load(clip)
    except KwsError:
        return False
    return np.array_equal(samples, sound(clip.word, int(clip.attributes["take"])))


def _record(board: BoardSession, session: Session, item: Item) -> str:
    assert board.play is not None
    recording = record_clip(board.link, TAKE_SAMPLES, partial(board.play, sound(item.word, item.take)))
    if not recording.ok:
        raise KwsError("take is not whole", "; ".join(recording.reasons), "record it again")
    heard = HeardTake(f"board:{board.board.name}", recording.samples, board.hello.sample_rate_hz)
    return session.keep(item, [heard])[0]


def run(folder: Path, state_dir: Path, speaker: str, takes: int) -> None:
    """Record what is left of the speaker's session.

    Raises:
        KwsError: catalogue, disk or board refuse.
    """
    with (
        open_board(load_board("emulated"), None, state_dir) as board,
        Catalog(folder) as catalog,
        open_session(catalog, Person(speaker, "bench", "none"), Place(), plan(takes)) as session,
    ):
        for item in session.remaining:
            sys.stdout.write(_record(board, session, item) + "\n")
            sys.stdout.flush()


def main() -> int:
    """Entry of the process: 0, or 2 with one line on stderr."""
    folder, state_dir, speaker, takes = sys.argv[1:]
    try:
        run(Path(folder), Path(state_dir), speaker, int(takes))
    except KwsError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
