"""``kws bench listen``: bundles hear the same recordings, one after the other; each is read once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kws_data.audio import Samples
from kws_data.bench.listen.listener import Listener
from kws_data.bench.listen.material import Material, Wish, find_material
from kws_data.bench.listen.table import document
from kws_data.bundle import ModelBundle
from kws_data.errors import AudioError, BundleError, DataError
from kws_data.evaluation.folder import end_to_end, load_folder
from kws_data.evaluation.joined_recordings import Joined, joined
from kws_data.evaluation.laid_streams import lay_all
from kws_data.evaluation.stream_truth import Spoken
from kws_data.progress import Progress
from kws_data.release.stream_material import NegativeFile, ReadNegative, read_negatives
from kws_data.scores import FIRST_KEYWORD

PAD_S, PAD_RMS = 1.0, 8.0  # faint noise before and behind a recording of a keyword


def bench_listen(folders: Sequence[Path], wish: Wish, progress: Progress) -> dict[str, Any]:
    """Let all bundles listen to all that is wished for.

    Returns:
        The document that ``--json`` prints: means over the bundles, and each by itself.

    Raises:
        BundleError: a bundle is missing, has other keywords than the first, or is named twice.
        DataError: a folder is missing, or nothing in it can be used.
        ModelError: a model cannot be run.
    """
    listeners = [Listener.of(folder, bundle) for folder, bundle in zip(folders, load_bundles(folders), strict=True)]
    material = find_material(wish, listeners[0].bundle, progress)
    _hear_negatives(listeners, material, progress)
    _hear_words(listeners, material, wish, progress)
    _hear_recordings(listeners, material, wish.seed, progress)
    _hear_noise(listeners, material, progress)
    if wish.clips:
        _hear_clips(listeners, material, wish.clips, wish.other_spellings, progress)
    return document(listeners, material, wish)


def load_bundles(folders: Sequence[Path]) -> list[ModelBundle]:
    """Trainings of the same keywords, which hear the same samples; raises BundleError as :func:`bench_listen`."""
    bundles = [ModelBundle.load(folder) for folder in folders]
    first, hashes = bundles[0], set[str]()
    for folder, bundle in zip(folders, bundles, strict=True):
        if bundle.labels != first.labels:
            theirs, ours = (", ".join(one.labels[FIRST_KEYWORD:]) for one in (bundle, first))
            raise BundleError(f"{folder} has other keywords than {folders[0]}", theirs, f"expected {ours}")
        heard = (bundle.frontend.sample_rate_hz, bundle.clip_samples)
        if heard != (first.frontend.sample_rate_hz, first.clip_samples):
            what = f"{folder} hears other clips than {folders[0]}, in Hz and samples"
            raise BundleError(what, heard, "measure it by itself")
        if bundle.bundle_hash in hashes:
            raise BundleError("bundle is named twice", str(folder), "name each training once")
        hashes.add(bundle.bundle_hash)
    return bundles


def _hear_negatives(listeners: Sequence[Listener], material: Material, progress: Progress) -> None:
    for one in _joined(material.negatives, listeners[0].bundle, material, "listen to negatives, seconds", progress):
        for listener in listeners:
            listener.negatives.hear(one.name, one.kind, one.samples)
    if not listeners[0].negatives.samples:
        raise DataError("no recording without keywords can be used", len(material.negatives), material.set_aside[-1][1])


def _joined(
    files: Sequence[NegativeFile], bundle: ModelBundle, material: Material, stage: str, progress: Progress
) -> Iterator[Joined]:
    """Recordings, short ones of one kind and speaker as one: each by itself would be over before anything is heard."""
    rate_hz, total, heard = bundle.frontend.sample_rate_hz, sum(file.seconds for file in files), 0
    for one in joined(read_negatives(files, rate_hz, material.set_aside), rate_hz):
        yield one
        heard += one.of_samples
        progress(stage, min(round(heard / rate_hz), round(total)), round(total))


def _hear_words(listeners: Sequence[Listener], material: Material, wish: Wish, progress: Progress) -> None:
    if not material.words:
        return
    rate_hz, around = material.words.rate_hz, material.around(wish.seed)

    def recordings() -> Iterable[ReadNegative]:
        return read_negatives(around, rate_hz, [])  # what is damaged was told when it was heard by itself

    seconds, done, total = sum(one.seconds for one in around), 0, len(material.words)
    for stream in lay_all(material.words, recordings, rate_hz, snr_db=wish.snr_db, seconds=seconds, seed=wish.seed):
        for listener in listeners:
            listener.words.hear(f"{done}, {stream.name}", stream.kind, stream.samples, stream.spoken)
        done += len(stream.spoken)
        progress("listen to words", done, total)
    if not done:
        remedy = "name longer recordings, or more of one speaker"
        raise DataError("negatives are too short for any word", f"{seconds:.1f} s in all", remedy)
    if done < total:
        material.notes.append(f"{total - done} of {total} words had no room in the negatives: add negatives")


def _hear_recordings(listeners: Sequence[Listener], material: Material, seed: int, progress: Progress) -> None:
    if not material.recordings:
        return
    rate_hz, files = material.recordings.rate_hz, material.recordings.files
    for done, (label, file) in enumerate(files):
        try:
            _, samples = material.recordings[done]
        except AudioError as error:
            material.set_aside.append((str(file), error.what))
        else:
            padded = _padded(samples, rate_hz, np.random.default_rng([seed, done]))
            anywhere = Spoken(label, 0.0, len(padded) / rate_hz)
            for listener in listeners:
                listener.recordings.hear(file.name, label, padded, [anywhere])
        progress("listen to recordings", done + 1, len(files))
    if not listeners[0].recordings.spoken:
        raise DataError("no recording of a keyword can be used", len(files), material.set_aside[-1][1])


def _padded(samples: Samples, rate_hz: int, rng: np.random.Generator) -> Samples:
    """With a second of faint noise before and behind it."""
    before, behind = (np.rint(rng.normal(0, PAD_RMS, round(PAD_S * rate_hz))).astype(np.int16) for _ in range(2))
    return np.concatenate([before, samples, behind])


def _hear_noise(listeners: Sequence[Listener], material: Material, progress: Progress) -> None:
    bundle = listeners[0].bundle
    for one in _joined(material.noise, bundle, material, "listen to noise, seconds", progress):
        for listener in listeners:
            listener.noise.hear(one.name, one.kind, one.samples)
    for done, sound in enumerate(read_negatives(material.noise, bundle.frontend.sample_rate_hz, []), 1):
        windows = np.stack(end_to_end(sound.samples, bundle.clip_samples))
        for listener in listeners:
            listener.take_windows(sound.kind, windows)
        progress("windows of noise", done, len(material.noise))


def _hear_clips(
    listeners: Sequence[Listener], material: Material, folder: Path, other_spellings: str, progress: Progress
) -> None:
    bundle = listeners[0].bundle
    rate_hz = bundle.frontend.sample_rate_hz
    clips = load_folder(folder, bundle.labels, bundle.clip_samples, rate_hz, progress, other_spellings)
    material.set_aside += clips.set_aside
    for listener in listeners:
        listener.take_clips(clips.samples, clips.y)
