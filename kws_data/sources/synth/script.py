"""In which script a word is written, by the names of its letters in Unicode."""

from __future__ import annotations

import unicodedata

#: What people call scripts that Unicode calls otherwise.
NAMES = {"CJK": "Chinese or Japanese", "HANGUL": "Korean", "HIRAGANA": "Japanese", "KATAKANA": "Japanese"}


def foreign_script(word: str) -> str:
    """The first script other than Latin in a word; empty when there is none."""
    scripts = (unicodedata.name(letter, "").split(" ")[0] for letter in word if letter.isalpha())
    foreign = next((script for script in scripts if script and script != "LATIN"), "")
    return NAMES.get(foreign, foreign.capitalize())
