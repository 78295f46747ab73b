"""What Kokoro reads: one number a sign, most of them IPA, and letters for what English has two signs for.

Signs and numbers are those of Kokoro-82M's ``config.json``; how its training wrote English (``A`` for eɪ, ``ʧ`` for tʃ,
no length marks in American) is told in misaki's EN_PHONES.md, https://github.com/hexgrad/misaki.
"""

from __future__ import annotations

import re
import unicodedata

#: First number of a run, and the signs that have this number and those after it.
_RUNS = (
    *((1, ";:,.!?"), (9, '—…"()“” \u0303ʣʥʦʨᵝ\uab67AI'), (31, "O"), (33, "Q"), (35, "ST"), (39, "W"), (41, "Yᵊabcdef")),
    *((50, "hijklmnopqrstuvwxyzɑɐɒæ"), (75, "βɔɕç"), (80, "ɖðʤə"), (85, "ɚɛɜ"), (90, "ɟ"), (92, "ɡ"), (99, "ɥ")),
    *((101, "ɨɪʝ"), (110, "ɯɰŋɳɲɴø"), (118, "ɸθœ"), (123, "ɹ"), (125, "ɾɻ"), (128, "ʁɽʂʃʈʧ"), (135, "ʊʋ")),
    *(
        (138, "ʌɣɤ"),
        (142, "χʎ"),
        (147, "ʒʔ"),
        (156, "ˈˌː"),
        (162, "ʰ"),
        (164, "ʲ"),
        (169, "↓"),
        (171, "→↗↘"),
        (177, "ᵻ"),
    ),
)
NUMBERS = {sign: first + place for first, signs in _RUNS for place, sign in enumerate(signs)}

_SYLLABIC = "\u0329"
_WRITTEN = f"eɪ=A aɪ=I ɔɪ=Y aʊ=W tʃ=ʧ dʒ=ʤ e=A r=ɹ g=ɡ ɐ=ə ɚ=əɹ ʔn{_SYLLABIC}=tᵊn ʔ=t x=k ç=k ɬ=l ʲ= \u0303="
_ENGLISH = dict(pair.split("=") for pair in _WRITTEN.split(" "))
_AMERICAN = {**_ENGLISH, "oʊ": "O", "ɜːɹ": "ɜɹ", "ɜː": "ɜɹ", "ɪə": "iə", "ː": "", "o": "ɔ", "ɾ": "T"}
_BRITISH = {**_ENGLISH, "əʊ": "Q", "eə": "ɛː", "iə": "ɪə", "o": "ɔ"}


def kokoro_signs(ipa: str, british: bool) -> str:
    """Kokoro's signs for espeak-ng's IPA of English: ``"ˈeɪt"`` is ``"ˈAt"``."""
    written = _BRITISH if british else _AMERICAN
    longest_first = "|".join(sorted(map(re.escape, written), key=len, reverse=True))
    signs = re.sub(longest_first, lambda found: written[found.group()], unicodedata.normalize("NFC", ipa))
    return re.sub(rf"(\S){_SYLLABIC}", r"ᵊ\1", signs)


def numbers_of(signs: str) -> list[int]:
    """The network's numbers, without those of signs that it does not know."""
    return [NUMBERS[sign] for sign in signs if sign in NUMBERS]
