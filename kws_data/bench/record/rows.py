"""``kws bench record``: the figures of a recording that can be trusted, each one measured here and now.

Boards are emulated: the real firmware runs in virtual time behind a pseudo-terminal, at the line rate that its UART
enforces, so an hour of audio takes as long as its instructions do.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from firmware_tools.errors import KwsError
from kws_data.bench.figures import Figure
from kws_data.progress import Progress

PARTS = ("good", "bad", "kill", "boards", "decoder")
FAST_BAUD, SLOW_BAUD = 921_600, 115_200
DECODER_MB_PER_S = 50.0
CPU_SHARE = 0.20

# Seconds of work for each unit, on two cores of 2020s x86-64: only for the estimate that is printed first.
_AUDIO_SPEED = 40.0
_KILL_S = 2.0
_FUZZ_PER_S = 50_000.0


@dataclass(frozen=True)
class RecordBench:
    """How much of everything."""

    minutes: float = 30.0
    chaos_hours: float = 10.0
    faults: int = 100_000
    kills: int = 100
    full_disks: int = 10
    boards: int = 4
    board_seconds: float = 60.0
    fuzz_inputs: int = 1_000_000
    seed: int = 1
    parts: tuple[str, ...] = PARTS

    @classmethod
    def quick(cls) -> RecordBench:
        """A look, not a proof: about a minute."""
        return cls(
            minutes=1.0,
            chaos_hours=0.1,
            faults=1_000,
            kills=3,
            full_disks=2,
            board_seconds=5.0,
            fuzz_inputs=20_000,
        )

    def estimate_s(self) -> float:
        """About how long it takes."""
        cost = {
            "good": 2 * self.minutes * 60 / _AUDIO_SPEED,
            "bad": self.chaos_hours * 3_600 / _AUDIO_SPEED + self.faults / 1_000,
            "kill": _KILL_S * (self.kills + 2 * self.full_disks + 5),
            "boards": self.board_seconds + 5,
            "decoder": self.fuzz_inputs / _FUZZ_PER_S + 5,
        }
        return sum(cost[part] for part in self.parts)


def bench_record(bench: RecordBench, progress: Progress | None = None) -> Iterator[Figure]:
    """Measure; gives each figure when it is there. A part that fails is a figure that says so, and the rest goes on."""
    for part in bench.parts:
        for measure in _MEASURES[part]:
            started = time.monotonic()
            try:
                figure = measure(bench, progress)
            except KwsError as error:
                figure = Figure(_title(measure), "", str(error), False)
            yield replace(figure, seconds=round(time.monotonic() - started, 1))


def _title(measure: Callable[..., Figure]) -> str:
    return (measure.__doc__ or "").split(".")[0]


# ---- the rows ------------------------------------------------------------------------------------------------------


def _fast_line(bench: RecordBench, progress: Progress | None) -> Figure:
    """PCM16 at 921,600 baud."""
    return _good_line(bench, progress, FAST_BAUD, "pcm16", "bit-equal to what was played")


def _slow_line(bench: RecordBench, progress: Progress | None) -> Figure:
    """ADPCM at 115,200 baud."""
    return _good_line(bench, progress, SLOW_BAUD, "adpcm", "bit-equal to the reference coder")


def _good_line(bench: RecordBench, progress: Progress | None, baud: int, codec: str, equal: str) -> Figure:
    from kws_data.bench.record.link import bench_good_line

    heard = bench_good_line(baud, bench.minutes, seed=bench.seed, progress=progress)
    speed = heard.heard_s / heard.seconds if heard.seconds else 0.0
    measured = f"{heard.lost + heard.unreported} lost, {heard.wrong} wrong samples, {speed:.0f}x real time"
    whole = heard.honest and heard.lost == heard.broken_off == 0 and heard.codec == codec
    return Figure(
        f"{codec.upper()} at {baud:,} baud, {heard.heard_s / 60:.4g} min",
        f"0 lost, {equal}",
        measured if heard.codec == codec else f"{measured}, but as {heard.codec}",
        whole,
        details=heard.to_dict(),
    )


def _bad_line(bench: RecordBench, progress: Progress | None) -> Figure:
    """Faults on the wire."""
    from kws_data.bench.record.link import bench_bad_line

    hours, faults = bench.chaos_hours / 2, -(-bench.faults // 2)
    runs = [bench_bad_line(baud, hours, faults, seed=bench.seed, progress=progress) for baud in (SLOW_BAUD, FAST_BAUD)]
    count, heard_s = sum(run.fault_count for run in runs), sum(run.heard_s for run in runs)
    wrong, unreported = sum(run.wrong for run in runs), sum(run.unreported for run in runs)
    went_on = sum(run.restarts + run.reconnects for run in runs)
    broken_off = sum(run.broken_off for run in runs)
    losses, lost_s = sum(run.losses for run in runs), sum(run.lost for run in runs) / 16_000
    measured = (
        f"{count:,} faults in {heard_s / 3_600:.2f} h: {wrong} wrong samples, {unreported} unreported;"
        f" {losses:,} losses ({lost_s:,.0f} s) reported with their place; went on after {went_on}"
        f" resets and disconnects, {broken_off} takes broken off with an error"
    )
    enough = count >= bench.faults and heard_s >= bench.chaos_hours * 3_600
    return Figure(
        "faults on the wire",
        f">= {bench.faults:,} in >= {bench.chaos_hours:g} h: 0 wrong, every loss reported, goes on",
        measured,
        enough and all(run.honest for run in runs),
        details={run.codec: run.to_dict() for run in runs},
    )


def _kills(bench: RecordBench, progress: Progress | None) -> Figure:
    """kill -9."""
    from kws_data.bench.record.survival import bench_kill

    found = bench_kill(bench.kills, seed=bench.seed, progress=progress)
    return Figure(
        f"kill -9 at {bench.kills} random moments",
        "opens, all clips whole, nothing kept is lost, resumes",
        _survival_text(found.to_dict()),
        found.faultless and found.tries == bench.kills,
        details=found.to_dict(),
    )


def _disk(bench: RecordBench, progress: Progress | None) -> Figure:
    """Disk full."""
    from kws_data.bench.record.survival import bench_disk_full, small_disk_works

    what, wanted = f"disk full at {bench.full_disks} points", "one line says so, all clips whole, resumes"
    if not small_disk_works():
        return Figure(what, wanted, "not measured: unshare may make no file system here", None)
    found = bench_disk_full(bench.full_disks, progress=progress)
    return Figure(what, wanted, _survival_text(found.to_dict()), found.faultless, details=found.to_dict())


def _two(bench: RecordBench, progress: Progress | None) -> Figure:
    """Two recorders on one catalogue."""
    from kws_data.bench.record.survival import bench_two_recorders

    found = bench_two_recorders()
    return Figure(
        "two recorders on one catalogue",
        "both sessions complete, all clips whole",
        _survival_text(found.to_dict()),
        found.faultless,
        details=found.to_dict(),
    )


def _survival_text(found: dict[str, Any]) -> str:
    harmless = ("tries", "clips", "kept", "notes")
    trouble = [f"{count} {name.replace('_', ' ')}" for name, count in found.items() if count and name not in harmless]
    return f"{found['clips']} clips, {found['kept']} reported kept: {', '.join(trouble) or 'all there and whole'}"


def _boards(bench: RecordBench, progress: Progress | None) -> Figure:
    """Boards at once."""
    from kws_data.bench.record.boards import bench_boards

    found = bench_boards(bench.boards, bench.board_seconds, progress=progress)
    whole = not (found.wrong or found.lost or found.unreported)
    return Figure(
        f"{bench.boards} boards in real time, {bench.board_seconds:g} s",
        f"host CPU <= {CPU_SHARE:.0%} of one core, 0 lost",
        f"{found.cpu_share:.1%}, {found.lost + found.unreported} lost, {found.wrong} wrong samples",
        whole and found.cpu_share <= CPU_SHARE and found.seconds < 1.2 * bench.board_seconds + 2,
        details=found.to_dict(),
    )


def _decoder(bench: RecordBench, progress: Progress | None) -> Figure:
    """Frame decoder."""
    from firmware_tools.protocol.frames import Decoder
    from kws_data.bench.record.wire import decoder_mb_per_s

    ours, python = decoder_mb_per_s(), decoder_mb_per_s(Decoder)
    return Figure(
        "frame decoder",
        f">= {DECODER_MB_PER_S:.0f} MB/s",
        f"{ours:.0f} MB/s (in Python: {python:.0f})",
        ours >= DECODER_MB_PER_S,
        details={"mb_per_s": ours, "python_mb_per_s": python},
    )


def _fuzz(bench: RecordBench, progress: Progress | None) -> Figure:
    """Fuzzed decoder."""
    from kws_data.bench.record.wire import fuzz_many

    found = fuzz_many(bench.fuzz_inputs, seed=bench.seed, progress=progress)
    return Figure(
        "frame decoder, fuzzed",
        f"{bench.fuzz_inputs:,} inputs: no crash, hang or wrong frame",
        f"{found.inputs:,} inputs, {found.frames:,} frames: {found.crashes} crashes, {found.hangs} hangs,"
        f" {found.wrong_frames} wrong, {found.disagreements} unlike the Python decoder",
        found.faultless and found.inputs >= bench.fuzz_inputs,
        details=asdict(found),
    )


_MEASURES: dict[str, tuple[Callable[[RecordBench, Progress | None], Figure], ...]] = {
    "good": (_fast_line, _slow_line),
    "bad": (_bad_line,),
    "kill": (_kills, _disk, _two),
    "boards": (_boards,),
    "decoder": (_decoder, _fuzz),
}
