"""Who a contributor is to the page: what they said of themselves, their takes, and what goes wrong in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kws_data.catalog.clips import Clip
from kws_data.errors import KwsError
from kws_data.sources.recording.sessions import AGE_BANDS, Item

_SECRET = re.compile(r"[A-Za-z0-9_-]{24}")

#: What contributors may say of themselves, each of it or nothing: what stands to be chosen, or None for any text.
SAID: dict[str, tuple[str, ...] | None] = {
    "age_band": tuple(filter(None, AGE_BANDS)),
    "gender": ("female", "male", "another"),
    "accent": None,
    "language": None,
    "device_model": ("phone", "tablet", "laptop", "headset", "desk microphone"),
}
LONGEST_TEXT = 60


class CollectError(KwsError):
    """What a contributor asks for cannot be done; ``status`` is what HTTP calls it."""

    def __init__(self, what: str, status: int, value: object = None, remedy: str = "") -> None:
        super().__init__(what, value, remedy)
        self.status = status


@dataclass(frozen=True)
class Contributor:
    """A contributor who is known.

    Attributes:
        pseudonym: what stands for them in the catalogue.
        consent: version of the text they agreed to.
        said: what they said of themselves.
        skipped: takes they left out.
        clips: of theirs, by take.
        plan: all takes, in the order in which they are asked for.
    """

    pseudonym: str
    consent: str
    said: Mapping[str, str]
    skipped: frozenset[Item]
    clips: Mapping[Item, Clip]
    plan: tuple[Item, ...]

    @property
    def remaining(self) -> list[Item]:
        """Takes that are neither kept nor skipped."""
        return [item for item in self.plan if item not in self.clips and item not in self.skipped]


def is_secret(text: str) -> bool:
    """Whether a text looks like the secret of a contributor."""
    return _SECRET.fullmatch(text) is not None


def checked_said(said: Mapping[str, str]) -> dict[str, str]:
    """What somebody says of themselves, without what they left out; raises CollectError for what cannot be said."""
    told: dict[str, str] = {}
    for key, value in said.items():
        if key not in SAID:
            raise CollectError("this is not asked for", 422, key[:40])
        choices, text = SAID[key], " ".join(value.split())
        if text and choices is not None and text not in choices:
            raise CollectError(f"{key} is none of those to choose from", 422, text[:40], ", ".join(choices))
        if len(text) > LONGEST_TEXT or any(not (sign.isalnum() or sign in " -'().,/’") for sign in text):
            raise CollectError(f"{key} cannot be used", 422, text[:40], f"letters, at most {LONGEST_TEXT}")
        if text:
            told[key] = text
    return told


def session_of(pseudonym: str) -> str:
    """Id of a contributor's one session."""
    return f"{pseudonym}-web"


def item_of(clip: Clip) -> Item:
    """The take of the plan that a clip is."""
    return Item(int(clip.attributes.get("take", 0)), clip.word)
