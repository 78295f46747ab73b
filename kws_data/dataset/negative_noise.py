"""Training negatives as the background of copies: noise and music among the noise there is, and speech for a share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from kws_data.catalog.negative_clips import kind_of
from kws_data.config.config import Config
from kws_data.dataset.negatives import Negatives, Stretch

#: So much of each is in the memory of every worker at most.
MOST_S = 1_800

Part = tuple[str, int, int]  # hash of audio, first sample and end
Parts = tuple[Part, ...]


def background(config: Config, noises: Parts, negatives: Negatives) -> Parts:
    """Stretches of training noise with those of training negatives among them.

    All lie in a row in memory from which copies draw evenly, so lengths make the shares: with
    ``augment.speech_share`` that share of all samples is speech, where training has some.

    Args:
        config: with ``augment``.
        noises: the noise there is.
        negatives: of the data set; nothing changes without any.
    """
    if not config.augment.noise_probability:
        return noises
    most = MOST_S * config.frontend.sample_rate_hz
    others = (*noises, *_chosen(negatives, ("noise", "music"), most, config.seed))
    speech = _chosen(negatives, ("speech",), most, config.seed)
    return with_share(others, speech, config.augment.speech_share, 2 * most)


def with_share(noises: Parts, speech: Parts, share: float, most: int) -> Parts:
    """Noise, and of ``speech`` so much that it has this share of all samples, which are ``most`` at most.

    Speech is said again where there is too little; noise gives up the end of each of its stretches where there would be
    too much.
    """
    there = samples_of(noises)
    if not (share and speech):
        return noises
    whole = samples_of(speech) if share == 1 or not there else min(most, round(there / (1 - share)))
    wanted = round(whole * share) if there else whole
    kept = 1.0 if not there else min(1.0, (whole - wanted) / there)
    cut = ((audio, first, first + round((end - first) * kept)) for audio, first, end in noises)
    return (*(part for part in cut if part[2] > part[1]), *_as_long(speech, wanted))


def samples_of(parts: Iterable[Part]) -> int:
    """Samples of all of them."""
    return sum(end - first for _, first, end in parts)


def _as_long(parts: Parts, wanted: int) -> Iterable[Part]:
    """The parts again and again, until they are ``wanted`` samples."""
    left = wanted
    while left > 0:
        for audio, first, end in parts:
            taken = min(left, end - first)
            if taken > 0:
                yield audio, first, first + taken
            left -= taken


def _chosen(negatives: Negatives, kinds: Sequence[str], most: int, seed: int) -> Parts:
    """Training stretches of some kinds by a hash, until they are ``most`` samples, in the order of their recordings."""
    there = [stretch for stretch in negatives.of("train") if kind_of(stretch.clip) in kinds]
    # sounds that were made are among the noise already
    stretches = [stretch for stretch in there if not stretch.clip.attributes.get("made_for")]

    def order(stretch: Stretch) -> bytes:
        return hashlib.sha256(f"{seed} background {stretch.clip.audio_sha256}".encode()).digest()

    taken, total = set[str](), 0
    for stretch in sorted(stretches, key=order):
        if total + stretch.clip.samples > most:
            break
        taken.add(stretch.clip.id)
        total += stretch.clip.samples
    return tuple((s.clip.audio_sha256, 0, s.clip.samples) for s in stretches if s.clip.id in taken)
