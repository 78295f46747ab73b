"""Bench of what a catalogue survives: ``kill -9`` at random moments, a full disk, two recorders at once."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from firmware_tools.boards.spec import load_board
from firmware_tools.errors import KwsError
from firmware_tools.recorder.flash import flash_recorder
from kws_data.bench.record.session import is_whole, plan
from kws_data.catalog.catalog import Catalog
from kws_data.progress import Progress

BOARDS = 4  # taken in turn: a killed session's board needs a moment to notice
SESSION_TIMEOUT_S = 300.0
KILL_SPREAD_S = 1.5
DISK_BYTES = 4 << 20


@dataclass
class SurvivalFigures:
    """What was tried and what came of it; everything after ``clips`` should be 0 or empty."""

    tries: int = 0
    clips: int = 0
    kept: int = 0
    not_whole: int = 0
    kept_but_gone: int = 0
    doubled: int = 0
    not_opened: int = 0
    not_resumed: int = 0
    silent_failures: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def faultless(self) -> bool:
        """Nothing was lost, and everything that should go on went on."""
        bad = (self.not_whole, self.kept_but_gone, self.doubled, self.not_opened, self.not_resumed)
        return not any(bad) and not self.silent_failures

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def session_command(folder: Path, state_dir: Path, speaker: str, takes: int) -> list[str]:
    """Command line of a session that is to be killed."""
    return [sys.executable, "-m", "kws_data.bench.record.session", str(folder), str(state_dir), speaker, str(takes)]


@contextmanager
def bench_boards(count: int) -> Iterator[list[Path]]:
    """Folders of emulated boards with the recorder app in their flash."""
    with tempfile.TemporaryDirectory(prefix="kws-bench-boards-") as name:
        first, *others = (Path(name) / str(i) for i in range(count))
        flash_recorder(load_board("emulated"), first)
        for other in others:
            shutil.copytree(first, other, ignore=shutil.ignore_patterns("lock"))
        yield [first, *others]


class _Watch:
    """Looks at a catalogue again and again; remembers which clips it has seen whole."""

    def __init__(self, folder: Path, figures: SurvivalFigures) -> None:
        self.folder = folder
        self.figures = figures
        self.whole: set[str] = set()
        self.kept: set[str] = set()

    def look(self) -> None:
        try:
            with Catalog(self.folder) as catalog:
                clips = catalog.clips(source="takes", with_set_aside=True)
                fresh = [clip for clip in clips if clip.id not in self.whole]
                self.whole |= {clip.id for clip in fresh if is_whole(catalog, clip)}
        except KwsError as error:
            self.figures.not_opened += 1
            self.figures.notes.append(str(error))
            return
        listed = {clip.id for clip in clips}
        takes = {(clip.session, clip.word, clip.attributes["take"]) for clip in clips}
        self.figures.clips = len(listed)
        self.figures.kept = len(self.kept)
        self.figures.not_whole += len(listed - self.whole)
        self.figures.kept_but_gone += len((self.kept | self.whole) - listed)
        self.figures.doubled = len(clips) - len(takes)

    def finish_session(self, takes: int, board: Path, speaker: str) -> None:
        """Let the session end by itself, and see that its plan is complete."""
        done = _run(session_command(self.folder, board, speaker, takes))
        self.kept.update(done.stdout.split())
        self.look()
        if done.returncode != 0 or self.figures.clips % len(plan(takes)):
            self.figures.not_resumed += 1
            self.figures.notes.append(done.stderr.strip())


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=SESSION_TIMEOUT_S)


# ---- kill -9 -----------------------------------------------------------------------------------------------------


def bench_kill(kills: int, *, seed: int = 0, takes: int = 100, progress: Progress | None = None) -> SurvivalFigures:
    """Kill a session at ``kills`` random moments between its first instruction and well into its takes.

    After each kill the catalogue must open, every clip in it must be exactly what was played, and all that the session
    had called kept must be there. In the end the session runs undisturbed and must complete its plan.
    """
    rng, figures = random.Random(seed), SurvivalFigures()
    with tempfile.TemporaryDirectory(prefix="kws-bench-kill-") as name, bench_boards(BOARDS) as boards:
        watch = _Watch(Path(name), figures)
        spread = KILL_SPREAD_S + _start_up_s(watch.folder, boards[0], takes, watch)
        for number in range(kills):
            command = session_command(watch.folder, boards[(number + 1) % BOARDS], "s01", takes)
            watch.kept.update(_killed(command, rng.uniform(0.0, spread)))
            figures.tries += 1
            watch.look()
            if progress:
                progress("kill -9 of a session", number + 1, kills)
        watch.finish_session(takes, boards[kills % BOARDS - 1], "s01")
    return figures


def _start_up_s(folder: Path, board: Path, takes: int, watch: _Watch) -> float:
    """How long a session takes to its first kept clip, here and now."""
    started = time.monotonic()
    with subprocess.Popen(session_command(folder, board, "s01", takes), stdout=subprocess.PIPE, text=True) as session:
        assert session.stdout is not None
        watch.kept.add(session.stdout.readline().strip())
        passed = time.monotonic() - started
        session.kill()
        watch.kept.update(session.stdout.read().split())
    watch.kept.discard("")
    return passed


def _killed(command: list[str], after_s: float) -> list[str]:
    """Ids that a session had called kept when it was killed."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as session:
        timer = threading.Timer(after_s, session.kill)
        timer.start()
        assert session.stdout is not None
        kept = [line.strip() for line in session.stdout if line.endswith("\n")]
        timer.cancel()
    return kept


# ---- two recorders -------------------------------------------------------------------------------------------------


def bench_two_recorders(takes: int = 20) -> SurvivalFigures:
    """Two sessions of the same person with the same words into one catalogue at once: each has all its takes."""
    figures = SurvivalFigures(tries=1)
    with tempfile.TemporaryDirectory(prefix="kws-bench-two-") as name, bench_boards(2) as boards:
        watch = _Watch(Path(name), figures)
        commands = [session_command(watch.folder, board, "s01", takes) for board in boards]
        both = [subprocess.Popen(c, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for c in commands]
        for session in both:
            out, err = session.communicate(timeout=SESSION_TIMEOUT_S)
            watch.kept.update(out.split())
            if session.returncode != 0:
                figures.not_resumed += 1
                figures.notes.append(err.strip())
        watch.look()
        if figures.clips != 2 * len(plan(takes)):
            figures.not_resumed += 1
    return figures


# ---- disk full -----------------------------------------------------------------------------------------------------


def small_disk_works() -> bool:
    """Whether a small file system can be made here without being root: it needs user namespaces."""
    if shutil.which("unshare") is None:
        return False
    with tempfile.TemporaryDirectory() as name:
        return _run(on_small_disk(Path(name), ["true"])).returncode == 0


def on_small_disk(folder: Path, command: list[str]) -> list[str]:
    """``command`` with a file system of ``DISK_BYTES`` of its own at ``folder``, which nobody else sees."""
    script = f'mount -t tmpfs -o size={DISK_BYTES} none "$1" && shift && exec "$@"'
    return ["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh", str(folder), *command]


def bench_disk_full(tries: int = 10, *, takes: int = 10, progress: Progress | None = None) -> SurvivalFigures:
    """A disk that is full at another point of a session each time, on a real file system of a few megabytes.

    The session must end with one line that says so, leave nothing half, and go on once there is room.
    """
    with tempfile.TemporaryDirectory(prefix="kws-bench-disk-") as name, bench_boards(1) as boards:
        arguments = [name, str(boards[0]), str(tries), str(takes)]
        done = _run(on_small_disk(Path(name), [sys.executable, "-m", "kws_data.bench.record.survival", *arguments]))
    if progress:
        progress("disk full", tries, tries)
    if done.returncode != 0:
        return SurvivalFigures(tries=tries, silent_failures=1, notes=[done.stderr.strip()[-400:]])
    return SurvivalFigures(**json.loads(done.stdout))


def _disk_full(disk: Path, board: Path, tries: int, takes: int) -> SurvivalFigures:
    """The tries, in a process that sees the small disk."""
    total = SurvivalFigures()
    clip_bytes = 30_000
    for number in range(tries):
        figures = SurvivalFigures(tries=1)
        folder = disk / f"catalogue{number}"
        folder.mkdir()
        room = number * clip_bytes * 2 * takes // max(1, tries) + 4_096 * (number % 3)
        filler = disk / "filler"
        filler.write_bytes(bytes(max(0, shutil.disk_usage(disk).free - room)))
        watch = _Watch(folder, figures)
        done = _run(session_command(folder, board, "s01", takes))
        watch.kept.update(done.stdout.split())
        if done.returncode != 2 or len(done.stderr.strip().splitlines()) != 1:
            figures.silent_failures += 1
            figures.notes.append(f"room {room}: exit {done.returncode}: {done.stderr.strip()[-300:]}")
        filler.unlink()
        watch.look()
        watch.finish_session(takes, board, "s01")
        shutil.rmtree(folder)
        total = _sum(total, figures)
    return total


def _sum(one: SurvivalFigures, other: SurvivalFigures) -> SurvivalFigures:
    a, b = one.to_dict(), other.to_dict()
    return SurvivalFigures(**{name: a[name] + b[name] for name in a})


if __name__ == "__main__":
    disk_name, board_name, tries_text, takes_text = sys.argv[1:]
    found = _disk_full(Path(disk_name), Path(board_name), int(tries_text), int(takes_text))
    sys.stdout.write(json.dumps(found.to_dict()))
    sys.stdout.flush()
    os._exit(0)
