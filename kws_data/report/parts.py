"""The sections of a run's page, in the order of what a reader should know and do.

Each makes HTML of the results, or nothing where the run has no data for it, so that runs of earlier versions still have
a report.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kws_data.evaluation.predictions import INT8
from kws_data.report.again_section import again_section
from kws_data.report.board_section import board_section
from kws_data.report.curves_section import curves_section
from kws_data.report.data_section import data_section
from kws_data.report.engines_section import engines_section
from kws_data.report.examples import chosen_examples, examples_html
from kws_data.report.limits_section import limits_section, memory_section
from kws_data.report.results import RunResults
from kws_data.report.results_section import results_section
from kws_data.report.stream_section import stream_section
from kws_data.report.targets_section import targets_section
from kws_data.report.threshold_section import threshold_section
from kws_data.report.training_section import training_section
from kws_data.report.verdict_section import verdict_section


@dataclass(frozen=True)
class Part:
    """A part of the page: its anchor, its heading, and what makes its HTML (empty: the run has nothing for it)."""

    id: str
    heading: str
    made: Callable[[RunResults], str]


def _stream(results: RunResults) -> str:
    return stream_section(results.evaluation.stream, results.export.get("stream"))


def _clips(results: RunResults) -> str:
    chosen = chosen_examples(results.folder / "dataset", results.held_out, results.words)
    return examples_html(chosen, results.config.frontend.sample_rate_hz)


def _targets(results: RunResults) -> str:
    return targets_section(results.document["targets"]) if "targets" in results.document else ""


def _curves(results: RunResults) -> str:
    return curves_section(results.held_out, results.evaluation.host[INT8].metrics)


def _engines(results: RunResults) -> str:
    return engines_section(results.document["engines"])


#: In the order of what a reader should know and do.
PARTS: tuple[Part, ...] = (
    Part("verdict", "What to fix next", verdict_section),
    Part("targets", "Targets", _targets),
    Part("data", "Data", data_section),
    Part("training", "Training", training_section),
    Part("results", "Detection on people it has never heard", results_section),
    Part("threshold", "Threshold", threshold_section),
    Part("curves", "At every threshold", _curves),
    Part("engines", "Float, int8, C and board", _engines),
    Part("streams", "Listening all day", _stream),
    Part("limits", "Limits", limits_section),
    Part("memory", "Memory", memory_section),
    Part("board", "On the board", board_section),
    Part("clips", "Clips to hear", _clips),
    Part("again", "Make it again", again_section),
)
