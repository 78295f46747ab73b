"""Text to IPA with the sign at its end."""

from __future__ import annotations

import gc

import pytest

from kws_data.errors import DataError
from kws_data.sources.synth.espeak import Espeak
from kws_data.sources.synth.neural.pronounced import Pronounced


def test_signs_and_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    pronounced = Pronounced()
    assert pronounced("eight?", "en-us") == "ˈeɪt?"
    assert pronounced("eight. ", "en-us") == "ˈeɪt."
    monkeypatch.setattr(Espeak, "ipa", None)
    assert pronounced("eight?", "en-us") == "ˈeɪt?"


def test_nothing_to_say() -> None:
    pronounced = Pronounced()
    for text in ("", " ", "\u2026"):
        with pytest.raises(DataError, match="a text that cannot be pronounced"):
            pronounced(text, "en-us")


def test_the_process_ends_with_it() -> None:
    pronounced = Pronounced()
    pronounced("go", "en-us")
    process = pronounced._espeak._process
    del pronounced
    gc.collect()
    assert process.wait(timeout=10) == 0
