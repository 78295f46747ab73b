"""Negatives of a data set on disk: their table, and the features of those that are learnt from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from kws_data.config.config import Config
from kws_data.config.split import NEGATIVES_SPLIT
from kws_data.dataset.manifest_rows import write_manifest
from kws_data.dataset.negative_rows import negative_rows
from kws_data.dataset.negatives import Negatives
from kws_data.features.build import Computed, compute_missing, remove_features, write_features
from kws_data.features.needed import Wanted
from kws_data.features.negatives import negatives_recipe, wanted_negatives
from kws_data.features.recipe import Recipe
from kws_data.features.workers import Engine
from kws_data.progress import Progress
from kws_data.run_folder import NEGATIVES_FILE


@dataclass(frozen=True)
class BuiltNegatives:
    """What became of negatives.

    Attributes:
        used: those of which the audio could be read.
        computed: what was computed and what came from the store.
        recipe: how their features are made.
        digest: of the table and of all features.
        set_aside: the reason for each stretch that could not be read, by clip id.
    """

    used: Negatives
    computed: Computed
    recipe: Recipe
    digest: bytes
    set_aside: dict[str, str]


def build_negatives(
    config: Config,
    negatives: Negatives,
    recipe: Recipe,
    engine: Engine,
    folder: Path,
    progress: Progress | None = None,
    threads: int = 2,
) -> BuiltNegatives:
    """Write ``negatives.parquet`` and the features of the training stretches, from the store or computed now.

    Raises:
        DataError: the workers died, or the store cannot be used.
        CatalogError: audio of a noise, a room or a voice is missing or damaged.
    """
    recipe = negatives_recipe(recipe)
    computed = compute_missing([_wanted(config, negatives, recipe)], recipe, engine, progress)
    failures = computed.failures
    set_aside = {
        s.clip.id: failures[s.clip.audio_sha256] for s in negatives.of("train") if s.clip.audio_sha256 in failures
    }
    used = negatives.without(set_aside)
    rows = negative_rows(used)
    write_manifest(folder / NEGATIVES_FILE, rows)
    digest = hashlib.sha256(json.dumps(rows, sort_keys=True).encode())
    digest.update(write_features([_wanted(config, used, recipe)], recipe, engine, folder, progress, threads))
    return BuiltNegatives(used, computed, recipe, digest.digest(), set_aside)


def _wanted(config: Config, negatives: Negatives, recipe: Recipe) -> Wanted:
    rows = [row for row in negative_rows(negatives) if row["split"] == "train"]
    ids, audio, kinds = ([row[name] for row in rows] for name in ("clip_id", "audio_sha256", "kind"))
    return wanted_negatives(ids, audio, kinds, config.labels, recipe)


def remove_negatives(folder: Path) -> None:
    """Remove those of an earlier build, which nobody asks for any more."""
    (folder / NEGATIVES_FILE).unlink(missing_ok=True)
    remove_features(folder, NEGATIVES_SPLIT)
