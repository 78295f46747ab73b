"""Kinds of noise that are kept for the test (``split.held_out_noise``): what detectors do in noise that is new to them.

Nothing of such a kind is learnt from, mixed under clips or used to fix thresholds. A setting of kinds, not of
recordings: the same rain on another day is no news.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from kws_data.catalog.clips import Clip
from kws_data.catalog.kinds_of_noise import kind_of_noise
from kws_data.config.config import Config
from kws_data.dataset.negative_splits import Recording
from kws_data.errors import DataError

SETTING = "split.held_out_noise"


def is_held_out(config: Config, clip: Clip) -> bool:
    """Whether a recording is of a kind that only the test may have."""
    return bool(config.split.held_out_noise) and kind_of_noise(clip) in config.split.held_out_noise


def without_held_out(config: Config, clips: Iterable[Clip]) -> list[Clip]:
    """The recordings that training and validation may have."""
    return [clip for clip in clips if not is_held_out(config, clip)]


def check_held_out(config: Config, clips: Iterable[Clip]) -> None:
    """Hold the names against the kinds that there are.

    Args:
        config: with ``split.held_out_noise``.
        clips: all noise that the configuration draws on.

    Raises:
        DataError: nothing is of such a kind; a typing error must not let a kind into training.
    """
    known = sorted({kind_of_noise(clip) for clip in clips} - {""})
    unknown = [kind for kind in config.split.held_out_noise if kind not in known]
    if unknown:
        remedy = f"known here: {', '.join(known)}" if known else "of none of the noise here it is told what it is"
        raise DataError(f"{SETTING} names noise that is not there", ", ".join(unknown), remedy)


def whatever_tables_say(config: Config, recordings: Iterable[Recording]) -> list[Recording]:
    """The recordings; those of held-out kinds without the split that a table says."""
    return [replace(one, given="") if _is_held(config, one) else one for one in recordings]


def parted(config: Config, recordings: Iterable[Recording]) -> tuple[list[Recording], list[Recording]]:
    """Recordings that are dealt to the splits, and those of held-out kinds."""
    free: list[Recording] = []
    held: list[Recording] = []
    for one in recordings:
        (held if _is_held(config, one) else free).append(one)
    return free, held


def _is_held(config: Config, one: Recording) -> bool:
    return any(is_held_out(config, clip) for clip in one.clips)


def for_the_test(
    held: Sequence[Recording], pieces: Iterable[tuple[Recording, str]], people: Mapping[str, str]
) -> tuple[list[tuple[Recording, str]], dict[str, str]]:
    """Whole recordings of held-out kinds as pieces of the test, whatever their tables say.

    Args:
        held: recordings of held-out kinds.
        pieces: all others with their splits.
        people: the split of those of whom there are clips with labels.

    Returns:
        The pieces, and the reason for each recording that is left out: its person is in another split.
    """
    where = {one.person: split for one, split in pieces if one.person} | dict(people)
    out = {one.name: where[one.person] for one in held if one.person and where.get(one.person, "test") != "test"}
    reasons = {name: f"noise of a kind that is held out, of a person of {split}" for name, split in out.items()}
    return [(one, "test") for one in held if one.name not in out], reasons
