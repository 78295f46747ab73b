"""Boards that ``kws record`` opens: one or several, emulated or on the desk, each with its name in the catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from firmware_tools.protocol.audio_frames import choose_codec
from firmware_tools.recorder.capture import Block, Capture, capture
from firmware_tools.recorder.clip import Recording, record_clip
from kws_data.audio import Samples
from kws_data.sources.recording.take_verdict import clock_figures

if TYPE_CHECKING:
    from firmware_tools.link.session import BoardSession, Play

RECONNECT_S = 20.0


class Blocks(Protocol):
    """Blocks of a running recording, in order, and how often its port had vanished."""

    @property
    def reconnects(self) -> int:
        """Times that the port was opened again."""

    def __iter__(self) -> Iterator[Block]:
        """The blocks."""


class Board(Protocol):
    """What is recorded from: a board that runs the recorder app, or one that sends bare samples."""

    @property
    def device(self) -> str:
        """Its name in the catalogue."""

    @property
    def rate_hz(self) -> int:
        """Sample rate of what is recorded."""

    @property
    def play(self) -> Play | None:
        """Gives sound to its microphone; None for one that hears the room."""

    def figures(self) -> dict[str, Any]:
        """What is stored with each clip besides its own verdict."""

    def record(self, samples: int, sound: Samples | None = None, *, attempts: int = 3) -> Recording:
        """A clip of so many samples, with ``sound`` played to its microphone where that can be done."""

    def capture(self) -> AbstractContextManager[Blocks]:
        """What its microphone hears, until the block of code ends."""


@dataclass(frozen=True)
class OpenBoard:
    """A board that runs the recorder app; ``device`` is its name in the catalogue."""

    session: BoardSession
    device: str

    @property
    def rate_hz(self) -> int:
        """Sample rate of its microphone."""
        return self.session.hello.sample_rate_hz

    @property
    def play(self) -> Play | None:
        """Gives sound to its microphone; None for one on a desk."""
        return self.session.play

    def record(self, samples: int, sound: Samples | None = None, *, attempts: int = 3) -> Recording:
        """A clip; see :func:`record_clip`."""
        play = None if sound is None or self.play is None else partial(self.play, sound)
        return record_clip(self.session.link, samples, play, attempts=attempts)

    def figures(self) -> dict[str, Any]:
        """What is stored with each clip besides its own verdict: codec, that no microphone of the world heard it where
        it is so, and the true sample rate where it is known."""
        hello, link = self.session.hello, self.session.link
        codec = choose_codec("auto", hello.sample_rate_hz, hello.baud or link.baud, hello.codecs)
        emulated = {} if self.play is None else {"microphone": "emulated"}
        return {"codec": codec.name.lower(), **emulated, **clock_figures(link.clock.estimate())}

    def capture(self) -> closing[Capture]:
        """What its microphone hears, until the block of code ends; a port that vanishes is waited for."""
        on_desk = self.session.play is None
        return closing(capture(self.session.link, reconnect_s=RECONNECT_S if on_desk else 0.0))


@contextmanager
def open_boards(boards: Sequence[tuple[str, str | None]]) -> Iterator[list[OpenBoard]]:
    """Open each board; an emulated one is flashed with the recorder app first. They are called what they call
    themselves, the second of a kind NAME-2.

    Raises:
        BoardError, LinkError, FirmwareError: one of them cannot be used.
    """
    from firmware_tools.boards.spec import load_board
    from firmware_tools.emulator.storage import default_state_dir
    from firmware_tools.link.session import open_board
    from firmware_tools.recorder.flash import flash_recorder

    opened: list[OpenBoard] = []
    folders: Counter[str] = Counter()
    names: Counter[str] = Counter()
    with ExitStack() as stack:
        for name, port in boards:
            spec = load_board(name)
            folder = default_state_dir(spec)
            folder = folder.with_name(folder.name + _number(folders, spec.name))
            if port is None and spec.emulator:
                flash_recorder(spec, folder)
            session = stack.enter_context(open_board(spec, port, folder))
            session.require("recorder")
            heard = session.hello.board  # by its own word: which board is behind a port, nobody else knows
            opened.append(OpenBoard(session, f"board:{heard}{_number(names, heard)}"))
        yield opened


def _number(seen: Counter[str], name: str) -> str:
    """What tells the second of a name from the first; counts it."""
    seen[name] += 1
    return "" if seen[name] == 1 else f"-{seen[name]}"
