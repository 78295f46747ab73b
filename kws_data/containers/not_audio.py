"""Files that are not read though they have an audio file's name: what they are, and how to convert them."""

from __future__ import annotations

from kws_data.containers.promise import HeaderError
from kws_data.containers.suffixes import CONVERTED, RAW

_CONVERT = "convert it: ffmpeg -i in{suffix} out.wav"
_FETCH_LFS = "fetch the file itself: git lfs pull"
_DOWNLOAD = "download the recording itself"
_NOT_IN_TEXT = frozenset(range(32)) - frozenset(b"\t\n\r\f")

#: First bytes (of the place) -> what the file is, and what to do.
_BEGINNINGS: tuple[tuple[int, bytes, str, str], ...] = (
    (4, b"ftyp", "MPEG-4 (M4A, MP4, 3GP)", _CONVERT),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media (WMA)", _CONVERT),
    (0, b"#!AMR", "AMR", _CONVERT),
    (0, b"\x1a\x45\xdf\xa3", "Matroska or WebM", _CONVERT),
    (0, b"MAC ", "Monkey's Audio (APE)", _CONVERT),
    (0, b"wvpk", "WavPack", _CONVERT),
    (0, b"TTA1", "True Audio (TTA)", _CONVERT),
    (0, b"TTA2", "True Audio (TTA)", _CONVERT),
    (0, b"ajkg", "Shorten", _CONVERT),
    (0, b"DSD ", "DSD", _CONVERT),
    (0, b"FRM8", "DSD", _CONVERT),
    (0, b"MPCK", "Musepack", _CONVERT),
    (0, b"MP+", "Musepack", _CONVERT),
    (0, b".RMF", "RealMedia", _CONVERT),
    (0, b"ADIF", "AAC", _CONVERT),
    (0, b"FLV\x01", "Flash video", _CONVERT),
    (0, b"\x0b\x77", "AC-3", _CONVERT),
    (
        0,
        b"\x00\x05\x16\x07",
        "AppleDouble (what macOS notes beside a file)",
        "take the file without ._ before its name",
    ),
    (0, b"version https://git-lfs", "a pointer of Git LFS, not the file", _FETCH_LFS),
    (0, b"PK\x03\x04", "a ZIP archive", "unpack it"),
    (0, b"\x1f\x8b", "a gzip archive", "unpack it"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it"),
    (0, b"Rar!", "a RAR archive", "unpack it"),
    (0, b"BZh", "a bzip2 archive", "unpack it"),
    (0, b"\xfd7zXZ", "an xz archive", "unpack it"),
    (0, b"%PDF", "a PDF", _DOWNLOAD),
    (0, b"MThd", "MIDI, notes without sound", "record it"),
    (0, b"\x89PNG", "a picture", "take it away"),
    (0, b"\xff\xd8\xff", "a picture", "take it away"),
)


def refuse_other_kinds(head: bytes, suffix: str) -> None:
    """Refuse what is known to be no audio, or audio that is not read.

    Args:
        head: the first bytes of a file.
        suffix: of its name.

    Raises:
        HeaderError: with the kind of the file, and what to do.
    """
    if suffix.lower() in RAW:
        form = "-t raw -r 16000 -e signed -b 16 -c 1"
        remedy = f"say what they are: sox {form} in{suffix} out.wav"
        raise HeaderError("file is raw samples without a header, which are not read", remedy)
    for at, beginning, kind, remedy in _BEGINNINGS:
        if head[at : at + len(beginning)] == beginning:
            raise HeaderError(f"file is {kind}, which is not read", remedy.format(suffix=suffix))
    if head[:1] == b"\xff" and head[1:2] and head[1] & 0xF6 == 0xF0:
        raise HeaderError("file is AAC, which is not read", _CONVERT.format(suffix=suffix))
    _refuse_text(head)


def _refuse_text(head: bytes) -> None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<!doctype", b"<html", b"<head", b"<?xml", b"<svg", b"<error", b"<body", b"<script")):
        raise HeaderError("file is a web page or XML, no audio", _DOWNLOAD)
    if text.startswith((b'{"', b"{\n", b"{\r", b"{ ", b"{}", b"[{", b"[\n", b'["')):
        raise HeaderError("file is JSON, no audio", _DOWNLOAD)
    if len(head) >= 16 and head.isascii() and not set(head) & _NOT_IN_TEXT:
        raise HeaderError("file is text, no audio", _DOWNLOAD)


def unread(head: bytes, suffix: str) -> HeaderError | None:
    """What can be said of a file that the decoder does not know, by its name and its first bytes."""
    if suffix.lower() in CONVERTED:
        kind = suffix[1:].upper()
        return HeaderError(f"file is {kind} or damaged, which is not read", _CONVERT.format(suffix=suffix))
    if head and not any(head):
        return HeaderError("file is no audio or is damaged", "it begins with zeros: copy it again")
    return None
