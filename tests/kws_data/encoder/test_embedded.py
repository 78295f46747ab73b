"""Features of the encoder come from the store, the same for any number of workers; only what lacks is computed."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from encoder_onnx import wave_encoder
from made_folder import make_folder, speaker_id

from kws_data.audio import fit_length
from kws_data.catalog.audio_store import audio_path, load_audio
from kws_data.catalog.catalog import Catalog
from kws_data.cli import run
from kws_data.config.encoder import EncoderSettings
from kws_data.encoder import embedded as module
from kws_data.encoder.embed_chunk import EmbedRecipe, as_float16, embed_chunk, hashes_of
from kws_data.encoder.embedded import embed_missing, embedded
from kws_data.errors import DataError
from kws_data.features.store import FeatureStore
from kws_data.labels import BACKGROUND
from kws_data.sources.imports.find_layout import import_layout

pytest.importorskip("onnxruntime")
SAMPLES = 8_000


@pytest.fixture
def settings(tmp_path: Path) -> EncoderSettings:
    """An encoder whose frames are the samples themselves, 16 each."""
    (tmp_path / "own.onnx").write_bytes(wave_encoder())
    return EncoderSettings(kind="moonshine", model=str(tmp_path / "own.onnx"))


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog(tmp_path / "recordings") as opened:
        import_layout(opened, "speech-commands", make_folder(tmp_path / "data", speakers=4, words=("go", "stop")))
        yield opened


def audio_of(catalog: Catalog) -> list[str]:
    return [clip.audio_sha256 for clip in catalog.clips() if clip.word != BACKGROUND]


def shards(catalog: Catalog) -> dict[str, bytes]:
    folder = catalog.folder / "features"
    return {path.name: path.read_bytes() for path in sorted(folder.glob("encoder-*/*.shard"))}


def test_each_clip_gets_its_features_in_the_order_asked(catalog: Catalog, settings: EncoderSettings) -> None:
    audio = [*audio_of(catalog)[::-1], audio_of(catalog)[0]]
    features = embedded(catalog.folder, settings, audio, SAMPLES, 1)
    assert features.dtype == np.float16 and features.shape == (len(audio), SAMPLES // 16, 16)
    for row, sha256 in zip(features, audio, strict=True):
        samples = fit_length(load_audio(catalog.folder, sha256), SAMPLES)
        assert np.array_equal(row.ravel(), (samples / np.float32(32_768)).astype(np.float16))


def test_only_what_lacks_is_computed(catalog: Catalog, settings: EncoderSettings) -> None:
    audio, told = audio_of(catalog), list[tuple[str, int, int]]()
    first = embed_missing(catalog.folder, settings, audio[:3], SAMPLES, 1)
    second = embed_missing(catalog.folder, settings, audio, SAMPLES, 1, lambda *told_: told.append(told_))
    assert (first.embedded, first.stored, second.embedded, second.stored) == (3, 0, len(audio) - 3, 3)
    assert told[-1][1:] == (len(audio) - 3, len(audio) - 3) and first.ms_a_clip is not None
    third = embed_missing(catalog.folder, settings, audio, SAMPLES, 1)
    assert (third.embedded, third.stored, third.ms_a_clip) == (0, len(audio), None)


def test_another_length_or_encoder_lies_in_another_part(
    catalog: Catalog, settings: EncoderSettings, tmp_path: Path
) -> None:
    audio = audio_of(catalog)
    (tmp_path / "other.onnx").write_bytes(wave_encoder(width=32))
    other = settings.model_copy(update={"model": str(tmp_path / "other.onnx")})
    assert embedded(catalog.folder, settings, audio, SAMPLES, 1).shape[1:] == (500, 16)
    assert embedded(catalog.folder, settings, audio, 16_000, 1).shape[1:] == (1_000, 16)
    assert embedded(catalog.folder, other, audio, SAMPLES, 1).shape[1:] == (250, 32)
    parts = FeatureStore.of(catalog.folder).parts()
    assert len(parts) == 3 and all(part.startswith("encoder-") for part in parts)


@pytest.mark.slow
def test_any_number_of_workers_gives_the_same_bytes(
    catalog: Catalog, settings: EncoderSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHUNK_CLIPS", 3)
    monkeypatch.setattr(module, "SMALL_CLIPS", 0)
    audio = audio_of(catalog)
    one, of_one = embedded(catalog.folder, settings, audio, SAMPLES, 1), shards(catalog)
    for name in of_one:
        next((catalog.folder / "features").glob(f"encoder-*/{name}")).unlink()
    two, of_two = embedded(catalog.folder, settings, audio, SAMPLES, 2), shards(catalog)
    assert one.tobytes() == two.tobytes() and of_one == of_two and len(of_one) == 3
    assert not multiprocessing.active_children()


def test_interrupted_it_goes_on_where_it_was(
    catalog: Catalog, settings: EncoderSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHUNK_CLIPS", 2)
    audio = audio_of(catalog)

    def interrupt(stage: str, done: int, total: int) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embed_missing(catalog.folder, settings, audio, SAMPLES, 1, interrupt)
    assert embed_missing(catalog.folder, settings, audio, SAMPLES, 1).stored == 4


def test_damaged_features_are_computed_again(catalog: Catalog, settings: EncoderSettings) -> None:
    audio = audio_of(catalog)
    whole = embedded(catalog.folder, settings, audio, SAMPLES, 1)
    shard = next((catalog.folder / "features").glob("encoder-*/*.shard"))
    data = bytearray(shard.read_bytes())
    data[100] ^= 1
    shard.write_bytes(data)
    assert embedded(catalog.folder, settings, audio, SAMPLES, 1).tobytes() == whole.tobytes()


def test_a_clip_without_its_audio_is_told(catalog: Catalog, settings: EncoderSettings) -> None:
    audio = audio_of(catalog)
    audio_path(catalog.folder, audio[0]).unlink()
    report = embed_missing(catalog.folder, settings, audio, SAMPLES, 1)
    assert list(report.failures) == [audio[0]] and report.embedded == len(audio) - 1
    with pytest.raises(DataError, match=r"audio of 1 clips cannot be used.*missing or damaged"):
        embedded(catalog.folder, settings, audio, SAMPLES, 1)


def test_nothing_asked_is_nothing_given(catalog: Catalog, settings: EncoderSettings) -> None:
    assert embedded(catalog.folder, settings, [], SAMPLES, 1).shape == (0, 500, 16)
    assert FeatureStore.of(catalog.folder).parts() == {}


def test_a_worker_with_another_encoder_or_code_refuses(catalog: Catalog, settings: EncoderSettings) -> None:
    recipe = EmbedRecipe(str(catalog.folder), settings, "moonshine own 000000000000", SAMPLES)
    hashes = hashes_of(audio_of(catalog))
    with pytest.raises(DataError, match="changed meanwhile"):
        embed_chunk(recipe, hashes)
    named = replace(recipe, encoder=module.encoder_of(settings).name)
    with pytest.raises(DataError, match="changed meanwhile"):
        embed_chunk(replace(named, code="0"), hashes)
    assert embed_chunk(named, hashes).clips == len(hashes)


def test_features_too_large_for_half_floats_stay_numbers() -> None:
    assert list(as_float16(np.array([1e6, -1e6, 0.5], np.float32))) == [65_504, -65_504, 0.5]


# ---- the verb --------------------------------------------------------------------------------------------------------


@pytest.fixture
def call(tmp_path: Path, catalog: Catalog, settings: EncoderSettings, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(tmp_path)
    values = {"source": "folder", "folder": str(tmp_path / "data"), "recordings": str(catalog.folder)}
    text = {"name": "e", "keywords": ["go"], "data": values, "encoder": settings.model_dump()}
    Path("e.yaml").write_text(json.dumps(text))
    return ["embed", "e.yaml", "--workers", "1"]


def test_the_verb_fills_the_store_and_says_what_it_did(call: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(call) == 0
    said = capsys.readouterr().out
    assert "8 clips embedded now, " in said and "ms a clip" in said and "0 were there" in said
    assert "1000 frames of 16 values" in said and "licence not stated" in said
    assert run([*call, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["embedded"], document["stored"], document["failures"]) == (0, 8, {})


def test_the_data_set_that_was_built_says_which_clips(
    call: list[str], catalog: Catalog, capsys: pytest.CaptureFixture[str]
) -> None:
    from made_dataset import made_row, make_dataset

    rows = [made_row(n, clip_id=c.id, audio_sha256=c.audio_sha256) for n, c in enumerate(catalog.clips()[:3])]
    make_dataset(Path("runs/e/dataset"), [*rows, rows[0]])
    assert run([*call, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["embedded"] == 3
    assert run([*call, "--json", "--data", "data"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["embedded"] + document["stored"] == 8


def test_the_file_holds_features_ids_words_and_speakers(call: list[str], catalog: Catalog) -> None:
    assert run([*call, "--out", "out/e.npz"]) == 0
    clips = {clip.id: clip for clip in catalog.clips() if clip.word != BACKGROUND}
    with np.load("out/e.npz", allow_pickle=False) as file:
        found = dict(file)
    assert set(found["clip_ids"]) == set(clips) and found["features"].shape == (8, 1_000, 16)
    assert [clips[i].word for i in found["clip_ids"]] == list(found["words"])
    assert [clips[i].speaker for i in found["clip_ids"]] == list(found["speakers"])
    audio = [clips[i].audio_sha256 for i in found["clip_ids"]]
    again = embedded(catalog.folder, EncoderSettings(kind="moonshine", model="own.onnx"), audio, 16_000, 1)
    assert np.array_equal(found["features"], again) and str(found["licence"]) == "not stated"
    assert run([*call, "--out", "out/f.npz"]) == 0
    assert Path("out/e.npz").read_bytes() == Path("out/f.npz").read_bytes()


def test_a_person_who_is_forgotten_leaves_the_features(
    call: list[str], catalog: Catalog, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*call, "--out", "e.npz"]) == 0
    person = next(clip.speaker for clip in catalog.clips() if speaker_id(1) in clip.origin)
    theirs = {c.audio_sha256 for c in catalog.clips() if c.speaker == person and c.word != BACKGROUND}
    assert len(theirs) == 2
    capsys.readouterr()
    assert run(["forget-speaker", person, "--yes", "--recordings", str(catalog.folder)]) == 0
    assert "e.npz" in capsys.readouterr().out
    left = b"".join(shards(catalog).values())
    assert left and not any(bytes.fromhex(sha256) in left for sha256 in theirs)
    assert run([*call, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["embedded"], document["stored"]) == (0, 6)
