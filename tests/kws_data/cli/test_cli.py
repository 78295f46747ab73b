"""The command line keeps its contract: help with an example, JSON alone on stdout, exit codes, one line an error."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import pytest

from kws_data.audio import write_flac
from kws_data.cli import VERBS, cli, run
from kws_data.cli.options import progress_bars

ROOT = Path(__file__).resolve().parents[3]


def kws(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from kws_data.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=120, check=False)


def commands() -> Iterator[tuple[str, ...]]:
    """Every verb, and every verb below a verb."""
    for verb in VERBS:
        yield (verb,)
        command = cli.get_command(None, verb)  # type: ignore[arg-type]
        if isinstance(command, click.Group):
            yield from ((verb, name) for name in command.list_commands(None))  # type: ignore[arg-type]


@pytest.mark.parametrize("verbs", list(commands()), ids=" ".join)
def test_every_verb_has_help_that_ends_with_an_example(
    verbs: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*verbs, "--help"]) == 0
    text = capsys.readouterr().out
    last = text.strip().splitlines()[-1].strip()
    assert f"Example: kws {' '.join(verbs)} " in " ".join(text.split()[-30:]) + " ", last
    assert "--json" in text or "COMMAND" in text


def test_the_command_line_stays_a_function_when_its_verbs_are_loaded() -> None:
    """A module named run once took its place in the package."""
    assert list(commands())
    import kws_data.cli

    assert kws_data.cli.run is run and run(["--version"]) == 0


def test_the_list_of_verbs_matches_the_commands() -> None:
    for verbs in commands():
        command: click.Command | None = cli
        for verb in verbs:
            assert isinstance(command, click.Group)
            command = command.get_command(None, verb)  # type: ignore[arg-type]
            assert command is not None and command.name == verb


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["trian"], "did you mean train?"),
        (["bench", "recrod"], "did you mean record? (see kws bench --help)"),
        (["bench", "engine", "--bundle", "nowhere"], "bundle is missing"),
        (["run"], "CONFIG"),
        (["run", "none.yaml"], "none.yaml"),
        (["build", "{demo}", "--set", "train.epocs=3"], "did you mean epochs?"),
        (["build", "{demo}", "--workers", "0"], "--workers"),
        (["run", "{demo}", "--until", "nothing"], "collect"),
        (["import", "speech-commands", "none"], "none"),
        (["import", "nothing", "none"], "speech-commands"),
        (["catalog", "--recordings", "none"], "kws import"),
        (["evaluate", "--bundle", "none", "--data", "."], "none"),
        (["evaluate", "--bundle", "none"], "--data"),
        (["record"], "--words"),
        (["record", "--words", "yes"], "--consent"),
        (["record", "--words", "yes,", "--speaker", "a", "--consent", "x"], "empty word"),
        (["record", "--words", "yes", "--speaker", "a", "--consent", "x", "--board", "nothing"], "nothing"),
        (["record", "--words", "yes", "--speaker", "a", "--consent", "x", "--port", "/dev/none"], "/dev/none"),
        (["device-eval", "{demo}"], "kws"),
        (["flash", "{demo}", "--set", "device.board=nothing"], "kws"),
        (["export", "{demo}"], "call kws"),
        (["report", "{demo}"], "call kws"),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_code_2(
    arguments: list[str],
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    demo = str(ROOT / "configs" / "demo.yaml")
    assert run([argument.format(demo=demo) for argument in arguments]) == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert len(caught.err.strip().splitlines()) == 1
    assert expected in caught.err


def test_json_is_alone_on_stdout_and_progress_on_stderr(tmp_path: Path) -> None:
    tone = (8_000 * np.sin(np.arange(16_000) / 9)).astype(np.int16)
    for number in range(3):
        write_flac(tmp_path / "data" / "go" / f"p{number}_nohash_0.flac", tone + number, 16_000)
    (tmp_path / "data" / "go" / "text_nohash_0.wav").write_text("this is no audio")
    first = kws("import", "speech-commands", "data", "--json", cwd=tmp_path)
    assert first.returncode == 0
    document = json.loads(first.stdout)
    assert document["added"] == 3
    assert [name for name, _ in document["files_set_aside"]] == ["go/text_nohash_0.wav"]
    assert "import" in first.stderr
    again = json.loads(kws("import", "speech-commands", "data", "--json", cwd=tmp_path).stdout)
    assert (again["added"], again["known"]) == (0, 3)
    catalog = json.loads(kws("catalog", "--json", "--by", "word", cwd=tmp_path).stdout)
    assert catalog["counts"] == [["go", 3]]


def test_boards_names_the_emulated_one() -> None:
    boards = json.loads(kws("boards", "--json").stdout)["boards"]
    assert {"emulated"} <= {board["name"] for board in boards}


def test_takes_are_recorded_sample_for_sample_and_exported(tmp_path: Path) -> None:
    sound = np.random.default_rng(1).integers(-20_000, 20_000, 8_000).astype(np.int16)
    write_flac(tmp_path / "sound.flac", sound, 16_000)
    done = kws(
        "record",
        "--words",
        "yes",
        "--takes",
        "2",
        "--speaker",
        "ann",
        "--consent",
        "research",
        "--clip-ms",
        "500",
        "--play",
        "sound.flac",
        "--export",
        "out",
        "--json",
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["planned"], document["kept"], document["exported"]) == (2, 2, 2)
    from kws_data.audio import read_audio

    files = sorted((tmp_path / "out" / "yes").glob("*.flac"))
    assert len(files) == 2
    assert all(np.array_equal(read_audio(file), sound) for file in files)
    assert not any("ann" in file.name for file in files)


def test_doctor_finds_everything_well() -> None:
    done = kws("doctor", "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 0 and report["well"], report
    assert any("every one right" in finding["found"] for finding in report["findings"])
    assert report["board"]["name"] == "emulated" and report["firmware"]["app"] == "recorder"


def test_a_stage_that_runs_again_shows_its_progress_again(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bars() as progress:
        for _ in range(2):
            for done in range(1, 46):
                progress("teacher 1 of 4", done, 45)
        progress("teacher 1 of 4", 44, 45)  # late, from another process: no news
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 22 and lines[:11] == lines[11:] and lines[-1].split() == ["teacher", "1", "of", "4:", "45/45"]


@pytest.mark.parametrize("terminal", [False, True])
def test_the_time_left_of_the_whole_run_stands_with_the_progress(
    terminal: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR" if terminal else "NO_COLOR", "1")
    words = ["about 3 min left"]
    with progress_bars(lambda: words[0]) as progress:
        progress("epochs", 1, 10)
    assert "about 3 min left of the whole run" in capsys.readouterr().err
    words[0] = ""
    with progress_bars(lambda: words[0]) as progress:
        progress("epochs", 1, 10)
    assert "left" not in capsys.readouterr().err
