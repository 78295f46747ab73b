"""What a board file may say below ``loader``: what each flasher must know of a board, checked when the file is read.

The tools themselves stand in ``firmware_tools.flashers``, above this room; a test holds that both know the same names.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any

from firmware_tools.errors import BoardError

USB_ID = re.compile(r"[0-9a-f]{4}:[0-9a-f]{4}")
DRIVE = re.compile(r"[^/\\:]+")  # the name of a drive, which is no path


@dataclass(frozen=True)
class Key:
    """A word below ``loader``: of which kind its value is (``tuple``: a list of texts), whether it must be there, and
    what a text must look like."""

    kind: type | UnionType
    needed: bool = False
    pattern: re.Pattern[str] = re.compile(r".+")


_TOUCH = {
    "touch": Key(bool),  # opening its port at 1200 baud brings the board into its boot loader
    "hold": Key(str),  # how a person brings it there
}
_IDS = {"usb_ids": Key(tuple, pattern=USB_ID)}  # USB identities of its boot loader's serial port

#: flasher -> its keys.
LOADER_KEYS: Mapping[str, Mapping[str, Key]] = {
    "emulated": {},
    # family: of image.uf2.FAMILIES, or its number. board_id: how Board-ID of INFO_UF2.TXT begins. drive: its name.
    "uf2": {**_TOUCH, **_IDS, "family": Key(str | int, True), "board_id": Key(str), "drive": Key(str, pattern=DRIVE)},
    # origin: where the loader's addresses begin.
    "samba": {**_TOUCH, **_IDS, "origin": Key(int)},
    # chip: as esptool calls it. offset: where in flash the image goes.
    "esptool": {"chip": Key(str, True), "offset": Key(int), "baud": Key(int), "before": Key(str), "after": Key(str)},
    # target: as pyocd calls it.
    "pyocd": {"target": Key(str, True)},
    # config: OpenOCD's own files, one a -f.
    "openocd": {"config": Key(tuple, True)},
    # drive: name of the probe's drive, or all that its firmware gives it by its version. format: bin or hex.
    "drive": {"drive": Key(str | tuple, True, DRIVE), "format": Key(str)},
    # softdevice: its number as adafruit-nrfutil takes it for --sd-req.
    "nrfutil": {**_TOUCH, **_IDS, "baud": Key(int), "softdevice": Key(str)},
}

_WORDS: Mapping[object, str] = {
    str: "a text",
    int: "a number",
    bool: "true or false",
    str | int: "a text or a number",
    str | tuple: "a text, or a list of texts",
}
FLASHER_NAMES = tuple(LOADER_KEYS)


def loader_settings(flasher: str, values: object, where: str) -> tuple[tuple[str, Any], ...]:
    """What stands below ``loader`` in a board file, lists as tuples.

    Args:
        flasher: one of FLASHER_NAMES.
        values: of the file; None when nothing stands there.
        where: begins the message: the file.

    Raises:
        BoardError: an unknown flasher, a key that is unknown (with the nearest) or missing, a value of another kind.
    """
    keys = LOADER_KEYS.get(flasher)
    if keys is None:
        raise BoardError(f"{where}: unknown flasher", flasher, f"use one of {', '.join(FLASHER_NAMES)}")
    if not isinstance(values := values or {}, Mapping):
        raise BoardError(f"{where}: loader", str(values), "write 'key: value' lines below it")
    for name in values:
        if name not in keys:
            near = difflib.get_close_matches(str(name), keys, n=1, cutoff=0.4)
            remedy = f"did you mean {near[0]!r}?" if near else f"{flasher} knows {', '.join(keys) or 'none'}"
            raise BoardError(f"{where}: loader: unknown key", str(name), remedy)
    for name, key in keys.items():
        if key.needed and name not in values:
            raise BoardError(f"{where}: loader: key missing", name, f"the flasher {flasher} needs it")
    return tuple((str(name), _value(value, keys[name], f"{where}: loader.{name}")) for name, value in values.items())


def _value(value: object, key: Key, where: str) -> object:
    if key.kind is tuple or (key.kind == str | tuple and isinstance(value, list | tuple)):
        texts = value if isinstance(value, list | tuple) else ()
        if not texts or not all(isinstance(one, str) and key.pattern.fullmatch(one) for one in texts):
            like = " like '2341:005a'" if key.pattern is USB_ID else ""
            raise BoardError(where, str(value), f"write a list of texts{like}")
        return tuple(texts)
    right = isinstance(value, key.kind) and (key.kind is bool or not isinstance(value, bool))
    if not right or value == "":
        raise BoardError(where, str(value), f"write {_WORDS[key.kind]}")
    if key.pattern is DRIVE and not DRIVE.fullmatch(str(value)):
        raise BoardError(where, str(value), "write the drive's name, which is no path")
    return value
