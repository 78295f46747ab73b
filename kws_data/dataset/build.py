"""From the catalogue to a data set on disk: manifest, features, and a version.

The version is the hash of the manifest and of every feature, so two data sets are the same if and
only if their versions are. Each copy of each clip draws from its own generator, seeded by the run's seed,
the clip and the copy, so neither the number of workers nor their speed changes a bit. Features come from the
feature store; what it lacks is computed.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from firmware_tools.atomic import write_text
from firmware_tools.frontend.spec import FrontendSpec
from kws_data.catalog.catalog import Catalog
from kws_data.config.config import Config
from kws_data.config.split import NEGATIVES_SPLIT, SPLITS, UNLABELLED_SPLIT
from kws_data.dataset.backgrounds import regions
from kws_data.dataset.manifest import DatasetInfo, ManifestRow
from kws_data.dataset.manifest_rows import manifest_rows, with_repeats, write_manifest
from kws_data.dataset.negative_features import BuiltNegatives, build_negatives, remove_negatives
from kws_data.dataset.negative_noise import background
from kws_data.dataset.negative_rows import describe_negatives
from kws_data.dataset.plan import Plan, PlannedClip, plan_dataset
from kws_data.dataset.recipe_file import write_recipe
from kws_data.dataset.release_rules import summary, unstated
from kws_data.dataset.store_silence import store_silence
from kws_data.errors import DataError
from kws_data.features.build import Computed, compute_missing, remove_features, write_features
from kws_data.features.needed import Wanted, read_wanted
from kws_data.features.recipe import Recipe, choose_voices
from kws_data.features.store import FOLDER, FeatureStore
from kws_data.features.workers import Engine, LocalEngine
from kws_data.labels import SILENCE
from kws_data.progress import Progress
from kws_data.run_folder import DATASET_FILE, MANIFEST_FILE
from kws_data.system.storage import place


@dataclass(frozen=True)
class BuildOptions:
    """How a data set is built; what comes out does not depend on it (except on ``more_frontends``).

    Attributes:
        workers: processes of this machine.
        engine: who computes; processes of this machine when None.
        audio_at: where workers find the audio when not in the catalogue's folder: a folder or a URL for fsspec.
        store_at: where the feature store is when not in the catalogue's folder.
        more_frontends: computed besides that of the configuration, into ``features-<split>-x1.npy`` and so on.
        store_limit_bytes: afterwards, parts of the store that this data set does not use are removed, the oldest
            first, until no more than so much is left; None keeps all.
        told: what was computed and what came from the store.
        say: the same and more, in lines for a person.
    """

    workers: int = 2
    engine: Engine | None = None
    audio_at: str | None = None
    store_at: str | None = None
    store_limit_bytes: int | None = None
    more_frontends: tuple[FrontendSpec, ...] = ()
    told: Callable[[Computed], None] = lambda computed: None
    say: Callable[[str], None] = lambda line: None


def build_dataset(
    config: Config,
    catalog: Catalog,
    out_dir: Path | str,
    options: BuildOptions | None = None,
    progress: Progress | None = None,
) -> DatasetInfo:
    """Build the data set of a configuration in ``out_dir``, of what was collected for it.

    ``dataset.json`` goes first and comes last, so a folder that has one is whole. A clip whose stored audio is missing
    or damaged is left out, and ``dataset.json`` says so. Datasheet and Croissant are not part of it
    (:mod:`kws_data.release.documents`).

    Raises:
        DataError: nothing imported or said, a keyword without clips, too few speakers.
        LeakError: the same speaker, voice or recording in two splits.
        CatalogError: stored audio of a noise, a room or a background voice is missing or damaged.
    """
    options = options or BuildOptions()
    folder = Path(out_dir)
    plan = plan_dataset(config, catalog)
    for note in plan.notes:
        options.say(f"  {note}")
    store_silence(catalog, plan.cuts, config.frontend.sample_rate_hz)
    recipe = recipe_of(config, catalog, plan, options)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / DATASET_FILE).unlink(missing_ok=True)
    engine = options.engine or LocalEngine(options.workers)
    wanted, rows = _manifest(config, plan, recipe, folder)
    computed = compute_missing(wanted, recipe, engine, progress)
    _tell(computed, options)
    set_aside = {p.audio.id: reason for p in plan.clips if (reason := computed.failures.get(p.audio.audio_sha256))}
    if set_aside:
        plan = _without(config, plan, set_aside)
        wanted, rows = _manifest(config, plan, recipe, folder)
    write_recipe(folder, recipe)
    if not plan.of(UNLABELLED_SPLIT):
        remove_features(folder, UNLABELLED_SPLIT)
    digest = hashlib.sha256(json.dumps(rows, sort_keys=True).encode())
    digest.update(write_features(wanted, recipe, engine, folder, progress, options.workers))
    parts, beside = recipe.parts(), dict[str, Any]()
    if negatives := _negatives(config, plan, recipe, engine, folder, options, progress):
        digest.update(negatives.digest)
        set_aside, parts = set_aside | negatives.set_aside, parts | negatives.recipe.parts()
        beside = {NEGATIVES_SPLIT: describe_negatives(config, negatives.used)}
    info = {**describe(config, plan, f"sha256:{digest.hexdigest()}"), "set_aside": set_aside, **beside}
    info["sounds"] = {"noises": len(plan.noises), "rooms": len(recipe.rooms), "voices": len(recipe.voices)}
    write_text(folder / DATASET_FILE, json.dumps(info, indent=1, sort_keys=True) + "\n")
    if options.store_limit_bytes is not None:
        removed = FeatureStore(place(recipe.store_at)).clean(parts, options.store_limit_bytes)
        options.say(f"  {removed / 1e6:,.1f} MB removed from the feature store")
    return DatasetInfo.from_info(folder, info)


def _negatives(
    config: Config,
    plan: Plan,
    recipe: Recipe,
    engine: Engine,
    folder: Path,
    options: BuildOptions,
    progress: Progress | None,
) -> BuiltNegatives | None:
    """Negatives of the data set; where there are none, those of an earlier build are removed."""
    if not plan.negatives.stretches:
        remove_negatives(folder)
        return None
    made = build_negatives(config, plan.negatives, recipe, engine, folder, progress, options.workers)
    _tell(made.computed, options)
    return made


def _tell(computed: Computed, options: BuildOptions) -> None:
    options.told(computed)
    options.say(f"  {computed.clips} clips computed, {computed.stored} taken from the feature store")


def recipe_of(config: Config, catalog: Catalog, plan: Plan, options: BuildOptions | None = None) -> Recipe:
    """How the features of this data set are made."""
    options = options or BuildOptions()
    noises = tuple((n.audio_sha256, *stretch) for n in plan.noises for stretch in regions(n.samples, "train"))
    return Recipe(
        audio_at=options.audio_at or str(catalog.folder.resolve()),
        store_at=options.store_at or str(catalog.folder.resolve() / FOLDER),
        frontends=(config.frontend, *options.more_frontends),
        augment=config.augment,
        seed=config.seed,
        clip_samples=config.clip_samples,
        noises=background(config, noises, plan.negatives),
        rooms=tuple(room.audio_sha256 for room in plan.rooms),
        voices=_voices(config, plan),
        copied=("train", UNLABELLED_SPLIT, *(["validation"] if config.split.refit else [])),
    )


def _voices(config: Config, plan: Plan) -> tuple[str, ...]:
    """Training clips that speak in the background of others, if any do."""
    if not config.augment.voice_probability:
        return ()
    words = (planned.audio.audio_sha256 for planned in plan.of("train") if planned.label != SILENCE)
    return choose_voices(sorted(words), config.seed)


def _manifest(config: Config, plan: Plan, recipe: Recipe, folder: Path) -> tuple[list[Wanted], list[ManifestRow]]:
    """Write the manifest; what it wants of the store, and its rows."""
    rows = manifest_rows(plan.clips)
    write_manifest(folder / MANIFEST_FILE, with_repeats(rows, config))
    return read_wanted(folder / MANIFEST_FILE, config.labels, recipe), rows


def _without(config: Config, plan: Plan, set_aside: Mapping[str, str]) -> Plan:
    """The plan without clips that cannot be read; raises DataError when a keyword loses its last one in a split."""
    kept = tuple(planned for planned in plan.clips if planned.audio.id not in set_aside)
    there = {(planned.split, planned.label) for planned in kept}
    for split in SPLITS:
        for keyword in config.keywords:
            if (split, keyword) not in there:
                reason = next(iter(set_aside.values()))
                raise DataError(f"no clip of a keyword can be read in the {split} split", keyword, reason)
    return replace(plan, clips=kept)


def describe(config: Config, plan: Plan, version: str) -> dict[str, Any]:
    """What ``dataset.json`` says."""
    return {
        "schema": 1,
        "version": version,
        "config": config.name,
        "seed": config.seed,
        "labels": config.labels,
        "clips": {split: len(plan.of(split)) for split in SPLITS},
        "labels_per_split": {split: _label_counts(config, plan.of(split)) for split in SPLITS},
        "speakers": {split: _speakers(plan.of(split)) for split in SPLITS},
        "leaks": plan.leaks,
        "recorded_through_board": {split: sum(p.recorded is not None for p in plan.of(split)) for split in SPLITS},
        "not_yet_recorded": len(plan.to_record()),
        "copies": config.augment.copies,
        "clip_samples": config.clip_samples,
        "frontend": config.frontend.to_dict(),
        "frontend_sha256": config.frontend.sha256(),
        "augment": config.augment.model_dump(mode="json"),
        "split": config.split.model_dump(mode="json"),
        "release": config.release.model_dump(mode="json"),
        "left_out": dict(sorted(plan.left_out.items())),
        "left_out_for": summary(plan.left_out),
        "unstated": unstated(planned.clip for planned in plan.clips),
        "kept_for_later": plan.kept_for_later,
        **_unlabelled(plan.of(UNLABELLED_SPLIT)),
    }


def _unlabelled(clips: Sequence[PlannedClip]) -> dict[str, Any]:
    """Clips and speakers without labels; nothing is said where there are none."""
    return {UNLABELLED_SPLIT: {"clips": len(clips), "speakers": _speakers(clips)}} if clips else {}


def _label_counts(config: Config, clips: Sequence[PlannedClip]) -> Mapping[str, int]:
    counts = Counter(planned.label for planned in clips)
    return {label: counts[label] for label in config.labels}


def _speakers(clips: Sequence[PlannedClip]) -> int:
    return len({planned.clip.speaker for planned in clips if planned.label != SILENCE})
