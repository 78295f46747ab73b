from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kws_data.catalog import alike, near_duplicates
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip, NewClip
from kws_data.catalog.fingerprints import PRINT, fingerprint, fingerprints, forget_fingerprints, shard_path
from kws_data.catalog.near_duplicates import bit_errors, compared_pairs, near_duplicate_groups, same_recordings

Samples = NDArray[np.int16]


def babble(seed: int, samples: int = 16_000) -> Samples:
    """Something like a word: noise through formants that move, over an envelope of syllables."""
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    hz = np.fft.rfftfreq(samples, 1 / 16_000)
    word = np.zeros(samples)
    time = np.arange(samples) / 16_000
    for _ in range(6):
        place, width = rng.uniform(300, 3_400), rng.uniform(80, 300)
        band = np.fft.irfft(spectrum * np.exp(-(((hz - place) / width) ** 2)), samples)
        word += band * np.exp(-(((time - rng.uniform(0.3, 0.7)) / rng.uniform(0.03, 0.15)) ** 2))
    room = 60 * rng.standard_normal(samples)
    made: Samples = np.rint(word / np.abs(word).max() * 8_000 + room).astype(np.int16)
    return made


def changed(samples: Samples, kind: str) -> Samples:
    rng = np.random.default_rng(1)
    values = samples.astype(float)
    if kind == "gain":
        values *= 0.3
    elif kind == "shift":
        values = np.roll(values, 700)
    elif kind == "noise":
        values += rng.standard_normal(len(values)) * np.sqrt(np.mean(values**2)) * 0.05
    elif kind == "half rate":
        spectrum = np.fft.rfft(values)
        spectrum[len(spectrum) // 2 :] = 0
        values = np.fft.irfft(spectrum, len(values))
    elif kind == "eight bits":
        values = np.sign(values) * np.expm1(np.rint(np.log1p(np.abs(values)) * 12) / 12)
    elif kind == "longer":
        values = np.pad(values, (4_000, 9_000))
    made: Samples = np.clip(np.rint(values), -32_768, 32_767).astype(np.int16)
    return made


def prints_of(*clips: Samples) -> NDArray[np.void]:
    return np.concatenate([fingerprint(samples).reshape(1) for samples in clips])


@pytest.mark.parametrize("kind", ["gain", "shift", "noise", "half rate", "eight bits", "longer"])
def test_a_changed_copy_is_the_same_recording_and_no_other_is(kind: str) -> None:
    words = [babble(seed) for seed in range(40)]
    found = same_recordings(prints_of(*words, *(changed(word, kind) for word in words[:5])))
    assert found.tolist() == [[n, 40 + n] for n in range(5)]


def test_silence_and_clips_of_any_length_are_no_copies() -> None:
    silence = np.zeros(16_000, np.int16)
    odd = [np.zeros(0, np.int16), np.ones(1, np.int16), silence, silence[:100], babble(1, 70_000), babble(2, 2_000)]
    prints = prints_of(*odd)
    assert not len(same_recordings(prints)) and prints.dtype == PRINT
    assert bit_errors(prints[2:3], prints[2:3]) == 1.0  # nothing is loud in them
    assert bit_errors(prints[4:5], prints[4:5]) == 0.0


def test_many_clips_are_compared_by_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    words = [babble(seed) for seed in range(60)]
    prints = prints_of(*words, *(changed(word, "gain") for word in words[:20]))
    everything = same_recordings(prints)
    monkeypatch.setattr(alike, "FEW_CLIPS", 10)
    assert np.array_equal(same_recordings(prints), everything)
    monkeypatch.setattr(alike, "BRUTE_FORCE_CLIPS", 10)
    assert np.array_equal(same_recordings(prints), everything) and len(everything) == 20
    assert not len(same_recordings(prints[:0])) and not len(same_recordings(prints[:1]))


def test_noise_leaves_a_clips_texture_nearer_to_it_than_to_any_other() -> None:
    words, rng = [babble(seed) for seed in range(200)], np.random.default_rng(1)
    noisy = [np.rint(word + rng.standard_normal(len(word)) * word.std() * 10 ** (-10 / 20)) for word in words[:20]]
    textures = prints_of(*words, *(some.astype(np.int16) for some in noisy))["texture"].astype(np.float32)
    textures -= textures.mean(axis=0)
    textures /= np.linalg.norm(textures, axis=1, keepdims=True)
    likeness = textures[200:] @ textures[:200].T
    assert likeness.argmax(axis=1).tolist() == list(range(20)) and likeness.max(axis=1).min() > 0.95


def test_fingerprints_of_an_older_kind_are_made_again_and_deleted(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        add(catalog, babble(3), "one")
        (clip,) = catalog.clips()
    path = shard_path(tmp_path, clip.audio_sha256[:2])
    path.parent.mkdir(parents=True)
    older, another = path.with_name(f"v1-{clip.audio_sha256[:2]}.npy"), path.with_name("v1-compared.npy")
    older.write_bytes(b"old")
    another.write_bytes(b"pairs")
    assert len(fingerprints(tmp_path, [clip.audio_sha256])) == 1
    assert path.exists() and not older.exists() and another.exists()


def test_two_clips_alone_are_compared() -> None:
    assert same_recordings(prints_of(babble(1), changed(babble(1), "gain"))).tolist() == [[0, 1]]
    assert not len(same_recordings(prints_of(babble(1), babble(2))))


def add(catalog: Catalog, samples: Samples, name: str, word: str = "go") -> None:
    audio = catalog.store_audio(samples, 16_000)
    catalog.add_clip(NewClip(audio=audio, word=word, speaker=name, source="t", origin=name))


def test_groups_of_a_catalogue_are_joined_kept_and_forgotten(tmp_path: Path) -> None:
    word = babble(7)
    with Catalog(tmp_path) as catalog:
        for kind in ("as it is", "gain", "shift"):
            add(catalog, changed(word, kind), kind)
        add(catalog, word, "the same bytes")
        add(catalog, babble(8), "another")
        add(catalog, changed(babble(8), "gain"), "noise", "_background_noise_")
        clips = catalog.clips()

        older = tmp_path / "fingerprints" / "v1-compared.npy"
        older.parent.mkdir(exist_ok=True)
        older.write_bytes(b"pairs of an older way")

        def groups() -> list[set[str]]:
            origins = {clip.id: clip.origin for clip in clips}
            return [{origins[i] for i in group} for group in near_duplicate_groups(catalog, clips)]

        assert groups() == [{"as it is", "gain", "shift", "the same bytes"}]
        assert compared_pairs(tmp_path).path.exists() and not older.exists()
        assert near_duplicate_groups(catalog, list(reversed(clips))) == near_duplicate_groups(catalog, clips)
        some = clips[0].audio_sha256
        path = shard_path(tmp_path, some[:2])
        before = path.read_bytes()
        assert forget_fingerprints(tmp_path, [some, "f" * 64]) == 1
        assert some.encode() not in path.read_bytes()
        (kept,) = path.parent.glob("same-*.npy")
        kept.unlink()
        assert groups() and path.read_bytes() == before
        kept.unlink()
        path.write_bytes(b"damaged")
        assert groups() and path.read_bytes() == before


def test_fingerprints_are_computed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Catalog(tmp_path) as catalog:
        for seed in range(6):
            add(catalog, babble(seed), str(seed))
        clips: list[Clip] = catalog.clips()
    audio = [clip.audio_sha256 for clip in clips]
    first = fingerprints(tmp_path, audio)
    monkeypatch.setattr("kws_data.catalog.fingerprints.load_audio", None)  # the audio is not read again
    again = fingerprints(tmp_path, [*audio, *audio])
    assert np.array_equal(first, again)
    assert [bytes(sha256).decode() for sha256 in first["audio"]] == sorted(audio)


def test_a_result_is_kept_and_a_damaged_one_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Catalog(tmp_path) as catalog:
        for number, samples in enumerate([babble(1), changed(babble(1), "gain"), babble(2)]):
            add(catalog, samples, str(number))
        groups = near_duplicate_groups(catalog, catalog.clips())
        assert len(groups) == 1
        (kept,) = (tmp_path / "fingerprints").glob("same-*.npy")
        kept.write_bytes(b"damaged")
        assert near_duplicate_groups(catalog, catalog.clips()) == groups
        monkeypatch.setattr(near_duplicates, "fingerprints", None)  # neither read nor computed again
        assert near_duplicate_groups(catalog, catalog.clips()) == groups
