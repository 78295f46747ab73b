"""``kws record`` from plans, without an end, through several boards, and ``kws listen``: as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click import UsageError
from terminal import Terminal

from kws_data.audio import write_flac
from kws_data.catalog.catalog import Catalog
from kws_data.cli import run
from kws_data.cli.record.command import named_boards
from kws_data.cli.record.continuous import Duration
from kws_data.errors import DataError
from kws_data.release.takes import export_takes
from kws_data.sources.recording.boards import open_boards
from kws_data.sources.recording.plan_file import read_plan
from kws_data.sources.recording.sessions import UNLABELLED
from kws_data.sources.recording.take_verdict import quarantine_rules
from kws_data.sources.recording.together import MARGIN_MS, record_together

RNG = np.random.default_rng(6)
ANN = ("--speaker", "ann", "--consent", "research")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def kws(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, object], str]:
    code = run([str(argument) for argument in arguments] + ["--json"])
    caught = capsys.readouterr()
    return code, json.loads(caught.out) if caught.out else {}, caught.err


def burst(seconds: float, height: float = 5_000) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    t = np.arange(int(16_000 * seconds)) / 16_000
    return height * np.sin(np.pi * t / seconds) * np.sin(2 * np.pi * 300 * t) * (1 + np.sin(2 * np.pi * 700 * t))


def talk(seconds: float, starts: tuple[float, ...]) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    sound = RNG.normal(0, 20, int(seconds * 16_000))
    for start in starts:
        word = burst(0.5)
        sound[int(start * 16_000) :][: len(word)] += word
    return sound.astype(np.int16)


def test_words_of_a_plan_are_spelt_as_keywords_are(tmp_path: Path) -> None:
    (tmp_path / "plan.csv").write_text("word,takes\n hey  jarvis ,3\nu\u0308ber,2\n")
    assert dict(read_plan(tmp_path / "plan.csv", 4).words) == {"hey_jarvis": 3, "über": 2}
    (tmp_path / "plan.csv").write_text("word,takes\nhey jarvis,3\nHey-Jarvis,2\n")
    with pytest.raises(DataError, match="two ways: 'hey jarvis, Hey-Jarvis'"):
        read_plan(tmp_path / "plan.csv", 4)


def test_plan_files_say_who_and_what(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(
        "speaker: s01\nconsent: research\nroom: lab\ntakes: 2\nwords: [yes, no, 'on']\n"
    )
    plan = read_plan(tmp_path / "plan.yaml", 9)
    assert dict(plan.words) == {"yes": 2, "no": 2, "on": 2} and plan.texts["room"] == "lab"
    (tmp_path / "plan.csv").write_text("word,takes\nyes,3\nstop,\n")
    assert dict(read_plan(tmp_path / "plan.csv", 4).words) == {"yes": 3, "stop": 4}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("p.yaml", "wrods: [a]", "did you mean words"),
        ("p.yaml", "words: {yes: 0}", "1 to 1000"),
        ("p.yaml", "words: [a/b]", "no word"),
        ("p.yaml", "takes: 3", "no words"),
        ("p.yaml", "[", "no YAML"),
        ("p.yaml", "takes: 3\nwords: [a]\ntakes: 4", "takes stands twice, in lines 1 and 3"),
        ("p.yaml", "words: [a, ~]", "words holds no text"),
        ("p.yaml", "words: [a]\nroom: [kitchen, hall]", "room holds no text"),
        ("p.csv", "wort\nyes\n", "no column"),
        ("p.csv", "word,takes\nyes,many\n", "takes of 'yes'"),
        ("p.csv", "word,takes\n", "no column"),
    ],
)
def test_plan_that_is_wrong_is_one_clear_error(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(DataError, match=said):
        read_plan(tmp_path / name, 1)
    with pytest.raises(DataError, match="cannot be read"):
        read_plan(tmp_path / "none.yaml", 1)


def test_scripted_session_from_a_plan_sets_aside_by_rules_and_resumes(capsys: pytest.CaptureFixture[str]) -> None:
    Path("plan.yaml").write_text("speaker: s01\nconsent: research\naccent: irish\nwords: {go: 2}\nclip_ms: 500\n")
    write_flac(Path("hiss.flac"), RNG.normal(0, 900, 8_000).astype(np.int16), 16_000)
    hiss = ("--play", "hiss.flac", "--quarantine", "min_snr_db=15", "--quarantine", "speech_needed=yes")
    code, done, _ = kws(capsys, "record", "--plan", "plan.yaml", "--yes", *hiss)
    assert (code, done["kept"], done["remaining"]) == (0, 2, 0)
    with Catalog("recordings") as catalog:
        assert catalog.clips() == []  # whole, but nothing that a data set should learn from
        clips = catalog.clips(with_set_aside=True)
        assert len(clips) == 2 and all("stands out" in clip.reasons for clip in clips)
        for clip in clips:
            assert clip.samples == 8_000 and clip.attributes["accent"] == "irish"
            assert {"snr_db", "rate_ppm", "rate_by", "codec", "retries", "peak_db"} <= set(clip.attributes)
    code, again, _ = kws(capsys, "record", "--plan", "plan.yaml", "--yes", "--play", "hiss.flac")
    assert again["session"] != done["session"] and again["kept"] == 2


def test_wrong_rules_are_named() -> None:
    assert quarantine_rules(("min_snr_db=12", "max_dc=off")).min_snr_db == 12.0
    for name in ("max_clipped_share", "max_clipping_share"):  # as it was called first
        assert quarantine_rules((f"{name}=0.2",)).max_clipped_share == 0.2
    with pytest.raises(DataError, match="no such rule"):
        quarantine_rules(("min_snr=12",))
    with pytest.raises(DataError, match="no number"):
        quarantine_rules(("min_snr_db=loud",))


def test_continuous_recording_cuts_utterances_and_keeps_them_out_of_data_sets(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sound = talk(8.0, (1.0, 3.0, 5.5))
    write_flac(Path("talk.flac"), sound, 16_000)
    code, done, shown = kws(capsys, "record", "--continuous", "8s", *ANN, "--play", "talk.flac", "--room", "lab")
    assert (code, done["utterances"], done["lost_samples"]) == (0, 3, 0)
    assert "of speech" in shown
    with Catalog("recordings") as catalog:
        assert catalog.clips() == []
        clips = catalog.clips(with_set_aside=True)
        assert {(clip.word, clip.reasons) for clip in clips} == {(UNLABELLED, "not labelled")}
        for clip in clips:
            first = clip.attributes["first_sample"]
            np.testing.assert_array_equal(catalog.load(clip), sound[first : first + clip.samples])
        starts = sorted(c.attributes["first_sample"] / 16_000 + c.attributes["vad_start_s"] for c in clips)
        np.testing.assert_allclose(starts, (1.0, 3.0, 5.5), atol=0.1)
        assert export_takes(catalog, tmp_path / "out") == 0


def test_durations() -> None:
    for text, seconds in (("90", 90), ("90s", 90), ("30m", 1_800), ("1h30m", 5_400), ("0.5m", 30), ("8h", 28_800)):
        assert Duration().convert(text, None, None) == seconds
    assert run(["record", "--continuous", "soon", *ANN]) == 2


def test_several_boards_hear_the_same_moment_aligned_to_the_sample() -> None:
    word = burst(0.5) + RNG.normal(0, 400, 8_000)
    delays = (0, 37, -90)
    with open_boards([("emulated", None)] * 3) as boards:
        assert [board.device for board in boards] == ["board:emulated", "board:emulated-2", "board:emulated-3"]

        def sound(board: object) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
            heard = RNG.normal(0, 15, 24_000)
            start = MARGIN_MS * 16 + 3_000 + delays[boards.index(board)]  # type: ignore[arg-type]
            heard[start : start + len(word)] += word
            return heard.astype(np.int16)

        together = record_together(boards, 16_000, sound)
    assert together.reasons == () and len(together.heard) == 3
    first = together.heard[0].samples.astype(float)
    for heard, delay in zip(together.heard, delays, strict=True):
        assert heard.attributes["delay_samples" if delay else "alignment"] == (delay or 1.0)
        assert np.corrcoef(first[3_000:11_000], heard.samples[3_000:11_000])[0, 1] > 0.99


def test_boards_and_ports_are_paired() -> None:
    assert named_boards((), ()) == [("emulated", None)]
    assert named_boards(("nano", "pico@/dev/b"), ("/dev/a",)) == [("nano", "/dev/a"), ("pico", "/dev/b")]
    assert run(["record", "--words", "a", *ANN, "--board", "x", "--port", "/dev/a", "--port", "/dev/b"]) == 2
    assert run(["record", "--words", "a", *ANN, "--board", "x@/dev/a", "--board", "y@/dev/a"]) == 2
    for names, ports, said in ((("pico@",), (), "pico@ names no port"), (("pico",), ("",), "--port is empty")):
        with pytest.raises(UsageError, match=said):
            named_boards(names, ports)


def test_several_boards_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    code, done, shown = kws(
        capsys, "record", "--words", "yes", "--takes", "1", *ANN, "--board", "emulated", "--board", "emulated"
    )
    assert (code, done["kept"]) == (0, 1)
    assert "aligned +0 samples" in shown
    assert "emulated emulated, emulated-2: a synthetic voice is recorded, not ann; a board on a desk needs" in shown
    with Catalog("recordings") as catalog:
        assert {clip.device for clip in catalog.clips()} == {"board:emulated", "board:emulated-2"}
        assert len({clip.attributes["take"] for clip in catalog.clips()}) == 1
        assert {clip.attributes["microphone"] for clip in catalog.clips()} == {"emulated"}


def test_listening_tells_the_level(capsys: pytest.CaptureFixture[str]) -> None:
    write_flac(Path("loud.flac"), np.tile(np.array([32_767, -32_768], np.int16), 16_000), 16_000)
    code, heard, shown = kws(capsys, "listen", "--play", "loud.flac", "--seconds", "1.5")
    assert code == 0 and heard["seconds"] == 1.5 and heard["lost_samples"] == 0
    assert heard["clipped_samples"] == 24_000 and "CLIPPED" in shown


@pytest.mark.slow
def test_listening_at_a_terminal_shows_a_spectrogram(tmp_path: Path) -> None:
    tone = (9_000 * np.sin(2 * np.pi * 1_000 * np.arange(48_000) / 16_000)).astype(np.int16)
    write_flac(tmp_path / "tone.flac", tone, 16_000)
    with Terminal(["listen", "--play", "tone.flac", "--seconds", "3"], tmp_path) as terminal:
        terminal.wait_for("level")
        shown = terminal.wait_for("3.0 s heard")
        assert "8 kHz" in shown and "██████████" in shown and "nothing lost" in shown
        assert terminal.finish() == 0
