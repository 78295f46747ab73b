"""The clips of a configuration in which something is said: which are used, and in which split each is.

``kws split`` shows this, and every build and recording goes by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.catalog.near_duplicates import near_duplicate_groups
from kws_data.catalog.transcripts import contains_without_blanks, keywords_said, says_nothing
from kws_data.config.config import Config
from kws_data.dataset.clip_pool import unused_real
from kws_data.dataset.groups import Same
from kws_data.dataset.release_rules import check_not_empty, excluded_by_terms, summary
from kws_data.dataset.splits import SEVERAL_WORDS, assign_splits, drop_copies, drop_near_copies_of_test
from kws_data.dataset.undersample import undersample
from kws_data.errors import DataError
from kws_data.labels import SPEECH, UNLABELLED, check_keywords, label_of


@dataclass(frozen=True)
class SplitWords:
    """Clips that are used, those left out with the reason for each, the split of each by id, and near-duplicates."""

    kept: tuple[Clip, ...]
    left_out: Mapping[str, str]
    splits: Mapping[str, str]
    same: Same


def split_words(config: Config, catalog: Catalog, words: Sequence[Clip]) -> SplitWords:
    """Choose and split the clips in which something is said.

    Raises:
        DataError: no clip may be used, a keyword has none, too few speakers.
        CatalogError: stored audio is missing or damaged.
    """
    left_out = keywords_in_speech(words, config.keywords) | excluded_by_terms(config, words)
    allowed = [clip for clip in words if clip.id not in left_out]
    check_not_empty(config, words, allowed)
    check_keywords(config.keywords, (clip.word for clip in allowed))
    kept, copies = drop_copies(allowed, lambda word: label_of(word, config.keywords))
    left_out |= copies
    _check_left(config.keywords, words, kept, left_out)
    unused = unused_real(config, kept)
    kept = [clip for clip in kept if clip.id not in unused]
    wanted = "near_duplicate" in config.split.disjoint
    recorded = [clip for clip in kept if not clip.synthetic]  # synthetic ones are told apart by their voices
    same = near_duplicate_groups(catalog, recorded) if wanted else []
    near = drop_near_copies_of_test(kept, config.split, same)
    kept = [clip for clip in kept if clip.id not in near]
    try:
        splits = assign_splits(kept, config, same)
    except DataError as error:
        raise DataError(
            error.what, error.value, "; ".join(filter(None, (error.remedy, _contradicted(copies))))
        ) from None
    surplus = surplus_of_large_labels(config, kept, splits)
    kept = [clip for clip in kept if clip.id not in surplus]
    splits = {identity: split for identity, split in splits.items() if identity not in surplus}
    return SplitWords(tuple(kept), left_out | unused | near | surplus, splits, same)


def _check_left(
    keywords: Sequence[str], words: Iterable[Clip], kept: Iterable[Clip], left_out: Mapping[str, str]
) -> None:
    """Raise DataError, with the reasons, when every clip of a keyword is left out."""
    there = {clip.word for clip in kept}
    for keyword in keywords:
        if keyword in there:
            continue
        reasons = summary(
            {clip.id: left_out[clip.id] for clip in words if clip.word == keyword and clip.id in left_out}
        )
        why = "; ".join(f"{count:,} clips: {reason}" for reason, count in reasons.items())
        raise DataError("every clip of a keyword is left out", keyword, f"{why}; give each recording one word")


def _contradicted(copies: Mapping[str, str]) -> str:
    """How many recordings are left out because they stand under several words; empty when there is none."""
    reasons = [reason for reason in copies.values() if reason.startswith(SEVERAL_WORDS)]
    return f"{len(reasons):,} clips are left out: {reasons[0]}; give each recording one word" if reasons else ""


def surplus_of_large_labels(config: Config, clips: Sequence[Clip], splits: Mapping[str, str]) -> dict[str, str]:
    """Training clips that ``balance.undersample`` leaves out, with the reason."""
    ratio = config.balance.undersample
    if ratio is None:
        return {}
    training = (
        (clip.id, label_of(clip.word, config.keywords) or "", clip.speaker)
        for clip in clips
        if splits.get(clip.id) == "train"
    )
    return dict.fromkeys(undersample(training, ratio, config.seed), "more clips of its label than balance.undersample")


def keywords_in_speech(clips: Iterable[Clip], keywords: Sequence[str]) -> dict[str, str]:
    """Clips that cannot be other words, by id, with the reason: a keyword is said in them, or may be."""
    reasons = {}
    for clip in clips:
        if clip.word == UNLABELLED:
            reason = f"named {UNLABELLED}, which is kept for data.unlabelled: rename its folder or label"
        elif clip.word == SPEECH:
            reason = _reason(str(clip.attributes.get("transcript", "")), keywords)
        else:
            reason = "" if clip.word in keywords else _reason_of_word(clip.word, keywords)
        if reason:
            reasons[clip.id] = reason
    return reasons


def _reason(transcript: str, keywords: Sequence[str]) -> str:
    if says_nothing(transcript):
        return "running speech without a transcript: a keyword may be said in it"
    found = keywords_said(transcript, keywords)
    return f"running speech in which a keyword is said: {', '.join(found)}" if found else ""


def _reason_of_word(word: str, keywords: Sequence[str]) -> str:
    """Scripts without blanks write a sentence as one word."""
    found = contains_without_blanks(word, keywords)
    return f"another word in which a keyword is said: {', '.join(found)}" if found else ""
