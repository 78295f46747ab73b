"""The sections of a run's page, in the order of what a reader should know and do.

Each makes HTML of the results, or nothing where the run has no data for it, so that runs of earlier versions still have
a report.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from kws_data.evaluation.predictions import INT8
from kws_data.pages.html import Section
from kws_data.report.again_section import again_section
from kws_data.report.board_section import board_section
from kws_data.report.curves_section import curves_section
from kws_data.report.data_section import data_section
from kws_data.report.engines_section import engines_section
from kws_data.report.hear.look import SCRIPT
from kws_data.report.limits_section import limits_section, memory_section
from kws_data.report.noise_section import noise_section
from kws_data.report.results import RunResults
from kws_data.report.results_section import results_section
from kws_data.report.sealed_section import sealed_section
from kws_data.report.slices_section import slices_section
from kws_data.report.stream_section import stream_section
from kws_data.report.targets_section import targets_section
from kws_data.report.threshold_section import threshold_section
from kws_data.report.timeline_section import timeline_section
from kws_data.report.training_section import training_section
from kws_data.report.try_section import try_section
from kws_data.report.verdict_section import verdict_section
from kws_data.report.worst_section import worst_section
from kws_data.run_folder import MOMENTS_FILE, WORST_FILE
from kws_data.slices.slice_report import SLICES_FILE, SliceReport


@dataclass(frozen=True)
class Part:
    """A part of the page.

    Attributes:
        id, heading: of its section.
        made: its HTML; empty where the run has nothing for it.
        script: JavaScript that it needs.
        runs: ``<script>`` elements in its HTML are its own code, and may compile WebAssembly.
    """

    id: str
    heading: str
    made: Callable[[RunResults], str]
    script: str = ""
    runs: bool = False

    def section(self, results: RunResults) -> Section | None:
        """For the page; None where the run has nothing for it."""
        html = self.made(results)
        if not html:
            return None
        own = tuple(_SCRIPT.findall(html)) if self.runs else ()
        scripts = (*([self.script] if self.script else []), *own)
        return Section(self.id, self.heading, _SCRIPT.sub("", html) if own else html, scripts, wasm=bool(own))


_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def _stream(results: RunResults) -> str:
    clips = results.evaluation.host[INT8].metrics.threshold
    return stream_section(results.evaluation.stream, results.export.get("stream"), clips)


def _moments(results: RunResults) -> str:
    there = (results.folder / "report" / MOMENTS_FILE).is_file()
    return timeline_section(results.config, results.audio) if there else ""


def _clips(results: RunResults) -> str:
    there = (results.folder / "report" / WORST_FILE).is_file()
    return worst_section(results.config, results.predictions, results.audio) if there else ""


def _targets(results: RunResults) -> str:
    return targets_section(results.document["targets"]) if "targets" in results.document else ""


def _sealed(results: RunResults) -> str:
    return sealed_section(results.document["sealed"]) if "sealed" in results.document else ""


def _curves(results: RunResults) -> str:
    return curves_section(results.held_out, results.evaluation.host[INT8].metrics)


def _noise(results: RunResults) -> str:
    silence = results.evaluation.host[INT8].silence
    return "" if silence is None else noise_section(silence.to_dict(), results.config.threshold.max_fpr)


def _engines(results: RunResults) -> str:
    return engines_section(results.document["engines"]) if results.document.get("engines") else ""


def _slices(results: RunResults) -> str:
    folder = results.folder / "report"
    return slices_section(SliceReport.load(folder)) if (folder / SLICES_FILE).is_file() else ""


#: In the order of what a reader should know and do.
PARTS: tuple[Part, ...] = (
    Part("verdict", "What to fix next", verdict_section),
    Part("targets", "Targets", _targets),
    Part("data", "Data", data_section),
    Part("training", "Training", training_section),
    Part("results", "Detection on people it has never heard", results_section),
    Part("slices", "Who is served worst", _slices),
    Part("sealed", "How often this test was looked at", _sealed),
    Part("threshold", "Threshold", threshold_section),
    Part("curves", "At every threshold", _curves),
    Part("noise", "Noise that it never met", _noise),
    Part("engines", "Float, int8, C and board", _engines),
    Part("streams", "Listening all day", _stream),
    Part("moments", "Streams to hear", _moments, script=SCRIPT),
    Part("try", "Try it", try_section, runs=True),
    Part("limits", "Limits", limits_section),
    Part("memory", "Memory", memory_section),
    Part("board", "On the board", board_section),
    Part("clips", "Clips to hear", _clips, script=SCRIPT),
    Part("again", "Make it again", again_section),
)
