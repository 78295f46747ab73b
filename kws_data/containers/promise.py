"""What a header promises: the bytes to decode, and whether their length can be believed."""

from __future__ import annotations

from dataclasses import dataclass

#: Bytes that stand for themselves, or the stretch [start, end) of the file.
Piece = bytes | tuple[int, int]


def moved(piece: Piece, by: int) -> Piece:
    """A piece of a file that begins ``by`` bytes further on in another one."""
    return piece if isinstance(piece, bytes) else (piece[0] + by, piece[1] + by)


class HeaderError(Exception):
    """A file that must not be decoded as it is: what is wrong with it, and what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}: {remedy}")
        self.what, self.remedy = what, remedy


@dataclass(frozen=True)
class Promise:
    """What to decode.

    Attributes:
        streams: each the pieces of one stream, to be decoded one after the other; none: the file as it is.
        exact: the decoder's count of samples is what has to come; otherwise what comes to the end is taken.
        samples: how many of each channel are taken at most; what comes behind them is repetition.
        least: so many have to come in any case: fewer are a damaged file.
        form: what the samples are, in words, for the case that the decoder does not know them.
    """

    streams: tuple[tuple[Piece, ...], ...] = ()
    exact: bool = True
    samples: int | None = None
    least: int = 0
    form: str = ""


def refuse_truncated(announced: int, there: int, unit: str = "bytes of audio") -> None:
    """Raises HeaderError when less is there than announced."""
    if announced > there:
        remedy = f"{announced} {unit} announced, {max(there, 0)} there: copy it again"
        raise HeaderError("audio file is truncated", remedy)


_NEAR = 1 << 16  # writers round their largest number down to whole samples, and take off headers


def is_unknown(size: int) -> bool:
    """Whether a size is what a writer leaves that cannot seek back: 0, or the largest number that it knows.

    SoX leaves 0x7FFFF000, arecord 0x80000000, ffmpeg 0xFFFFFFFF, and 2^63 - 1 where sizes have 64 bits.
    """
    return size == 0 or abs(size - (1 << 31)) <= _NEAR or (1 << 32) - _NEAR <= size <= 1 << 32 or size >= 1 << 62
