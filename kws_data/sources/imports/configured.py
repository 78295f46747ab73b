"""All folders that a configuration names: recordings with labels and without, running speech, noise, rooms, and
hours in which no keyword is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.negative_clips import BOARD
from kws_data.config.config import Config
from kws_data.errors import DataError
from kws_data.progress import Progress
from kws_data.sources.imports.find_layout import import_layout, source_of
from kws_data.sources.imports.intake import ImportReport, Terms
from kws_data.sources.imports.negatives import import_negatives
from kws_data.sources.imports.side_folders import import_noise, import_rooms
from kws_data.sources.imports.speech_folder import import_speech
from kws_data.sources.imports.unlabelled import import_unlabelled


def import_configured(catalog: Catalog, config: Config, progress: Progress | None = None) -> Iterator[ImportReport]:
    """Bring the catalogue up to date with each folder of ``data``, and give what came of it as soon as it is there.

    Raises:
        DataError: a folder would have no effect, is missing or holds nothing that can be used; no such layout.
        CatalogError: the catalogue cannot be written.
    """
    _refuse_unused(config)
    data = config.data
    terms = Terms(data.licence, data.consent)
    if data.source != "synthetic":
        for folder in data.folders:
            yield import_layout(catalog, data.layout, folder, progress, terms)
    for folder in data.unlabelled:
        yield import_unlabelled(catalog, folder, source_of(data.layout), data.clip_ms, progress, terms)
    if data.speech_folder is not None:
        yield import_speech(catalog, data.speech_folder, progress, terms)
    for folder in (name for name in data.negatives if not name.startswith(BOARD)):
        yield import_negatives(catalog, folder, source_of(data.layout), config.keywords, progress, terms)
    if data.noise_folder is not None:
        yield import_noise(catalog, data.noise_folder, progress)
    if data.room_folder is not None:
        yield import_rooms(catalog, data.room_folder, progress)


def _refuse_unused(config: Config) -> None:
    """Raise DataError for a folder that nothing would be made of, or that is not there, before anything is read."""
    data, augment = config.data, config.augment
    unused = (
        ("folder", data.source == "synthetic", "data.source is synthetic", "set data.source to folder or both"),
        ("noise_folder", not augment.noise_probability, "augment.noise_probability is 0", "set it to 0.8, say"),
        ("room_folder", not augment.room_probability, "augment.room_probability is 0", "set it to 0.5, say"),
    )
    for name, is_unused, why, remedy in unused:
        folder = getattr(data, name)
        if folder is not None and is_unused:
            raise DataError(f"data.{name} would have no effect: {why}", folder, f"{remedy}, or leave data.{name} out")
    for name in ("speech_folder", "noise_folder", "room_folder"):
        folder = getattr(data, name)
        if folder is not None and not Path(folder).is_dir():
            raise DataError(f"{name.replace('_', ' ')} not found", folder, f"check data.{name}")
    for folder in data.more_folders:
        if not Path(folder).exists():
            raise DataError("further data folder not found", folder, "check data.more_folders")
    if data.unlabelled and config.train.teacher.kind != "encoder":
        remedy = "set train.teacher.kind: encoder, or leave data.unlabelled out"
        raise DataError("data.unlabelled would have no effect: models teach", data.unlabelled[0], remedy)
    for folder in data.unlabelled:
        if not Path(folder).is_dir():
            raise DataError("folder of unlabelled recordings not found", folder, "check data.unlabelled")
    _refuse_negatives(config)
    if data.more_people and not (data.more_folders or data.unlabelled):
        remedy = "name data.more_folders or data.unlabelled, or leave it out"
        raise DataError("data.more_people would have no effect", data.more_people.folds, remedy)


def _refuse_negatives(config: Config) -> None:
    """Raise DataError for folders of negatives that are not there, named twice, or that hold other data as well."""
    data = config.data
    folder = [data.folder] if data.source != "synthetic" and data.folder else []
    others = [("data.folder", name) for name in folder]
    others += [("data.more_folders", name) for name in data.more_folders]
    others += [("data.unlabelled", name) for name in data.unlabelled]
    others += [("data.noise_folder", name) for name in (data.noise_folder,) if name is not None]
    for negative in (name for name in data.negatives if not name.startswith(BOARD)):
        if not Path(negative).is_dir():
            raise DataError("folder of negatives not found", negative, "check data.negatives")
        for setting, other in others:
            if _one_in_the_other(negative, str(other)):
                remedy = "a recording is one or the other: name another folder, or leave one out"
                raise DataError(f"a folder of data.negatives is also that of {setting}", negative, remedy)
        others.append(("another one there", negative))


def _one_in_the_other(one: str, other: str) -> bool:
    first, second = Path(one).resolve(), Path(other).resolve()
    return first.is_relative_to(second) or second.is_relative_to(first)
