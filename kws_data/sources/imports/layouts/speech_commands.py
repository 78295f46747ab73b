"""The layout of Google Speech Commands.

::

    <word>/<speaker>_nohash_<n>.wav|flac     also <word>_<speaker>_nohash_<n>
    _background_noise_/*.wav|flac            minutes long, stored whole
    validation_list.txt, testing_list.txt    optional, one path a line

A folder that ``kws dataset export`` wrote says so in ``ATTRIBUTION.csv``: its speakers are pseudonyms already, and its
licences are there clip by clip.
"""

from __future__ import annotations

import re
from pathlib import Path

from kws_data.errors import DataError
from kws_data.labels import BACKGROUND
from kws_data.sources.imports.attribution import Origin, read_attribution
from kws_data.sources.imports.items import SUFFIXES, Item, Layout, Scan, plain_text, public_id

LICENCE = "CC-BY-4.0"  # of Google Speech Commands, whose speakers are eight hex digits
CONSENT = "public data set"
OWN_NOISES = frozenset(
    {"doing_the_dishes", "dude_miaowing", "exercise_bike", "pink_noise", "running_tap", "white_noise"}
)
LISTS = {"validation_list.txt": "validation", "testing_list.txt": "testing"}
WORD_FOLDERS_WITH_UNDERSCORE = (BACKGROUND, "_silence_", "_unknown_")


def speaker_of(name: str) -> str:
    """Speaker's id in a file name like ``go/ab12cd34_nohash_0.wav``.

    Some copies of the data set repeat the word before the id (``go/go_ab12cd34_nohash_0.wav``). Without
    ``_nohash_`` the speaker is the name without its last number: ``anna-03.wav`` is anna.
    """
    word, _, file = name.rpartition("/")
    stem = Path(file).stem
    speaker, nohash, _ = stem.rpartition("_nohash_")
    if not nohash:
        speaker = re.sub(r"[\s_.-]*\d*$", "", stem)
    if match := re.fullmatch(r"[A-Za-z]+_([0-9a-f]{8})", speaker):
        speaker = match[1]
    return speaker.removeprefix(f"{word}_") or "nobody"


def scan(root: Path) -> Scan:
    """Clips of the folder in the order of their names, and listed paths that have no file.

    Raises:
        DataError: a list that is no text.
    """
    given, origins = _given_splits(root), read_attribution(root)
    items = []
    for folder in sorted(p for p in root.iterdir() if p.is_dir() and not p.name.startswith(".")):
        if folder.name.startswith("_") and folder.name not in WORD_FOLDERS_WITH_UNDERSCORE:
            continue
        for path in sorted(folder.iterdir()):
            if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file():
                split = given.pop(f"{folder.name}/{path.stem}", "")
                items.append(_item(path, folder.name, split, origins))
    return Scan(items, absent=tuple(sorted(given)))


def _item(path: Path, word: str, split: str, origins: dict[str, Origin]) -> Item:
    status = path.stat()
    name = plain_text(f"{word}/{path.name}")
    if origin := origins.get(name):
        return origin.item(path, name)
    noise = word.startswith("_") and word != "_unknown_"
    speaker = "" if noise else speaker_of(name)
    public = path.stem in OWN_NOISES if noise else re.fullmatch(r"[0-9a-f]{8}", speaker) is not None
    return Item(
        path,
        name,
        plain_text(word),
        speaker,
        status.st_size,
        status.st_mtime_ns,
        split,
        licence=LICENCE if public else "",
        consent=CONSENT if public else "",
        named=not noise and not public and not public_id(speaker),
        details=False,
    )


def _given_splits(root: Path) -> dict[str, str]:
    """Split of each listed path, without suffix: lists of WAV names serve a folder of FLAC files too."""
    given: dict[str, str] = {}
    for list_name, split in LISTS.items():
        path = root / list_name
        if not path.exists():
            continue
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise DataError("list of files cannot be read", str(path), str(error)) from None
        given.update((line.strip().rpartition(".")[0], split) for line in lines if line.strip())
    return given


LAYOUT = Layout("speech_commands", scan, "<word>/<speaker>_nohash_<n>.wav or .flac")
