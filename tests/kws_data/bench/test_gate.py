"""The bench of the gate: sounds open it as they are loud, words are laid as far above the noise as is said."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from made_folder import make_folder
from numpy.typing import NDArray
from tiny_bundle import tiny_bundle

from firmware_tools.spotter.gate_spec import GateSpec
from kws_data.audio import write_wav
from kws_data.bench.gate import QUIET, _laid, open_shares, sounds_of, words_heard, words_of
from kws_data.cli import run
from kws_data.errors import DataError
from kws_data.gate.listening import Listening

GATE = GateSpec()


def noise(rms: float, seconds: float, seed: int = 0) -> NDArray[np.int16]:
    return np.random.default_rng(seed).normal(0, rms, int(16_000 * seconds)).astype(np.int16)


def bursts(seconds: float) -> NDArray[np.int16]:
    """Loud every second."""
    made = noise(10, seconds).astype(np.float64)
    made[np.arange(len(made)) % 16_000 < 4_000] *= 100
    return made.astype(np.int16)


def test_quiet_closes_the_gate_and_noise_that_comes_and_goes_opens_it() -> None:
    sounds = {"even": [noise(300, 20), noise(30, 20)], "bursts": [bursts(20)]}
    found = {one.kind: one for one in open_shares(tiny_bundle(), GATE, sounds)}
    assert found["even"].share < 0.05 and found["bursts"].share > 0.95
    assert (found["even"].seconds, found["bursts"].seconds) == (40, 20)


@pytest.mark.parametrize("snr_db", [20.0, 5.0])
def test_a_word_is_laid_as_far_above_the_noise_as_is_said(snr_db: float) -> None:
    word = np.zeros(16_000, np.int16)
    word[4_000:9_000] = noise(3_000, 5_000 / 16_000)
    stream, span = _laid(word, noise(100, 30, 1), snr_db, 16_000, np.random.default_rng(0))
    lead = int(2.5 * 16_000)
    background = np.mean(stream[:lead].astype(np.float64) ** 2)
    assert 10 * np.log10(3_000**2 / background) == pytest.approx(snr_db, abs=0.5)
    assert span[0] < lead + 9_000 < span[1]


def test_words_are_heard_twice_and_differences_are_counted() -> None:
    bundle = tiny_bundle(threshold_int8=-128)
    clips = np.stack([noise(2_000, 1.0, seed) for seed in range(4)])
    found = list(words_heard(bundle, GATE, (clips, np.array([0, 2, 3, 2])), [noise(50, 10)]))
    assert [one.background for one in found][:2] == [QUIET, "noise, 20 dB below the word"]
    for one in found:
        assert one.words == 3 and one.behind == one.without - one.lost + one.gained
        assert set(one.to_dict()) >= {"tpr_without", "tpr_behind", "lost"}


def test_folders_are_read_up_to_a_limit(tmp_path: Path) -> None:
    for number in range(3):
        write_wav(tmp_path / "noise" / f"{number}.wav", noise(100, 4.0), 16_000)
    found = sounds_of({"noise": tmp_path / "noise"}, 16_000, most_s=6.0)
    assert [len(one) for one in found["noise"]] == [64_000, 32_000] and QUIET in found


def test_the_command_tells_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, bundle = make_folder(tmp_path / "words", speakers=4, words=("yes", "no")), tiny_bundle()
    bundle.save(tmp_path / "model")
    write_wav(tmp_path / "noise" / "a.wav", noise(300, 10), 16_000)
    work = Listening(frames=3, hop_s=0.06, frontend=40_000, model=70_000, decision=2_000, clock_hz=64_000_000)
    monkeypatch.setattr("kws_data.gate.hold.measure_listening", lambda *_: work)
    call = ["bench", "gate", "--bundle", str(tmp_path / "model"), "--words", str(folder), "--most", "4", "--json"]
    assert run([*call, "--sound", f"hum={tmp_path / 'noise'}"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["gate"] == GATE.to_dict() and told["core_share_without"] == pytest.approx(0.05)
    hum = next(row for row in told["sounds"] if row["kind"] == "hum")
    assert hum["core_share"] == pytest.approx(work.behind_gate(hum["open_share"])) and hum["open_share"] < 0.1
    assert [row["words"] for row in told["words"]] == [4] * 4
    assert run([*call, "--sound", "hum"]) == 2
    assert "write KIND=FOLDER" in capsys.readouterr().err


def test_a_folder_without_keywords_says_which_are_wanted(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "words", speakers=2, words=("house",))
    with pytest.raises(DataError, match="wanted: yes, no"):
        words_of(tiny_bundle(), folder, 10)
