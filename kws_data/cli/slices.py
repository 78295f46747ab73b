"""``kws slices``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kws_data.cli.options import Number, config_options, json_option, print_json, progress_bars, tell, verb
from kws_data.config.config import Config

if TYPE_CHECKING:
    from kws_data.slices.rows import SliceRow
    from kws_data.slices.slice_report import KindSlices, SliceReport

TOLD = 3
DEPTH, LEAST_CLIPS = 3, 10


@verb("slices", "kws slices configs/demo.yaml --by accent --by word --gate 0.8")
@config_options
@click.option("--by", multiple=True, metavar="ATTRIBUTE", help="Cut by this attribute; repeatable; all when left out.")
@click.option(
    "--depth", type=click.IntRange(1, 3), default=DEPTH, show_default=True, help="Most conditions of a slice."
)
@click.option(
    "--min-clips", type=click.IntRange(2), default=LEAST_CLIPS, show_default=True, help="Fewest clips of a slice."
)
@click.option("--split", type=click.Choice(["test", "validation"]), default="test", show_default=True)
@click.option(
    "--engine",
    type=click.Choice(["int8", "device", "float"]),
    default="int8",
    show_default=True,
    help="Whose decisions: the file that ships, the same on the board, the float model.",
)
@click.option("--gate", type=Number(0, 1), default=None, help="Exit 1 when the worst slice's TPR may be below this.")
@json_option
def command(
    config: Config,
    by: tuple[str, ...],
    depth: int,
    min_clips: int,
    split: str,
    engine: str,
    gate: float | None,
    as_json: bool,
) -> int:
    """Which clips of CONFIG's run fail: keywords that are missed and other clips taken for one, by accent, gender, age,
    device, room, SNR, level, pitch, speaking rate, word, kind of noise and their combinations of up to three.

    A slice is found when it fails beyond chance: clips of one speaker count as what they are, and all slices that were
    tried count. Below them stand the strongest of the others, which may be chance. --gate judges the worst group of 30
    clips or more by the worse end of its interval. Called without --by, --depth, --min-clips, --split and --engine it
    writes runs/<name>/report/slices.json, as kws run does; with any of them it only tells.
    """
    from kws_data.cli.steps import tell_outdated
    from kws_data.slices.fairness import GATE_CLIPS

    tell_outdated(config, ["flash", "device-eval"] if engine == "device" else ["evaluate"])
    report = _report(config, by, depth, min_clips, split, engine)
    passed = gate is None or report.worst is None or report.worst.tpr_by_speaker95[0] >= gate
    if as_json:
        judged = {} if gate is None else {"gate": {"tpr_min": gate, "passed": passed}}
        print_json({**report.to_dict(), **judged})
    else:
        _show(report, by)
        if report.worst is not None:
            large = report.worst.clips >= GATE_CLIPS  # what the search found may be smaller
            which = f"of {GATE_CLIPS} clips or more" if large else "that fails beyond chance"
            tell(f"worst group {which}: {_worst(report.worst)}")
        if gate is not None:
            tell(_verdict(report, gate, passed))
    return 0 if passed else 1


def _report(config: Config, by: tuple[str, ...], depth: int, min_clips: int, split: str, engine: str) -> SliceReport:
    from kws_data.slices.slice_report import SliceReport

    with progress_bars() as progress:
        if (by, depth, min_clips, split, engine) == ((), DEPTH, LEAST_CLIPS, "test", "int8"):
            from kws_data.cli.steps import run_steps

            run_steps(config, ["slices"], force=True, progress=progress)
            return SliceReport.load(config.run_dir / "report")
        from kws_data.evaluation.leaking_test import TEST, check_held_out
        from kws_data.slices.cut import SearchSettings
        from kws_data.slices.of_run import slices_of_run

        if split == TEST:
            check_held_out(config.run_dir / "dataset", config.data.recordings)
        settings = SearchSettings(depth=depth, least_clips=min_clips)
        rate_hz = config.frontend.sample_rate_hz
        return slices_of_run(config.run_dir, rate_hz, engine, split, settings, by, progress)


def _show(report: SliceReport, by: tuple[str, ...]) -> None:
    from kws_data.cli.terminal.table import print_table

    for kind in report.kinds:
        if by:
            tell(f"{_heading(kind)} by {', '.join(by)}")
            print_table([_cells(row, report.alpha) for name in kind.by for row in kind.by[name]])
        tell(f"{_heading(kind)}, worst slices of {kind.tested:,}")
        print_table([_cells(row, report.alpha) for row in kind.worst])
    for line in report.sentences[:TOLD]:
        tell(line)


def _heading(kind: KindSlices) -> str:
    every = kind.everything
    what = {"missed": "keyword clips missed", "false_accepts": "other clips taken for a keyword"}[kind.kind]
    return f"{what} {every.errors:,} of {every.clips:,} ({every.rate:.1%})"


def _cells(row: SliceRow, alpha: float) -> dict[str, str]:
    from kws_data.slices.words import short

    low, high = row.by_speaker95
    return {
        "slice": short(row.conditions),
        "clips": f"{row.clips:,}",
        "speakers": f"{row.speakers:,}",
        "errors": f"{row.errors:,}",
        "rate": f"{row.rate:.1%}",
        "95 % by speaker": f"{low:.1%} to {high:.1%}",
        "rest": "" if row.rest is None else f"{row.rest:.1%}",
        "p": "" if row.p is None else f"{row.p:.3f}",
        "": row.doubt(alpha),
    }


def _verdict(report: SliceReport, gate: float, passed: bool) -> str:
    if report.worst is None:
        return "gate: no keyword clips, nothing to judge"
    return f"gate {gate:.1%} {'held' if passed else 'FAILED'} by {_worst(report.worst)}"


def _worst(worst: SliceRow) -> str:
    """The group that a gate and ``targets.worst_slice_tpr_min`` judge; it need not stand in the tables."""
    from kws_data.slices.words import phrase

    low, high = worst.tpr_by_speaker95
    return f"{phrase(worst.conditions)}: TPR {worst.tpr:.1%}, {low:.1%} to {high:.1%}"
