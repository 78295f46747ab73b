from dataclasses import replace
from pathlib import Path

import numpy as np
from made_folder import make_folder, tone

from firmware_tools.levels import levels
from kws_data.audio import write_flac
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import KnownFile, NewClip
from kws_data.catalog.folders import urls_id
from kws_data.quality.rot import Rot, find_rot
from kws_data.sources.imports.find_layout import import_layout
from kws_data.sources.imports.speech_folder import import_speech
from kws_data.sources.recording.take_verdict import judge


def ids(rot: Rot, name: str) -> tuple[str, ...]:
    return next(reason.clips for _, reason in rot.reasons if reason.name == name)


def made(tmp_path: Path) -> Path:
    folder = make_folder(tmp_path / "data", speakers=3, words=("go", "stop"))
    write_flac(folder / "go" / "aaaaaaaa_nohash_0.flac", tone("go", 0), 16_000)  # speaker 0 again
    write_flac(folder / "go" / "bbbbbbbb_nohash_0.flac", np.full(16_000, 900, np.int16), 16_000)
    write_flac(folder / "go" / "cccccccc_nohash_0.flac", np.tile(np.array([9_000, -9_000], np.int16), 1_000), 16_000)
    loud = np.clip(tone("stop", 1).astype(np.int32) * 40, -32_768, 32_767).astype(np.int16)
    write_flac(folder / "stop" / "dddddddd_nohash_0.flac", loud, 16_000)
    return folder


def test_copies_gone_files_and_clips_that_hold_nothing_are_found(tmp_path: Path) -> None:
    folder = made(tmp_path)
    with Catalog(tmp_path / "recordings") as catalog:
        import_layout(catalog, "speech-commands", folder)
        catalog.set_aside({clip.id: "" for clip in catalog.clips(with_set_aside=True)})
        origins = {clip.id: clip.origin for clip in catalog.clips()}
        (folder / "stop" / "dddddddd_nohash_0.flac").unlink()
        rot = find_rot(catalog)
        assert len(ids(rot, "exact copy")) == 1 and origins[ids(rot, "exact copy")[0]].startswith("go/")
        assert [origins[i][:10] for i in ids(rot, "faint")] == ["go/bbbbbbb"]
        assert [origins[i][:10] for i in ids(rot, "short")] == ["go/ccccccc"]
        assert [origins[i][:10] for i in ids(rot, "clipped")] == ["stop/ddddd"]
        assert [origins[i][:10] for i in ids(rot, "file gone")] == ["stop/ddddd"]
        import_layout(catalog, "speech-commands", folder)  # forgets the file; the clip is as obsolete as before
        assert ids(find_rot(catalog), "file gone") == ids(rot, "file gone")


def test_a_folder_that_is_away_is_said_and_its_clips_are_not_called_gone(tmp_path: Path) -> None:
    folder = made(tmp_path)
    with Catalog(tmp_path / "recordings") as catalog:
        import_layout(catalog, "speech-commands", folder)
        folder.rename(tmp_path / "elsewhere")
        rot = find_rot(catalog)
    assert not ids(rot, "file gone") and any(str(folder) in note for note in rot.notes)


def test_what_was_imported_or_recorded_is_not_measured_again(tmp_path: Path) -> None:
    measured: list[int] = []
    with Catalog(tmp_path) as catalog:
        for number, figures in enumerate(
            (levels(tone("go", 0)).to_dict(), judge(tone("go", 1), 16_000).attributes, {})
        ):
            audio = catalog.store_audio(tone("go", number), 16_000)
            catalog.add_clip(NewClip(audio, "go", "s", "takes", f"s/go/{number}", attributes=figures))
        find_rot(catalog, progress=lambda stage, done, total: measured.append(total))
    assert measured == [1]  # the one of which nothing is stored


def test_recordings_of_takes_do_not_supersede_each_other(tmp_path: Path) -> None:
    """Two people's first takes, played into one board in one session, are not one take said again."""
    with Catalog(tmp_path) as catalog:
        for number, speaker in enumerate(("a", "b")):
            audio = catalog.store_audio(tone("go", number), 16_000)
            played = NewClip(audio, "go", speaker, "takes", f"{speaker}/go/0", session=speaker, attributes={"take": 0})
            parent = catalog.add_clip(played)
            catalog.add_clip(replace(played, device="board:x", session="board:x recorder", parent=parent))
        assert not ids(find_rot(catalog), "superseded")


def test_pieces_of_speech_are_gone_with_their_recording_and_not_before(tmp_path: Path) -> None:
    recording = tmp_path / "talk" / "7" / "a.flac"
    write_flac(recording, tone("go", 0, samples=32_000), 16_000)
    (tmp_path / "talk" / "metadata.csv").write_text("file,speaker,transcript\n7/a.flac,7,good evening\n")
    with Catalog(tmp_path / "recordings") as catalog:
        import_speech(catalog, tmp_path / "talk")
        assert not ids(find_rot(catalog), "file gone")
        recording.unlink()
        assert len(ids(find_rot(catalog), "file gone")) == len(catalog.clips()) > 0


def test_clips_from_addresses_are_not_called_gone(tmp_path: Path) -> None:
    folder, address = made(tmp_path), "https://host/go/a.wav"
    with Catalog(tmp_path / "recordings") as catalog:
        import_layout(catalog, "speech-commands", folder)
        clip = catalog.clips()[0]
        catalog.remember_files(urls_id(tmp_path / "list.csv"), {address: KnownFile(0, 1, clip.id, "", "")})
        (folder / clip.origin).unlink()
        rot = find_rot(catalog)
    assert not ids(rot, "file gone") and any("list.csv" in note and "addresses" in note for note in rot.notes)


def test_clips_of_no_data_set_and_takes_said_again(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        takes = []
        for number in range(3):
            audio = catalog.store_audio(tone("go", number), 16_000)
            clip = NewClip(audio, "go", "s", "takes", f"s/go/{number}", session="s-1", attributes={"take": number // 2})
            takes.append(catalog.add_clip(clip))
        rot = find_rot(catalog)
        assert ids(rot, "superseded") == (takes[0],) and any("no data set" in note for note in rot.notes)
        catalog.made.record_dataset("sha256:aa", "x", tmp_path, takes[1:])
        (tmp_path / "dataset.json").write_text('{"version": "sha256:aa"}')
        assert ids(find_rot(catalog), "unused") == (takes[0],)
        document = find_rot(catalog).to_dict()
        assert document["obsolete"]["clips"] == 1 and document["obsolete"]["reasons"][1]["count"] == 1
