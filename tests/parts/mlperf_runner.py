"""The host's side of MLPerf Tiny's serial commands, written from their description: text that ends with '%', answered
by lines up to ``m-ready``."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from types import TracebackType

import serial

BYTES_A_COMMAND = 31  # 80 characters at most
TIMEOUT_S = 20.0


class Runner:
    """An open port with the firmware behind it; a context manager."""

    def __init__(self, port: str, baud: int = 115_200) -> None:
        self._serial = serial.Serial(port, baud, timeout=0.2)
        self._data = b""  # read, and not looked at yet

    def __enter__(self) -> Runner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._serial.close()

    def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self._serial.write(data)

    def until_ready(self) -> list[str]:
        """Lines up to ``m-ready``."""
        lines, deadline = list[str](), time.monotonic() + TIMEOUT_S
        while time.monotonic() < deadline:
            while b"\r\n" in self._data:
                line, _, self._data = self._data.partition(b"\r\n")
                if line == b"m-ready":
                    return lines
                lines.append(line.decode("ascii", "replace"))
            self._data += self._serial.read(max(1, self._serial.in_waiting))
        raise TimeoutError(f"no m-ready: {lines} {self._data!r}")

    def ask(self, command: str) -> list[str]:
        """Lines that answer a command."""
        self.raw(f"{command}%".encode())
        return self.until_ready()

    def load(self, content: bytes) -> None:
        """Fill the input's buffer."""
        assert self.ask(f"db load {len(content)}") == [f"m-[Expecting {len(content)} bytes]"]
        for at in range(0, len(content), BYTES_A_COMMAND):
            part = content[at : at + BYTES_A_COMMAND]
            last = at + len(part) == len(content)
            assert self.ask(f"db {part.hex()}") == (["m-load-done"] if last else [])

    def infer(self, runs: int, warmup: int) -> tuple[list[float], int]:
        """Probabilities, and microseconds of all runs."""
        lines = self.ask(f"infer {runs} {warmup}")
        assert lines[:3] == [f"m-warmup-start-{warmup}", "m-warmup-done", f"m-infer-start-{runs}"]
        assert lines[5] == "m-infer-done" and len(lines) == 7
        began, ended = (int(line.removeprefix("m-lap-us-")) for line in lines[3:5])
        return results(lines[6:]), ended - began


def results(lines: Sequence[str]) -> list[float]:
    """Probabilities of a line of results."""
    (line,) = lines
    match = re.fullmatch(r"m-results-\[((?:\d\.\d{3},?)+)\]", line)
    assert match is not None, line
    return [float(value) for value in match[1].split(",")]
