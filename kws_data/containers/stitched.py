"""A file made of pieces of another one, so that a decoder reads a header that is right."""

from __future__ import annotations

import io
from bisect import bisect_right
from itertools import accumulate
from typing import BinaryIO

from kws_data.containers.promise import Piece


class Stitched(io.RawIOBase):
    """Pieces one after the other, to read and to seek in; the file they come from stays open meanwhile."""

    def __init__(self, file: BinaryIO, pieces: tuple[Piece, ...]) -> None:
        self._file, self._pieces, self._position = file, pieces, 0
        lengths = (len(piece) if isinstance(piece, bytes) else piece[1] - piece[0] for piece in pieces)
        self._starts = [0, *accumulate(lengths)]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._starts[-1]}[whence]
        self._position = max(base + offset, 0)
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer over the ends of pieces: a decoder takes a short read for the end of the file."""
        view = memoryview(buffer)
        done = 0
        while done < len(view) and (chunk := self._read_on(len(view) - done)):
            view[done : done + len(chunk)] = chunk
            done += len(chunk)
        return done

    def _read_on(self, wanted: int) -> bytes:
        """Up to ``wanted`` bytes of the piece at the position; nothing at the end."""
        number = bisect_right(self._starts, self._position) - 1
        if number >= len(self._pieces):
            return b""
        piece, inside = self._pieces[number], self._position - self._starts[number]
        wanted = min(wanted, self._starts[number + 1] - self._position)
        if isinstance(piece, bytes):
            chunk = piece[inside : inside + wanted]
        else:
            self._file.seek(piece[0] + inside)
            chunk = self._file.read(wanted)
        self._position += len(chunk)
        return chunk
