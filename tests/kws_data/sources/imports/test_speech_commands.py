import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from made_folder import make_folder, tone

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.folders import folder_id
from kws_data.errors import DataError
from kws_data.sources.imports.find_layout import import_layout
from kws_data.sources.imports.layouts.speech_commands import speaker_of


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("made") / "data", speakers=4)


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "data"))


def test_speaker_in_file_names() -> None:
    assert speaker_of("go/ab12cd34_nohash_0.wav") == "ab12cd34"
    assert speaker_of("go/go_ab12cd34_nohash_3.flac") == "ab12cd34"
    assert speaker_of("go/bird_ab12cd34_nohash_3.flac") == "ab12cd34"
    assert speaker_of("go/anna_nohash_1.wav") == "anna"
    assert speaker_of("go/go_anna_nohash_1.wav") == "anna"
    assert speaker_of("go/anna-03.wav") == "anna"
    assert speaker_of("go/007.wav") == speaker_of("go/go_nohash_7.wav") == "", "nobody knows"


def test_import_reads_words_speakers_lists_and_noise(folder: Path, tmp_path: Path) -> None:
    with Catalog(tmp_path / "rec") as catalog:
        report = import_layout(catalog, "speech-commands", folder)
        clips = catalog.clips(folder=folder_id(folder))
        assert (report.counts.added, report.counts.known, report.set_aside) == (18, 0, ())
        assert report.people == catalog.counts()["speakers"] == 4, "noise recordings are no people"
        words = [c for c in clips if c.word == "go"]
        assert len(words) == 4 and len({c.speaker for c in clips if c.word != "_background_noise_"}) == 4
        assert sum(c.given_split == "validation" for c in clips) == 8
        assert {c.samples for c in clips if c.word == "_background_noise_"} == {320_000}
        loaded = [catalog.load(c) for c in words]
        assert any(np.array_equal(samples, tone("go", 0)) for samples in loaded)


def test_repeated_import_reads_nothing_and_follows_changes(folder: Path, tmp_path: Path) -> None:
    with Catalog(tmp_path / "rec") as catalog:
        import_layout(catalog, "speech-commands", folder)
        report = import_layout(catalog, "speech-commands", folder)
        assert (report.counts.added, report.counts.known) == (0, 18)
        removed = next(iter(sorted((folder / "go").iterdir())))
        removed.unlink()
        (folder / "validation_list.txt").write_text("")
        changed = next(iter(sorted((folder / "stop").iterdir())))
        soundfile.write(changed, tone("stop", 99), 16_000)
        report = import_layout(catalog, "speech-commands", folder)
        clips = catalog.clips(folder=folder_id(folder))
        assert report.counts.added == 1 and len(clips) == 17
        assert not any(c.given_split for c in clips)
        assert len(catalog.clips()) == 19  # nothing that was imported is lost


def test_same_data_elsewhere_has_the_same_ids(folder: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(folder, tmp_path / "other"))
    with Catalog(tmp_path / "rec") as catalog, Catalog(tmp_path / "rec2") as catalog2:
        import_layout(catalog, "speech-commands", folder)
        import_layout(catalog2, "speech-commands", other)
        assert [c.id for c in catalog.clips()] == [c.id for c in catalog2.clips()]
        assert [c.speaker for c in catalog.clips()] == [c.speaker for c in catalog2.clips()]


def test_broken_files_are_set_aside_with_reasons(folder: Path, tmp_path: Path) -> None:
    (folder / "go" / "aaaaaaaa_nohash_0.wav").write_text("no audio " * 50)
    (folder / "go" / "aaaaaaaa_nohash_1.wav").write_bytes(b"")
    whole = next((folder / "stop").glob("*.flac")).read_bytes()
    (folder / "go" / "aaaaaaaa_nohash_2.flac").write_bytes(whole[: len(whole) // 2])
    soundfile.write(folder / "go" / "aaaaaaaa_nohash_3.wav", np.zeros(16_000, np.int16), 16_000)
    stereo = np.stack([tone("go", 7)] * 2, 1)
    soundfile.write(folder / "go" / "bbbbbbbb_nohash_0.wav", stereo, 44_100)
    with Catalog(tmp_path / "rec") as catalog:
        report = import_layout(catalog, "speech-commands", folder)
        assert [name for name, _ in report.set_aside] == [
            f"go/aaaaaaaa_nohash_{n}.{s}" for n, s in ((0, "wav"), (1, "wav"), (2, "flac"), (3, "wav"))
        ]
        reasons = [reason for _, reason in report.set_aside]
        assert "no audio" in reasons[0] and "empty" in reasons[1] and "silent" in reasons[3]
        assert report.counts.added == 19
        assert import_layout(catalog, "speech-commands", folder).set_aside == report.set_aside
        stereo_clip = next(c for c in catalog.clips() if c.origin.startswith("go/bbbb"))
        assert abs(stereo_clip.samples - 16_000 * 16_000 / 44_100) < 3


def test_import_brings_back_audio_that_was_deleted(folder: Path, tmp_path: Path) -> None:
    with Catalog(tmp_path / "rec") as catalog:
        import_layout(catalog, "speech-commands", folder)
        clip = catalog.clips(folder=folder_id(folder))[0]
        next((tmp_path / "rec" / "audio").rglob(f"{clip.audio_sha256}.flac")).unlink()
        report = import_layout(catalog, "speech-commands", folder)
        assert (report.counts.added, report.counts.known) == (0, 18)
        assert len(catalog.load(clip)) == clip.samples


def test_folders_that_cannot_be_used(tmp_path: Path) -> None:
    with Catalog(tmp_path / "rec") as catalog:
        with pytest.raises(DataError, match="not found"):
            import_layout(catalog, "speech-commands", tmp_path / "nowhere")
        (tmp_path / "empty" / "go").mkdir(parents=True)
        with pytest.raises(DataError, match="holds no audio"):
            import_layout(catalog, "speech-commands", tmp_path / "empty")


def test_people_with_names_have_keyed_pseudonyms(tmp_path: Path) -> None:
    """What is hashed without a key can be guessed; ids of public data sets are hashes already."""
    (tmp_path / "data" / "go").mkdir(parents=True)
    for name in ("anna_nohash_0", "ab12cd34_nohash_0"):
        soundfile.write(tmp_path / "data" / "go" / f"{name}.wav", tone(name, 1), 16_000)
    speakers = []
    for place in ("rec", "rec2"):
        with Catalog(tmp_path / place) as catalog:
            import_layout(catalog, "speech-commands", tmp_path / "data")
            clips = {clip.licence: clip for clip in catalog.clips()}
            speakers.append((clips["unstated"].speaker, clips["CC-BY-4.0"].speaker))
            assert "anna" not in repr(clips)
    assert speakers[0][0] != speakers[1][0] and speakers[0][1] == speakers[1][1]
