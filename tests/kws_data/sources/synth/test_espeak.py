"""What espeak-ng says of a text."""

from __future__ import annotations

import pytest

from kws_data.errors import DataError
from kws_data.sources.synth.espeak import Espeak


def test_a_text_in_ipa_keeps_its_words_apart() -> None:
    with Espeak() as espeak:
        assert espeak.ipa("hey computer") == "hˈeɪ kəmpjˈuːɾɚ"
        assert espeak.ipa("hello, world. eight") == "həlˈoʊ wˈɜːld ˈeɪt"
        assert espeak.ipa("go", "en") == "ɡˈəʊ"
        assert espeak.ipa("") == ""
        assert espeak.pronounce(["hello, go"]) == [("h", "ə", "l", "ˈoʊ", "ɡ", "ˈoʊ")]
        with pytest.raises(DataError, match="no voice xx"):
            espeak.ipa("go", "xx")
