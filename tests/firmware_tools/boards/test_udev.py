"""The rule that lets a user open boards, for each USB identity once."""

from __future__ import annotations

from fake_flashing import board_of

from firmware_tools.boards.udev import udev_rule


def test_each_identity_has_its_line_with_the_boards_that_have_it() -> None:
    nano = board_of("samba", {"usb_ids": ["2341:005a"]}, name="nano", usb_ids=["2341:805a"])
    twin = board_of("samba", {"usb_ids": ["2341:005a"]}, name="nano_rev2", usb_ids=["2341:805a"])
    lines = udev_rule([nano, twin], "uucp").splitlines()
    assert lines[2:] == [
        "# nano, nano_rev2",
        'SUBSYSTEM=="tty|usb|hidraw", ATTRS{idVendor}=="2341", ATTRS{idProduct}=="005a", '
        'MODE="0660", GROUP="uucp", TAG+="uaccess", ENV{ID_MM_DEVICE_IGNORE}="1"',
        "# nano, nano_rev2",
        lines[3].replace("005a", "805a"),
    ]
