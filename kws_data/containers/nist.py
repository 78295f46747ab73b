"""NIST SPHERE: a header of lines such as ``sample_count -i 16000``, then the samples."""

from __future__ import annotations

import re
from typing import BinaryIO

from kws_data.containers.promise import HeaderError, Promise, refuse_truncated

MAGIC = b"NIST_1A"


def look_at_nist(file: BinaryIO, end: int) -> Promise:
    """What a SPHERE file promises; raises HeaderError when it is truncated or packed with shorten."""
    head = file.read(1_024)
    length = int(found[1]) if (found := re.match(rb"NIST_1A\s+(\d{1,6})\s", head)) else 1_024
    head += file.read(max(length - len(head), 0))
    coding = found[1].decode("ascii", "replace") if (found := re.search(rb"sample_coding -s\d+ (\S+)", head)) else "pcm"
    if "," in coding or "shorten" in coding:
        raise HeaderError(
            f"file is NIST SPHERE packed as {coding}, which is not read", "convert it: sph2pipe -f wav in.sph out.wav"
        )
    count, width, channels = (_field(head, name) for name in (b"sample_count", b"sample_n_bytes", b"channel_count"))
    if not count and b"sample_count" in head:
        raise HeaderError("header of the audio file is damaged", "its sample_count is no number: copy it again")
    refuse_truncated(count, (end - length) // max(width * channels, 1), "samples")
    return Promise(form=f"NIST SPHERE of {coding}")


def _field(head: bytes, name: bytes) -> int:
    """A number of the header; 0 when it is not there."""
    found = re.search(rb"^" + name + rb" -i (\d{1,18})\s*$", head, re.MULTILINE)
    return int(found[1]) if found else 0
