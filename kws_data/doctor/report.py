"""The report with which a user confirms a board: what it is, what runs on it, and every finding with its figures.

It is made to be published (``kws_data/docs/boards.md``), so it names nobody: no host, no user, no path, no serial
number of a USB device, no port and no program of the person who made it.
"""

from __future__ import annotations

import getpass
import importlib.metadata
import platform
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from firmware_tools.boards.spec import BoardSpec
from kws_data.doctor.findings import Finding

SCHEMA = 1
_PATH = re.compile(r"(?<![\w/])(?:[A-Za-z]:\\|~|\.{0,2}/)[^\s,;:'\")]*[\w/\\]")
_WINDOWS_PORT = re.compile(r"\bCOM\d+\b")
_PROCESS = re.compile(r"[^:,]*\(process \d+\)")
_SERIAL_NUMBER = re.compile(r"\b[0-9A-F]{12,}\b", re.IGNORECASE)


def board_report(board: BoardSpec, findings: Sequence[Finding]) -> dict[str, Any]:
    """Plain values of everything that was found, by :func:`kws_data.doctor.machine.examine`, for ``board``."""
    firmware = [dict(finding.values) for finding in findings if "firmware_crc32" in finding.values]
    return {
        "schema": SCHEMA,
        "kws": importlib.metadata.version("kws"),
        "python": platform.python_version(),
        "os": operating_system(),
        "board": {
            "name": board.name,
            "port": board.port,
            "core": board.core,
            "microphone": board.microphone.to_dict(),
            "serial": board.serial.to_dict(),
        },
        "firmware": firmware[-1] if firmware else None,
        "well": all(finding.ok for finding in findings),
        "findings": [_plain(finding) for finding in findings],
    }


def operating_system() -> str:
    """Kind and version of this machine's system and its processor, as ``Linux (Debian GNU/Linux 12) on x86_64``."""
    try:
        name = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        name = "" if platform.system() == "Linux" else platform.release()
    return f"{platform.system()}{f' ({name})' if name else ''} on {platform.machine()}"


def _plain(finding: Finding) -> dict[str, Any]:
    values = {**asdict(finding), "values": dict(finding.values), "mark": finding.mark}
    texts = {key: nameless(values[key]) for key in ("what", "found", "remedy")}
    return {**values, **texts}


def nameless(text: str) -> str:
    """``text`` without paths, ports, programs, serial numbers, and the names of this machine and its user."""
    text = _PROCESS.sub(" (a program)", text)
    text = _WINDOWS_PORT.sub("(port)", _PATH.sub(_named, text))
    text = _SERIAL_NUMBER.sub("(number)", text)
    for name in {platform.node(), platform.node().split(".")[0], _user()} - {""}:
        text = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", "(name)", text)
    return text


def _named(match: re.Match[str]) -> str:
    return "(port)" if match[0].startswith("/dev/") else "(path)"


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # nobody is named
        return Path.home().name
