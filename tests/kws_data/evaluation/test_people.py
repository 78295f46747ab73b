"""Who is heard in a clip: by the manifest, and by names in Speech Commands layout."""

from __future__ import annotations

from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from kws_data.errors import DataError
from kws_data.evaluation.people import speakers_of, speakers_of_names


def test_the_manifest_tells_in_the_order_asked_for(tmp_path: Path) -> None:
    columns = {"clip_id": ["a", "b", "c"], "speaker": ["ann", "ben", ""], "split": ["test"] * 3}
    parquet.write_table(pyarrow.table(columns), tmp_path / "manifest.parquet")
    assert speakers_of(tmp_path, ["b", "a", "c", "d"]) == ["ben", "ann", "clip c", "clip d"]


def test_a_data_set_that_is_not_built_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="data set is not built"):
        speakers_of(tmp_path, ["a"])


def test_names_of_speech_commands_tell_the_speaker() -> None:
    names = ["yes/0a1b_nohash_0.wav", "no/0a1b_nohash_1.flac", "_background_noise_/hum.wav", "dog/77_nohash_0.wav"]
    assert speakers_of_names(names) == ["0a1b", "0a1b", "recording _background_noise_/hum.wav", "77"]


@pytest.mark.parametrize("name", ["yes/take3.wav", "yes/_nohash_1.wav"])
def test_one_word_of_nobody_known_and_there_are_no_speakers(name: str) -> None:
    assert speakers_of_names(["yes/a_nohash_0.wav", name]) is None
