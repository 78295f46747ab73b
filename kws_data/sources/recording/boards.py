"""Boards that ``kws record`` opens: one or several, emulated or on the desk, each with its name in the catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from firmware_tools.protocol.audio_frames import choose_codec
from firmware_tools.recorder.capture import Capture, capture
from kws_data.sources.recording.take_verdict import clock_figures

if TYPE_CHECKING:
    from firmware_tools.link.session import BoardSession

RECONNECT_S = 20.0


@dataclass(frozen=True)
class OpenBoard:
    """A board that runs the recorder app; ``device`` is its name in the catalogue."""

    session: BoardSession
    device: str

    @property
    def rate_hz(self) -> int:
        """Sample rate of its microphone."""
        return self.session.hello.sample_rate_hz

    def figures(self) -> dict[str, Any]:
        """What is stored with each clip besides its own verdict: codec, and the true sample rate where it is known."""
        hello, link = self.session.hello, self.session.link
        codec = choose_codec("auto", hello.sample_rate_hz, hello.baud or link.baud, hello.codecs)
        return {"codec": codec.name.lower(), **clock_figures(link.clock.estimate())}

    def capture(self) -> closing[Capture]:
        """What its microphone hears, until the block of code ends; a port that vanishes is waited for."""
        on_desk = self.session.play is None
        return closing(capture(self.session.link, reconnect_s=RECONNECT_S if on_desk else 0.0))


@contextmanager
def open_boards(boards: Sequence[tuple[str, str | None]]) -> Iterator[list[OpenBoard]]:
    """Open each board; an emulated one is flashed with the recorder app first. The second of a kind is NAME-2.

    Raises:
        BoardError, LinkError, FirmwareError: one of them cannot be used.
    """
    from firmware_tools.boards.spec import load_board
    from firmware_tools.emulator.storage import default_state_dir
    from firmware_tools.link.session import open_board
    from firmware_tools.recorder.flash import flash_recorder

    opened: list[OpenBoard] = []
    seen: Counter[str] = Counter()
    with ExitStack() as stack:
        for name, port in boards:
            spec = load_board(name)
            seen[spec.name] += 1
            suffix = "" if seen[spec.name] == 1 else f"-{seen[spec.name]}"
            folder = default_state_dir(spec)
            folder = folder.with_name(folder.name + suffix)
            if port is None and spec.emulator:
                flash_recorder(spec, folder)
            session = stack.enter_context(open_board(spec, port, folder))
            session.require("recorder")
            opened.append(OpenBoard(session, f"board:{spec.name}{suffix}"))
        yield opened
