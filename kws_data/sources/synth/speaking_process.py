"""A process that speaks, and who asks it: lines of JSON in, for each a count of bytes and as many bytes out.

Both sides of the pipe are here. The count is a little-endian int32; a negative one comes before the JSON of an error.
Loads no numpy, so that a speaking process is quick to copy.
"""

from __future__ import annotations

import json
import signal
import struct
import subprocess
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from kws_data.errors import ConfigError, DataError

HEADER = struct.Struct("<i")


def payload(data: bytes) -> bytes:
    """The answer that holds what was asked for."""
    return HEADER.pack(len(data)) + data


def refusal(what: str, value: object, remedy: str, *, in_settings: bool = False) -> bytes:
    """The answer that makes the asking side raise a DataError, or a ConfigError when the settings are to blame."""
    message = json.dumps([in_settings, what, None if value is None else str(value), remedy]).encode()
    return HEADER.pack(-len(message)) + message


class SpeakingProcess:
    """``python -m module arguments``, asked one thing at a time. A context manager; not for several threads at once.

    Args:
        name: of what speaks, for messages.
        module: dotted name of the module that answers.
        arguments: of its command line.
        remedy: what to do when it ends by itself.
    """

    def __init__(
        self, name: str, module: str, arguments: Sequence[str] = (), remedy: str = "please report this"
    ) -> None:
        self._name, self._remedy = name, remedy
        self._command = [sys.executable, "-m", module, *arguments]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def ask(self, request: dict[str, Any], doing: str) -> bytes:
        """What it answers; ``doing`` says in messages what was asked.

        Raises:
            DataError, ConfigError: it refuses.
            DataError: it has ended.
        """
        source, target = self._process.stdout, self._process.stdin
        if source is None or target is None:
            raise RuntimeError("the speaking process has no pipes")
        try:
            target.write(json.dumps(request).encode() + b"\n")
            target.flush()
            (count,) = HEADER.unpack(source.read(HEADER.size))
            data = source.read(abs(count))
        except (OSError, ValueError, struct.error):
            raise self._ended(doing) from None
        if len(data) < abs(count):
            raise self._ended(doing)
        if count < 0:
            in_settings, what, value, remedy = json.loads(data)
            kind = ConfigError if in_settings else DataError
            raise kind(what, value, f"{doing}; {remedy}" if remedy else doing)
        return data

    def _ended(self, doing: str) -> DataError:
        code = self._process.wait()
        if code == -signal.SIGALRM:
            return DataError(f"{self._name} takes too long", doing, "raise data.synth.engine.timeout_s")
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return DataError(f"{self._name} has ended", how, f"{doing}; {self._remedy}")
