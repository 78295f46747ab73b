"""What is heard in a recording in which no keyword is said: by its table, by who speaks, by names of folders."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kws_data.catalog.negative_clips import Kind
from kws_data.labels import kind_name

_NAMES: dict[Kind, tuple[str, ...]] = {
    "speech": ("speech", "talk", "talking", "voice", "voices", "conversation", "tv", "television", "radio", "podcast"),
    "other_words": ("other_words", "words"),
    "music": ("music", "song", "songs", "musik", "musique", "musica"),
    "silence": ("silence", "silent", "quiet", "stille"),
    "noise": ("noise", "noises", "background"),
}
_KIND_OF: dict[str, Kind] = {name: kind for kind, names in _NAMES.items() for name in names}


def kind_told(told: str, *, spoken: bool, word: bool, folders: Iterable[str]) -> tuple[Kind, str]:
    """Kind of a recording, and the kind of noise that a table names (``rain``), empty where it names none.

    Args:
        told: column ``kind`` of its row; what is no kind of ours is a kind of noise.
        spoken: whether a transcript or a speaker is known.
        word: whether its name is one of a single word (``cat/0ab3b47d_nohash_0.wav``).
        folders: names of the folders that it lies in, the nearest first.
    """
    plain = kind_name(told)
    if plain:
        kind = _KIND_OF.get(plain, "noise")
        return kind, "" if plain in _KIND_OF else plain
    if word:
        return "other_words", ""
    if spoken:
        return "speech", ""
    parts = (part for name in folders for part in (name.casefold(), *re.split(r"[\W_]+", name.casefold())))
    return next((_KIND_OF[part] for part in parts if part in _KIND_OF), "noise"), ""
