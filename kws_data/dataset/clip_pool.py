"""Which clips of the catalogue a configuration draws on: those of folders, of synthetic people, or of both, and pieces
of running speech."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.catalog.folders import SOURCE as SPEECH_SOURCE
from kws_data.catalog.folders import FolderId, data_ids, speech_folder_id, synth_id, unlabelled_folder_id
from kws_data.config.config import Config
from kws_data.errors import DataError
from kws_data.labelling.labels import WITHOUT_LABEL
from kws_data.labels import BACKGROUND, UNLABELLED, respelt, word_of

LABELLED = "labelled"  # in data.from_catalog: whatever was given its label by people or models
COLLECT = "call kws run --until collect first, with the same CONFIG"


def clips_of(config: Config, catalog: Catalog) -> list[Clip]:
    """Clips of the configuration's source, whatever else the catalogue holds, their words spelt as its keywords are.

    Raises:
        DataError: there are none, or words differ from a keyword only in how they are written.
    """
    real = recorded_clips(config, catalog) if config.data.source != "synthetic" else []
    synthetic = synthetic_clips(config, catalog) if config.data.source != "folder" else []
    return _spelt(config, real + synthetic + speech_clips(config, catalog))


def recorded_clips(config: Config, catalog: Catalog) -> list[Clip]:
    """Clips of the configuration's folders, those of ``data.unlabelled`` that were labelled since, and those of
    ``data.from_catalog``, each once.

    Raises:
        DataError: a folder or a source has none.
    """
    folder = folder_clips(config, catalog) if config.data.folder is not None else []
    found = {clip.id: clip for clip in (*folder, *labelled_since(config, catalog, folder))}
    for source in config.data.from_catalog:
        for clip in clips_in_catalog(catalog, source):
            found.setdefault(clip.id, clip)
    return [found[identity] for identity in sorted(found)]


def clips_in_catalog(catalog: Catalog, source: str) -> list[Clip]:
    """Clips of a source that have a label, or (:data:`LABELLED`) all that had none and were given one; without
    recordings of them through boards.

    Raises:
        DataError: there are none.
    """
    clips = [
        clip
        for clip in catalog.clips(source=None if source == LABELLED else source)
        if not (clip.parent and clip.device)
    ]
    if source == LABELLED:
        given = catalog.changes.words_given([clip.id for clip in clips])
        clips = [clip for clip in clips if given.get(clip.id) == clip.word]
    clips = [clip for clip in clips if clip.word not in WITHOUT_LABEL]
    if not clips:
        remedy = "kws record, kws collect, kws import and kws label apply put them there; kws catalog --by source shows"
        raise DataError("no clip with a label is of this source of data.from_catalog", source, remedy)
    return clips


def _spelt(config: Config, clips: Iterable[Clip]) -> list[Clip]:
    """The clips with one spelling of each word: the catalogue may hold others from before there was one."""
    words = [(clip, word_of(clip.word)) for clip in clips]
    keyword = respelt(config.keywords, (w for _, w in words), config.data.other_spellings, "data.other_spellings")
    now = ((clip, keyword.get(word, word)) for clip, word in words)
    return [clip if clip.word == word else replace(clip, word=word) for clip, word in now]


def folder_clips(config: Config, catalog: Catalog) -> list[Clip]:
    """Clips of ``data.folder`` and ``data.more_folders``, each once, in the order of their ids.

    The validation and testing lists of the first folder decide for people of all: with ``split.test: validation_list``
    those of the others do not count. Their noise is left out where it is the first folder's.

    Raises:
        DataError: a folder has none.
    """
    first, *further = zip(data_ids(config), (str(config.data.folder), *config.data.more_folders), strict=True)
    clips = {clip.id: clip for clip in _of_folder(config, catalog, *first, "data.folder")}
    noises = {clip.audio_sha256 for clip in clips.values() if clip.word == BACKGROUND}
    for place, name in further:
        for clip in used_people(config, _of_folder(config, catalog, place, name, "data.more_folders")):
            if clip.word != BACKGROUND or clip.audio_sha256 not in noises:
                clips.setdefault(clip.id, clip if config.split.test == "given" else replace(clip, given_split=""))
    return [clips[identity] for identity in sorted(clips)]


def _of_folder(config: Config, catalog: Catalog, place: FolderId, name: str, setting: str) -> list[Clip]:
    if not Path(place.path).exists() and not catalog.known_files(place):
        raise DataError("data folder not found", name, f"check {setting}")
    command = shlex.join(["kws", "import", config.data.layout, name])
    return imported_clips(catalog, place, f"call kws import first: {command}")


def labelled_since(config: Config, catalog: Catalog, others: Iterable[Clip] = ()) -> list[Clip]:
    """Clips of ``data.unlabelled`` that people or machines have labelled since, in the order of their ids."""
    there = {clip.id for clip in others}
    found = [clip for name in config.data.unlabelled for clip in imported_clips(catalog, unlabelled_folder_id(name))]
    labelled = {clip.id: clip for clip in used_people(config, found) if clip.word != UNLABELLED}
    return [labelled[identity] for identity in sorted(labelled.keys() - there)]


def used_people(config: Config, clips: Iterable[Clip]) -> list[Clip]:
    """Clips of a further folder without those of the fold of people that ``data.more_people`` leaves out."""
    fold = config.data.more_people
    return [c for c in clips if not fold or c.word == BACKGROUND or fold_of(c.speaker, fold.folds) != fold.without]


def fold_of(speaker: str, folds: int) -> int:
    """The fold of a speaker: a hash of the pseudonym alone, so that other people do not matter."""
    return int.from_bytes(hashlib.sha256(f"fold {speaker}".encode()).digest()[:8], "big") % folds


def synthetic_clips(config: Config, catalog: Catalog) -> list[Clip]:
    """Clips that the configuration's synthetic people have said; raises DataError when there are none."""
    clips = catalog.clips(folder=synth_id(config))
    if not clips:
        raise DataError("no synthetic clips of this configuration", config.name, "call kws synth first")
    return clips


def speech_clips(config: Config, catalog: Catalog) -> list[Clip]:
    """Pieces of ``data.speech_folder``, if there is one; raises DataError when none was imported."""
    folder = config.data.speech_folder
    return [] if folder is None else imported_clips(catalog, speech_folder_id(folder))


def imported_clips(catalog: Catalog, folder: FolderId, remedy: str = COLLECT) -> list[Clip]:
    """Clips of a folder, and in place of whole ones what people cut out of them; raises DataError when there are none,
    because it was not imported or nothing could be used."""
    clips = catalog.clips(folder=folder)
    cuts = _cuts_of(catalog, folder)
    if clips or cuts:
        return sorted([*clips, *cuts], key=lambda clip: clip.id) if cuts else clips
    aside = [f"{name}: {file.reason}" for name, file in sorted(catalog.known_files(folder).items()) if file.reason]
    if aside:
        raise DataError(f"no file of the {folder.name} can be used", folder.path, f"{aside[0]} ({len(aside)} files)")
    raise DataError(f"nothing was imported from the {folder.name}", folder.path, remedy)


def _cuts_of(catalog: Catalog, folder: FolderId) -> list[Clip]:
    """Cuts of a folder's clips that are used, each in the split that is given to the whole one."""
    cuts = [cut for cut in catalog.cuts() if not cut.reasons]
    whole = {clip.id: clip for clip in catalog.clips(folder=folder, with_set_aside=True)} if cuts else {}
    return [replace(cut, given_split=whole[cut.parent].given_split) for cut in cuts if cut.parent in whole]


def unused_real(config: Config, words: Sequence[Clip]) -> dict[str, str]:
    """With ``data.real_per_keyword``: recordings of people that are neither tested nor among the few that train.

    Returns:
        The reason for each, by clip id.

    Raises:
        DataError: too few people say a keyword.
    """
    count = config.data.real_per_keyword
    if config.data.source != "both" or count is None:
        return {}
    real = [clip for clip in words if not clip.synthetic and clip.source != SPEECH_SOURCE]
    held = _held_people(config, real)
    chosen = {clip.id for keyword in config.keywords for clip in few_real(real, keyword, count, held, config.seed)}
    reason = f"recording of a person beyond data.real_per_keyword: {count}"
    return {clip.id: reason for clip in real if clip.speaker not in held and clip.id not in chosen}


def few_real(clips: Iterable[Clip], keyword: str, count: int, held: Iterable[str], seed: int) -> list[Clip]:
    """``count`` clips of a keyword, each by another person that is not among ``held``, in the order of a hash.

    Raises:
        DataError: too few people say it.
    """
    held = set(held)
    people: dict[str, Clip] = {}
    for clip in sorted(clips, key=lambda clip: _order(seed, f"take {clip.id}")):
        if clip.word == keyword and clip.speaker not in held:
            people.setdefault(clip.speaker, clip)
    if len(people) < count:
        remedy = f"only {len(people)} people who are not tested say it: lower data.real_per_keyword"
        raise DataError("too few people for data.real_per_keyword", keyword, remedy)
    return [people[speaker] for speaker in sorted(people, key=lambda s: _order(seed, f"{keyword} {s}"))[:count]]


def _held_people(config: Config, real: Sequence[Clip]) -> set[str]:
    """People of the test, and of lists that are kept out."""
    held = {clip.speaker for clip in real if clip.given_split in ("validation", "testing")}
    if not held:
        remedy = "add validation_list.txt to the data folder, or set data.real_per_keyword to null"
        raise DataError("no clip stands in a list for the test", config.data.folder, remedy)
    return held


def _order(seed: int, text: str) -> bytes:
    return hashlib.sha256(f"{seed} real {text}".encode()).digest()
