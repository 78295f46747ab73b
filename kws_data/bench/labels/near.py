"""5 % of the clips of near words swapped: of the pairs that a model confuses most, each within its pair."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kws_data.bench.figures import Figure
from kws_data.bench.labels.material import LabelsBench, words_of
from kws_data.bench.labels.wrong_words import (
    MISSING,
    QUICK_SEEDS,
    SEEDS,
    SHARE,
    Wish,
    Wrong,
    config_of,
    figure,
    shared_catalogue,
)
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.quality.label_errors import confused_pairs
from kws_data.quality.out_of_fold import JudgeSettings, out_of_fold

PAIRS, LEAST_OF_A_WORD = 5, 100


def crossed(clips: Sequence[Clip], pairs: Sequence[tuple[str, str]], rng: np.random.Generator) -> Wrong:
    """The other word of its pair for :data:`SHARE` of the clips of each pair."""
    wrong = {}
    for one, other in pairs:
        both = [clip for clip in clips if clip.word in (one, other)]
        for place in rng.permutation(len(both))[: round(SHARE * len(both))].tolist():
            wrong[both[place].id] = other if both[place].word == one else one
    return wrong


def figures(bench: LabelsBench) -> list[Figure]:
    """5 % of the clips of the pairs of words that a model confuses most, swapped within the pair."""
    seeds = QUICK_SEEDS if bench.quick else SEEDS
    with Catalog(shared_catalogue(bench)) as catalog:
        config, clips = config_of(bench, catalog), words_of(catalog)
        settings, wish = JudgeSettings.here(config, bench.workers), Wish(0.75, 0.70)
        if not settings.encoders:
            return [Figure("5 % of near words swapped", wish.words(), MISSING, None)]
        pairs = pairs_of(catalog, clips, settings, bench)

        def planted(rng: np.random.Generator) -> Wrong:
            return crossed(clips, pairs, rng)

        what = f"5 % of near words swapped ({', '.join('/'.join(pair) for pair in pairs)})"
        return [figure(what, wish, catalog, clips, settings, planted, bench, seeds)]


def pairs_of(
    catalog: Catalog, clips: Sequence[Clip], settings: JudgeSettings, bench: LabelsBench
) -> list[tuple[str, str]]:
    """Pairs of words that are confused most where nothing is planted, of words with enough clips."""
    found = out_of_fold(catalog, clips, settings, progress=bench.progress)
    counts = np.bincount(found.given, minlength=len(found.classes))
    among = [name for name, count in zip(found.classes, counts, strict=True) if count >= LEAST_OF_A_WORD]
    return confused_pairs(found, PAIRS, [name for name in among if not name.startswith("_")])
