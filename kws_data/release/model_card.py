"""``model_card.md``: what a model is for, whom it has heard, what it is worth and how sure that is, what nobody knows.

The sections are those of Mitchell et al., "Model Cards for Model Reporting", 2019 (https://arxiv.org/abs/1810.03993).
All of it comes from ``report.json``, ``dataset.json``, the manifest and the configuration; nothing is measured anew, so
the same run has the same card.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kws_data.config.config import Config
from kws_data.config.load import run_command
from kws_data.config.split import NEGATIVES_SPLIT, SPLITS
from kws_data.pages.few import FEWEST, bracketed
from kws_data.pages.markdown import escaped
from kws_data.pages.numbers import NOT_MEASURED, interval, percent
from kws_data.release.card_people import heard, never_heard
from kws_data.release.datasheet.blocks import Block, Section, Table, counted, listed, written

MOST_SENTENCES = 5
_ENGINES = {
    "float": "float, host",
    "before_refit": "int8 before the refit, host",
    "int8": "int8, host (ships)",
    "device": "on the board",
}


@dataclass(frozen=True)
class Card:
    """What a card is made of.

    Attributes:
        config: of the run.
        report: report.json.
        dataset: dataset.json.
        rows: of the manifest, each clip once.
        findings: sentences on what is wrong or not known, the most pressing first.
        slices: slices.json; None where it was not written.
        secret: for the noise on counts of people, see :meth:`Catalog.secret`.
    """

    config: Config
    report: Mapping[str, Any]
    dataset: Mapping[str, Any]
    rows: Sequence[Mapping[str, Any]] = field(repr=False)
    findings: Sequence[str] = ()
    slices: Mapping[str, Any] | None = None
    secret: bytes = field(default=b"", repr=False)


def model_card(card: Card) -> str:
    """The card as Markdown."""
    content = (
        Section("Model details", tuple(_details(card))),
        Section("Intended use", tuple(_use(card))),
        Section("Out of scope", tuple(_out_of_scope(card))),
        Section("Whom and what it has heard", tuple(heard(card.dataset, card.rows, card.secret))),
        Section("Training", tuple(_training(card))),
        Section("What it is worth", tuple(_measures(card))),
        Section("In streams", tuple(_streams(card.report["stream"]))),
        Section("Where it fails", tuple(_failing(card))),
        Section("Memory and time", tuple(_budget(card.report))),
        Section("Ethical considerations", tuple(never_heard(card.dataset, card.rows, card.secret))),
        Section("Caveats and recommendations", tuple(_caveats(card))),
        Section("Licences", tuple(_licences(card))),
        Section("Make it again", tuple(_again(card))),
    )
    return written(f"Model card: {escaped(card.config.name)}", content)


def _details(card: Card) -> Iterable[Block]:
    config, model = card.config, card.report["model"]
    words = escaped(listed(config.keywords))
    bits = config.model.pointwise_bits
    fewer = "" if bits == 8 else f" ({bits}-bit weights in its pointwise convolutions)"
    yield (
        f"Keyword spotter for {words}; family {escaped(config.model.family)}, 8-bit integers{fewer}, for"
        " microcontrollers."
    )
    yield (
        f"{model['parameters']:,} parameters, {model['macs']:,} multiplications a window, {model['tflite_bytes']:,}"
        f" bytes. SHA-256 of `model.tflite`: `{model['sha256']}`."
    )
    made_by = config.package.author or config.release.maintainer
    yield f"Made by {escaped(made_by)}." if made_by else "Who made it is not stated (`package.author`)."


def _use(card: Card) -> Iterable[Block]:
    words = escaped(listed(card.config.keywords, "or"))
    yield (
        f"To notice that somebody near the microphone says {words}, in a stream, on a board that does nothing else with"
        " what it hears: to wake a device, or for a command that does no harm when it is missed or made up."
    )
    purpose = card.config.release.purpose
    if purpose:
        yield f"Its data set was made for this: {escaped(purpose)}"


def _out_of_scope(card: Card) -> Iterable[Block]:
    yield (
        "To recognise who speaks, how old somebody is, or how somebody feels; to transcribe speech; to listen to people"
        " who do not know of it; wherever a missed or a wrongly heard word endangers somebody."
    )
    yield (
        "Other words, languages and microphones than those below: what it does with them is not known. Measure first:"
        " `kws evaluate --bundle … --data FOLDER`."
    )


def _training(card: Card) -> Iterable[Block]:
    config, info = card.config, card.dataset
    clips, copies = info["clips"]["train"], info["copies"]
    yield f"{config.train.epochs} epochs over {clips:,} clips, each as it is and changed at random: {copies} copies."
    teacher = config.train.teacher
    if teacher.teaches:
        yield f"It follows teachers of kind {teacher.kind} as well as the labels."
    if config.split.refit:
        yield "Once the validation people had fixed method and threshold, it learnt from them as well."
    yield (
        "Threshold, smoothing and the choice among models come from validation people only; nobody of the test was seen"
        " before these figures were measured."
    )
    if NEGATIVES_SPLIT in info:
        hours = {kind: split.get("train", 0.0) for kind, split in info[NEGATIVES_SPLIT]["hours"].items()}
        told = (
            listed([f"{value:.2f} h of {kind.replace('_', ' ')}" for kind, value in hours.items()]) if hours else "none"
        )
        yield f"Hours in which no keyword is said, for training: {told}."


def _measures(card: Card) -> Iterable[Block]:
    report = card.report
    yield (
        "TPR: share of keyword clips detected as their keyword, at the frozen threshold. FPR: share of other clips in"
        " which any keyword is detected. Intervals of 95 %; by speaker they hold for other people like these."
    )
    yield Table(("", "TPR", "by clip", "by speaker", "FPR", "by clip", "by speaker", "clips"), tuple(_rows_of(report)))
    shipped = report["host"]["int8"]
    rows = [
        (
            escaped(word),
            bracketed(percent(one["tpr"]), one["clips"]),
            interval(one["tpr_ci95"]) if one["clips"] else "",
            percent(one["fpr"]),
            one["clips"],
        )
        for word, one in shipped["per_keyword"].items()
    ]
    yield Table(("keyword, int8", "TPR", "by clip", "FPR", "clips"), tuple(rows))
    if any(one["clips"] < FEWEST for one in shipped["per_keyword"].values()):
        yield f"In brackets: fewer than {FEWEST} clips, look at the interval."
    if "sealed" in report:
        sealed = report["sealed"]
        tpr, fpr = (interval(sealed[f"{name}_ci_by_speaker"]) for name in ("tpr", "fpr"))
        yield f"{sealed['note']} By speaker, corrected for that: TPR {tpr}, FPR {fpr}."


def _rows_of(report: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
    found = {**report["host"], "device": report["device"]}
    for engine, name in _ENGINES.items():
        if one := found.get(engine):
            ends = [
                interval(one[key]) if one.get(key) else ""
                for key in ("tpr_ci95", "tpr_ci95_by_speaker", "fpr_ci95", "fpr_ci95_by_speaker")
            ]
            yield (name, percent(one["tpr"]), *ends[:2], percent(one["fpr"]), *ends[2:], f"{one['clips']:,}")


def _streams(stream: Mapping[str, Any]) -> Iterable[Block]:
    if stream.get("false_accepts_per_hour") is None:
        why = stream.get("not_measured")
        yield "False accepts an hour were not measured" + (f": {escaped(str(why))}." if why else ".")
    rows = [
        (
            kind.replace("_", " "),
            f"{one['hours']:.2f}",
            f"{one.get('synthetic_hours', 0.0):.2f}",
            one["false_accepts"],
            f"{one['false_accepts'] / one['hours']:.3g}" if one["hours"] else NOT_MEASURED,
            f"{one['upper95']:.3g}",
        )
        for kind, one in stream.get("negatives", {}).items()
    ]
    if rows:
        head = ("without a keyword", "hours", "of them made", "false accepts", "an hour", "at most, 95 %")
        yield Table(head, tuple(rows))
    if stream.get("frr") is not None:
        ends = stream.get("frr_ci95")
        yield f"Of {stream['keywords_said']:,} keywords in streams it misses {percent(stream['frr'])}" + (
            f" {interval(ends)}." if ends else "."
        )


def _failing(card: Card) -> Iterable[Block]:
    if card.slices is None:
        yield "Which accents, ages, devices or noises fail was not looked for: `kws slices` does."
        return
    for sentence in card.slices.get("sentences", ())[:MOST_SENTENCES]:
        yield escaped(str(sentence))
    worst = card.slices.get("worst_slice_tpr")
    if worst:
        name = f" ({escaped(worst['name'])})" if worst.get("name") else ""
        yield f"The worst slice{name}: TPR {percent(worst['value'])} {interval([worst['low'], worst['high']])}."


def _budget(report: Mapping[str, Any]) -> Iterable[Block]:
    rows = [
        (
            one["name"],
            f"{one['measured']:,.6g}",
            f"{one['limit']:,}",
            one["unit"],
            "within" if one["passed"] else "BROKEN",
        )
        for one in report["budget"]["checks"]
    ]
    yield Table(("limit", "measured", "allowed", "unit", ""), tuple(rows))
    device = report["device"]
    if device:
        p95 = device["response_ms"]["p95"]
        yield f"Board `{device['board']}`: answers {p95:.0f} ms after the end of a word (p95)."


def _caveats(card: Card) -> Iterable[Block]:
    for sentence in card.findings:
        yield escaped(sentence)
    yield "People whose voices are not like those in the data may be heard worse: measure with them first."


def _licences(card: Card) -> Iterable[Block]:
    learnt = [row for row in card.rows if row["split"] in SPLITS[:2]]
    yield "What it has learnt from, and on what terms; whether they reach a model made of it, a lawyer must say."
    yield counted(learnt, ("licence", "consent"))
    unstated = sum(row["licence"] in ("", "unstated") for row in learnt)
    if unstated:
        yield f"{unstated:,} clips have no stated licence: do not pass the model on before that is cleared."


def _again(card: Card) -> Iterable[Block]:
    report = card.report
    yield (
        f"`{run_command(card.config)}` with seed {report['seed']}; settings `{card.config.sha256()}`, data set"
        f" `{report['dataset']['version']}`, whose datasheet is [dataset/datasheet.md](../dataset/datasheet.md)."
    )
