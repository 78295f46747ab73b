"""Contributors in the catalogue: who agreed to what, which takes are theirs, and how all of it goes again.

A contributor is a secret that only they have; the catalogue holds a keyed pseudonym of it, so nobody who reads the
catalogue can act as them. Their takes are the clips of one session. A take is in the catalogue before it is
acknowledged, and the same samples sent twice are the same clip, so a server may be killed at any moment.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kws_data.audio import Samples
from kws_data.catalog.audio_store import pcm_sha256
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip, NewClip
from kws_data.errors import CatalogError
from kws_data.provenance.forget import forget_speaker
from kws_data.sources.recording.sessions import Item, plan_of, store
from kws_data.web.collect.advice import Judged, judged
from kws_data.web.collect.consent import ConsentText
from kws_data.web.collect.people import (
    SAID,
    CollectError,
    Contributor,
    checked_said,
    is_secret,
    item_of,
    session_of,
)
from kws_data.web.collect.upload import RATE_HZ

SOURCE = "collect"
DEVICE = "browser"


class Contributions:
    """All contributors of a catalogue's folder, which must be writable (CatalogError). Safe in threads."""

    def __init__(self, folder: Path, consent: ConsentText, words: Mapping[str, int], runs: Path = Path("runs")) -> None:
        self.folder, self.consent, self.words, self.runs = folder, consent, dict(words), runs
        self.plan = plan_of(words)
        self.added = self.withdrawn = 0
        self.recorded: set[str] = set()
        self._lock = threading.RLock()
        self._scrub_left = False
        with Catalog(folder) as catalog:
            catalog.check_writable()
            self.clips_in_all = len(_takes(catalog))

    def begin(self, version: str, said: Mapping[str, str]) -> str:
        """A new contributor, who agrees to the text of this version; returns their secret.

        Raises:
            CollectError: another version, or something said that cannot be said.
        """
        self._check_version(version)
        told = checked_said(said)
        secret = secrets.token_urlsafe(18)
        with self._lock, Catalog(self.folder) as catalog:
            pseudonym = catalog.pseudonym(SOURCE, secret, named=True)
            self._keep_text(catalog)
            self._keep_person(catalog, pseudonym, told)
        return secret

    def agree(self, secret: str, version: str) -> None:
        """A contributor agrees to the text as it is now; raises CollectError."""
        self._check_version(version)
        with self._lock, Catalog(self.folder) as catalog:
            person = self._known(catalog, secret)
            self._keep_text(catalog)
            self._keep_person(catalog, person.pseudonym, person.said)

    def known(self, secret: str) -> Contributor:
        """The contributor with this secret; raises CollectError where there is none, or they have withdrawn."""
        with self._lock, Catalog(self.folder) as catalog:
            return self._known(catalog, secret)

    def _known(self, catalog: Catalog, secret: str) -> Contributor:
        if not is_secret(secret) or not catalog.is_there:
            raise CollectError("this link is not known", 404, remedy="open the whole link that you were given")
        pseudonym = catalog.pseudonym(SOURCE, secret, named=True)
        if catalog.is_forgotten(SOURCE, secret, named=True):
            raise CollectError("you have withdrawn: nothing of you is held here", 410)
        profile = catalog.profile("speaker", pseudonym)
        if profile is None or profile.get("source") != SOURCE:
            raise CollectError("this link is not known", 404, remedy="open the whole link that you were given")
        session = catalog.profile(SOURCE, session_of(pseudonym)) or {}
        own = catalog.clips(source=SOURCE, speaker=pseudonym, with_set_aside=True)
        clips = {item_of(clip): clip for clip in own if _is_take(clip)}
        skipped = frozenset(Item(take, word) for word, take in session.get("skipped", []))
        said = {key: str(profile[key]) for key in SAID if profile.get(key)}
        return Contributor(pseudonym, str(profile["consent"]), said, skipped, clips, self.plan)

    def _check_version(self, version: str) -> None:
        if version != self.consent.version:
            raise CollectError("the text was changed meanwhile", 409, remedy="load the page again and read it")

    def _keep_text(self, catalog: Catalog) -> None:
        if catalog.profile("consent", self.consent.version) is None:
            kept = {"text": self.consent.text, "licence": self.consent.licence}
            catalog.set_profile("consent", self.consent.version, kept)

    def _keep_person(self, catalog: Catalog, pseudonym: str, said: Mapping[str, str]) -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        terms = {"source": SOURCE, "consent": self.consent.version, "agreed_at": now, "licence": self.consent.licence}
        catalog.set_profile("speaker", pseudonym, {**said, **terms})

    def keep(self, secret: str, item: Item, samples: Samples, more: Mapping[str, Any]) -> Judged:
        """Store a take of a contributor. The same samples once more are the same clip.

        Args:
            secret: theirs.
            item: of the plan.
            samples: int16 [n] at 16 kHz.
            more: attributes of browser and microphone.

        Raises:
            CollectError: not known, no consent to the text as it is now, no take of the plan, recorded already.
        """
        heard = judged(samples)
        with self._lock, Catalog(self.folder) as catalog:
            person = self._agreed(catalog, secret)
            self._check_item(item)
            there = person.clips.get(item)
            if there is not None and there.audio_sha256 != pcm_sha256(samples):
                raise CollectError("this take was recorded already", 409, remedy="go on with the next one")
            if there is None:
                catalog.add_clip(self._clip(catalog, person, item, samples, heard, more))
                self.added, self.clips_in_all = self.added + 1, self.clips_in_all + 1
                self.recorded.add(person.pseudonym)
        return heard

    def _clip(
        self,
        catalog: Catalog,
        person: Contributor,
        item: Item,
        samples: Samples,
        heard: Judged,
        more: Mapping[str, Any],
    ) -> NewClip:
        return NewClip(
            store(catalog, samples, RATE_HZ),
            item.word,
            person.pseudonym,
            SOURCE,
            f"{person.pseudonym}/{item.word}/{item.take}",
            device=DEVICE,
            licence=self.consent.licence,
            consent=self.consent.name,
            session=session_of(person.pseudonym),
            pseudonymous=True,
            attributes={**person.said, **heard.attributes, **more, "take": item.take},
            reasons=heard.reasons,
        )

    def skip(self, secret: str, item: Item) -> None:
        """Leave a take out; raises CollectError."""
        with self._lock, Catalog(self.folder) as catalog:
            person = self._agreed(catalog, secret)
            self._check_item(item)
            skipped = sorted(person.skipped | {item})
            left = {"speaker": person.pseudonym, "skipped": [[one.word, one.take] for one in skipped]}
            catalog.set_profile(SOURCE, session_of(person.pseudonym), left)

    def sound(self, secret: str, item: Item) -> Samples:
        """Samples of a take that a contributor kept; raises CollectError."""
        with self._lock, Catalog(self.folder) as catalog:
            clip = self._known(catalog, secret).clips.get(item)
            if clip is None:
                raise CollectError("no recording of yours is this one", 404)
            return catalog.load(clip)

    def _agreed(self, catalog: Catalog, secret: str) -> Contributor:
        person = self._known(catalog, secret)
        if person.consent != self.consent.version:
            raise CollectError("the text was changed since you agreed", 403, remedy="load the page again and read it")
        return person

    def _check_item(self, item: Item) -> None:
        if item not in self.plan:
            raise CollectError("nobody is asked for this", 404, item.word[:40], "take the word that the page shows")

    # ---- and how it goes ---------------------------------------------------------------------------------------------

    def withdraw(self, secret: str) -> int:
        """Erase all that is held of a contributor, everywhere; returns how many recordings there were.

        Raises:
            CollectError: not known, or withdrawn before.
        """
        with self._lock, Catalog(self.folder) as catalog:
            person = self._known(catalog, secret)
            stages: list[str] = []
            try:
                forget_speaker(catalog, person.pseudonym, self.runs, execute=True, after=stages.append)
            except CatalogError:
                if "erase" not in stages:
                    raise
                self._scrub_left = True  # every row and file is gone; the database file is written anew later
            self.withdrawn += 1
            self.clips_in_all -= len(person.clips)
            return len(person.clips)

    def tidy(self) -> bool:
        """Write the database anew where a withdrawal could not, as somebody else was reading it; whether that is
        done."""
        with self._lock:
            if self._scrub_left:
                with suppress(CatalogError), Catalog(self.folder) as catalog:
                    catalog.forgetting.scrub()
                    self._scrub_left = False
            return not self._scrub_left

    # ---- in all ------------------------------------------------------------------------------------------------------

    def secret(self, purpose: str) -> bytes:
        """32 bytes that only this catalogue knows; see :meth:`Catalog.secret`."""
        with self._lock, Catalog(self.folder) as catalog:
            return catalog.secret(purpose)

    def counts(self) -> dict[str, int]:
        """Contributors and clips in all, and of this server."""
        with self._lock, Catalog(self.folder) as catalog:
            clips = _takes(catalog)
        return {
            "contributors": len({clip.speaker for clip in clips}),
            "clips": len(clips),
            "set_aside": sum(bool(clip.reasons) for clip in clips),
            "contributors_now": len(self.recorded),
            "clips_now": self.added,
            "withdrawn_now": self.withdrawn,
        }


def _is_take(clip: Clip) -> bool:
    """Whether a contributor sent it; recordings of a take through a board are none."""
    return not clip.parent


def _takes(catalog: Catalog) -> list[Clip]:
    return [clip for clip in catalog.clips(source=SOURCE, with_set_aside=True) if _is_take(clip)]
