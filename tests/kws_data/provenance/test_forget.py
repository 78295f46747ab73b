import json
import multiprocessing
import os
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from made_folder import make_folder, speaker_id, tone

from kws_data.audio import write_flac
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import NewClip
from kws_data.cli import run
from kws_data.errors import DataError
from kws_data.features.shard import KEY
from kws_data.features.store import FeatureStore
from kws_data.provenance.forget import Elsewhere, forget_speaker
from kws_data.sources.imports.find_layout import import_layout
from kws_data.sources.recording.sessions import HeardTake, Item, Person, Place, open_session
from kws_data.system.storage import place

NAME = "Anna Smith"
STAGES = ("bury", "folder", "features", "audio", "erase")


def make_people(root: Path) -> str:
    """A folder of people, takes of Anna through two boards, a data set and what was made of it; Anna's pseudonym."""
    make_folder(root / "data", speakers=4, words=("go", "stop"))
    with Catalog(root / "recordings") as catalog:
        import_layout(catalog, "speech-commands", root / "data")
        with open_session(
            catalog, Person(NAME, "research"), Place("kitchen"), [Item(0, "go"), Item(1, "go")]
        ) as session:
            for item in session.plan:
                session.keep(item, [HeardTake("a", tone("go", 90 + item.take), 16_000, {"rms_db": -20.0})])
            anna = session.pseudonym
        played = next(clip for clip in catalog.clips() if clip.speaker == anna)
        audio = catalog.store_audio(tone("go", 99), 16_000)
        catalog.add_clip(
            NewClip(audio, "go", anna, "takes", played.origin, device="board:b", parent=played.id, pseudonymous=True)
        )
        make_run(root, catalog)
        catalog.made.record_model("beef", "demo", root / "runs" / "demo" / "model", "sha256:demo")
    return anna


def make_run(root: Path, catalog: Catalog) -> None:
    from kws_data.dataset.manifest_rows import write_manifest

    folder = root / "runs" / "demo" / "dataset"
    (folder / "stream").mkdir(parents=True, exist_ok=True)
    write_manifest(folder / "manifest.parquet", [{"clip_id": clip.id} for clip in catalog.clips()])
    for name in ("features-train-x.npy", "audio-test.npy"):
        np.save(folder / name, np.zeros(4))
    write_flac(folder / "stream" / "stream.flac", tone("go", 90), 16_000)
    (folder / "dataset.json").write_text(json.dumps({"version": "sha256:demo", "config": "demo"}))
    fold, unfinished = folder.parent / "search" / "fold", root / "runs" / "new" / "dataset"
    for other in (fold, unfinished, root / "recordings" / "teachers" / "0123"):
        other.mkdir(parents=True, exist_ok=True)
        np.save(other / "features-train-x.npy", np.zeros(4))
    write_manifest(fold / "manifest.parquet", [{"clip_id": clip.id} for clip in catalog.clips()])
    (folder.parent / "report").mkdir(exist_ok=True)
    (folder.parent / "report" / "moments").mkdir(exist_ok=True)
    for name in ("report.html", "moments.json", "worst.json", "moments/000-missed.flac"):
        (folder.parent / "report" / name).write_text("listen")
    for name in ("predictions.parquet", "predictions-host.parquet", "predictions-device.parquet"):
        (folder.parent / "report" / name).write_text("scores of each clip")


def traces(root: Path, *texts: str) -> list[str]:
    """Files below ``root`` in whose bytes or name one of the texts stands."""
    files = [path for path in root.rglob("*") if path.is_file()]
    return [str(f) for f in files if any(t.encode() in f.read_bytes() or t in f.name for t in texts)]


def test_nothing_of_a_person_is_left(tmp_path: Path) -> None:
    anna = make_people(tmp_path)
    with Catalog(tmp_path / "recordings") as catalog:
        theirs = [clip for clip in catalog.clips(with_set_aside=True) if clip.speaker == anna]
        others = len(catalog.clips()) - len(theirs)
        found = forget_speaker(catalog, NAME, tmp_path / "runs", execute=True)
        assert len(found.holdings.clips) == 3 and len(found.holdings.audio) == 3
        assert [(a.id, clips) for a, clips in found.heard_in] == [("sha256:demo", 3), ("beef", 3)]
        assert len(catalog.clips()) == others and catalog.profiles("speaker") == catalog.profiles("session") == {}
        assert not set(catalog.made.members("sha256:demo")) & {clip.id for clip in theirs}
    everything = (anna, NAME, *(clip.id for clip in theirs), *(clip.origin for clip in theirs))
    assert traces(tmp_path, *everything, *(clip.audio_sha256 for clip in theirs)) == []
    left = {path.name for path in (tmp_path / "runs").rglob("*") if path.is_file()}
    assert not left & {"manifest.parquet", "dataset.json", "stream.flac", "report.html", "audio-test.npy"}
    assert not left & {"moments.json", "worst.json", "000-missed.flac"}
    assert not [name for name in left if name.startswith("predictions")]
    assert not list(tmp_path.rglob("features-*.npy"))


def test_without_yes_nothing_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_people(tmp_path)
    monkeypatch.chdir(tmp_path)
    with Catalog("recordings") as catalog:
        forget_speaker(catalog, NAME, Path("runs"))  # notes the data set that was built before there were notes
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert run(["forget-speaker", NAME]) == 0
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path in before}
    assert after == before


def test_importing_again_does_not_bring_them_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_folder(tmp_path / "data", speakers=3, words=("go", "stop"))
    (folder / "go" / f"{speaker_id(1)}_nohash_7.wav").write_bytes(b"broken")
    recordings = tmp_path / "recordings"
    with Catalog(recordings) as catalog:
        import_layout(catalog, "speech-commands", folder)
        origins = [c.origin for c in catalog.clips() if c.origin.endswith(f"{speaker_id(1)}_nohash_0.flac")]
        shas = [c.audio_sha256 for c in catalog.clips() if c.origin in origins]
        forget_speaker(catalog, speaker_id(1), tmp_path / "runs", execute=True)
    assert len(origins) == 2 and traces(recordings, speaker_id(1), *origins, *shas) == []
    with Catalog(recordings) as catalog:
        for _ in range(2):
            report = import_layout(catalog, "speech-commands", folder)
            assert report.counts.refused == 3 and report.counts.added == 0
        assert len({clip.speaker for clip in catalog.clips() if not clip.word.startswith("_")}) == 2
    assert traces(recordings, speaker_id(1), *origins, *shas) == []
    assert run(["import", "speech-commands", str(folder), "--recordings", str(recordings), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["refused"] == 3


def test_clips_are_refused_whoever_adds_them(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        clip = NewClip(catalog.store_audio(tone("go", 1), 16_000), "go", NAME, "takes", "1", named=True)
        other = NewClip(catalog.store_audio(tone("go", 2), 16_000), "go", "Bob", "takes", "2", named=True)
        catalog.add_clips([clip, other])
        forget_speaker(catalog, NAME, tmp_path / "runs", execute=True)
        again = NewClip(catalog.store_audio(tone("go", 1), 16_000), "go", NAME, "takes", "1", named=True)
        counts = catalog.add_clips([again, other])
        assert (counts.added, counts.known, counts.refused) == (0, 1, 1)
        assert not catalog.has_audio(clip.audio.sha256) and catalog.has_audio(other.audio.sha256)
        assert catalog.is_forgotten("takes", NAME, named=True) and not catalog.is_forgotten("takes", "Bob", named=True)


def test_an_export_of_the_catalogue_does_not_bring_them_back(tmp_path: Path) -> None:
    anna = make_people(tmp_path)
    write_flac(tmp_path / "export" / "go" / f"{anna}_nohash_0.flac", tone("go", 90), 16_000)
    write_flac(tmp_path / "export" / "go" / "someone_nohash_0.flac", tone("go", 91), 16_000)
    with Catalog(tmp_path / "recordings") as catalog:
        forget_speaker(catalog, anna, tmp_path / "runs", execute=True)
        report = import_layout(catalog, "speech-commands", tmp_path / "export")
        assert (report.counts.added, report.counts.refused) == (1, 1)
        clip = NewClip(catalog.store_audio(tone("go", 77), 16_000), "go", anna, "takes", "x", pseudonymous=True)
        assert catalog.add_clips([clip]).refused == 1 and not catalog.has_audio(clip.audio.sha256)


def test_recording_somebody_who_was_forgotten_is_refused_before_they_speak(tmp_path: Path) -> None:
    anna = make_people(tmp_path)
    with Catalog(tmp_path / "recordings") as catalog:
        forget_speaker(catalog, NAME, tmp_path / "runs", execute=True)
        with (
            pytest.raises(DataError, match="was forgotten"),
            open_session(catalog, Person(NAME), Place(), [Item(0, "go")]),
        ):
            pass
    assert traces(tmp_path / "recordings", anna) == []


def test_samples_that_others_have_too_stay(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        audio = catalog.store_audio(tone("go", 1), 16_000)
        catalog.add_clips([NewClip(audio, "go", name, "takes", name, named=True) for name in ("Anna", "Bob")])
        found = forget_speaker(catalog, "Anna", tmp_path / "runs", execute=True)
        assert found.holdings.shared_audio == (audio.sha256,) and catalog.has_audio(audio.sha256)
        assert len(catalog.clips()) == 1


def test_nobody_or_several_are_called_so(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        audio = catalog.store_audio(tone("go", 1), 16_000)
        catalog.add_clips([NewClip(audio, "go", "1", source, source) for source in ("one", "two")])
        with pytest.raises(DataError, match="nobody"):
            forget_speaker(catalog, "Zoe", tmp_path / "runs")
        with pytest.raises(DataError, match="several speakers"):
            forget_speaker(catalog, "1", tmp_path / "runs")
        pseudonym = catalog.pseudonym("one", "1")
        forget_speaker(catalog, pseudonym, tmp_path / "runs", execute=True)
        again = forget_speaker(catalog, pseudonym, tmp_path / "runs", execute=True)
        assert not again.known and [clip.source for clip in catalog.clips()] == ["two"]


def test_exports_lose_their_files(tmp_path: Path) -> None:
    anna = make_people(tmp_path)
    out, more = tmp_path / "out", tmp_path / "more"
    for folder in (out, more):
        write_flac(folder / "go" / f"{anna}_nohash_0.flac", tone("go", 90), 16_000)
        write_flac(folder / "go" / "someone_nohash_0.flac", tone("go", 91), 16_000)
        (folder / "validation_list.txt").write_text(f"go/{anna}_nohash_0.flac\ngo/someone_nohash_0.flac\n")
        tasks = [{"data": {"speaker": anna}}, {"data": {"speaker": "someone"}}]
        (folder / "tasks.json").write_text(json.dumps({"version": 1, "tasks": tasks}))
    with Catalog(tmp_path / "recordings") as catalog:
        catalog.made.record_export("takes", out, [clip.id for clip in catalog.clips()])
        found = forget_speaker(catalog, anna, tmp_path / "runs", execute=True, exports=[more])
        assert "export" in [artifact.kind for artifact, _ in found.heard_in]
    assert len(found.exported.files) == len(found.exported.lists) - 2 == 2 and traces(tmp_path, anna) == []
    assert (out / "validation_list.txt").read_text() == "go/someone_nohash_0.flac\n"
    assert json.loads((more / "tasks.json").read_text())["tasks"] == [{"data": {"speaker": "someone"}}]
    assert len(list(tmp_path.rglob("someone_nohash_0.flac"))) == 2


def test_stores_and_copies_elsewhere_lose_them_too(tmp_path: Path) -> None:
    anna = make_people(tmp_path)
    with Catalog(tmp_path / "recordings") as catalog:
        theirs = [clip.audio_sha256 for clip in catalog.clips() if clip.speaker == anna]
        rows = np.zeros((len(theirs), 4), np.int8)
        for store in (FeatureStore.of(catalog.folder), FeatureStore(place(tmp_path / "store"))):
            keys = np.zeros(len(theirs), KEY)
            keys["audio"] = [bytes.fromhex(sha256) for sha256 in theirs]
            store.add("part", keys, rows)
        shutil.copytree(catalog.folder / "audio", tmp_path / "copy" / "audio")
        elsewhere = Elsewhere((str(tmp_path / "store"),), (str(tmp_path / "copy"),))
        found = forget_speaker(catalog, anna, tmp_path / "runs", execute=True, elsewhere=elsewhere)
    assert found.feature_rows == 6 and traces(tmp_path, *theirs) == []


@pytest.mark.parametrize("last", STAGES)
def test_stopped_after_any_stage_it_is_completed_by_calling_it_again(tmp_path: Path, last: str) -> None:
    anna = make_people(tmp_path)

    def stop(stage: str) -> None:
        if stage == last:
            raise KeyboardInterrupt

    with Catalog(tmp_path / "recordings") as catalog, pytest.raises(KeyboardInterrupt):
        forget_speaker(catalog, NAME, tmp_path / "runs", execute=True, after=stop)
    with Catalog(tmp_path / "recordings") as catalog:
        found = forget_speaker(catalog, NAME, tmp_path / "runs", execute=True)
        assert [artifact.id for artifact, _ in found.heard_in] == ["sha256:demo", "beef"]
        assert catalog.forgetting.speakers_called(NAME) == {}
    assert traces(tmp_path, anna, NAME) == []


def _forget(root: Path) -> None:
    with Catalog(root / "recordings") as catalog:
        forget_speaker(catalog, NAME, root / "runs", execute=True, after=lambda stage: time.sleep(0.05))


def test_killed_at_any_moment_it_is_completed_by_calling_it_again(tmp_path: Path) -> None:
    anna = make_people(tmp_path)
    context = multiprocessing.get_context("fork")
    for wait_s in (0.03, 0.08, 0.12, 0.17, 0.22, 0.3):
        process = context.Process(target=_forget, args=(tmp_path,))
        process.start()
        time.sleep(wait_s)
        if process.pid and process.is_alive():
            os.kill(process.pid, signal.SIGKILL)
        process.join()
    with Catalog(tmp_path / "recordings") as catalog:
        found = forget_speaker(catalog, NAME, tmp_path / "runs", execute=True)
        assert [artifact.id for artifact, _ in found.heard_in] == ["sha256:demo", "beef"]
        assert len({clip.speaker for clip in catalog.clips() if not clip.word.startswith("_")}) == 4
    assert traces(tmp_path, anna, NAME) == []
