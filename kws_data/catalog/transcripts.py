"""Words of a transcript, and which keywords are said in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

#: Letters of scripts that write no blanks between words: Thai, Lao, Myanmar, Khmer, kana, Han.
_NO_BLANKS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\ua9e0-\ua9ff\uaa60-\uaa7f\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
#: Words of Chinese have at most so many letters, and those of the other scripts so many; what is longer is a sentence.
_LONGEST_HAN, _LONGEST_OTHER = 4, 8
#: Katakana as hiragana, which sound the same, and the dotless i of Turkish, whose capital is that of another i.
_SAME = {code: code - 0x60 for code in range(0x30A1, 0x30F7)} | {0x131: "i"}


def words_of(sentence: str) -> list[str]:
    """Words of a sentence in lower case, without the signs around them."""
    return [word for word in (_bare(part) for part in sentence.lower().split()) if word]


def _bare(word: str) -> str:
    def outside(sign: str) -> bool:
        return unicodedata.category(sign)[0] in "PSC"

    while word and outside(word[0]):
        word = word[1:]
    while word and outside(word[-1]):
        word = word[:-1]
    return word.replace("/", "").replace("\\", "")


def is_sentence(word: str) -> bool:
    """Whether a text without blanks is of a script that writes none, and too long for one word of it."""
    letters = [sign for sign in word if unicodedata.category(sign)[0] == "L"]
    without = _NO_BLANKS.findall("".join(letters))
    han = all("\u3400" <= sign <= "\u9fff" or sign >= "\uf900" for sign in without)
    return bool(without) and len(letters) > (_LONGEST_HAN if han else _LONGEST_OTHER)


def keywords_said(transcript: str, keywords: Sequence[str]) -> tuple[str, ...]:
    """The keywords that are said where a transcript is read out.

    Case, width, the composed and decomposed forms of letters (NFC, NFD) and all signs do not matter, so that
    ``hey_jarvis`` is said in "Hey, Jarvis" and in "hey-jarvis", and ``eau`` in "l'eau". A keyword is said where its
    letters are whole words of the transcript; in scripts without blanks, wherever the transcript contains them.

    Returns:
        Those of ``keywords`` that are said, in their order.
    """
    said, edges = _letters(transcript)
    return tuple(keyword for keyword in keywords if _contains(said, edges, keyword))


def contains_without_blanks(word: str, keywords: Sequence[str]) -> tuple[str, ...]:
    """The keywords of scripts without blanks that a word contains: 你好 in 你好吗."""
    return tuple(one for one in keywords_said(word, keywords) if _NO_BLANKS.search(one))


def says_nothing(transcript: str) -> bool:
    """Whether a transcript has no letter and no digit."""
    return not _letters(transcript)[0]


def _contains(said: str, edges: frozenset[int], keyword: str) -> bool:
    wanted, _ = _letters(keyword)
    anywhere = _NO_BLANKS.search(wanted) is not None
    at = said.find(wanted) if wanted else -1
    while at >= 0:
        if anywhere or (at in edges and at + len(wanted) in edges):
            return True
        at = said.find(wanted, at + 1)
    return False


@lru_cache(maxsize=4_096)  # the same few keywords, and transcripts of which several pieces were cut
def _letters(text: str) -> tuple[str, frozenset[int]]:
    """Letters and digits of a text in one form, one after the other, and where its words begin and end among them."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).replace("i\u0307", "i")
    plain = "".join(sign for sign in plain.translate(_SAME) if unicodedata.category(sign) != "Cf")
    words = re.findall(r"[a-z0-9]+", plain) if plain.isascii() else _split(plain)
    edges, length = [0], 0
    for word in words:
        length += len(word)
        edges.append(length)
    return "".join(words), frozenset(edges)


def _split(text: str) -> list[str]:
    """Words of a text of any script; letters that stand without blanks are parted from others beside them."""
    words, before = [""], None
    for sign in text:
        kind = bool(_NO_BLANKS.match(sign)) if unicodedata.category(sign)[0] in "LMN" else None
        if kind is not None and unicodedata.category(sign)[0] in "MN" and before is not None:
            kind = before  # marks and digits belong to the letters before them
        if kind is None or (before is not None and kind != before):
            words.append("")
        words[-1] += sign if kind is not None else ""
        before = kind
    return [word for word in words if word]
