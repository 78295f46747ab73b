"""A terminal with a program in it: what a person sees and the keys they press."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r")
ROOT = Path(__file__).resolve().parents[2]


class Terminal:
    """``kws`` with ``arguments`` in a pseudo-terminal of 100 x 40; a context manager."""

    def __init__(self, arguments: Sequence[object], cwd: Path) -> None:
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        command = [sys.executable, "-c", "from kws_data.cli import main; main()", *map(str, arguments)]
        path = os.pathsep.join(filter(None, (os.environ.get("PYTHONPATH"), str(ROOT))))
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=cwd,
            env=os.environ | {"TERM": "xterm-256color", "PYTHONPATH": path},
            start_new_session=True,
        )
        os.close(slave)
        self.seen = ""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._master)

    def press(self, keys: str) -> None:
        """Keys, as if typed."""
        os.write(self._master, keys.encode())

    def wait_for(self, text: str, timeout_s: float = 30.0) -> str:
        """Read until ``text`` is on the screen; returns what was shown up to there, and forgets it."""
        deadline = time.monotonic() + timeout_s
        while text not in self.seen:
            if not self._read(deadline) or time.monotonic() > deadline:
                raise AssertionError(f"{text!r} never came; last seen: {self.seen[-2_000:]}")
        at = self.seen.index(text) + len(text)
        shown, self.seen = self.seen[:at], self.seen[at:]
        return shown

    def finish(self, timeout_s: float = 30.0) -> int:
        """Read until the program ends; returns its exit code."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline and self._read(deadline):
            pass
        return self.process.wait(max(0.1, deadline - time.monotonic()))

    def kill(self) -> None:
        """``kill -9``."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], max(0.0, min(0.2, deadline - time.monotonic())))
        if not ready:
            return True
        try:
            data = os.read(self._master, 65_536)
        except OSError:  # the program has ended
            return False
        self.seen += _ESCAPES.sub("", data.decode(errors="replace"))
        return bool(data)
