"""The udev rule that lets a Linux user open the ports and probes of the boards that kws has files for."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path

from firmware_tools.boards.spec import BoardSpec

RULES_DIR = "/etc/udev/rules.d"
RULE_FILE = "60-kws.rules"  # before 73-seat-late.rules, which grants what uaccess asks for
_RELOAD = "sudo udevadm control --reload && sudo udevadm trigger"


def udev_rule(boards: Iterable[BoardSpec], group: str = "dialout") -> str:
    """The rule's file, a line for each USB identity of the boards and of their boot loaders.

    Whoever sits at the machine may use the boards (``uaccess``); so may ``group``, for those who come over the network.
    ModemManager, which would talk to every new serial port as to a modem, is told to leave them alone.
    """
    names: dict[str, list[str]] = {}
    for board in boards:
        for usb_id in (*board.usb_ids, *dict(board.loader).get("usb_ids", ())):
            names.setdefault(usb_id, []).append(board.name)
    lines = [
        f"# Boards of kws. Save as {RULES_DIR}/{RULE_FILE}, then:",
        f"#   {_RELOAD}",
        *(_rule(usb_id, names[usb_id], group) for usb_id in sorted(names)),
    ]
    return "\n".join(lines) + "\n"


def install_lines(file: str) -> list[str]:
    """What a user does with the rule, once it is in ``file``."""
    place = f"{RULES_DIR}/{RULE_FILE}"
    there = Path(file).absolute() == Path(place)
    return [*([] if there else [f"sudo cp {shlex.quote(file)} {place}"]), _RELOAD]


def _rule(usb_id: str, boards: list[str], group: str) -> str:
    vendor, product = usb_id.split(":")
    match = f'ATTRS{{idVendor}}=="{vendor}", ATTRS{{idProduct}}=="{product}"'
    give = f'MODE="0660", GROUP="{group}", TAG+="uaccess", ENV{{ID_MM_DEVICE_IGNORE}}="1"'
    where = 'SUBSYSTEM=="tty|usb|hidraw"'  # not the drive of a boot loader
    return f"# {', '.join(dict.fromkeys(boards))}\n{where}, {match}, {give}"
