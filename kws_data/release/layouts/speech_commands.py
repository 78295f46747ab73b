"""Export in the layout of Speech Commands: ``<word>/<speaker>_nohash_<n>.wav`` and the two lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kws_data.labels import BACKGROUND, SILENCE, UNKNOWN
from kws_data.release.clips import SUFFIX, Release, ReleasedClip, safe_name

LISTS = {"validation": "validation_list.txt", "test": "testing_list.txt"}
NOISE_NOTE = f"""The data set holds no long recordings of noise. Clips without speech are in `{SILENCE}`, cut from noise
recordings, with their splits in the lists like any word. Put recordings of your own here (minutes long, without speech)
for tools that cut silence themselves.
"""


def file_names(clips: Sequence[ReleasedClip]) -> list[str]:
    """Path of each clip: a number for each of a speaker's clips of a word, in the order of the clips."""
    numbers: Counter[tuple[str, str]] = Counter()
    names = []
    for clip in clips:
        word = _folder(clip.origin.word)
        names.append(f"{word}/{clip.origin.speaker}_nohash_{numbers[word, clip.origin.speaker]}{SUFFIX}")
        numbers[word, clip.origin.speaker] += 1
    return names


def _folder(word: str) -> str:
    """Folder of a word. Names with an underscore in front are kept for what is no word."""
    if word == SILENCE:
        return SILENCE
    return UNKNOWN if word.startswith("_") else safe_name(word)


def documents(release: Release, names: Sequence[str]) -> dict[str, str]:
    """The two lists, and a note where users look for noise."""
    lists: dict[str, list[str]] = {name: [] for name in LISTS.values()}
    for clip, name in zip(release.clips, names, strict=True):
        if clip.origin.split in LISTS:
            lists[LISTS[clip.origin.split]].append(name)
    texts = {name: "".join(f"{path}\n" for path in sorted(paths)) for name, paths in lists.items()}
    return texts | {f"{BACKGROUND}/README.md": NOISE_NOTE}
