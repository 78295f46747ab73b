"""The lines of a text that others wrote, whatever their encoding and line ends; a line that is no text costs itself."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from kws_data.errors import DataError

MAX_BYTES = 2_000_000_000
#: Marks at the start of a text; the longer first, as one begins with another.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: What files begin with that are no text.
_NO_TEXT = ((b"PK\x03\x04", "a spreadsheet or archive"), (b"\xd0\xcf\x11\xe0", "a spreadsheet"), (b"PAR1", "Parquet"))
_LOOKED_AT = 256

#: A line with its number; None where it is no text.
Line = tuple[int, str | None]


def read_lines(path: Path) -> list[Line]:
    """Numbered lines of a file, without their ends.

    UTF-8, with or without a mark; UTF-16 with or without one (its header is Latin, so every second byte is 0); UTF-32
    with one. Lines end as the first one does: by LF, CR LF, or CR alone.

    Raises:
        DataError: the file cannot be read or is no text.
    """
    data = _bytes_of(path)
    encoding, data = _encoding(data)
    if encoding != "utf-8":
        try:
            data = data.decode(encoding).encode("utf-8")
        except UnicodeError as error:
            reason = getattr(error, "reason", str(error))
            raise DataError("table is no text", str(path), f"{reason}: save it as UTF-8") from None
    first = re.search(rb"\r*\n|\r", data)
    end = b"\r" if first and first[0] == b"\r" else b"\n"
    return [(number, _text(line)) for number, line in enumerate(data.split(end), 1)]


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError("table is too large", str(path), f"at most {MAX_BYTES:,} bytes: cut it up")
        data = path.read_bytes()
    except OSError as error:
        raise DataError("table cannot be read", str(path), error.strerror or str(error)) from None
    for start, what in _NO_TEXT:
        if data.startswith(start):
            raise DataError("table is no text", str(path), f"it is {what}: save it as CSV (UTF-8)")
    return data


def _encoding(data: bytes) -> tuple[str, bytes]:
    """The encoding of a text, and its bytes without a mark."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, data[len(mark) :]
    start = data[:_LOOKED_AT]
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) * 10 > len(start) and max(even, odd) >= 4 * min(even, odd):
        return ("utf-16-be" if even > odd else "utf-16-le"), data
    return "utf-8", data.removeprefix(codecs.BOM_UTF8)


def _text(line: bytes) -> str | None:
    try:
        return line.decode("utf-8").rstrip("\r")
    except UnicodeDecodeError:
        return None
