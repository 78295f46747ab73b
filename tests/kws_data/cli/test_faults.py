"""Whatever goes wrong below a verb is one line and exit code 2: 1 means a gate or a check, and nothing else."""

from __future__ import annotations

import errno
import sqlite3
import zipfile
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import click
import pytest

from kws_data.cli import cli, run
from kws_data.errors import GateError


def failing(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> int:
    """The exit code of a verb that ends with this error."""

    @click.command("boards")
    def command() -> None:
        raise error

    monkeypatch.setattr(cli, "get_command", lambda ctx, name: command)
    return run(["boards"])


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "runs/demo"), "not allowed: 'runs/demo'. change its owner"),
        (OSError(errno.EROFS, "Read-only file system", "/cdrom/runs"), "can only be read: '/cdrom/runs'. name a place"),
        (FileExistsError(errno.EEXIST, "File exists", "runs"), "a file lies where a folder is wanted: 'runs'"),
        (NotADirectoryError(errno.ENOTDIR, "Not a directory", "runs/x"), "a file lies where a folder is wanted"),
        (IsADirectoryError(errno.EISDIR, "Is a directory", Path("out")), "a folder lies where a file is wanted: 'out'"),
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full. make room"),
        (OSError(errno.ENAMETOOLONG, "File name too long", "x" * 300), "a name is too long"),
        (OSError(errno.EMFILE, "Too many open files"), "too many files are open. use fewer --workers"),
        (OSError(errno.EACCES, "Permission denied", "a", None, "b\nc"), "not allowed: 'b\\nc'"),
        (FileNotFoundError(errno.ENOENT, "No such file", b"a\xe4"), "there is no such file or folder: 'a\\udce4'"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), "a process that kws had started is gone"),
        (EOFError(), "ends too early"),
        (OSError("odd"), "OSError: 'odd'"),
        (UnicodeDecodeError("utf-8", b"a\xe4", 1, 2, "invalid"), "a file is no UTF-8 text: 'byte 0xe4 at 1'"),
        (UnicodeEncodeError("utf-8", "a\udce4", 1, 2, "surrogates"), "a name has characters that cannot be written"),
        (MemoryError(), "not enough memory. close other programs, or use fewer --workers"),
        (RecursionError("maximum"), "a file is nested too deeply"),
        (sqlite3.OperationalError("disk I/O error"), "the catalogue cannot be used: 'disk I/O error'"),
        (zipfile.BadZipFile("no zip"), "an archive is damaged: 'no zip'"),
        (BrokenProcessPool("gone"), "a worker process was killed"),
        (ZeroDivisionError("by\nzero"), "this is a fault of kws: ZeroDivisionError: by zero"),
        (SystemExit(1), "a library ended it with 1"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_what_the_system_refuses_is_one_line_and_exit_code_2(
    error: BaseException, expected: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert failing(error, monkeypatch) == 2
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.splitlines()) == 1
    assert said.err.startswith("kws: ") and expected in said.err


def test_a_fault_of_kws_says_where_on_request(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KWS_TRACEBACK", raising=False)
    assert failing(KeyError("x"), monkeypatch) == 2
    line = capsys.readouterr().err
    assert "KWS_TRACEBACK=1 shows where; please report it" in line and "Traceback" not in line
    monkeypatch.setenv("KWS_TRACEBACK", "1")
    assert failing(KeyError("x"), monkeypatch) == 2
    assert "Traceback" in capsys.readouterr().err


def test_a_gate_alone_is_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    assert failing(GateError("too large"), monkeypatch) == 1


@pytest.mark.parametrize(("call", "said"), [(["nosuch"], "no verb 'nosuch' (see kws --help)")])
def test_the_hint_stands_once(call: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(call) == 2
    assert capsys.readouterr().err == f"kws: {said}\n"
