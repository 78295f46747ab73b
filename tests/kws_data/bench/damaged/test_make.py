"""Seeds and damaged copies: undamaged ones are read, damage follows from the seed, and most of it damages."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import yaml

from firmware_tools.tflite.graph import read_tflite
from kws_data.audio import read_audio
from kws_data.bench.damaged.audio_seeds import FRAMES, audio_seeds
from kws_data.bench.damaged.byte_damage import DAMAGES, damaged
from kws_data.bench.damaged.case import KINDS, Kind
from kws_data.bench.damaged.make import SEEDS, make_case
from kws_data.bench.damaged.tflite_seeds import tflite_seeds
from kws_data.bench.damaged.yaml_damage import damaged_text
from kws_data.bench.damaged.yaml_seeds import yaml_seeds
from kws_data.config.load import load_config

HASHES = """
import hashlib, time
from kws_data.bench.damaged.case import KINDS
from kws_data.bench.damaged.make import make_case
for kind in KINDS:
    print(hashlib.sha256(b"".join(make_case(kind, 4, i).data for i in range(200))).hexdigest())
"""


def test_undamaged_audio_is_read_whole(tmp_path: Path) -> None:
    for seed in audio_seeds():
        path = tmp_path / seed.name
        path.write_bytes(seed.data)
        assert len(read_audio(path, None)) >= FRAMES, seed.name


def test_seeds_are_of_every_container_that_users_have() -> None:
    suffixes = {Path(seed.name).suffix for seed in audio_seeds()}
    assert suffixes == {".wav", ".w64", ".aiff", ".au", ".caf", ".flac", ".ogg", ".mp3", ".sph"}
    beginnings = {seed.data[:4] for seed in audio_seeds()}
    assert {b"RIFF", b"RIFX", b"RF64", b"FORM", b"fLaC", b"OggS", b"caff", b".snd", b"NIST"} <= beginnings


def test_undamaged_configurations_and_models_are_read(tmp_path: Path) -> None:
    for seed in yaml_seeds():
        path = tmp_path / seed.name
        path.write_bytes(seed.data)
        load_config(path, ("data.folder=.",))
    for seed in tflite_seeds():
        read_tflite(seed.data)


def test_the_same_files_in_another_process() -> None:
    """Ogg serial numbers and the times of PEAK chunks are the traps."""
    found = [subprocess.run([sys.executable, "-c", HASHES], capture_output=True, check=True).stdout for _ in range(2)]
    assert found[0] == found[1] and len(found[0].split()) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_files_differ_by_number_and_seed_and_most_are_damaged(kind: Kind) -> None:
    cases = [make_case(kind, 0, number) for number in range(200)]
    assert len({case.data for case in cases}) > 150
    assert sum(case.data != case.seed.data for case in cases) > 170
    assert [case.data for case in cases[:20]] != [make_case(kind, 1, number).data for number in range(20)]
    assert {case.seed.name for case in cases} == {seed.name for seed in SEEDS[kind]()}


def test_every_damage_of_bytes_happens_and_none_breaks_on_few_bytes() -> None:
    rng = np.random.default_rng(0)
    done: Counter[str] = Counter()
    for _ in range(600):
        data, names = damaged(b"RIFF\x04\0\0\0WAVE"[: int(rng.integers(1, 13))], [b"x" * 30], rng)
        done.update(names)
        assert len(data) < 30_000
    assert set(done) == {name for name, _ in DAMAGES} | {"splice"}


def test_a_key_twice_is_a_key_twice() -> None:
    """The bench calls it a loss when that is read: it must be no comment and no item of a list."""
    text = yaml_seeds()[-1].data.decode()
    for number in range(300):
        broken, done = damaged_text(text, np.random.default_rng(number))
        if done == ("duplicate",):
            assert yaml.safe_load(broken) == yaml.safe_load(text)
            assert len(broken) > len(text)
