from pathlib import Path

import numpy as np
import pytest

from kws_data.audio import write_flac, write_wav
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.folders import noise_folder_id
from kws_data.errors import DataError
from kws_data.sources.imports.licences import licence_id
from kws_data.sources.imports.side_folders import import_noise, import_rooms


def test_noise_is_taken_on_the_terms_of_its_table(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    for name in ("a.wav", "deep/b.wav", "c.wav"):
        (tmp_path / "noise" / name).parent.mkdir(parents=True, exist_ok=True)
        write_wav(tmp_path / "noise" / name, rng.integers(-300, 300, 32_000).astype(np.int16), 16_000)
    table = tmp_path / "noise" / "metadata.csv"
    table.write_text("file,kind,licence\na.wav,fan,MIT (by the author)\ndeep/b.wav,rain,CC0 1.0\n")
    with Catalog(tmp_path / "rec") as catalog:
        assert import_noise(catalog, tmp_path / "noise").counts.added == 3
        assert import_noise(catalog, tmp_path / "noise").counts.added == 0
        clips = {clip.origin: clip for clip in catalog.clips(folder=noise_folder_id(tmp_path / "noise"))}
        terms = {name.removeprefix("_background_noise_/"): clip.licence for name, clip in clips.items()}
        assert terms == {"a.wav": "MIT", "deep/b.wav": "CC0-1.0", "c.wav": "unstated"}
        assert clips["_background_noise_/a.wav"].attributes["kind"] == "fan"
        table.write_text("file,kind,licence\nc.wav,fan,CC BY 4.0\n")
        assert import_noise(catalog, tmp_path / "noise").counts.added == 0
        licences = {clip.licence for clip in catalog.clips(folder=noise_folder_id(tmp_path / "noise"))}
        assert licences == {"unstated", "CC-BY-4.0"}, "a corrected table is taken over"


def test_terms_are_found_however_the_table_is_written_and_the_rest_is_told(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    for name in ("a.wav", "deep/b.wav"):
        (tmp_path / "noise" / name).parent.mkdir(parents=True, exist_ok=True)
        write_wav(tmp_path / "noise" / name, rng.integers(-300, 300, 32_000).astype(np.int16), 16_000)
    text = "Filename;License\nC:\\old\\A.WAV;MIT\nC:\\old\\deep\\b;CC0\nc.wav;MIT\nd.wav\n"
    (tmp_path / "noise" / "Metadata.csv").write_text(text)
    with Catalog(tmp_path / "rec") as catalog:
        report = import_noise(catalog, tmp_path / "noise")
        clips = catalog.clips(folder=noise_folder_id(tmp_path / "noise"))
    assert sorted(clip.licence for clip in clips) == ["CC0-1.0", "MIT"]
    assert report.absent == ("c.wav",)
    assert report.set_aside == (("Metadata.csv line 5", "has 1 fields, the header has 2"),)


def test_noise_folders_that_cannot_be_used(tmp_path: Path) -> None:
    with Catalog(tmp_path / "rec") as catalog:
        with pytest.raises(DataError, match="not found"):
            import_noise(catalog, tmp_path / "none")
        (tmp_path / "noise").mkdir()
        with pytest.raises(DataError, match="no audio"):
            import_noise(catalog, tmp_path / "noise")


@pytest.mark.parametrize(
    ("written", "identifier"),
    [
        ("CC BY 4.0", "CC-BY-4.0"),
        ("cc-by-sa 3.0", "CC-BY-SA-3.0"),
        ("Creative Commons Attribution 4.0", "Creative Commons Attribution 4.0"),
        ("https://creativecommons.org/licenses/by-nc/4.0/deed.en", "CC-BY-NC-4.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("CC0", "CC0-1.0"),
        ("Public Domain", "CC0-1.0"),
        ("MIT (recorded by the author)", "MIT"),
        ("Apache-2.0", "Apache-2.0"),
        ("CC-BY", "CC-BY"),
        ("  my own   terms ", "my own terms"),
        ("", ""),
    ],
)
def test_licences_have_one_name(written: str, identifier: str) -> None:
    assert licence_id(written) == identifier


def test_digital_silence_is_no_noise_and_no_room(tmp_path: Path) -> None:
    for name in ("noise", "rooms"):
        write_flac(tmp_path / name / "zero.flac", np.zeros(16_000, np.int16), 16_000)
        write_flac(tmp_path / name / "good.flac", np.ones(16_000, np.int16), 16_000)
    with Catalog(tmp_path / "rec") as catalog:
        reports = import_noise(catalog, tmp_path / "noise"), import_rooms(catalog, tmp_path / "rooms")
    assert all("digital silence" in report.set_aside[0][1] and report.counts.added == 1 for report in reports)
