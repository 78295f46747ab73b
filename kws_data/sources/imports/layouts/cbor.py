"""The part of CBOR (RFC 8949) that recorders write: numbers, text, bytes, arrays, maps, simple values; tags are passed
over. Damaged input of any kind is one error, never a crash or a large allocation."""

from __future__ import annotations

import struct
from typing import Any

MAX_DEPTH = 32
_BREAK = object()
_SIMPLE: dict[int, Any] = {20: False, 21: True, 22: None, 23: None}
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}


class CborError(ValueError):
    """Bytes that are no CBOR, or end too soon."""


def decode_cbor(data: bytes) -> Any:
    """The first item in ``data``.

    Raises:
        CborError: no CBOR, cut off, or nested deeper than any recorder does.
    """
    value = _Decoder(data).item(0)
    if value is _BREAK:
        raise CborError("a stop code stands where a value should")
    return value


class _Decoder:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def item(self, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise CborError("nested too deeply")
        head = self._take(1)[0]
        kind, short = head >> 5, head & 31
        if kind == 7:
            return self._simple(short)
        if short == 31 and kind in (2, 3, 4, 5):
            return self._open(kind, depth)
        argument = self._argument(short)
        if kind < 2:
            return argument if kind == 0 else -1 - argument
        if kind < 4:
            return self._string(kind, self._take(argument))
        if kind == 4:
            return [self._value(depth) for _ in range(self._fits(argument))]
        if kind == 5:
            return dict(self._pair(depth) for _ in range(self._fits(2 * argument) // 2))
        return self.item(depth + 1)  # a tag: what it marks is what counts

    def _open(self, kind: int, depth: int) -> Any:
        """A string, array or map that ends with a stop code."""
        values: list[Any] = []
        while (value := self.item(depth + 1)) is not _BREAK:
            values.append((self._key(value), self._value(depth)) if kind == 5 else value)
        if kind == 5:
            return dict(values)
        if kind == 4:
            return values
        if not all(isinstance(value, bytes if kind == 2 else str) for value in values):
            raise CborError("a string has a piece of another kind")
        return (b"" if kind == 2 else "").join(values)

    def _value(self, depth: int) -> Any:
        value = self.item(depth + 1)
        if value is _BREAK:
            raise CborError("a stop code stands where a value should")
        return value

    def _pair(self, depth: int) -> tuple[Any, Any]:
        return self._key(self._value(depth)), self._value(depth)

    @staticmethod
    def _key(key: Any) -> Any:
        if not isinstance(key, str | int | bytes):
            raise CborError("a key is neither text nor number")
        return key

    def _argument(self, short: int) -> int:
        if short < 24:
            return short
        if short > 27:
            raise CborError("a length of unknown form")
        return int.from_bytes(self._take(1 << (short - 24)), "big")

    def _simple(self, short: int) -> Any:
        if short == 31:
            return _BREAK
        if short in _FLOATS:
            form = _FLOATS[short]
            return struct.unpack(form, self._take(struct.calcsize(form)))[0]
        if short in _SIMPLE:
            return _SIMPLE[short]
        raise CborError("a simple value of unknown form")

    @staticmethod
    def _string(kind: int, data: bytes) -> bytes | str:
        if kind == 2:
            return data
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            raise CborError("a text is no UTF-8") from None

    def _take(self, count: int) -> bytes:
        piece = self._data[self._at : self._at + count]
        if len(piece) < count:
            raise CborError("ends too soon")
        self._at += count
        return piece

    def _fits(self, count: int) -> int:
        """A number of items that can be there: each takes a byte at least."""
        if count > len(self._data) - self._at:
            raise CborError("ends too soon")
        return count
