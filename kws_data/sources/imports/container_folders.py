"""Folders that hold recordings of whatever kind: their names are no words that somebody says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from kws_data.sources.imports.items import SPLIT_NAMES, Item

NAMES = frozenset(
    {"audio", "audios", "audiofiles", "audio_files", "clip", "clips", "data", "dataset", "datasets", "file", "files"}
    | {"flac", "flacs", "media", "mp3", "mp3s", "ogg", "opus", "raw", "record", "recording", "recordings", "records"}
    | {"sample", "samples", "sound", "sounds", "speech", "takes", "utterances", "voice", "voices", "wav", "wave"}
    | {"waves", "wavs", "wav_files", *SPLIT_NAMES}
)


def is_container(folder: str) -> bool:
    """Whether a folder of this name holds recordings rather than one word."""
    return folder.lower() in NAMES


def container_note(items: Iterable[Item]) -> list[str]:
    """What to tell where all words are names of such folders."""
    words = Counter(item.word for item in items)
    if not words or not all(map(is_container, words)):
        return []
    named = ", ".join(f"{word} ({count})" for word, count in words.most_common(3))
    return [
        f"the only words are names of folders that mostly hold recordings of any kind: {named}; if they are no words, "
        "put each word into a folder of its own or write a metadata.csv with the columns file and label"
    ]
