"""Who speaks, guessed from the names that people give their files: ``anna-03``, ``yes_carl_1``, ``spk0_yes (2)``.

A guess is careful. What is left of a name when the word, numbers, dates, copies and names of programs are taken out is
a person; where nothing is left, nobody is. Two people taken for one cost a split; one person taken for two is heard in
training and in the test, and nobody notices.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kws_data.labels import likeness

REMEDY = "name files <speaker>_nohash_<number>.wav to say who speaks"
#: Words before a number that is a person's.
_BEFORE_A_NUMBER = """
spk spkr speaker person user subject subj participant talker id sprecher sprecherin locuteur locutrice hablante proband
man woman boy girl kid child adult male female student s p f m u
"""
#: Words that name no person: what programs, systems and people call a recording.
_OF_RECORDINGS = """
recording recordings recorded record recorder rec audio clip clips sample samples take takes tk untitled unnamed unknown
noname anonymous nobody new neue neuer aufnahme aufnahmen aufzeichnung voice voices memo memos sprachmemo
standardaufnahme output out file files datei wav wave flac mp3 ogg mic mikro microphone mikrofon mono stereo test tests
testing train training validation trial try versuch track sound sounds speech utterance utt part teil segment seg chunk
cut copy kopie copie copia kopia of von de nouvel nouveau enregistrement nuova registrazione nueva grabacion grabación
tmp temp final raw data dataset export edit edited audacity zoom ptt aud whatsapp wa easy dictaphone nr no num number
nummer version ver rep repeat repetition keyword wakeword hotword wake word pos neg positive negative at um uhr am pm
utc gmt speaker sprecher person user subject participant talker spk spkr id 録音 录音 新录音 新規録音
"""
_PERSON, _NO_PERSON = frozenset(_BEFORE_A_NUMBER.split()), frozenset(_OF_RECORDINGS.split())
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s_.,;:+()\[\]{}#=~!&@\u2010-\u2015-]+")
_NUMBER = re.compile(r"\d+(t\d+)?z?|[tvnrx]\d{1,4}|\d+(st|nd|rd|th)")
_HEX = re.compile(r"(?=.*\d)(?=.*[a-f])[0-9a-f]{8,}")
_PIECES = re.compile(r"\d+|[^\d]+")


def guess_speaker(stem: str, word: str) -> str:
    """The person that the name of a file (without suffix) tells; empty when it tells none.

    Case, ``_``, ``-`` and blanks make no other person; nor does the word, wherever it stands in the name.
    """
    text = _UUID.sub(" ", unicodedata.normalize("NFC", stem))
    tokens = [token.casefold() for token in _without_word(_BETWEEN.split(text), word) if token]
    person = "_".join(_people(tokens))
    return "" if likeness(person) == likeness(word) else person


def _without_word(tokens: Sequence[str], word: str) -> list[str]:
    """The parts of a name without those that are the word: ``hey jarvis``, ``HeyJarvis``, ``yes`` of ``yes01``."""
    wanted = likeness(word)
    pieces = [(number, piece) for number, token in enumerate(tokens) for piece in _pieces(token)]
    kept, place = [], 0
    while place < len(pieces):
        length = 0 if wanted.isdigit() else _run(pieces[place:], wanted)
        if not length:
            kept.append(pieces[place])
        place += length or 1
    joined: dict[int, str] = defaultdict(str)
    for number, piece in kept:
        joined[number] += piece
    return [joined[number] for number in sorted(joined)]


def _pieces(token: str) -> Iterator[str]:
    """``annaYes01`` as ``anna``, ``Yes``, ``01``."""
    if _HEX.fullmatch(token):
        yield token
        return
    for piece in _PIECES.findall(token):
        start = 0
        for place in range(1, len(piece)):
            if piece[place - 1].islower() and piece[place].isupper():
                yield piece[start:place]
                start = place
        yield piece[start:]


def _run(pieces: Sequence[tuple[int, str]], wanted: str) -> int:
    """How many pieces from the first on are the word; 0 when none are."""
    said = ""
    for count, (_, piece) in enumerate(pieces, 1):
        said = likeness(said + piece)
        if said == wanted:
            return count if said else 0
        if not wanted.startswith(said):
            return 0
    return 0


def _people(tokens: Sequence[str]) -> Iterator[str]:
    """Those of the parts of a name that are a person's."""
    skip = False
    for place, token in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else ""
        core = re.sub(r"^\d+|\d+$", "", token)
        if skip:
            skip = False
        elif core in _PERSON and (token != core or following.isdecimal()):
            skip = token == core
            yield token if token != core else f"{core}{following}"
        elif _HEX.fullmatch(token):
            yield token
        elif any(map(str.isalpha, core)) and core not in _NO_PERSON and not _NUMBER.fullmatch(token):
            yield core


def guessed_before(stem: str, word: str) -> str:
    """What kws took for the speaker before it knew more of names: people may have been forgotten under such an id."""
    speaker = re.sub(r"[\s_.-]*\d*$", "", stem)
    if match := re.fullmatch(r"[A-Za-z]+_([0-9a-f]{8})", speaker):
        speaker = match[1]
    return speaker.removeprefix(f"{word}_") or "nobody"


def told(guesses: Mapping[str, tuple[str, str]]) -> list[str]:
    """What a person should know of the guesses, one line each.

    Args:
        guesses: name of a file -> its word, and the person or an empty text.
    """
    found = {name: person for name, (_, person) in sorted(guesses.items()) if person}
    if not found:
        return []
    people = sorted(set(found.values()))
    examples = {person: name for name, person in reversed(found.items())}
    named = ", ".join(people[:5]) + (", …" if len(people) > 5 else "")
    shown = ", ".join(f"{examples[person]} → {person}" for person in people[:2])
    lines = [f"speakers were guessed from {len(found)} names of files: {named} ({shown}); where wrong, {REMEDY}"]
    alone = list(_alone(guesses.values()))
    if alone:
        whole = ", ".join(f"{person} for {word}" for word, person in alone[:3])
        lines.append(
            f"{len(alone)} words have a speaker of their own who says nothing else ({whole}), so that each goes into"
            f" one split as a whole; if that is no person, {REMEDY}"
        )
    return lines


def _alone(said: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """(word, person) of words that one person alone says, who says no other word."""
    people: dict[str, list[str]] = defaultdict(list)
    words: dict[str, set[str]] = defaultdict(set)
    for word, person in said:
        people[word].append(person)
        words[person].add(word)
    for word, each in sorted(people.items()):
        if len(people) > 1 and len(each) > 1 and len(set(each)) == 1 and each[0] and len(words[each[0]]) == 1:
            yield word, each[0]
