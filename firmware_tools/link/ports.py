"""Serial ports as a user meets them: which board is behind one, may it be opened, who holds it.

Knows USB identities, file permissions and processes; opens nothing. :mod:`firmware_tools.link.serial_link` opens.
"""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

_LSOF_TIMEOUT_S = 5.0
_MOST_RAW_BYTES = 1 << 16


@dataclass(frozen=True)
class Holder:
    """A process that has a port open."""

    pid: int
    command: str

    def __str__(self) -> str:
        return f"{self.command} (process {self.pid})"


def may_open(port: str) -> bool:
    """Whether this user may read and write the port; True also when it is not there."""
    return not Path(port).exists() or os.access(port, os.R_OK | os.W_OK)


def group_of(port: str) -> str:
    """Name of the group that may open a port (``dialout`` when it cannot be told)."""
    try:
        import grp

        return grp.getgrgid(Path(port).stat().st_gid).gr_name
    except (ImportError, OSError, KeyError):
        return "dialout"


def serial_group() -> str:
    """The group that owns serial ports on this system: ``dialout``, or ``uucp`` where there is none of that name."""
    try:
        import grp

        grp.getgrnam("dialout")
    except ImportError:
        return "dialout"
    except KeyError:
        return "uucp"
    return "dialout"


def permission_remedy(port: str) -> str:
    """What gives this user a port that may not be opened."""
    group = group_of(port)
    if group == "root":  # joining that group would be no remedy
        return f"its group is root: install the rule that kws flash --udev-rule prints, or once: sudo chmod a+rw {port}"
    return f"join its group: sudo usermod -aG {group} $USER, then log in again"


def holders(port: str) -> list[Holder]:
    """The other processes that have a port open, as far as this user may see them."""
    real = os.path.realpath(port)
    if Path("/proc/self/fd").is_dir():
        return _holders_from_proc(real)
    return _holders_from_lsof(real)


def _holders_from_proc(device: str) -> list[Holder]:
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid() and _has_open(process, device):
            found.append(Holder(int(process.name), _command_of(process)))
    return sorted(found, key=lambda holder: holder.pid)


def _has_open(process: Path, device: str) -> bool:
    try:
        return any(_target(descriptor) == device for descriptor in (process / "fd").iterdir())
    except OSError:  # gone meanwhile, or another user's
        return False


def _target(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink())
    except OSError:
        return ""


def _command_of(process: Path) -> str:
    """A process's program and first arguments, short enough for a line."""
    try:
        words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        words = []
    if not any(words):
        return "a process"
    words[0] = Path(words[0]).name
    line = " ".join(" ".join(words).split())
    return line if len(line) <= 60 else line[:59] + "…"


def _holders_from_lsof(device: str) -> list[Holder]:
    lsof = shutil.which("lsof")
    if lsof is None:
        return []
    try:
        done = subprocess.run(
            [lsof, "-F", "pc", device], capture_output=True, text=True, timeout=_LSOF_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return parse_lsof(done.stdout, os.getpid())


def parse_lsof(output: str, own_pid: int) -> list[Holder]:
    """Processes in the output of ``lsof -F pc``."""
    found, pid = [], 0
    for line in output.splitlines():
        if line.startswith("p"):
            pid = int(line[1:])
        elif line.startswith("c") and pid not in (0, own_pid):
            found.append(Holder(pid, line[1:]))
    return found


def raw_bytes(port: str, baud: int, seconds: float) -> bytes:
    """What comes over a port in its first ``seconds`` after it is opened, as it is: boot text, garbage, frames.

    Raises:
        OSError: the port cannot be opened; where there is no termios, nothing is read and nothing raised.
    """
    try:
        import termios
        import tty
    except ImportError:
        return b""
    port_fd = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        tty.setraw(port_fd)
        speed = getattr(termios, f"B{baud}", None)
        if speed is not None:
            settings = termios.tcgetattr(port_fd)
            settings[4] = settings[5] = speed
            termios.tcsetattr(port_fd, termios.TCSANOW, settings)
        return _read_for(port_fd, seconds)
    finally:
        os.close(port_fd)


def _read_for(port_fd: int, seconds: float) -> bytes:
    deadline, content = time.monotonic() + seconds, b""
    while (left := deadline - time.monotonic()) > 0 and len(content) < _MOST_RAW_BYTES:
        if not select.select([port_fd], [], [], left)[0]:
            break
        part = os.read(port_fd, 4_096)
        if not part:
            break
        content += part
    return content


def printable(content: bytes) -> str:
    """The text in ``content`` when most of it is text, on one line; otherwise empty."""
    text = content.decode("ascii", "replace")
    good = sum((character.isprintable() and character != "\ufffd") or character in "\r\n\t" for character in text)
    return " ".join(text.replace("\ufffd", "").split()) if good >= 0.8 * len(text) > 0 else ""
