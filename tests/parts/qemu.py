"""QEMU's machines: an emulator that is not ours runs our image, its serial line a pseudo-terminal as on any board."""

from __future__ import annotations

import re
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

START_TIMEOUT_S = 10.0
_PORT = re.compile(rb"redirected to (\S+)")


@contextmanager
def qemu(program: str, machine: str, image: Path, *options: str) -> Iterator[str]:
    """A machine that runs inside the block; gives the path of its serial port. Skips the test where QEMU is absent.

    Args:
        program: such as ``qemu-system-arm``.
        machine: as ``-machine`` takes it.
        image: an ELF file.
        options: further ones.
    """
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"no {program} here")
    command = [path, "-machine", machine, "-kernel", str(image), "-display", "none", "-monitor", "none"]
    with subprocess.Popen(
        [*command, "-serial", "pty", *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0
    ) as process:
        try:
            yield _port(process)
        finally:
            process.kill()


def _port(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    said, deadline = b"", time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if select.select([process.stdout], [], [], 0.1)[0]:
            part = process.stdout.read(4096)
            said += part
            if found := _PORT.search(said):
                return found[1].decode()
            if not part:
                break
    raise AssertionError(f"QEMU names no port: {said.decode(errors='replace')}")
