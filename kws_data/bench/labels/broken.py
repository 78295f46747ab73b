"""Broken clips: 2 % of the clips are made silent, clipped, truncated or cut off, and looked for.

The truth is not simple, because crowd-sourced words hold such clips already. So the folder is audited as it is first:
what is found there is told (``natural``), and set aside as ``kws audit --apply`` would. Of the clips that are left 2 %
are broken; all others are changed in ways that break nothing (a gain without clipping, noise 40 dB below, Ogg Vorbis),
so that they are not the very clips that were found clean. A find among those is wrong, and so is one that was not
planted there. How many natural finds are right this does not tell: kws_data/docs/audit.md has what a sample of them
looks like.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic

import numpy as np

from kws_data.audio import Samples
from kws_data.bench.figures import Figure
from kws_data.bench.labels.changed import BROKEN, RATE_HZ, vorbis, whole
from kws_data.bench.labels.material import Found, LabelsBench, found_of, words_of
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip, NewClip
from kws_data.quality.audit.audit import audit
from kws_data.quality.audit.result import Audit, AuditSettings

SHARE = 0.02
ROUNDS = 3
RECALL, PRECISION = 0.95, 0.95
#: Reasons by which each kind counts as found: a word that is cut off at its end is a truncated one.
REASONS = {
    "silent": {"silence", "no word"},
    "clipped": {"clipping"},
    "truncated": {"truncated", "cut off", "no word"},
    "cut off": {"truncated", "cut off"},
}
_ANY = frozenset[str]().union(*REASONS.values())
_CHECKS = ("readable", "signal", "edges")


def figures(bench: LabelsBench) -> list[Figure]:
    """One row, over all rounds."""
    begun, rounds = monotonic(), 3 if bench.quick else ROUNDS
    folder = bench.catalogue("broken-before")
    with Catalog(folder) as catalog:
        before = audit(catalog, AuditSettings(families=_CHECKS, workers=bench.workers), bench.progress)
        flagged = _flagged(before)
        clean = [clip for clip in words_of(catalog) if clip.id not in flagged]
    sums, missed, wrong = Found(0, 0, 0), Counter[str](), Counter[str]()
    for number in range(rounds):
        found, lacks, false = _round(bench, folder, clean, number)
        sums = Found(sums.planted + found.planted, sums.found + found.found, sums.right + found.right)
        missed.update(lacks)
        wrong.update(false)
    natural = {reason: len(some) for reason, some in before.by_reason().items() if reason in _ANY}
    clips = len(before.clips)
    return [
        Figure(
            f"{SHARE:.0%} of clips broken: {', '.join(BROKEN)}",
            f"recall ≥ {RECALL}, precision ≥ {PRECISION}",
            f"{sums.words()}; {len(flagged)} of {clips:,} clips as they are",
            sums.reaches(RECALL, PRECISION),
            monotonic() - begun,
            {"rounds": rounds, "natural": natural, "missed": dict(missed), "wrong": dict(wrong)},
        )
    ]


def _flagged(done: Audit) -> set[str]:
    return {one.clip_id for one in done.findings if one.reason in _ANY}


def _round(
    bench: LabelsBench, folder: Path, clean: Sequence[Clip], number: int
) -> tuple[Found, Counter[str], Counter[str]]:
    """What was found; kinds that were missed; reasons of what was found wrongly."""
    rng = bench.rng(f"broken {number}")
    chosen = rng.permutation(len(clean))[: max(len(BROKEN), round(SHARE * len(clean)))]
    plan = {clean[place].id: list(BROKEN)[turn % len(BROKEN)] for turn, place in enumerate(chosen.tolist())}
    kinds = dict[str, str]()
    with Catalog(folder) as source, Catalog(bench.work / f"broken-{number}") as catalog:
        new = list[NewClip]()
        for clip in clean:
            samples = source.load(clip)
            made = BROKEN[plan[clip.id]](samples, rng) if clip.id in plan else unbroken(samples, rng)
            audio = catalog.store_audio(made, RATE_HZ)
            new.append(NewClip(audio, clip.word, clip.speaker, clip.source, clip.origin))
        catalog.add_clips(new)
        planted = {clip.origin: plan[clip.id] for clip in clean if clip.id in plan}
        kinds = {clip.id: planted[clip.origin] for clip in catalog.clips() if clip.origin in planted}
        done = audit(catalog, AuditSettings(families=_CHECKS, workers=bench.workers), bench.progress)
    return _judged(done, kinds)


def _judged(done: Audit, kinds: Mapping[str, str]) -> tuple[Found, Counter[str], Counter[str]]:
    reasons: dict[str, set[str]] = {}
    for one in done.findings:
        reasons.setdefault(one.clip_id, set()).add(one.reason)
    right = {clip for clip, kind in kinds.items() if reasons.get(clip, set()) & REASONS[kind]}
    false = _flagged(done) - kinds.keys()
    missed = Counter(kinds[clip] for clip in kinds.keys() - right)
    wrong = Counter(reason for clip in sorted(false) for reason in sorted(reasons[clip] & _ANY))
    return found_of(set(kinds), right | false), missed, wrong


def unbroken(samples: Samples, rng: np.random.Generator) -> Samples:
    """Changed in a way that breaks nothing: 1 to 8 dB quieter, with noise 40 dB below, or through Ogg Vorbis."""
    kind = int(rng.integers(3))
    if kind == 0:
        return whole(samples * 10 ** (-rng.uniform(1, 8) / 20))
    if kind == 1:
        rms = float(np.std(samples.astype(np.float64)))
        return whole(samples + rng.standard_normal(len(samples)) * rms * 10 ** (-40 / 20))
    return vorbis(samples)
