"""Images as boot ROMs take them."""

import pytest

from firmware_tools.errors import FirmwareError
from firmware_tools.image.finish import crc32_mpeg2, finished


def test_the_checksum_is_the_published_one() -> None:
    assert crc32_mpeg2(b"123456789") == 0x0376E6E7  # the check value of CRC-32/MPEG-2


def test_the_rp2040_gets_the_checksum_of_its_boot_loader_and_nothing_else_changes() -> None:
    content = bytes(range(252)) + b"\xff" * 4 + b"program"
    made = finished(content, "rp2040")
    assert made[:252] == content[:252] and made[256:] == b"program"
    assert int.from_bytes(made[252:256], "little") == crc32_mpeg2(content[:252])
    assert finished(content, "") == content


def test_an_image_that_cannot_be_finished_is_refused() -> None:
    with pytest.raises(FirmwareError, match="no boot loader"):
        finished(b"short", "rp2040")
    with pytest.raises(FirmwareError, match="unknown finish"):
        finished(b"", "rp9999")
