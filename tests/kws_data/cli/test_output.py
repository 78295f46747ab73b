"""What becomes of stdout and stderr is told by the exit code, and never by a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from kws_data.audio import write_flac
from kws_data.catalog.catalog import Catalog
from kws_data.cli.terminal.output import one_line

#: Prints a rich table with ▼ in it, as ``kws catalog`` does, without loading what finds thin cells.
TABLE = (
    "import click, sys\n"
    "from kws_data.cli import cli, main\n"
    "@click.command('table')\n"
    "def table():\n"
    "    from rich.console import Console\n"
    "    from rich.table import Table\n"
    "    shown = Table('▼', '…')\n"
    "    [shown.add_row('\\N{SNOWMAN}', '·') for _ in range(int(sys.argv[1]))]\n"
    "    Console().print(shown)\n"
    "cli.get_command = lambda ctx, name: table\n"
    "main(['boards'])\n"
)
MAIN = "from kws_data.cli import main; main()"


def start(code: str, *arguments: object, **settings: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, **settings)  # type: ignore[call-overload, no-any-return]


@pytest.mark.parametrize(
    ("code", "arguments"), [(MAIN, ["--help"]), (MAIN, ["boards", "--json"]), (TABLE, [5_000]), (TABLE, [1])], ids=str
)
def test_a_reader_that_has_gone_is_met_with_silence(code: str, arguments: list[object]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = start(code, *arguments, stdout=writing)
    os.close(writing)
    assert (process.communicate(timeout=30)[1], process.returncode) == (b"", 0)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize(("code", "arguments"), [(MAIN, ["boards"]), (TABLE, [5_000])], ids=["plain", "table"])
def test_a_full_disk_under_stdout_is_one_line(code: str, arguments: list[object]) -> None:
    with Path("/dev/full").open("wb") as full:
        process = start(code, *arguments, stdout=full)
    said = process.communicate(timeout=30)[1].decode()
    assert process.returncode == 2
    assert said.splitlines() == ["kws: output cannot be written: No space left on device. send it elsewhere"]


def test_an_error_after_the_reader_has_gone_is_told_all_the_same() -> None:
    code = TABLE.replace("Console().print(shown)", "print('half'); raise KeyError('x')")
    reading, writing = os.pipe()
    os.close(reading)
    process = start(code, 1, stdout=writing)
    os.close(writing)
    said = process.communicate(timeout=30)[1].decode()
    assert process.returncode == 2 and len(said.splitlines()) == 1 and "KeyError" in said


def test_work_goes_on_when_nobody_takes_stderr(tmp_path: Path) -> None:
    write_flac(tmp_path / "data" / "go" / "p_nohash_0.flac", np.arange(16_000, dtype=np.int16), 16_000)
    command = [sys.executable, "-c", MAIN, "import", "speech-commands", "data", "--json"]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=writing, cwd=tmp_path, timeout=30, check=False)
    os.close(writing)
    assert done.returncode == 0 and json.loads(done.stdout)["added"] == 1


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp850"])
def test_what_a_code_page_lacks_is_written_plainly(encoding: str) -> None:
    process = start(TABLE, 1, stdout=subprocess.PIPE, env=os.environ | {"PYTHONIOENCODING": encoding})
    out, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (0, b"")
    assert " v " in out.decode(encoding) and "\\u2603" in out.decode(encoding)


def test_json_is_json_in_every_encoding(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path / "data") + b"/b\xe4d"
    Path(os.fsdecode(folder)).mkdir(parents=True)
    write_flac(tmp_path / "x.flac", np.arange(16_000, dtype=np.int16), 16_000)
    Path(tmp_path / "x.flac").rename(os.fsdecode(folder + "/\u00fcber\u25bc_nohash_0.flac".encode()))
    for encoding in ("ascii", "cp1252", "utf-8"):
        process = start(
            MAIN,
            *("import", "folder", tmp_path / "data", "--recordings", tmp_path / "rec", "--json"),
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONIOENCODING": encoding},
        )
        out, said = process.communicate(timeout=30)
        assert process.returncode == 0, said
        document = json.loads(out.decode(encoding))
        assert document["added"] + document["known"] + document["set_aside"] == 1


def test_sigterm_ends_kws_as_ctrl_c_does(tmp_path: Path) -> None:
    code = (
        "import click, time\nfrom kws_data.cli import cli, main\n"
        "@click.command('wait')\n"
        "def wait():\n"
        "    try:\n"
        "        click.echo('ready', err=True)\n"
        "        time.sleep(20)\n"
        "    finally:\n"
        "        open('cleaned', 'w').close()\n"
        "cli.get_command = lambda ctx, name: wait\n"
        "main(['boards'])\n"
    )
    process = start(code, cwd=tmp_path)
    assert process.stderr is not None and process.stderr.readline() == b"ready\n"
    time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    said = process.communicate(timeout=10)[1].decode()
    assert process.returncode == 143
    assert said.splitlines()[-1] == "kws: interrupted; nothing kept is lost, call it again to go on"
    assert (tmp_path / "cleaned").exists()


def test_names_stay_in_their_line() -> None:
    assert one_line("a\nb\x1b[31m\udce4 über ▼ [red]") == "a\\nb\\x1b[31m\\udce4 über ▼ [red]"


def test_a_catalogue_that_is_read_survives_a_reader_that_goes(tmp_path: Path) -> None:
    with Catalog(tmp_path / "recordings") as catalog:
        catalog.next_number("x")
    reading, writing = os.pipe()
    os.close(reading)
    process = start(MAIN, "catalog", stdout=writing, cwd=tmp_path)
    os.close(writing)
    assert (process.communicate(timeout=30)[1], process.returncode) == (b"", 0)
