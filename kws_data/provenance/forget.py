"""``kws forget-speaker``: a person's audio, features and labels go everywhere, and what had heard them is listed.

The order makes it safe to be killed at any moment. First a tombstone and the list of what had heard them, then files,
the catalogue's rows last: until these are gone, calling it again finds all that is left to do; after that it
only makes the database anew, which can be done any number of times.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from kws_data.catalog.artifacts import Artifact
from kws_data.catalog.audio_store import audio_path
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.forget import Holdings
from kws_data.errors import DataError
from kws_data.provenance.forget_files import (
    Exported,
    exported_files,
    held_datasets,
    remove_dataset,
    strike_out,
    teachers,
    unfinished_builds,
)
from kws_data.provenance.register import register_runs

RETRAIN = {
    "dataset": "build it again: kws build CONFIG",
    "model": "train it again on a data set without this person: kws run CONFIG",
    "image": "flash a model that has not heard this person: kws run CONFIG",
    "export": "replace the copies that were passed on",
}


@dataclass(frozen=True)
class Elsewhere:
    """Feature stores (``kws build --store-at``) and copies of the audio (``--audio-at``): folders or URLs."""

    stores: tuple[str, ...] = ()
    audio: tuple[str, ...] = ()


@dataclass(frozen=True)
class Forgotten:
    """What was removed, or would be when ``done`` is false.

    Attributes:
        speaker: what was asked for.
        done: whether it was done.
        known: whether the catalogue held anything of them; false when they were forgotten before.
        holdings: rows and audio.
        folders: data sets on disk that hold them, builds that were not finished, and, when a data set had heard
            them, all cached teachers: removed.
        exported: files of exports that are removed, and lists that are written again without them.
        heard_in: artifacts that had heard them and how many of their clips, the models among them too.
    """

    speaker: str
    done: bool
    known: bool
    holdings: Holdings
    folders: tuple[Path, ...]
    exported: Exported
    heard_in: tuple[tuple[Artifact, int], ...]
    feature_rows: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        heard = [
            {**asdict(artifact), "clips_of_speaker": clips, "todo": RETRAIN[artifact.kind]}
            for artifact, clips in self.heard_in
        ]
        return {
            "speaker": self.speaker,
            "done": self.done,
            "forgotten_before": not self.known,
            **asdict(self.holdings),
            "folders": [str(folder) for folder in self.folders],
            "exported_files": [str(file) for file in self.exported.files],
            "exported_lists": [str(file) for file in self.exported.lists],
            "feature_rows": self.feature_rows,
            "heard_in": heard,
        }


def forget_speaker(
    catalog: Catalog,
    speaker: str,
    runs: Path,
    *,
    execute: bool = False,
    exports: Sequence[Path] = (),
    elsewhere: Elsewhere | None = None,
    after: Callable[[str], None] = lambda stage: None,
) -> Forgotten:
    """Find everything of a person and, when ``execute``, remove it.

    Args:
        catalog: whose person.
        speaker: pseudonym, or the name or id under which they were recorded or imported.
        runs: the folder with runs.
        execute: without it nothing is changed.
        exports: further folders that audio was written out to.
        elsewhere: further feature stores and copies of the audio.
        after: told the name of each stage when it is done.

    Raises:
        DataError: nobody is called so, or people of several sources.
        CatalogError: another process uses the catalogue.
    """
    register_runs(catalog, runs)
    called = catalog.forgetting.speakers_called(speaker)
    if not called:
        return _again(catalog, speaker, execute)
    if len(called) > 1:
        several = ", ".join(f"{name} of {source}" for name, source in called.items())
        raise DataError("several speakers are called so", speaker, f"name one pseudonym: {several}")
    found, marks = _find(catalog, speaker, list(called), runs, exports)
    if not execute:
        return found
    catalog.forgetting.bury(list(called), {artifact.id: clips for artifact, clips in found.heard_in})
    after("bury")
    rows = _remove(catalog, list(called), found, marks, elsewhere or Elsewhere(), after)
    return replace(found, done=True, feature_rows=rows)


def _find(
    catalog: Catalog, speaker: str, speakers: Sequence[str], runs: Path, exports: Sequence[Path]
) -> tuple[Forgotten, list[str]]:
    """What there is of them, and the texts by which they are known: pseudonym, clips, samples."""
    held = catalog.forgetting.holdings(speakers)
    heard_in = {**_heard(catalog, held.clips), **catalog.forgetting.heard_in(catalog.forgetting.buried(speaker))}
    folders = [*held_datasets(catalog, runs, held.clips), *unfinished_builds(runs)]
    taught = teachers(catalog.folder) if heard_in else []
    known_exports = [Path(place.path) for a in catalog.made.artifacts(kind="export") for place in a.places]
    marks = [*speakers, *held.clips, *held.audio]
    exported = exported_files([*known_exports, *exports], marks)
    heard = tuple((a, heard_in[a.id]) for a in catalog.made.artifacts() if a.id in heard_in)
    return Forgotten(speaker, False, True, held, (*folders, *taught), exported, heard), marks


def _remove(
    catalog: Catalog,
    speakers: Sequence[str],
    found: Forgotten,
    marks: Sequence[str],
    elsewhere: Elsewhere,
    after: Callable[[str], None],
) -> int:
    """Files first, the catalogue's rows last; returns how many rows of features there were."""
    for folder in found.folders:
        if folder.parent.name == "teachers":
            shutil.rmtree(folder)
        else:
            remove_dataset(folder)
        after("folder")
    for file in found.exported.files:
        file.unlink(missing_ok=True)
    for file in found.exported.lists:
        strike_out(file, marks)
    rows = _forget_audio(catalog, found.holdings, elsewhere, after)
    catalog.forgetting.erase(speakers)
    after("erase")
    catalog.forgetting.scrub()
    return rows


def _again(catalog: Catalog, speaker: str, execute: bool) -> Forgotten:
    """They were forgotten before: what was interrupted then can only be the last step."""
    stones = catalog.forgetting.buried(speaker)
    if not stones:
        remedy = "give a pseudonym (kws catalog --by speaker lists them) or the name used with --speaker"
        raise DataError("nobody in the catalogue is called so", speaker, remedy)
    if execute:
        catalog.forgetting.scrub()
    heard_in = catalog.forgetting.heard_in(stones)
    listed = tuple((a, heard_in[a.id]) for a in catalog.made.artifacts() if a.id in heard_in)
    return Forgotten(speaker, execute, False, Holdings(), (), Exported(), listed)


def _heard(catalog: Catalog, clips: Sequence[str]) -> dict[str, int]:
    """Clips of theirs by artifact: data sets and exports, and all that was made of these."""
    heard = dict(catalog.made.made_with(clips))
    waiting = list(heard)
    while waiting:
        origin = waiting.pop()
        for artifact in catalog.made.artifacts(made_from=origin):
            heard[artifact.id] = max(heard.get(artifact.id, 0), heard[origin])
            waiting.append(artifact.id)
    return heard


def _forget_audio(catalog: Catalog, held: Holdings, elsewhere: Elsewhere, after: Callable[[str], None]) -> int:
    """Remove features, fingerprints, audio and locks; returns how many rows of features there were."""
    from kws_data.catalog.fingerprints import forget_fingerprints
    from kws_data.catalog.measures import forget_measures
    from kws_data.features.forget import forget_features
    from kws_data.system.storage import place
    from kws_data.training.teachers.cache import forget_teachers

    stores = (None, *elsewhere.stores)
    rows = sum(forget_features(catalog.folder, held.audio, store_at) for store_at in stores)
    after("features")
    forget_fingerprints(catalog.folder, held.audio)
    forget_measures(catalog.folder, held.audio)
    forget_teachers(catalog.folder)
    for sha256 in held.audio:
        for copy in elsewhere.audio:
            place(copy).remove(audio_path(Path(), sha256).as_posix())
        audio_path(catalog.folder, sha256).unlink(missing_ok=True)
    after("audio")
    for session in held.sessions:
        if "/" not in session:
            (catalog.folder / "locks" / session).unlink(missing_ok=True)
    return rows
