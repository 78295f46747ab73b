"""Native output vanishes inside the block, and only there."""

from __future__ import annotations

import os

import pytest

from kws_data.system.native_output import native_output_silenced


def test_what_native_code_writes_is_dropped_and_both_streams_come_back(capfd: pytest.CaptureFixture[str]) -> None:
    os.write(1, b"before\n")
    with pytest.raises(ValueError, match="kept"), native_output_silenced():
        os.write(1, b"dropped\n")
        os.write(2, b"dropped\n")
        raise ValueError("kept")
    os.write(2, b"after\n")
    assert capfd.readouterr() == ("before\n", "after\n")
