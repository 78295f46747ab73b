"""The fifty worst clips to listen to: what was said and heard, how sure, whose clip it is, what each engine says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from firmware_tools.levels import levels
from kws_data.audio import Samples
from kws_data.config.config import Config
from kws_data.dataset.manifest import ManifestRow, read_rows_of, told_of
from kws_data.evaluation.clip_choice import CLOSE, KINDS, MISSED
from kws_data.evaluation.predictions import INT8, Predictions
from kws_data.evaluation.worst_clips import WorstClip, WorstClips, read_worst
from kws_data.features.load import load_audio_clips, places_of
from kws_data.pages.html import Verdict, says, text
from kws_data.report.hear.card import Sound, facts, filters, pictures, player, voices
from kws_data.report.hear.lines import ScoreLine
from kws_data.report.hear.look import STYLE
from kws_data.run_folder import MANIFEST_FILE
from kws_data.scores import FIRST_KEYWORD

MOST_WORDS = 16  # buttons
AFTER_S = 0.5  # of the time axis after the clip: words are often heard there, when the model moves on
OTHERS = 3  # keywords besides the one said and the best other one that are drawn
_ATTRIBUTES = ("snr_db", "gender", "age", "accent")


@dataclass(frozen=True)
class Told:
    """What an engine made of a clip: keyword detected (empty: none), probability of each label."""

    heard: str
    scores: Mapping[str, float]

    @property
    def best(self) -> tuple[str, float]:
        """The best keyword."""
        return max(list(self.scores.items())[FIRST_KEYWORD:], key=lambda pair: pair[1])

    @property
    def words(self) -> str:
        """For people."""
        label, score = self.best
        return f"{label} {score:.3f}" if self.heard else f"nothing (best: {label} {score:.3f})"


@dataclass(frozen=True)
class Case:
    """A clip with all that is told of it; ``row`` is that of the manifest, None where there is none."""

    clip: WorstClip
    said: str
    engines: Mapping[str, Told]
    samples: Samples
    row: ManifestRow | None

    @property
    def ships(self) -> Told:
        """What the int8 file says."""
        return self.engines[INT8]

    @property
    def word(self) -> str:
        """What was really said: of other words the word itself."""
        return str(self.row["word"] or self.said) if self.row is not None else self.said

    @property
    def other(self) -> str:
        """The keyword that was heard instead, else the best of those that were not said; empty without another."""
        if self.ships.heard not in ("", self.said):
            return self.ships.heard
        others = [pair for pair in list(self.ships.scores.items())[FIRST_KEYWORD:] if pair[0] != self.said]
        return max(others, key=lambda pair: pair[1], default=("", 0.0))[0]


def worst_section(config: Config, predictions: Predictions, audio: bool = True) -> str:
    """Sentence, filters, and a card for each clip.

    Only the chosen clips are read. Give the page ``kws_data.report.hear.look.SCRIPT``.

    Args:
        config: of the run.
        predictions: of all engines.
        audio: whether the sounds stand in the page.

    Raises:
        DataError: *evaluate* has not run, or the data set was built again since, without one of the clips.
    """
    worst = read_worst(config.run_dir / "report")
    if not worst.clips:
        return _says(worst, audio)
    cases = chosen_cases(worst, config.run_dir / "dataset", predictions)
    rate_hz = config.frontend.sample_rate_hz
    cards = "".join(_card(number, one, worst.threshold, rate_hz, audio) for number, one in enumerate(cases))
    kinds = Counter(one.clip.kind for one in cases)
    words = Counter(one.word for one in cases).most_common(MOST_WORDS)
    terms = [
        (one.row["licence"], one.row["consent"], bool(one.row["synthetic"]))
        for one in cases
        if one.row is not None and one.row["speaker"]
    ]
    return (
        f'{STYLE}{_says(worst, audio)}{voices(audio, terms)}{_how_to_read(audio)}<div class="hearing" data-page-only>'
        f"{filters('kind', [(kind, kinds[kind]) for kind in KINDS if kinds[kind]], 'kind')}"
        f"{filters('word', sorted(words), 'said')}"
        f'<p class="shown" role="status">{len(cases)} of {len(cases)} shown</p><div class="cards">{cards}</div></div>'
    )


def _how_to_read(audio: bool) -> str:
    play = " Click a picture to play from there." if audio else ""
    return (
        "<p data-page-only>From above: waveform, spectrogram (low sounds below), and what the model says while it "
        "slides over the clip with silence around it; the upright line is the clip's end, where it is decided."
        f"{play}</p>"
    )


def _says(worst: WorstClips, audio: bool) -> str:
    wrong = sum(worst.counts.values())
    if not wrong:
        return says(f"None of {worst.of:,} test clips is decided wrongly; below are the narrowest decisions.", "good")
    kinds = ", ".join(_counted(kind, count) for kind, count in worst.counts.items() if count)
    close = sum(one.kind == CLOSE for one in worst.clips)
    shown = len(worst.clips) - close
    more = "these" if shown == wrong else f"{shown:,} of these, a mix of words and people"
    more += ", kind by kind, the surest of each first" if shown > 1 else ""
    more += f", and {_narrowest(close)}" if close else ""
    ask = (
        ": where you cannot tell the word either the clip is at fault, where you can, more clips like it are missing "
        "from training"
    )
    verdict: Verdict = "bad" if wrong > 0.1 * worst.of else "doubt"
    return says(
        f"Of {worst.of:,} test clips {wrong:,} are decided wrongly ({kinds}); below are {more}{ask if audio else ''}.",
        verdict,
    )


def _counted(kind: str, count: int) -> str:
    return f"{count:,} {kind}{'' if count == 1 or kind == MISSED else 's'}"


def _narrowest(count: int) -> str:
    return "the narrowest right one" if count == 1 else f"the {count:,} narrowest right ones"


def chosen_cases(worst: WorstClips, dataset_dir: Path, predictions: Predictions) -> list[Case]:
    """The clips with what engines made of them, where they are from, and their samples; raises DataError."""
    ids = [one.clip_id for one in worst.clips]
    rows = read_rows_of(dataset_dir, ids) if (dataset_dir / MANIFEST_FILE).exists() else {}
    said, engines = _engines(predictions, ids)
    clips, places = load_audio_clips(dataset_dir), places_of(dataset_dir, "test", ids)
    return [
        Case(one, said[one.clip_id], engines[one.clip_id], np.asarray(clips[place]), rows.get(one.clip_id))
        for one, place in zip(worst.clips, places, strict=True)
    ]


def _engines(predictions: Predictions, ids: Sequence[str]) -> tuple[dict[str, str], dict[str, dict[str, Told]]]:
    """By clip: what was said, and what each engine made of it."""
    wanted = (predictions.splits == "test") & np.isin(predictions.clip_ids, np.array(ids, np.str_))
    said: dict[str, str] = {}
    found: dict[str, dict[str, Told]] = {clip_id: {} for clip_id in ids}
    names = [*predictions.labels, ""]
    for row in np.flatnonzero(wanted):
        clip_id, scores = str(predictions.clip_ids[row]), predictions.scores[row].tolist()
        said[clip_id] = names[predictions.y[row]]
        told = Told(names[predictions.detected[row]], dict(zip(predictions.labels, scores, strict=True)))
        found[clip_id][str(predictions.engines[row])] = told
    return said, found


def _lines(one: Case) -> list[ScoreLine]:
    """The keyword that was said, the best of the others, and a few more, which are drawn below them."""
    about = [(label, role) for label, role in ((one.other, "best"), (one.said, "said")) if label in one.clip.scores]
    rest = [label for label in one.clip.scores if label not in (one.other, one.said)]
    rest.sort(key=lambda label: -max(one.clip.scores[label], default=0.0))
    roles = [*((label, "other") for label in rest[:OTHERS]), *about]
    return [ScoreLine(label, role, one.clip.times_s, one.clip.scores[label]) for label, role in roles]


def _card(number: int, one: Case, threshold: float, rate_hz: int, audio: bool) -> str:
    length_s, ships = len(one.samples) / rate_hz, one.ships
    sound = Sound(one.samples, rate_hz, length_s + AFTER_S, _lines(one), threshold, [length_s])
    kind, tone = one.clip.kind, "fine" if one.clip.kind == CLOSE else "wrong"
    best = "" if one.other in ("", ships.heard) else f", best other: {one.other} {ships.scores[one.other]:.3f}"
    own = f" ({ships.scores[one.said]:.3f})" if one.said in one.clip.scores else ""
    heard = f"{ships.heard} {ships.scores[ships.heard]:.3f}" if ships.heard else "nothing"
    return (
        f'<article class="card" id="clip-{number}" data-kind="{kind}" data-word="{text(one.word)}">'
        f'<h3><span class="kind {tone}">{kind}</span>: {text(one.word)}'
        f"<small>said: {text(one.word + own)}, heard: {text(heard + best)}</small></h3>"
        f"{pictures(sound)}{player(sound, f'{kind}: {one.word}', audio)}"
        f"<details><summary>Scores, engines, whose clip</summary>{_facts(one)}</details></article>"
    )


def _facts(one: Case) -> str:
    scores = sorted(one.ships.scores.items(), key=lambda pair: -pair[1])
    rows = [("label", one.said), ("scores", ", ".join(f"{label} {score:.3f}" for label, score in scores))]
    rows += [(f"{engine.replace('_', ' ')} says", told.words) for engine, told in one.engines.items()]
    loud = levels(one.samples)
    rows.append(("level", f"{loud.rms_db:.0f} dB RMS, peak {loud.peak_db:.0f} dB"))
    if one.row is not None:
        rows += [(key.replace("_", " "), value) for key, value in told_of(one.row).items()]
        told = json.loads(one.row["attributes"] or "{}")
        rows += [(key.replace("_", " "), str(told[key])) for key in _ATTRIBUTES if key in told]
    return facts(rows)
