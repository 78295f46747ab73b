"""Runs compared: rows for a terminal, a page and Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kws_data.evaluation.compared_run import ComparedRun
from kws_data.evaluation.run_differences import Difference, Pair
from kws_data.pages.html import figure, page, says, table, text
from kws_data.pages.numbers import NOT_MEASURED, percent
from kws_data.report.comparison_plots import det_plot, forest_plot, streams_plot
from kws_data.statistics.rates import RateComparison

HEAD = ("", "baseline", "run", "difference [95 %]", "p", "of")
NAMES = {"accuracy": "accuracy", "tpr": "TPR at the threshold", "fpr": "FPR at the threshold"}
COST_NAMES = {
    "tflite_bytes": "model file, bytes",
    "arena_bytes": "arena, bytes",
    "island_bytes": "island, bytes",
    "macs": "MAC a window",
    "inference_cycles": "inference, cycles",
    "frontend_cycles": "front end, cycles a frame",
    "stream_response_p95_ms": "response in streams, p95, ms",
    "board_response_p95_ms": "response on the board, p95, ms",
    "image_flash_bytes": "image, flash",
    "image_ram_bytes": "image, RAM",
}


def comparison_rows(pair: Pair) -> list[tuple[str, ...]]:
    """Each figure of a pair as texts: what, of the baseline, of the run, the difference, p, and of how many."""
    rows = [_share_row(NAMES[name], one, one.p_holm) for name, one in pair.shares.items()]
    rows += [_share_row(f"TPR of {word}", one, one.paired.p[0]) for word, one in pair.per_keyword.items()]
    rows += [_rate_row(kind, one) for kind, one in pair.rates.items()]
    if pair.missed != (None, None):
        rows.append(_missed_row(*pair.missed))
    rows += [_cost_row(COST_NAMES[name], *both) for name, both in pair.costs.items() if both != (None, None)]
    return rows


def _share_row(name: str, one: Difference, p: float) -> tuple[str, ...]:
    paired = one.paired
    ends = f"[{100 * paired.low:+.1f}, {100 * paired.high:+.1f}]"
    said = f"{100 * paired.difference:+.1f} {ends} {one.verdict}"
    return name, percent(one.first), percent(one.second), said, f"{p:.2g}", f"{paired.clips:,} clips"


def _rate_row(kind: str, one: RateComparison) -> tuple[str, ...]:
    shown = [f"{count} in {heard:.2f} h" for count, heard in zip(one.events, one.hours, strict=True)]
    ends = f"[{one.low:.2g}, {'no end' if one.high is None else format(one.high, '.2g')}]"
    said = (
        "none with either"
        if not sum(one.events)
        else f"× {'?' if one.ratio is None else format(one.ratio, '.2g')} {ends}"
    )
    return f"false accepts, {kind.replace('_', ' ')}", *shown, said, f"{one.p:.2g}", f"{sum(one.hours):.2f} h"


def _missed_row(first: float | None, second: float | None) -> tuple[str, ...]:
    both = first is not None and second is not None
    said = f"{100 * ((second or 0) - (first or 0)):+.1f}" if both else ""
    return "keywords missed in streams", percent(first), percent(second), said, "", ""


def _cost_row(name: str, first: float | None, second: float | None) -> tuple[str, ...]:
    shown = [NOT_MEASURED if value is None else f"{value:,.6g}" for value in (first, second)]
    said = "" if first is None or second is None else f"{second - first:+,.6g}"
    return name, *shown, said, "", ""


def tested_on(pair: Pair) -> str:
    """On how many clips, and how many are left out."""
    left = [
        f"{count:,} only in {name}"
        for name, count in ((pair.baseline, pair.only_baseline), (pair.run, pair.only_run))
        if count
    ]
    beside = f"; left out: {', '.join(left)}" if left else ""
    return f"{pair.clips:,} clips of {pair.shares['accuracy'].paired.speakers:,} speakers were tested with both{beside}"


def comparison_page(runs: Sequence[ComparedRun], pairs: Sequence[Pair]) -> str:
    """The page, which needs nothing else."""
    names = [run.name for run in runs]
    sections = [(f"{pair.run} against {pair.baseline}", _pair_section(pair)) for pair in pairs]
    sections.append(("All thresholds", _curves(runs)))
    data = runs[0].report["dataset"]["version"][:19]
    lead = f"{names[0]} is the baseline; {runs[0].engine}, test clips; data set {data}"
    return page(f"kws compare: {', '.join(names)}", lead, sections)


def _pair_section(pair: Pair) -> str:
    rows: list[tuple[str, Difference]] = [(NAMES[name], one) for name, one in pair.shares.items()]
    rows += [(f"TPR of {word}", one) for word, one in pair.per_keyword.items()]
    notes = "".join(f"<p>{text(note)}</p>" for note in (f"{tested_on(pair)}.", *pair.notes))
    caption = (
        f"{pair.run} less {pair.baseline}: right of the line is more. Of an FPR less is better. Blue: better, red: "
        "worse, grey: not told apart."
    )
    picture = figure(forest_plot(rows), caption)
    cells = table(comparison_rows(pair), HEAD, numbers=(1, 2, 4), caption=f"{pair.run} against {pair.baseline}")
    return f"{says(f'{pair.verdict}.')}{notes}{picture}{cells}"


def _curves(runs: Sequence[ComparedRun]) -> str:
    sentence = (
        "A curve further down and to the left is better at any threshold; where two cross, each is better at some."
    )
    pictures = [figure(det_plot(runs), "Clips: keywords missed against FPR. Large: the thresholds that ship.")]
    streams = streams_plot(runs)
    if streams is not None:
        pictures.append(figure(streams, "Streams: keywords missed against false accepts an hour. Large: what ships."))
    return f'{says(sentence)}<div class="cols">{"".join(pictures)}</div>'


def comparison_markdown(pairs: Sequence[Pair]) -> str:
    """The same as Markdown, without pictures."""
    lines = [f"# {_plain(', '.join([pairs[0].baseline, *(pair.run for pair in pairs)]))}", ""]
    for pair in pairs:
        lines += [f"## {_plain(f'{pair.run} against {pair.baseline}')}", ""]
        for sentence in (pair.verdict, tested_on(pair), *pair.notes):
            lines += [f"{_plain(sentence)}.", ""]
        lines += [_line(HEAD), _line(("---",) * len(HEAD)), *map(_line, comparison_rows(pair)), ""]
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_plain, cells))} |"


def _plain(value: str) -> str:
    """Text that Markdown shows as it is."""
    return value.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def comparison_document(runs: Sequence[ComparedRun], pairs: Sequence[Pair]) -> Mapping[str, object]:
    """For ``--json``."""
    shown = [
        {
            "name": run.name,
            "folder": str(run.folder),
            "engine": run.engine,
            "dataset": run.report["dataset"]["version"],
            "model_sha256": run.report["model"]["sha256"],
            "clips": len(run.rows),
        }
        for run in runs
    ]
    return {"runs": shown, "pairs": [pair.to_dict() for pair in pairs]}
