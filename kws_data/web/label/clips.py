"""Which clips are labelled in the page, and which words have a button there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.config.config import Config
from kws_data.dataset.clip_pool import clips_of
from kws_data.errors import DataError
from kws_data.labelling.audited import found_clips
from kws_data.labelling.labels import WITHOUT_LABEL, is_label
from kws_data.labelling.listed_clips import listed_clips
from kws_data.labelling.review import to_review
from kws_data.labelling.settle import settled
from kws_data.labelling.take_over import opinions_by_clip
from kws_data.labels import BACKGROUND, SPEECH, word_of
from kws_data.web.label.desk import words_by_use

UNLABELLED, FOUND, SELECTED, REVIEW, ALL = "unlabelled", "found", "selected", "review", "all"
MOST_WORDS = 12  # with a button each where no configuration names keywords; others are typed
_LONG = (BACKGROUND, SPEECH)  # noise, and running speech: no words to be told apart


def chosen_clips(
    catalog: Catalog,
    which: str,
    word: str | None = None,
    config: Config | None = None,
    warn: Callable[[str], object] | None = None,
    *,
    may_be_none: bool = False,
) -> tuple[str, ...]:
    """Ids of the clips to be labelled, in the order in which they are handed out.

    Args:
        catalog: with the clips.
        which: ``unlabelled``, ``found`` (by the last audit, to be relabelled or heard), ``selected`` (by the last
            ``kws select``), ``review`` (labels that a change of the guideline may touch), ``all``, or a file in which
            ids of clips stand: a list, a table or JSON, in its order.
        word: only clips that have this word now.
        config: with ``all``, only clips that it draws on, where all of these are there; else those of the catalogue.
        warn: told why clips of the whole catalogue are taken in the place of the configuration's.
        may_be_none: none at all is no error.

    Raises:
        DataError: there are none, or the file cannot be read or lists clips that are not there.
    """
    clips = {clip.id: clip for clip in catalog.clips(with_set_aside=True)}
    ids = _all(catalog, clips, config, word, warn) if which == ALL else _ids(catalog, which, clips)
    kept = [identity for identity in ids if identity in clips]
    if word is not None:
        kept = [identity for identity in kept if clips[identity].word == word_of(word)]
    if not kept and not may_be_none:
        raise DataError("there is nothing to label", f"--clips {which}" + (f" --word {word}" if word else ""), _REMEDY)
    return tuple(kept)


_REMEDY = "--clips all takes clips that have a label too, --clips FILE those that a file lists"


def disputed_clips(catalog: Catalog, word: str | None = None) -> tuple[str, ...]:
    """Ids of the clips of the whole catalogue that people disagree on or were not sure of, in their order.

    Args:
        catalog: with the opinions.
        word: only clips that have this word now.
    """
    disputed = [
        clip for clip, said in opinions_by_clip(catalog.opinions.all()).items() if settled(said).state == "disagreement"
    ]
    if word is not None:
        called = {clip.id for clip in catalog.clips(with_set_aside=True) if clip.word == word_of(word)}
        disputed = [clip for clip in disputed if clip in called]
    return tuple(disputed)


def words_with_button(catalog: Catalog, config: Config | None) -> tuple[str, ...]:
    """Keywords of a configuration, or the words that most clips of the catalogue have, or have been said to have."""
    if config is not None:
        return tuple(word for word in config.keywords if is_label(word))
    said = Counter(one.label for one in catalog.opinions.all() if one.label[0] not in "_(" and is_label(one.label))
    by_opinions = sorted(said, key=lambda word: (-said[word], word))
    return tuple(dict.fromkeys([*words_by_use(catalog), *by_opinions]))[:MOST_WORDS]


def _ids(catalog: Catalog, which: str, clips: dict[str, Clip]) -> list[str]:
    if which == UNLABELLED:
        return [clip.id for clip in clips.values() if clip.word in WITHOUT_LABEL and not clip.reasons]
    if which == FOUND:
        return _found(catalog)
    if which == SELECTED:
        return _selected(catalog)
    if which == REVIEW:
        return list(to_review(catalog).clip_ids)
    known = ", ".join((UNLABELLED, FOUND, SELECTED, REVIEW, ALL))
    return listed_clips(Path(which), f"choose {known} or a file that lists ids of clips", clips)


def _found(catalog: Catalog) -> list[str]:
    """Clips that the last audit would have relabelled or heard, those first whose word is in doubt."""
    found = found_clips(catalog)
    if found is None:
        raise _nobody_has("audit", FOUND)
    return list(found)


def _selected(catalog: Catalog) -> list[str]:
    """Clips that the last selection that was not undone chose, in its order."""
    batches = [batch for batch in catalog.changes.batches("select") if not batch.undone_at]
    if not batches:
        raise _nobody_has("select", SELECTED)
    return list(dict.fromkeys(one.clip_id for one in catalog.changes.findings(batches[-1].id)))


def _nobody_has(verb: str, which: str) -> DataError:
    remedy = f"call kws {verb} first, or choose --clips {ALL}"
    return DataError(f"no kws {verb} has chosen clips here yet", f"--clips {which}", remedy)


def _all(
    catalog: Catalog,
    clips: dict[str, Clip],
    config: Config | None,
    word: str | None,
    warn: Callable[[str], object] | None,
) -> list[str]:
    of = [clip for clip in clips.values() if not clip.reasons]
    if config is not None:
        try:
            of = clips_of(config, catalog)
        except DataError as error:  # it still names the keywords
            if warn is not None:
                warn(f"{error}; so clips of the whole catalogue are labelled")
    return [clip.id for clip in of if word is not None or clip.word not in _LONG]
