"""Export in the layout of Speech Commands: ``<word>/<speaker>_nohash_<n>.wav`` and the two lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kws_data.file_names import folder_names
from kws_data.labels import BACKGROUND, SILENCE, UNKNOWN
from kws_data.release.clips import SUFFIX, Release, ReleasedClip

LISTS = {"validation": "validation_list.txt", "test": "testing_list.txt"}
NOISE_NOTE = f"""The data set holds no long recordings of noise. Clips without speech are in `{SILENCE}`, cut from noise
recordings, with their splits in the lists like any word. Put recordings of your own here (minutes long, without speech)
for tools that cut silence themselves.
"""


def file_names(clips: Sequence[ReleasedClip]) -> list[str]:
    """Path of each clip: a number for each of a speaker's clips of a word, in the order of the clips."""
    folders = folder_names(clip.origin.word for clip in clips if not clip.origin.word.startswith("_"))
    numbers: Counter[tuple[str, str]] = Counter()
    names = []
    for clip in clips:
        word = folders.get(clip.origin.word) or _no_word(clip.origin.word)
        names.append(f"{word}/{clip.origin.speaker}_nohash_{numbers[word, clip.origin.speaker]}{SUFFIX}")
        numbers[word, clip.origin.speaker] += 1
    return names


def _no_word(word: str) -> str:
    """Folder of what is no word: names with an underscore in front are kept for it."""
    return SILENCE if word == SILENCE else UNKNOWN


def documents(release: Release, names: Sequence[str]) -> dict[str, str]:
    """The two lists, and a note where users look for noise."""
    lists: dict[str, list[str]] = {name: [] for name in LISTS.values()}
    for clip, name in zip(release.clips, names, strict=True):
        if clip.origin.split in LISTS:
            lists[LISTS[clip.origin.split]].append(name)
    texts = {name: "".join(f"{path}\n" for path in sorted(paths)) for name, paths in lists.items()}
    return texts | {f"{BACKGROUND}/README.md": NOISE_NOTE}
