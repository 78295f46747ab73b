"""What a detector does in kinds of noise that training never had, beside those that it had.

Nothing of the data set changes for it. Kinds go by their names, as tables of recordings (column ``kind``) and makers of
sounds tell them. Known is what was learnt from, mixed under clips, or used to fix thresholds. Test noise of other kinds
is unseen, and sounds are made of the kinds that the data set lacks.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kws_data.audio import Samples
from kws_data.bundle import ModelBundle
from kws_data.catalog.audio_store import load_audio_from
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.kinds_of_noise import kind_of_noise, made_kind
from kws_data.catalog.negative_clips import SPOKEN, recording_of
from kws_data.config.config import Config
from kws_data.dataset.manifest import read_columns
from kws_data.dataset.negative_streams import has_negatives
from kws_data.dataset.negative_table import read_negatives
from kws_data.dataset.recipe_file import RECIPE_FILE
from kws_data.evaluation.detector import HostDetector
from kws_data.evaluation.folder import end_to_end
from kws_data.evaluation.predictions import Predictions
from kws_data.evaluation.silence_kinds import PARTS, SEEN, UNSEEN, UNTOLD, NoiseClip, NoiseHeard, SilenceKinds
from kws_data.labels import BACKGROUND, SILENCE
from kws_data.progress import Progress
from kws_data.run_folder import read_json
from kws_data.scores import decide
from kws_data.system.storage import place

NONE_NEW = (
    "every kind of noise was in training: name some in split.held_out_noise, or add recordings of others to "
    "data.negatives"
)

#: Seconds that are made of each kind, by draws that no other sound of a run has.
MADE_S, _DRAWS = 5, 0x0DD


def silence_kinds(
    bundle: ModelBundle,
    test: Predictions,
    dataset_dir: Path,
    config: Config,
    progress: Progress | None = None,
) -> SilenceKinds:
    """False detections of a bundle in noise, by whether training knew its kind.

    Args:
        bundle: the detector.
        test: what its int8 file made of the test clips.
        dataset_dir: of the run.
        config: of the run, which says where its recordings are.
        progress: told ("noise of other kinds", kinds done, of all).

    Raises:
        DataError: the data set is missing or damaged.
        CatalogError: stored audio is missing or damaged.
        ModelError: the model cannot be run.
    """
    if not (dataset_dir / RECIPE_FILE).is_file():
        return SilenceKinds(
            None, None, None, "the data set does not tell which noise it mixed in: call kws build again"
        )
    noise = _Noise.of(dataset_dir, config)
    found = [*noise.silence(test), *_negatives(noise, bundle, dataset_dir, config)]
    found += _made(noise, bundle, {clip.kind for clip in found}, progress)
    parts: dict[str, list[NoiseClip]] = {name: [] for name in PARTS}
    for clip in found:
        parts[noise.part(clip)].append(clip)
    seen, unseen, untold = (NoiseHeard.of(parts[name], name == UNSEEN) if parts[name] else None for name in PARTS)
    why = None if parts[UNSEEN] else NONE_NEW
    return SilenceKinds(seen, unseen, untold, why)


@dataclass(frozen=True)
class _Noise:
    """What is known of the noise of a data set.

    Attributes:
        kinds: kind of each noise clip of the catalogue, by its id; empty where nobody tells.
        known_kinds, known_recordings: that training or thresholds had.
        cut_from: (clip id, recording) of the test clips of silence.
    """

    kinds: Mapping[str, str]
    known_kinds: frozenset[str]
    known_recordings: frozenset[str]
    cut_from: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, dataset_dir: Path, config: Config) -> _Noise:
        with Catalog(config.data.recordings) as catalog:
            clips = catalog.clips(word=BACKGROUND)
        mixed = {str(audio) for audio, _, _ in read_json(dataset_dir / RECIPE_FILE, "build")["noises"]}
        learnt = {clip.id for clip in clips if clip.audio_sha256 in mixed}
        if has_negatives(dataset_dir):
            rows = [row for split in ("train", "validation") for row in read_negatives(dataset_dir, split, ["clip_id"])]
            learnt |= {row["clip_id"] for row in rows}
        known = [clip for clip in clips if clip.id in learnt]
        columns = read_columns(dataset_dir, "clip_id", "label", "split", "origin")
        rows_of = zip(*columns.values(), strict=True)
        cuts = [(i, split, origin.rpartition("@")[0]) for i, label, split, origin in rows_of if label == SILENCE]
        origins = {recording for _, split, recording in cuts if split != "test"} | {clip.origin for clip in known}
        kinds = {kind_of_noise(clip) for clip in known} | {made_kind(origin) for origin in origins}
        return cls(
            {clip.id: kind_of_noise(clip) for clip in clips},
            frozenset(kinds - {""}),
            frozenset(origins | {recording_of(clip) for clip in known} - {""}),
            tuple((i, recording) for i, split, recording in cuts if split == "test"),
        )

    def part(self, clip: NoiseClip) -> str:
        """Where a clip counts."""
        if clip.kind in self.known_kinds or clip.recording in self.known_recordings:
            return SEEN
        return UNSEEN if clip.kind else UNTOLD

    def silence(self, test: Predictions) -> list[NoiseClip]:
        """Test clips with the label silence."""
        detected = dict(zip(test.clip_ids.tolist(), (test.detected >= 0).tolist(), strict=True))
        return [
            NoiseClip(made_kind(recording), recording, detected[clip])
            for clip, recording in self.cut_from
            if clip in detected
        ]


def _negatives(noise: _Noise, bundle: ModelBundle, dataset_dir: Path, config: Config) -> Iterator[NoiseClip]:
    """Test stretches in which nobody speaks, cut into clips."""
    if not has_negatives(dataset_dir):
        return
    audio = place(str(Path(config.data.recordings).resolve()))
    for row in read_negatives(dataset_dir, "test", ["clip_id", "audio_sha256", "recording", "kind"]):
        if row["kind"] not in SPOKEN:
            samples = load_audio_from(audio, row["audio_sha256"])
            # without the number of its folder, as the catalogue names it
            recording = str(row["recording"]).partition("/")[2]
            yield from _heard(bundle, samples, noise.kinds.get(row["clip_id"], ""), recording)


def _made(noise: _Noise, bundle: ModelBundle, tested: set[str], progress: Progress | None) -> Iterator[NoiseClip]:
    """Sounds of the kinds that neither training nor the test has."""
    from kws_data.sources.synth.noises.kinds import KINDS, noise_of_kind

    rate_hz = bundle.frontend.sample_rate_hz
    lacking = [kind for kind in KINDS if kind not in noise.known_kinds and kind not in tested]
    for number, kind in enumerate(lacking, 1):
        draws = np.random.default_rng([bundle.seed, zlib.crc32(kind.encode()), _DRAWS])
        values = noise_of_kind(kind, MADE_S * rate_hz, rate_hz, draws)
        yield from _heard(bundle, np.rint(32_767 * values).astype(np.int16), kind, f"made {kind}")
        if progress:
            progress("noise of other kinds", number, len(lacking))


def _heard(bundle: ModelBundle, samples: Samples, kind: str, recording: str) -> Iterator[NoiseClip]:
    clips = np.stack(end_to_end(samples, bundle.clip_samples))
    found = decide(HostDetector(bundle).scores(clips).values, bundle.threshold)
    return (NoiseClip(kind, recording, bool(label >= 0)) for label in found)
