"""A recording session: one person, a plan of words, and what has become of each take.

A session lives in the catalogue only: its plan and what was asked as a profile, its kept takes as clips. Each
take is stored whole in one transaction, so a session that was killed at any moment goes on with the first take that is
not there. One process at a time has a session; another one with the same person and words begins its own.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from kws_data.audio import Samples
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip, NewClip, StoredAudio, clip_id
from kws_data.errors import DataError

SOURCE = "takes"
UNLABELLED = "_unlabelled_"
AGE_BANDS = ("child", "teen", "20-39", "40-59", "60+", "")


@dataclass(frozen=True)
class Person:
    """Who speaks and on what terms; asked once, then kept. ``name`` is stored as a keyed pseudonym only."""

    name: str
    consent: str = ""
    licence: str = ""
    accent: str = ""
    age_band: str = ""

    def attributes(self) -> dict[str, str]:
        """All but the name."""
        return {key: value for key, value in asdict(self).items() if key != "name"}


@dataclass(frozen=True)
class Place:
    """Where a session is recorded."""

    room: str = ""
    distance: str = ""


@dataclass(frozen=True, order=True)
class Item:
    """One take of the plan: the ``take``-th time (from 0) that ``word`` is said."""

    take: int
    word: str


@dataclass(frozen=True)
class HeardTake:
    """A take as one board heard it.

    Attributes:
        device: name of the board.
        samples: int16 [n], whole.
        sample_rate_hz: nominal.
        attributes: how it sounds.
        reasons: why it is set aside, although it is whole; empty when it is not.
    """

    device: str
    samples: Samples
    sample_rate_hz: int
    attributes: Mapping[str, Any] = field(default_factory=dict)
    reasons: str = ""


def plan_of(words: Mapping[str, int]) -> tuple[Item, ...]:
    """Takes of each word, all words before the next take of any: nobody says a word ten times alike in a row."""
    items = [(take, place, word) for place, (word, takes) in enumerate(words.items()) for take in range(takes)]
    return tuple(Item(take, word) for take, _, word in sorted(items))


def known_person(catalog: Catalog, person: Person) -> Person:
    """``person`` with what the catalogue already knows of them where nothing new is said; kept for the next time.

    Raises:
        DataError: they were forgotten.
    """
    if catalog.is_forgotten(SOURCE, person.name, named=True):
        remedy = "clips of them are refused; a person who comes back gets another name"
        raise DataError("this speaker was forgotten", person.name, remedy)
    pseudonym = catalog.pseudonym(SOURCE, person.name, named=True)
    kept = catalog.profile("speaker", pseudonym) or {}
    said = {key: value or str(kept.get(key, "")) for key, value in person.attributes().items()}
    if said != kept:
        catalog.set_profile("speaker", pseudonym, {**kept, **said})
    return Person(person.name, **said)


@dataclass
class Session:
    """A session that this process has; see :func:`open_session`."""

    catalog: Catalog
    id: str
    person: Person
    place: Place
    plan: tuple[Item, ...]
    resumed: bool
    skipped: set[Item] = field(default_factory=set)
    kept: dict[Item, str] = field(default_factory=dict)

    @property
    def pseudonym(self) -> str:
        """What stands for the speaker."""
        return self.catalog.pseudonym(SOURCE, self.person.name, named=True)

    @property
    def remaining(self) -> list[Item]:
        """Takes that are neither kept nor skipped, in order."""
        return [item for item in self.plan if item not in self.kept and item not in self.skipped]

    def keep(self, item: Item, heard: Sequence[HeardTake]) -> list[str]:
        """Store a whole take, as one board or several heard it, all or none; returns the clips' ids.

        Raises:
            CatalogError: the catalogue cannot be written.
            DataError: the disk is full, or the audio cannot be written.
        """
        said = {**said_of(self.person, self.place), "take": item.take}
        clips = [
            NewClip(
                store(self.catalog, one.samples, one.sample_rate_hz),
                item.word,
                self.person.name,
                SOURCE,
                f"{self.pseudonym}/{item.word}/{self._number(item.word)}",
                device=one.device,
                licence=self.person.licence,
                consent=self.person.consent,
                session=self.id,
                named=True,
                attributes={**said, **one.attributes},
                reasons=one.reasons,
            )
            for one in heard
        ]
        self.catalog.add_clips(clips)  # so few are one transaction
        identities = [clip_id(clip) for clip in clips]
        self.kept[item] = identities[0]
        return identities

    def skip(self, item: Item) -> None:
        """Leave a take out, also when the session is resumed."""
        self.skipped.add(item)
        self.save()

    def save(self) -> None:
        """Keep the plan and what was skipped."""
        self.catalog.set_profile("session", self.id, self._profile())

    def _profile(self) -> dict[str, Any]:
        return {
            "speaker": self.pseudonym,
            **asdict(self.place),
            "plan": [[item.word, item.take] for item in self.plan],
            "skipped": [[item.word, item.take] for item in sorted(self.skipped)],
        }

    def _all_takes(self) -> list[Clip]:
        return self.catalog.clips(source=SOURCE, with_set_aside=True)

    def _number(self, word: str) -> int:
        """A number for the speaker's next clip of a word that no other clip has."""
        prefix = f"{self.pseudonym}/{word}/"
        taken = [clip.origin for clip in self._all_takes() if clip.origin.startswith(prefix)]
        numbers = [int(origin.rsplit("/", 1)[1]) for origin in taken if origin.rsplit("/", 1)[1].isdigit()]
        return self.catalog.next_number(f"takes/{prefix}", max(numbers, default=-1) + 1)


def said_of(person: Person, place: Place) -> dict[str, str]:
    """What is known of who speaks and where, as attributes of their clips."""
    said = {"accent": person.accent, "age_band": person.age_band, **asdict(place)}
    return {key: value for key, value in said.items() if value}


def store(catalog: Catalog, samples: Samples, sample_rate_hz: int) -> StoredAudio:
    """Store audio in the catalogue's folder; an operating system's refusal (disk full) becomes a DataError."""
    try:
        return catalog.store_audio(samples, sample_rate_hz)
    except (OSError, RuntimeError) as error:  # soundfile's errors are RuntimeErrors
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(
            "audio cannot be stored",
            str(catalog.folder),
            f"{reason}: make room, then call it again; what was kept is safe",
        ) from None


@contextmanager
def open_session(
    catalog: Catalog, person: Person, place: Place, plan: Sequence[Item], *, fresh: bool = False
) -> Iterator[Session]:
    """The person's unfinished session with this plan, or a new one. It is this process's until the block ends.

    Args:
        catalog: where the session lives.
        person: who speaks; what is left empty is taken from what the catalogue knows.
        place: where; what is left empty is taken from the session that is resumed. One in another place is not.
        plan: takes to record.
        fresh: begin a new session even when one is unfinished.

    Raises:
        DataError: an empty plan.
        CatalogError: the catalogue cannot be written.
    """
    if not plan:
        raise DataError("plan has no takes", None, "name at least one word and one take")
    person = known_person(catalog, person)
    pseudonym = catalog.pseudonym(SOURCE, person.name, named=True)
    found = None if fresh else _unfinished(catalog, person, place, tuple(plan), pseudonym)
    if found is None:
        identity = f"{pseudonym}-{catalog.next_number(f'session/{pseudonym}', 1)}"
        lock = _lock(catalog, identity)
        assert lock is not None  # nobody else has this number
        found = Session(catalog, identity, person, place, tuple(plan), resumed=False), lock
        found[0].save()
    session, lock = found
    try:
        yield session
    finally:
        os.close(lock)


def unfinished(catalog: Catalog, person: Person, place: Place, plan: Sequence[Item]) -> Place | None:
    """Place of the session that :func:`open_session` would resume, or None when it would begin one."""
    pseudonym = catalog.pseudonym(SOURCE, person.name, named=True)
    found = _unfinished(catalog, person, place, tuple(plan), pseudonym)
    if found is None:
        return None
    os.close(found[1])
    return found[0].place


def _unfinished(
    catalog: Catalog, person: Person, place: Place, plan: tuple[Item, ...], pseudonym: str
) -> tuple[Session, int] | None:
    """The last session of this person with this plan that has takes left and that nobody has."""
    for identity, profile in sorted(catalog.profiles("session").items(), key=_age, reverse=True):
        there = Place(profile["room"], profile["distance"])
        if profile["speaker"] != pseudonym or not _fits(place, there):
            continue
        if tuple(Item(take, word) for word, take in profile["plan"]) != plan:
            continue
        lock = _lock(catalog, identity)
        if lock is None:
            continue
        session = Session(catalog, identity, person, there, plan, resumed=True)
        session.skipped = {Item(take, word) for word, take in profile["skipped"]}
        session.kept = _kept(catalog, identity)
        if session.remaining:
            return session, lock
        os.close(lock)
    return None


def _fits(wanted: Place, there: Place) -> bool:
    return wanted.room in ("", there.room) and wanted.distance in ("", there.distance)


def _age(entry: tuple[str, Any]) -> int:
    return int(entry[0].rpartition("-")[2])


def _kept(catalog: Catalog, session: str) -> dict[Item, str]:
    takes = catalog.clips(source=SOURCE, with_set_aside=True)
    clips = [clip for clip in takes if clip.session == session and "take" in clip.attributes]
    return {Item(int(clip.attributes["take"]), clip.word): clip.id for clip in clips}


def _lock(catalog: Catalog, session: str) -> int | None:
    """A lock that goes with this process, or None when another one has it."""
    folder = catalog.folder / "locks"
    try:
        folder.mkdir(exist_ok=True)
        lock = os.open(folder / session, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise DataError("session cannot be opened", str(folder), error.strerror or str(error)) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock
