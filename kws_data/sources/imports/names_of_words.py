"""Words as layouts found them, to words as the catalogue spells them; what is no word is told, never dropped unsaid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from kws_data.labels import BACKGROUND, MARKED, SILENCE, UNKNOWN, likeness, spelt, word_of
from kws_data.sources.imports.items import Item, Scan

ROOM = "_room_"
KNOWN = frozenset({BACKGROUND, SILENCE, UNKNOWN, ROOM})
#: Sources whose words people were asked to say, whatever they mean.
_ALL_SAID = frozenset({"audiomnist", "common_voice", "mswc"})
#: Further names that are noise more often than a word.
_DOUBTFUL = MARKED | dict.fromkeys(("music", "rauschen", "hintergrund", "geräusch", "geräusche", "bruit"), BACKGROUND)
_DOUBTFUL |= dict.fromkeys(("ruido", "rumore", "fondo", "ambiente", "hintergrundgeräusche", "bruitdefond"), BACKGROUND)
_DOUBTFUL |= dict.fromkeys(("stille", "silencio", "silenzio", "pause", "empty", "none"), SILENCE)


def with_words(scan: Scan, source: str) -> Scan:
    """The scan with the one spelling of each word, without names that are kept for what is no word, and notes."""
    found: dict[str, list[Item]] = defaultdict(list)
    for item in scan.items:
        found[item.word].append(item)
    words = {name: word_of(name) for name in found}
    kept = [as_spelt(item) for item in scan.items if not _kept_back(words[item.word])]
    return replace(scan, items=kept, notes=(*scan.notes, *_notes(found, words, source)))


def as_spelt(item: Item) -> Item:
    """The item with the one spelling of its word."""
    word = word_of(item.word)
    return item if word == item.word else replace(item, word=word)


def _kept_back(word: str) -> bool:
    return word.startswith("_") and word not in KNOWN


def _notes(found: Mapping[str, Sequence[Item]], words: Mapping[str, str], source: str) -> Iterator[str]:
    """What a person should know of names of no word, one line each."""
    counted: dict[str, list[str]] = defaultdict(list)
    doubtful: dict[str, list[str]] = defaultdict(list)
    for name, word in sorted(words.items()):
        files = f"{name} ({len(found[name])} files)"
        if _kept_back(word):
            remedy = f"rename it {word.strip('_') or 'after the word'}, or {BACKGROUND}, {SILENCE} or {UNKNOWN}"
            yield f"{files} is left out: names that begin with _ are kept for what is no word; {remedy}"
        elif word in KNOWN and word != spelt(name):
            counted[word].append(files)
        elif word not in KNOWN and source not in _ALL_SAID and (other := _DOUBTFUL.get(likeness(word))):
            doubtful[other].append(files)
    yield from _alike(found, words)
    for word, names in sorted(counted.items()):
        yield f"{', '.join(names)}: counted as {word}; rename what is a word that people say"
    for word, names in sorted(doubtful.items()):
        yield f"{', '.join(names)}: counted as words that people say; rename what is none {word}"
    quiet = (item for name, word in words.items() if word == SILENCE for item in found[name])
    silence = sum(not item.pseudonymous for item in quiet)  # those of an export of ours were cut from noise
    if silence:
        yield f"{silence} clips of {SILENCE} are kept, but no data set uses them: silence is cut from {BACKGROUND}"


def _alike(found: Mapping[str, Sequence[Item]], words: Mapping[str, str]) -> Iterator[str]:
    """Words that differ only in how they are written; a run is asked about those that are like a keyword."""
    spellings: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for name, word in sorted(words.items()):
        if not word.startswith("_"):
            spellings[likeness(word)][word] += len(found[name])
    for ways in spellings.values():
        if len(ways) > 1:
            told = ", ".join(f"{word} ({count} files)" for word, count in ways.items())
            yield f"{told}: one word, written in several ways? rename them, or data.other_spellings says what they are"
