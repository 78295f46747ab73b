"""Sentences are other words, unless a keyword is said in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_folder import tone

from kws_data.audio import write_wav
from kws_data.catalog.catalog import Catalog
from kws_data.config.config import Config
from kws_data.dataset.plan import plan_dataset
from kws_data.dataset.spoken_clips import _reason
from kws_data.labels import SPEECH, label_of
from kws_data.sources.imports.find_layout import import_layout
from kws_data.sources.synth.noise import add_generated_noise


@pytest.mark.parametrize(
    ("transcript", "found"),
    [
        ("Sit down, please.", "down"),
        ("He said “Go!” and left", "go"),
        ("Hey Firefox, wake up", "hey_firefox"),
        ("OK, hey-firefox", "hey_firefox"),
        ("hey, my firefox", ""),
        ("a good downtown", ""),
        ("", "without a transcript"),
        ("...", "without a transcript"),
    ],
)
def test_keywords_are_found_as_whole_words(transcript: str, found: str) -> None:
    reason = _reason(transcript, ["go", "down", "hey_firefox"])
    assert found in reason and bool(found) == bool(reason)


def test_a_data_set_takes_sentences_without_keywords(tmp_path: Path) -> None:
    lines = ["file,label,speaker,transcript"]
    for speaker in range(12):
        for word, transcript in (("go", ""), (SPEECH, "we go home" if speaker % 2 else "a quiet evening")):
            name = f"{len(lines)}.wav"
            (tmp_path / "data").mkdir(exist_ok=True)
            write_wav(tmp_path / "data" / name, tone(transcript or word, speaker, samples=24_000), 16_000)
            lines.append(f"{name},{word},{speaker:08x},{transcript}")
    (tmp_path / "data" / "metadata.csv").write_text("\n".join(lines) + "\n")
    data = {"source": "folder", "folder": str(tmp_path / "data"), "layout": "folder"}
    config = Config.model_validate(
        {"name": "t", "keywords": ["go"], "data": data, "split": {"test_share": 0.3, "validation_share": 0.3}}
    )
    with Catalog(tmp_path / "rec") as catalog:
        assert import_layout(catalog, "folder", tmp_path / "data").people == 12
        add_generated_noise(catalog, config.seed, 16_000)
        plan = plan_dataset(config, catalog)
    speech = [planned for planned in plan.clips if planned.clip.word == SPEECH]
    assert {planned.clip.attributes["transcript"] for planned in speech} == {"a quiet evening"}
    assert {planned.label for planned in speech} == {label_of(SPEECH, ["go"])} == {"_unknown_"}
    assert sum("a keyword is said: go" in reason for reason in plan.left_out.values()) == 6


def test_a_sentence_without_blanks_is_no_other_word_where_it_contains_the_keyword(tmp_path: Path) -> None:
    lines = ["file,label,speaker"]
    for speaker in range(12):
        for word in ("你好", "你好吗" if speaker % 2 else "再见"):
            name = f"{len(lines)}.wav"
            (tmp_path / "data").mkdir(exist_ok=True)
            write_wav(tmp_path / "data" / name, tone(word, speaker, samples=16_000), 16_000)
            lines.append(f"{name},{word},{speaker:08x}")
    (tmp_path / "data" / "metadata.csv").write_text("\n".join(lines) + "\n")
    data = {"source": "folder", "folder": str(tmp_path / "data"), "layout": "folder"}
    config = Config.model_validate(
        {"name": "t", "keywords": ["你好"], "data": data, "split": {"test_share": 0.3, "validation_share": 0.3}}
    )
    with Catalog(tmp_path / "rec") as catalog:
        import_layout(catalog, "folder", tmp_path / "data")
        add_generated_noise(catalog, config.seed, 16_000)
        plan = plan_dataset(config, catalog)
    assert {planned.clip.word for planned in plan.clips if planned.label == "_unknown_"} == {"再见"}
    assert sum(reason == "another word in which a keyword is said: 你好" for reason in plan.left_out.values()) == 6
