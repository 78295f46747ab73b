"""The two streams of a program, made such that what happens to them never looks like something else.

Whoever reads stdout may go (``| head``): kws ends in silence. A full disk under it is said. stderr is for people: when
nobody takes it any more, work goes on without it. Characters that a terminal cannot show are written plainly.
"""

from __future__ import annotations

import codecs
import io
import sys
from typing import TextIO

#: Characters that kws itself prints -> the same where only ASCII can be shown.
_PLAIN = {"▼": "v", "·": ".", "–": "-", "…": "...", "→": "->", "•": "*", "×": "x", "±": "+-", "≤": "<=", "≥": ">="}
_HANDLER = "kws.plain"


class ReaderGone(BaseException):
    """Whoever read stdout has gone. No Exception: no code that sets a broken file aside may take it for one."""


class OutputLost(BaseException):
    """stdout cannot be written, for the reason in its text."""


class _Stdout(io.FileIO):
    """Bytes to stdout; the first that are not taken raise :class:`ReaderGone` or :class:`OutputLost`, no later ones."""

    lost = False

    def write(self, data: bytes, /) -> int | None:  # type: ignore[override]
        if self.lost:
            return len(data)
        try:
            return super().write(data)
        except BrokenPipeError:
            self.lost = True
            raise ReaderGone from None
        except OSError as error:
            self.lost = True
            raise OutputLost(error.strerror or str(error)) from None


class _Stderr(io.FileIO):
    """Bytes to stderr, or to nowhere when they are not taken."""

    def write(self, data: bytes, /) -> int | None:  # type: ignore[override]
        try:
            return super().write(data)
        except OSError:
            return len(data)


def guard_output() -> None:
    """Put guarded streams in place of ``sys.stdout`` and ``sys.stderr``; a stream that is closed stays as it is."""
    codecs.register_error(_HANDLER, _written_plainly)
    sys.stdout = _guarded(sys.stdout, _Stdout)
    sys.stderr = _guarded(sys.stderr, _Stderr)


def _guarded(stream: TextIO | None, kind: type[io.FileIO]) -> TextIO:
    if not isinstance(stream, io.TextIOWrapper):
        return stream  # type: ignore[return-value]
    if stream.isatty():  # a terminal has its own way to bytes on Windows, and no reader that goes
        stream.reconfigure(errors=_HANDLER)
        return stream
    stream.flush()
    raw = kind(stream.fileno(), "wb", closefd=False)
    lines = stream.line_buffering
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding=stream.encoding, errors=_HANDLER, line_buffering=lines)


def _written_plainly(error: UnicodeError) -> tuple[str, int]:
    """What stands for characters that an encoding does not have; bytes of names that are no text are ``\\xNN``."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = error.object[error.start : error.end]
    return "".join(_PLAIN.get(one) or one.encode("ascii", "backslashreplace").decode() for one in found), error.end


def takes_unicode() -> bool:
    """Whether stdout takes every character."""
    return (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "").startswith("utf")


def one_line(text: str) -> str:
    """Text that may hold names of files, as one line: line ends and codes that steer a terminal are written out."""
    return "".join(one if one.isprintable() or one == " " else one.encode("unicode_escape").decode() for one in text)
