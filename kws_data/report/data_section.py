"""What the figures stand on: clips, people and hours of each split, what is thin, on what terms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kws_data.config.split import SPLITS
from kws_data.dataset.manifest import read_columns
from kws_data.labels import few_people, without_other_words
from kws_data.pages.html import Html, Verdict, says, table, text
from kws_data.report.results import RunResults
from kws_data.run_folder import CARD_FILE

FEW_CLIPS = 10  # a label with fewer in a split: its figures there are greyed


def data_section(results: RunResults) -> str:
    """A sentence, tables by split, links to datasheet and Croissant."""
    info = results.dataset
    sentence, verdict = _sentence(results)
    warnings = "".join(
        f'<p class="no">{text(line)}</p>'
        for line in (without_other_words(info["labels_per_split"]), few_people(info["speakers"]))
        if line
    )
    return says(sentence, verdict) + warnings + _splits(info) + _labels(info) + _hours(info) + _terms(results)


def _sentence(results: RunResults) -> tuple[str, Verdict]:
    info, made = results.dataset, results.synthetic
    people, clips, words = info["speakers"].get("test", 0), info["clips"].get("test", 0), results.said
    if info["leaks"]:
        said = (
            f"{info['leaks']} speakers, voices or recordings stand in two splits: no figure here holds for new people."
        )
        return said, "bad"
    voices = " synthetic voices" if words and made == words else " people"
    thin = thin_labels(info)
    said = f"The test set is {clips:,} clips of {people:,}{voices} who are in no other split"
    if words and made == words:
        return f"{said}; nobody was recorded, so it says little of people.", "doubt"
    if made:
        said += f"; {made:,} of its {words:,} words are of synthetic voices"
    if thin:
        return f"{said}; too few say {', '.join(thin)} to tell anything of it.", "doubt"
    return f"{said}.", "good"


def thin_labels(info: Mapping[str, Any]) -> list[str]:
    """Labels of which the test split has fewer clips than :data:`FEW_CLIPS`."""
    counts = info["labels_per_split"].get("test", {})
    return [label for label in info["labels"] if counts.get(label, 0) < FEW_CLIPS]


def _splits(info: Mapping[str, Any]) -> str:
    splits = _in_order(info)
    through = info.get("recorded_through_board", {})
    rows = [
        ("clips", *(f"{info['clips'][s]:,}" for s in splits)),
        ("people or voices", *(f"{info['speakers'][s]:,}" for s in splits)),
        ("recorded through the board", *(f"{through.get(s, 0):,}" for s in splits)),
    ]
    leaks = f"<p>Speakers, voices or recordings that stand in two splits: {info['leaks']}.</p>"
    return table(rows, ("", *splits), range(1, len(splits) + 1), caption="Clips and people of each split") + leaks


def _in_order(info: Mapping[str, Any]) -> list[str]:
    """The splits that there are, train first."""
    return [split for split in SPLITS if split in info["clips"]]


def _labels(info: Mapping[str, Any]) -> str:
    splits, counts = _in_order(info), info["labels_per_split"]
    rows = [(label, *(f"{counts[s].get(label, 0):,}" for s in splits)) for label in info["labels"]]
    few = [n for n, label in enumerate(info["labels"]) if label in thin_labels(info)]
    caption = "Clips of each label (grey: fewer than ten in the test split)"
    return table(rows, ("label", *splits), range(1, len(splits) + 1), caption=caption, few=few)


def _hours(info: Mapping[str, Any]) -> str:
    """Of negatives, where there are some."""
    hours = (info.get("negatives") or {}).get("hours") or {}
    if not hours:
        return "<p>No hours without a keyword were given (data.negatives).</p>"
    made = (info["negatives"].get("synthetic_hours")) or {}
    splits = _in_order(info)
    rows = [
        (kind.replace("_", " "), *(_hours_of(by.get(s, 0.0), made.get(kind, {}).get(s, 0.0)) for s in splits))
        for kind, by in hours.items()
    ]
    return table(rows, ("negatives", *splits), range(1, len(splits) + 1), caption="Hours in which no keyword is said")


def _hours_of(hours: float, synthetic: float) -> str:
    return f"{hours:.2f}" + (f" ({synthetic:.2f} made)" if synthetic else "")


def _terms(results: RunResults) -> str:
    """Licences, and links to the documents that lie beside the data set and the report."""
    licences = sorted({name or "unstated" for name in read_columns(results.folder / "dataset", "licence")["licence"]})
    files = [
        ("datasheet", "dataset/datasheet.html"),
        ("datasheet (Markdown)", "dataset/datasheet.md"),
        ("Croissant", "dataset/croissant.json"),
    ]
    links = [f'<a href="../{path}">{name}</a>' for name, path in files if (results.folder / path).is_file()]
    links.append(f'<a href="{CARD_FILE}">model card</a>')
    return Html(f"<p>Licences: {text(', '.join(licences))}.</p><p>Beside this page: {', '.join(links)}.</p>")
