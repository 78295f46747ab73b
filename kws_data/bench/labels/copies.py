"""Near duplicates: copies of 3 % of the clips are planted, each changed in one way, under other names, and looked for.

The truth: a copy is found when it stands in one group with the clip that it was made of. A group that joins clips
neither of which was made of the other is wrong, unless the same two stand in one group before anything was planted
*and* their waves are the same (the data holds what it holds: how many such there are is told).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from time import monotonic

from kws_data.bench.figures import Figure
from kws_data.bench.labels.changed import COPIES, RATE_HZ
from kws_data.bench.labels.material import Found, LabelsBench, words_of
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import NewClip
from kws_data.catalog.near_duplicates import near_duplicate_groups
from kws_data.quality.audit.audit import audit
from kws_data.quality.audit.result import AuditSettings

SHARE = 0.03
ROUNDS = 5
RECALL, PRECISION = 0.98, 0.98
COPY_CHECKS = ("exact copy", "near copy", "copy with another word")


def figures(bench: LabelsBench) -> list[Figure]:
    """One row, over all rounds."""
    begun, rounds = monotonic(), 3 if bench.quick else ROUNDS
    with Catalog(bench.catalogue("copies-before")) as catalog:
        natural = near_duplicate_groups(catalog, words_of(catalog))
    sums, missed, kept = Found(0, 0, 0), Counter[str](), 0
    for number in range(rounds):
        found, lacks, other = _round(bench, number, natural)
        sums = Found(sums.planted + found.planted, sums.found + found.found, sums.right + found.right)
        missed.update(lacks)
        kept += other
    details = {
        "rounds": rounds,
        "natural_groups": len(natural),
        "missed": dict(sorted(missed.items())),
        "copy_kept_instead_of_original": kept,
    }
    return [
        Figure(
            f"copies of {SHARE:.0%} of clips: {', '.join(COPIES)}",
            f"recall ≥ {RECALL}, precision ≥ {PRECISION}",
            sums.words(),
            sums.reaches(RECALL, PRECISION),
            monotonic() - begun,
            details,
        )
    ]


def _round(bench: LabelsBench, number: int, natural: Sequence[Sequence[str]]) -> tuple[Found, Counter[str], int]:
    """What was found; kinds of change that were missed; copies that the audit would keep instead of the original."""
    with Catalog(bench.catalogue(f"copies-{number}")) as catalog:
        origins, kinds = _plant(bench, catalog, number)
        settings = AuditSettings(families=("copies",), workers=bench.workers)
        done = audit(catalog, settings, bench.progress)
    joined: dict[str, set[str]] = {}
    for one in done.findings:
        if one.reason in COPY_CHECKS[:2]:
            joined.setdefault(one.suggestion, {one.suggestion}).add(one.clip_id)
    known = {frozenset(group) for group in natural}
    right, wrong, kept, found_copies = 0, 0, 0, set[str]()
    for best, group in joined.items():
        if frozenset(group) in known:
            continue
        roots = Counter(origins.get(clip, clip) for clip in group)
        root = roots.most_common(1)[0][0]
        right += roots[root] - 1
        wrong += len(group) - roots[root]
        found_copies |= {clip for clip in group if origins.get(clip) == root}
        kept += best in origins
    missed = Counter(kinds[copy] for copy in origins.keys() - found_copies)
    return Found(len(origins), right + wrong, right), missed, kept


def _plant(bench: LabelsBench, catalog: Catalog, number: int) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Original and kind of change of each copy. Copies stand under other speakers, and are numbered as takes are."""
    rng, clips = bench.rng(f"copies {number}"), words_of(catalog)
    chosen = rng.permutation(len(clips))[: max(len(COPIES), round(SHARE * len(clips)))]
    origins, kinds = dict[str, str](), dict[str, str]()
    for turn, place in enumerate(chosen.tolist()):
        clip, kind = clips[place], list(COPIES)[turn % len(COPIES)]
        audio = catalog.store_audio(COPIES[kind](catalog.load(clip), rng), RATE_HZ)
        word, _, name = clip.origin.rpartition("/")
        origin = f"{word}/planted{turn:04}_{name}"
        new = NewClip(audio, clip.word, f"planted {turn}", clip.source, origin, licence=clip.licence)
        identity = catalog.add_clip(new)
        origins[identity], kinds[identity] = clip.id, kind
    return origins, kinds
