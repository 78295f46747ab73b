"""Write the report of a run from what its steps left behind: page, Markdown, JSON, model card, predictions.

Which sections there are, and in which order, says ``parts.py``. Markdown is made of the page's sections.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace

from firmware_tools.atomic import write_text
from kws_data.config.config import Config
from kws_data.evaluation.engines import compare_engines
from kws_data.evaluation.evaluation_report import DeviceEvaluation, EvaluationReport
from kws_data.evaluation.predictions import (
    DEVICE_PART,
    FILE,
    HOST_PART,
    INT8,
    joined,
    read_predictions,
    write_predictions,
)
from kws_data.gate.targets import targets_block
from kws_data.pages.html import Section, page
from kws_data.pages.markdown import escaped, markdown
from kws_data.report.document import build_document, on_board
from kws_data.report.model_card import model_card
from kws_data.report.parts import PARTS
from kws_data.report.results import RunResults
from kws_data.report.sealed_section import sealed_block
from kws_data.report.stream_section import warned
from kws_data.run_folder import CARD_FILE, MARKDOWN_FILE, PAGE_FILE, REPORT_FILE


def write_report(config: Config, audio: bool = True) -> str:
    """Write all files, and ``predictions.parquet`` from its parts; returns the hash of ``report.json``.

    Args:
        config: of the run.
        audio: whether clips and moments can be heard in the page.

    Raises:
        DataError: a step has not run.
    """
    results = replace(read_results(config), audio=audio)
    folder = config.run_dir / "report"
    text = json.dumps(results.document, indent=1) + "\n"
    write_predictions(folder / FILE, results.predictions)
    write_text(folder / REPORT_FILE, text)
    sections = made_sections(results)
    write_text(folder / PAGE_FILE, report_page(results, sections))
    write_text(folder / MARKDOWN_FILE, report_markdown(results, sections))
    write_text(folder / CARD_FILE, model_card(results))
    return hashlib.sha256(text.encode()).hexdigest()


def read_results(config: Config) -> RunResults:
    """What the steps of a run left behind, and the document made of it, with its advice; raises DataError."""
    folder = config.run_dir / "report"
    document, evaluation = build_document(config), EvaluationReport.load(folder, on_board(config))
    parts = [(HOST_PART, "run --until evaluate"), *([(DEVICE_PART, "device-eval")] if on_board(config) else [])]
    predictions = joined([read_predictions(folder / name, verb) for name, verb in parts])
    document["sealed"] = sealed_block(config, predictions.of(INT8))
    document["engines"] = compare_engines(predictions).to_dict()
    document |= targets_block(document, config.targets, folder)
    results = RunResults(config, document, evaluation, predictions)
    document["advice"] = [one.to_dict() for one in results.advice]
    return results


def made_sections(results: RunResults) -> list[Section]:
    """Those of :data:`PARTS` that the run has data for."""
    return [section for part in PARTS if (section := part.section(results)) is not None]


def report_page(results: RunResults, sections: Sequence[Section]) -> str:
    """report.html."""
    return page(f"kws report: {results.config.name}", _lead(results), sections)


def report_markdown(results: RunResults, sections: Sequence[Section]) -> str:
    """report.md: the page's sentences and tables, for a repository or a pull request."""
    parts = (f"## {escaped(part.heading)}\n\n{markdown(part.html)}" for part in sections)
    return f"# kws report: {escaped(results.config.name)}\n\n{escaped(_lead(results))}\n\n" + "\n".join(parts)


def _lead(results: RunResults) -> str:
    report = results.document
    lead = (
        f"{', '.join(results.config.keywords)} · {_where(results.evaluation.device)} · "
        f"data set {report['dataset']['version'][:19]} · model {report['model']['sha256'][:12]} · seed {report['seed']}"
    )
    return warned(lead, results.evaluation.stream)


def _where(device: DeviceEvaluation | None) -> str:
    return "for ESPHome's micro_wake_word" if device is None else f"board {device.clips.board}"
