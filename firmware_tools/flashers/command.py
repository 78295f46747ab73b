"""Tools that are called as commands: finding one, running one, and one line of what it says when it fails."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from firmware_tools.errors import BoardError
from firmware_tools.flashers.on_hardware import HardwareFlasher
from firmware_tools.link.serial_link import SerialPort

TOOLS_VARIABLE = "KWS_TOOLS"
TIMEOUT_S = 300.0
_LONGEST = 240
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True)
class Outcome:
    """How a command ended: its exit code, and all that it printed, without colours, a line each."""

    code: int
    lines: tuple[str, ...]

    def line_with(self, *patterns: str) -> str:
        """The first line that one of the patterns, in their order, is found in, from there on; otherwise the last."""
        for pattern in patterns:
            for line in self.lines:
                if found := re.search(pattern, line):
                    return line[found.start() :][:_LONGEST]
        return self.lines[-1][:_LONGEST] if self.lines else f"exit code {self.code}"


def tool_folders() -> list[str]:
    """Where tools are looked for: folders of KWS_TOOLS, those beside this Python, then PATH."""
    own = os.environ.get(TOOLS_VARIABLE, "")
    return [*filter(None, own.split(os.pathsep)), str(Path(sys.executable).parent), *os.get_exec_path()]


def find_tool(names: Sequence[str], install: str) -> str:
    """Path of the first of these commands that is there.

    Args:
        names: of the command, best first.
        install: how to get it.

    Raises:
        BoardError: none is there.
    """
    where = os.pathsep.join(tool_folders())
    for name in names:
        if found := shutil.which(name, path=where):
            return found
    raise BoardError(
        "flasher is not installed", names[0], f"nothing was written; {install}; or name its folder in {TOOLS_VARIABLE}"
    )


def run_tool(words: Sequence[str | Path], timeout_s: float = TIMEOUT_S) -> Outcome:
    """Run a command to its end.

    Raises:
        BoardError: it cannot be started, or has not ended in that time.
    """
    name = Path(words[0]).name
    try:
        done = subprocess.run(
            [str(word) for word in words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout_s,
            check=False,
            env={**os.environ, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8", "LC_ALL": "C.UTF-8"},
        )
    except subprocess.TimeoutExpired:
        remedy = f"{timeout_s:.0f} s are over and the board may be half-written: unplug it, plug it in and flash again"
        raise BoardError("flasher does not end", name, remedy) from None
    except OSError as error:
        raise BoardError("flasher cannot be started", name, error.strerror or str(error)) from None
    text = _ESCAPES.sub("", done.stdout.decode("utf-8", "replace"))
    return Outcome(done.returncode, tuple(line.strip() for line in re.split(r"[\r\n]+", text) if line.strip()))


def shown(words: Sequence[str | Path]) -> str:
    """A command as a person would type it."""
    return shlex.join(str(word) for word in words)


class CommandFlasher(HardwareFlasher):
    """A flasher that calls a command.

    Attributes:
        commands: its names, best first.
        install: how to get it.
    """

    commands: ClassVar[tuple[str, ...]]
    install: ClassVar[str]

    @abstractmethod
    def words(self, image: Path, port: SerialPort | None) -> list[str | Path]:
        """The command that writes ``image``."""

    @abstractmethod
    def trouble(self, outcome: Outcome) -> str | None:
        """What went wrong, on one line; None when nothing did, as far as the tool knows."""

    @abstractmethod
    def state(self, outcome: Outcome) -> str:
        """In which state the board is after a failure, and what to do."""

    @property
    def path(self) -> str:
        """Where the command is; raises BoardError when it is not installed."""
        return find_tool(self.commands, self.install)

    def all_words(self, image: Path, port: SerialPort | None) -> list[list[str | Path]]:
        """All commands, one after the other."""
        return [self.words(image, port)]

    def plan(self, image: Path, content: bytes, port: SerialPort | None) -> list[str]:
        """See :class:`HardwareFlasher`."""
        return [f"run {shown(words)}" for words in self.all_words(image, port)]

    def write(self, image: Path, content: bytes, port: SerialPort | None) -> None:
        """See :class:`HardwareFlasher`."""
        self.run(image, port)

    def run(self, image: Path, port: SerialPort | None) -> None:
        """Call the command; raises BoardError with the one line of it that says why it failed."""
        words = self.words(image, port)
        self.attached.say(f"{self.board.name}: {shown(words)}")
        outcome = run_tool(words)
        trouble = self.trouble(outcome)
        if trouble is not None:
            raise BoardError(f"{self.tool} could not flash {self.board.name}", trouble, self.state(outcome))
