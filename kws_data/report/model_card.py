"""``model_card.md``: what a model is for, what it was trained on, what it is worth, and what not to do with it.

The sections are those of Mitchell et al., "Model Cards for Model Reporting", 2019 (https://arxiv.org/abs/1810.03993).
"""

from __future__ import annotations

from collections.abc import Iterable

from kws_data.config.split import SPLITS
from kws_data.evaluation.predictions import INT8
from kws_data.pages.markdown import escaped
from kws_data.pages.numbers import interval, percent
from kws_data.report.results import RunResults


def model_card(results: RunResults) -> str:
    """Markdown; the same for the same run."""
    parts = (
        ("Model details", _details(results)),
        ("Intended use", _use(results)),
        ("Training data", _data(results)),
        ("Evaluation", _figures(results)),
        ("Caveats and recommendations", _caveats(results)),
    )
    text = "\n\n".join(f"## {name}\n\n" + "\n".join(f"- {escaped(line)}" for line in lines) for name, lines in parts)
    return f"# Model card: {escaped(results.config.name)}\n\n{text}\n"


def _details(results: RunResults) -> Iterable[str]:
    model, config = results.document["model"], results.config
    yield f"Keyword spotter for {', '.join(config.keywords)}; family {config.model.family}, int8."
    yield f"{model['parameters']:,} parameters, {model['macs']:,} MAC a window, {model['tflite_bytes']:,} bytes."
    yield f"model.tflite has SHA-256 {model['sha256']}; seed {results.document['seed']}."
    package = config.package
    made_by = package.author or config.release.maintainer
    yield f"Made by {made_by}." if made_by else "Who made it is not stated (package.author)."


def _use(results: RunResults) -> Iterable[str]:
    yield f"To detect the words {', '.join(results.config.keywords)} on a microcontroller, in a stream or in clips."
    yield "Not to recognise who speaks, not to transcribe speech, and not where a missed word endangers somebody."


def _data(results: RunResults) -> Iterable[str]:
    info = results.dataset
    for split in (name for name in SPLITS if name in info["clips"]):
        yield f"{split}: {info['clips'][split]:,} clips of {info['speakers'][split]:,} people or voices."
    if results.said and results.synthetic:
        yield f"{results.synthetic:,} of the {results.said:,} words of the test set are of synthetic voices."
    yield f"Data set {info['version']}; its datasheet is dataset/datasheet.md."


def _figures(results: RunResults) -> Iterable[str]:
    shipped = results.evaluation.host[INT8].metrics
    yield (
        f"TPR {percent(shipped.tpr)} {interval(shipped.tpr_ci95)}, FPR {percent(shipped.fpr)} "
        f"{interval(shipped.fpr_ci95)} on {shipped.clips:,} clips of people in no other split (95 % intervals)."
    )
    for word, one in shipped.per_keyword.items():
        yield f"{word}: TPR {percent(one.tpr)} {interval(one.tpr_ci95)}, {one.clips:,} clips."
    stream = results.evaluation.stream
    if stream.false_accepts_per_hour is None:
        yield "False accepts an hour were not measured."
    for kind, heard in stream.negatives.items():
        yield (
            f"{heard.per_hour:.3g} false accepts an hour of {heard.named(kind)} ({heard.hours:.2f} h; "
            f"at most {heard.upper95:.3g} with 95 % confidence)."
        )
    if stream.frr is not None:
        yield f"In streams it misses {percent(stream.frr)} of {stream.keywords_said:,} keywords."


def _caveats(results: RunResults) -> Iterable[str]:
    for one in results.findings:
        if one.verdict != "good":
            yield one.text
    yield "People whose voices are not like those in the data may be heard worse: measure with them first."
