"""Running speech in pieces: where they are cut, who says them, in which split they are, how often they are drawn."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from made_audio import mp3_frames
from made_folder import make_folder

from kws_data.audio import write_wav
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.folders import speech_folder_id
from kws_data.config.config import Config
from kws_data.dataset.plan import plan_dataset
from kws_data.errors import DataError
from kws_data.labels import SPEECH
from kws_data.sources.imports.find_layout import import_layout
from kws_data.sources.imports.speech_folder import LENGTHS_S, cut_piece, import_speech, over_rest, quietest, read_piece
from kws_data.training.batches.draw_weights import with_speech_share

RATE_HZ = 16_000


def bursts(seconds: float, every_s: float, seed: int = 0) -> np.ndarray:
    """Noise bursts with gaps between them, as syllables have them."""
    rng, time = np.random.default_rng(seed), np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    loud = time % every_s > 0.5 * every_s
    return np.where(loud, rng.integers(-8_000, 8_000, len(time)), rng.integers(-20, 20, len(time))).astype(np.int16)


def make_speech(folder: Path, speakers: int, text: str = "a quiet evening") -> Path:
    folder.mkdir(parents=True)
    rows = ["file,speaker,gender,transcript"]
    for speaker in range(speakers):
        write_wav(folder / f"{speaker}.wav", bursts(4.0, 0.2 + 0.01 * speaker, speaker), RATE_HZ)
        rows.append(f"{speaker}.wav,{100 + speaker},female,{text.upper()}")
    (folder / "metadata.csv").write_text("\n".join(rows) + "\n")
    return folder


def test_pieces_begin_and_end_where_it_is_quiet() -> None:
    samples = bursts(6.0, 0.18)
    for number in range(10):
        piece = cut_piece(samples, number)
        assert abs(len(piece) / RATE_HZ - LENGTHS_S[number % 4]) <= 0.2 + 1e-9
        inside = np.abs(piece[len(piece) // 4 : -len(piece) // 4]).max()
        assert np.abs(piece[:160]).max() < 100 and np.abs(piece[-160:]).max() < 100 < inside
    assert not len(cut_piece(samples, 100)), "the recording has ended"
    assert len(cut_piece(samples[:900], 0)), "a short recording is one piece"


def test_a_piece_lies_in_the_rest_of_its_recording(tmp_path: Path) -> None:
    samples = np.concatenate([bursts(2.0, 0.18), np.full(5_000, 1, np.int16), bursts(1.0, 0.18)])
    assert (np.abs(quietest(samples)) <= 1).all() and len(quietest(samples)) == 4_000
    assert len(quietest(samples[:100])) == 100
    whole = over_rest(cut_piece(samples, 0), quietest(samples))
    assert len(whole) == RATE_HZ and np.abs(whole[:1_000]).max() <= 1 and np.abs(whole[-1_000:]).max() <= 1
    assert np.abs(whole[6_000:10_000]).max() > 1_000
    assert len(over_rest(samples[:17_000], samples)) == 17_000, "there is no rest"
    write_wav(tmp_path / "a.wav", samples, RATE_HZ)
    assert np.array_equal(read_piece(tmp_path / "a.wav", 0), whole)


def test_speech_is_imported_once_and_says_who_spoke(tmp_path: Path) -> None:
    folder = make_speech(tmp_path / "speech", 3)
    with Catalog(tmp_path / "rec") as catalog:
        report = import_speech(catalog, folder)
        assert report.counts.added == 30 and report.people == 3
        assert import_speech(catalog, folder).counts.added == 0
        clips = catalog.clips(folder=speech_folder_id(folder))
        assert {clip.word for clip in clips} == {SPEECH} and len({clip.speaker for clip in clips}) == 3
        assert not {"100", "101", "102"} & {clip.speaker for clip in clips}, "the catalogue knows pseudonyms only"
        assert {clip.attributes["transcript"] for clip in clips} == {"A QUIET EVENING"}
        assert {clip.attributes["gender"] for clip in clips} == {"female"}


def test_a_speech_folder_needs_its_table(tmp_path: Path) -> None:
    folder = make_speech(tmp_path / "speech", 2)
    (folder / "metadata.csv").unlink()
    with Catalog(tmp_path / "rec") as catalog:
        with pytest.raises(DataError, match=r"no metadata\.csv"):
            import_speech(catalog, folder)
        with pytest.raises(DataError, match="not found"):
            import_speech(catalog, tmp_path / "none")


def plan_with(tmp_path: Path, text: str, **data: object):  # type: ignore[no-untyped-def]
    speech = make_speech(tmp_path / "speech", 6, text)
    make_folder(tmp_path / "data", speakers=20)
    values = {"source": "folder", "folder": str(tmp_path / "data"), "speech_folder": str(speech)}
    config = Config(name="t", keywords=["go", "stop"], data={**values, "recordings": str(tmp_path / "r"), **data})
    with Catalog(tmp_path / "r") as catalog:
        import_layout(catalog, "speech-commands", tmp_path / "data")
        import_speech(catalog, speech)
        return plan_dataset(config, catalog)


def test_pieces_are_other_words_of_people_who_are_in_one_split(tmp_path: Path) -> None:
    plan = plan_with(tmp_path, "a quiet evening")
    pieces = [planned for planned in plan.clips if planned.clip.word == SPEECH]
    assert len(pieces) == 60 and {planned.label for planned in pieces} == {"_unknown_"}
    where: dict[str, set[str]] = {}
    for planned in pieces:
        where.setdefault(planned.clip.speaker, set()).add(planned.split)
    assert all(len(splits) == 1 for splits in where.values())
    assert {"train"} in where.values()


def test_speech_with_a_keyword_is_left_out(tmp_path: Path) -> None:
    plan = plan_with(tmp_path, "let us go home")
    assert not [planned for planned in plan.clips if planned.clip.word == SPEECH]
    assert sum("keyword is said: go" in reason for reason in plan.left_out.values()) == 60


def test_running_speech_gets_its_share_of_the_draws() -> None:
    y, words = np.array([0, 1, 1, 1, 1, 2]), ["", "dog", "cat", SPEECH, SPEECH, "go"]
    weights = np.array([1.0, 2.0, 1.0, 1.0, 3.0, 5.0])
    shared = with_speech_share(weights, y, words, 0.4)
    assert shared[3:5].sum() == pytest.approx(0.4 * 7.0) and shared[1:5].sum() == pytest.approx(7.0)
    assert shared[4] == pytest.approx(3 * shared[3]) and shared[1] == pytest.approx(2 * shared[2])
    assert list(shared[[0, 5]]) == [1.0, 5.0]
    assert list(with_speech_share(weights, y, words, None)) == list(weights)
    assert list(with_speech_share(weights[:3], y[:3], words[:3], 0.4)) == list(weights[:3]), "nothing to share with"


def test_recordings_of_unknown_length_are_counted(catalog: Catalog, tmp_path: Path) -> None:
    """FLAC that tells no length and MP3 without a length frame; one that goes on for over an hour is set aside."""
    folder = tmp_path / "speech"
    folder.mkdir()
    samples = bursts(4.0, 0.2)
    for name, form in (("a.flac", "FLAC"), ("b.mp3", "MP3"), ("c.wav", "WAV")):
        soundfile.write(folder / name, samples, RATE_HZ, format=form)
    soundfile.write(folder / "long.flac", np.zeros(3_601_000, np.int16), 1_000)
    for name in ("a.flac", "long.flac"):
        content = bytearray((folder / name).read_bytes())
        content[21:26] = bytes([content[21] & 0xF0, 0, 0, 0, 0])
        (folder / name).write_bytes(content)
    (folder / "b.mp3").write_bytes(b"".join(mp3_frames((folder / "b.mp3").read_bytes())[1:]))
    names = ("a.flac", "b.mp3", "c.wav", "long.flac")
    (folder / "metadata.csv").write_text("\n".join(["file,transcript", *(f"{name},quiet" for name in names)]) + "\n")
    told: list[tuple[str, int, int]] = []
    report = import_speech(catalog, folder, lambda *state: told.append(state))
    assert report.counts.added == 30, "ten pieces each"
    assert report.set_aside == (("long.flac", "audio file is longer than an hour: cut it up"),)
    assert [state for state in told if state[0] == "measure speech"] == [("measure speech", n, 4) for n in (1, 2, 3, 4)]
