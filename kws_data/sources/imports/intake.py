"""From the clips that a layout found to the catalogue: the part that all layouts share.

A file whose size, time and labels have not changed is not read again, so a repeated import takes a moment. A file
that cannot be used is set aside with its reason and the rest goes on. What was imported before and reads differently
in the source's table today (a corrected label, another licence) is corrected in place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

from firmware_tools.levels import levels
from kws_data.catalog.audio_store import store_audio
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import ImportCount, KnownFile, NewClip, StoredAudio, clip_id
from kws_data.catalog.folders import FolderId
from kws_data.errors import AudioError, CatalogError
from kws_data.progress import Progress
from kws_data.set_aside import told
from kws_data.sources.imports.items import RATE_HZ, Item, Scan, public_id
from kws_data.sources.imports.names_of_words import as_spelt, with_words

THREADS = 2
UNSTATED = "unstated"
READING = 1  # of how files are read: with another one they are all read again, once
_BATCH = 256


@dataclass(frozen=True)
class Terms:
    """Licence and consent of clips whose source states none; empty when nobody states them."""

    licence: str = ""
    consent: str = ""


@dataclass(frozen=True)
class ImportReport:
    """What an import did.

    Attributes:
        folder: where they come from.
        counts: clips new, known before, set aside.
        set_aside: each file that was set aside, and each line that could not be used, with its reason.
        absent: names that a list or a table has and the folder has not.
        people: how many people speak, as far as the source tells them apart.
        without_speaker: clips of which the source does not say who speaks.
        notes: what a person should know of the whole, one line each.
        recordings: folder of the catalogue.
    """

    folder: FolderId
    counts: ImportCount
    set_aside: tuple[tuple[str, str], ...] = ()
    absent: tuple[str, ...] = ()
    people: int = 0
    without_speaker: int = 0
    notes: tuple[str, ...] = ()
    recordings: Path = Path("recordings")

    def warnings(self) -> list[str]:
        """What a person should know, one line each; what was set aside is not among it."""
        lines = list(self.notes)
        if self.without_speaker:
            lines.append(
                f"{self.without_speaker} clips do not say who speaks: each recording counts as a person of its own, so "
                "nothing keeps the same voice out of two splits (names like <speaker>_nohash_<number>.wav say it)"
            )
        if self.counts.refused:
            lines.append(f"{self.counts.refused} clips of forgotten speakers were not read")
        if self.absent:
            examples = " and ".join(repr(name) for name in self.absent[:2])
            lines.append(f"{len(self.absent)} listed files are not there, such as {examples}: correct the list")
        return lines

    def lines(self) -> list[str]:
        """The same and what was set aside, by reason."""
        return [*self.warnings(), *told(self.set_aside, f"kws catalog --recordings {self.recordings} --set-aside")]


def take_in(
    catalog: Catalog,
    folder: FolderId,
    source: str,
    scan: Scan,
    progress: Progress | None = None,
    terms: Terms | None = None,
) -> ImportReport:
    """Bring the catalogue up to date with what was found.

    Args:
        catalog: where clips go.
        folder: the catalogue's name of the folder.
        source: the catalogue's name of the layout.
        scan: what was found; names are unique.
        progress: told ("import", done, total).
        terms: licence and consent where the source states none.

    Raises:
        CatalogError: the catalogue or its audio cannot be written (the disk is full).
    """
    scan = with_words(scan, source)
    offers = [_offer(item, terms or Terms(), source) for item in scan.items]
    items = [offer.item for offer in offers]
    known = _known(catalog, folder)
    fresh = [offer for offer in offers if not _unchanged(offer, known.get(offer.item.name))]
    try:
        if fresh and not catalog.is_there:
            with catalog.transaction():  # audio without a catalogue would be found by nobody
                pass
        counts = _read_all(catalog, folder, source, fresh, len(items), progress)
    except OSError as error:
        reason = error.strerror or str(error)
        kept = "what was imported is kept, call it again to go on" if catalog.is_there else "name a folder that can be"
        raise CatalogError("recordings cannot be written", str(catalog.folder), f"{reason}; {kept}") from None
    places = _place_names(scan.problems, {item.name for item in items})
    _refresh_known(catalog, folder, offers, known, places)
    aside = [
        (name, file.reason)
        for name, file in sorted(catalog.known_files(folder).items())
        if file.reason and name not in places
    ]
    known_before = len(items) - counts.added - len(aside) - counts.refused
    speakers = [item.speaker for item in items if not item.is_noise]
    return ImportReport(
        folder,
        ImportCount(counts.added, known_before, len(aside) + len(scan.problems), counts.refused),
        (*aside, *scan.problems),
        scan.absent,
        people=len(set(speakers) - {""}),
        without_speaker=speakers.count(""),
        notes=scan.notes,
        recordings=catalog.folder,
    )


def _place_names(problems: Iterable[tuple[str, str]], taken: set[str]) -> dict[str, str]:
    """Reasons of what cannot become a clip, by names that are no file's and each another's."""
    named: dict[str, str] = {}
    for place, reason in problems:
        name, number = place, 2
        while name in named or name in taken:
            name, number = f"{place} ({number})", number + 1
        named[name] = reason
    return named


def unread(
    catalog: Catalog, folder: FolderId, source: str, items: Iterable[Item], terms: Terms | None = None
) -> list[Item]:
    """Those of ``items`` whose audio :func:`take_in` would read: new or changed, and not of a forgotten speaker."""
    known = _known(catalog, folder)
    offers = (_offer(item, terms or Terms(), source) for item in items)
    fresh = [offer for offer in offers if not _unchanged(offer, known.get(offer.item.name))]
    return [offer.item for offer in _not_forgotten(catalog, source, fresh)]


def _known(catalog: Catalog, folder: FolderId) -> dict[str, KnownFile]:
    """Files of a folder that need not be read again, as far as the catalogue goes: their audio is still there."""
    files = catalog.known_files(folder)
    return {n: f for n, f in files.items() if not f.audio_sha256 or catalog.has_audio(f.audio_sha256)}


@dataclass(frozen=True)
class _Offer:
    """An item on the terms that hold for it, and its version: the time of the file where nothing else says what it is,
    else a hash of all that does."""

    item: Item
    version: int


def _offer(item: Item, terms: Terms, source: str) -> _Offer:
    licence, consent = item.licence or terms.licence or UNSTATED, item.consent or terms.consent or UNSTATED
    on_terms = replace(as_spelt(item), licence=licence, consent=consent)
    told = (terms.licence, terms.consent) if not (item.licence and item.consent) else ("", "")
    return _Offer(on_terms, _hash(on_terms, source) if item.details or any(told) else item.mtime_ns + READING)


def _hash(item: Item, source: str) -> int:
    """63 bits of time, source and all that is said of the clip."""
    facts = (item.mtime_ns + READING, source, item.word, item.speaker, item.licence, item.consent, item.session)
    digest = hashlib.sha256(repr((*facts, sorted(item.attributes.items()))).encode("utf-8", "backslashreplace"))
    return int.from_bytes(digest.digest()[:8], "little") >> 1


def _unchanged(offer: _Offer, known: KnownFile | None) -> bool:
    return known is not None and (offer.item.size_bytes, offer.version) == (known.size_bytes, known.version)


def _read_all(
    catalog: Catalog, folder: FolderId, source: str, fresh: list[_Offer], total: int, progress: Progress | None
) -> ImportCount:
    """Read new files in threads (libsndfile and the hash release the lock), write rows in batches."""
    wanted = _not_forgotten(catalog, source, fresh)
    counts = ImportCount(refused=len(fresh) - len(wanted))
    done = total - len(wanted)
    with ThreadPoolExecutor(THREADS) as pool:
        for batch in _batches(wanted):
            counts += _write(catalog, folder, source, batch, pool.map(partial(_read, catalog.folder), batch))
            done += len(batch)
            if progress:
                progress("import", done, total)
    return counts


def _not_forgotten(catalog: Catalog, source: str, offers: list[_Offer]) -> list[_Offer]:
    """Those without speakers whom the catalogue was told to forget: their audio is not even read."""
    ids = {pair for offer in offers for pair in _ids(offer.item)}
    gone = {pair for pair in ids if catalog.is_forgotten(source, pair[0], named=pair[1])}
    return [offer for offer in offers if gone.isdisjoint(_ids(offer.item))] if gone else offers


def _ids(item: Item) -> list[tuple[str, bool]]:
    """Ids under which the speaker may have been forgotten, and whether each may be a name."""
    ids = ((item.speaker, item.named), (item.formerly, not public_id(item.formerly)))
    return [pair for pair in ids if pair[0]]


def _batches(offers: Iterable[_Offer]) -> Iterator[list[_Offer]]:
    iterator = iter(offers)
    while batch := list(islice(iterator, _BATCH)):
        yield batch


@dataclass(frozen=True)
class _Read:
    """What became of a file: its audio in the store and its levels, or only the reason why not."""

    audio: StoredAudio | None
    attributes: Mapping[str, float]
    reason: str = ""


def _read(store: Path, offer: _Offer) -> _Read:
    """Read, measure and store one clip. What is wrong with the file is its reason; a full disk is an error."""
    item = offer.item
    try:
        samples = item.read(item.path)
    except AudioError as error:
        return _Read(None, {}, f"{error.what}: {error.remedy}")
    except (OSError, ValueError, MemoryError) as error:
        return _Read(None, {}, f"file cannot be read: {error}")
    heard = levels(samples)
    # only certainties: a quiet or clipped word is real data that a detector has to bear
    reason = f"silent: {heard.rms_db:.0f} dB" if heard.silent and not (item.is_noise or item.quiet) else ""
    return _Read(store_audio(store, samples, RATE_HZ), heard.to_dict(), reason)


def _write(
    catalog: Catalog, folder: FolderId, source: str, batch: Iterable[_Offer], read: Iterable[_Read]
) -> ImportCount:
    """Write the rows of one batch; what counts as added is usable."""
    clips: list[NewClip] = []
    files: dict[str, KnownFile] = {}
    for offer, done in zip(batch, read, strict=True):
        item = offer.item
        clip = _new_clip(catalog, source, item, done.audio, done) if done.audio else None
        clips += [clip] if clip else []
        identity = clip_id(clip) if clip else ""
        files[item.name] = KnownFile(item.size_bytes, offer.version, identity, item.given_split, done.reason)
    counts = catalog.add_clips([clip for clip in clips if not clip.reasons])
    counts += replace(catalog.add_clips([clip for clip in clips if clip.reasons]), added=0)
    if counts.known:
        catalog.correct_clips(clips)
    catalog.remember_files(folder, files)
    return counts


def _new_clip(catalog: Catalog, source: str, item: Item, audio: StoredAudio, done: _Read) -> NewClip:
    """The clip of an item. Where names may name a person, the catalogue sees their keyed hashes only."""

    def hidden(kind: str, name: str) -> str:
        return catalog.pseudonym(source, f"{kind} {name}", named=True) if item.named else name

    speaker = item.speaker or (f"noise {item.path.stem}" if item.is_noise else f"unknown {item.recording or item.name}")
    unknown = not item.speaker and not item.is_noise
    return NewClip(
        audio=audio,
        word=item.word,
        speaker=speaker,
        source=source,
        origin=f"file/{hidden('file', item.name)}" if item.named else item.name,
        licence=item.licence,
        consent=item.consent,
        session=f"{source}/{hidden('session', item.session).removeprefix(f'{source}/')}" if item.session else "",
        named=item.named and not item.is_noise,
        pseudonymous=item.pseudonymous,
        synthetic=item.synthetic,
        attributes={**item.attributes, **done.attributes, **({"speaker_known": False} if unknown else {})},
        reasons=done.reason,
    )


def _refresh_known(
    catalog: Catalog,
    folder: FolderId,
    offers: list[_Offer],
    known: Mapping[str, KnownFile],
    problems: Mapping[str, str],
) -> None:
    """Take over changed lists for files that were not read again; note the problems; forget files that are gone."""
    changed = {
        item.name: replace(known[item.name], given_split=item.given_split)
        for offer in offers
        if _unchanged(offer, known.get((item := offer.item).name)) and known[item.name].given_split != item.given_split
    }
    there = catalog.known_files(folder)
    gone = there.keys() - {offer.item.name for offer in offers} - problems.keys()
    noted = {name: KnownFile(0, 0, "", "", reason) for name, reason in problems.items()}
    changed |= {name: file for name, file in noted.items() if there.get(name) != file}
    if changed or gone:
        catalog.remember_files(folder, changed, gone)
