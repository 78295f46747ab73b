"""5 % of all labels swapped at random, looked for with the encoder and without."""

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
from kws_data.quality.out_of_fold import JudgeSettings


def swapped(clips: Sequence[Clip], keywords: Sequence[str], rng: np.random.Generator, share: float = SHARE) -> Wrong:
    """Another label for a share of the clips, drawn among all others: keywords, and ``another word`` as one.

    What becomes another word gets one of those that are there, as often as it is there.
    """
    others = [clip.word for clip in clips if clip.word not in keywords]
    labels = [*keywords, ""] if others else list(keywords)
    wrong = {}
    for place in rng.permutation(len(clips))[: round(share * len(clips))].tolist():
        own = clips[place].word if clips[place].word in keywords else ""
        choices = [label for label in labels if label != own]
        label = choices[int(rng.integers(len(choices)))]
        wrong[clips[place].id] = label or others[int(rng.integers(len(others)))]
    return wrong


def figures(bench: LabelsBench) -> list[Figure]:
    """5 % of all labels swapped at random, with the encoder and without."""
    seeds = QUICK_SEEDS if bench.quick else SEEDS
    with Catalog(shared_catalogue(bench)) as catalog:
        config, clips = config_of(bench, catalog), words_of(catalog)

        def planted(rng: np.random.Generator) -> Wrong:
            return swapped(clips, config.keywords, rng)

        rows = []
        for with_encoder, wish in ((True, Wish(0.90, 0.90)), (False, Wish(0.80, 0.70))):
            what = f"5 % of labels swapped, {'with' if with_encoder else 'without'} the encoder"
            settings = JudgeSettings.here(config, bench.workers, encoder=with_encoder)
            if with_encoder and not settings.encoders:
                rows.append(Figure(what, wish.words(), MISSING, None))
            else:
                rows.append(figure(what, wish, catalog, clips, settings, planted, bench, seeds))
    return rows
