"""Kokoro's signs."""

from __future__ import annotations

import pytest

from kws_data.sources.synth.neural.kokoro_phonemes import NUMBERS, kokoro_signs, numbers_of


def test_numbers_of_the_published_table() -> None:
    written = "; 1 ? 6 — 9 \u0303 17 A 24 I 25 O 31 Q 33 S 35 T 36 W 39 Y 41 a 43 f 48 h 50 z 68 ɑ 69 æ 72 β 75 ç 78"
    written += " ɖ 80 ə 83 ɜ 87 ɡ 92 ɥ 99 ɪ 102 ŋ 112 ø 116 θ 119 œ 120 ɹ 123 ɾ 125 ɻ 126 ʁ 128 ʃ 131 ʧ 133 ʊ 135 ʌ 138"
    written += " ɤ 140 χ 142 ʎ 143 ʒ 147 ˈ 156 ː 158 ʰ 162 ʲ 164 ↓ 169 → 171 ↘ 173 ᵻ 177"
    known = dict(zip(written.split()[::2], map(int, written.split()[1::2]), strict=True)) | {" ": 16}
    assert {sign: NUMBERS[sign] for sign in known} == known
    assert len(NUMBERS) == len(set(NUMBERS.values())) == 114
    assert "g" not in NUMBERS


@pytest.mark.parametrize(
    ("ipa", "american"),
    [
        ("ˈeɪt", "ˈAt"),
        ("ɡˈoʊ?", "ɡˈO?"),
        ("tʃˈɜːtʃ", "ʧˈɜɹʧ"),
        ("bˈɜːd", "bˈɜɹd"),
        ("fˈaɪɚ", "fˈIəɹ"),
        ("fˈoːɹ", "fˈɔɹ"),
        ("nˈaʊ bˈɔɪ", "nˈW bˈY"),
        ("lˈɪɾəl", "lˈɪTəl"),
        ("bˈʌʔn\u0329", "bˈʌtᵊn"),
        ("ˈiːvn\u0329", "ˈivᵊn"),
    ],
)
def test_american(ipa: str, american: str) -> None:
    assert kokoro_signs(ipa, british=False) == american


@pytest.mark.parametrize(
    ("ipa", "british"), [("ɡˈəʊ", "ɡˈQ"), ("ðˈeə", "ðˈɛː"), ("nˈiə", "nˈɪə"), ("bˈɜːd", "bˈɜːd"), ("dʒˈɒb", "ʤˈɒb")]
)
def test_british(ipa: str, british: str) -> None:
    assert kokoro_signs(ipa, british=True) == british


def test_all_that_english_needs_is_known() -> None:
    signs = kokoro_signs("pbtdkɡfvθðszʃʒhmnŋlɹjw tʃ dʒ iːɪeɪɛæɑːɔːoʊʊuːʌɜːəɚaɪaʊɔɪɐᵻɾ ˈˌ", british=False)
    assert len(numbers_of(signs)) == len(signs)
    assert numbers_of("ˈA\u2603") == [156, 24]
