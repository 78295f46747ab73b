"""Takes of a recording session, written as a data folder."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

from firmware_tools.atomic import write_text
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.errors import DataError
from kws_data.file_names import folder_names, safe_name
from kws_data.sources.imports.attribution import FILE as ATTRIBUTION
from kws_data.sources.imports.attribution import Origin, attribution_table, read_attribution
from kws_data.sources.recording.sessions import SOURCE


def export_takes(catalog: Catalog, folder: Path, source: str = SOURCE) -> int:
    """Write all takes of a source that are not set aside as ``<word>/<speaker>_nohash_<n>.flac``; returns how many.

    ``ATTRIBUTION.csv`` keeps who said them (a pseudonym), on what terms and how, for whoever imports the folder. Files
    that an earlier export of this catalogue wrote there, of takes that have another word now or are no longer used,
    are removed; no other file is touched.
    """
    from kws_data.audio import write_flac

    clips = catalog.clips(source=source)
    before = read_attribution(folder)
    earlier = _written_before(catalog, folder, source, before.values())
    origins = {file: origin for file, origin in before.items() if file not in earlier}
    there = {one.word: file.partition("/")[0] for file, one in before.items() if _is_name_of(one)}
    folders = folder_names((clip.word for clip in clips), there)
    names = [f"{folders[clip.word]}/{_file(clip)}" for clip in clips]
    moments = Counter(names)
    for clip, path in zip(clips, names, strict=True):
        several = moments[path] > 1  # boards that heard the same moment
        name = f"{path}{'-' + safe_name(clip.device) if several else ''}.flac"
        write_flac(folder / name, catalog.load(clip), 16_000)
        origins[name] = _origin(clip, name)
    for name in sorted(earlier - origins.keys()):
        _remove(folder / name)
    if clips or earlier:
        write_text(folder / ATTRIBUTION, attribution_table(origins[name] for name in sorted(origins)))
    written = {clip.id for clip in clips} | {origin.clip for origin in origins.values() if origin.source != source}
    catalog.made.record_export(source, folder, _ours(catalog, folder, written))
    return len(clips)


def check_export(folder: Path) -> None:
    """Raise DataError where takes cannot be exported to: after an hour before a microphone it would be too late."""
    lowest = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if not lowest.is_dir():
        raise DataError("a file lies where a folder is wanted", str(lowest), "name a folder with --export")
    if not os.access(lowest, os.W_OK):
        raise DataError("folder cannot be written", str(lowest), "name another with --export")


def _written_before(catalog: Catalog, folder: Path, source: str, origins: Iterable[Origin]) -> set[str]:
    """Files of takes of this catalogue that an export wrote to the folder, by their names."""
    own = [origin for origin in origins if origin.source == source and _is_name_of(origin)]
    ours = _ours(catalog, folder, {origin.clip for origin in own})
    return {origin.file for origin in own if origin.clip in ours}


def _ours(catalog: Catalog, folder: Path, clip_ids: Collection[str]) -> set[str]:
    """Those clips that the catalogue has, or has noted as written to the folder: other catalogues may write there."""
    noted = catalog.made.exported_to(folder)
    return {clip for clip in clip_ids if clip in noted} | catalog.known_ids(clip_ids)


def _is_name_of(origin: Origin) -> bool:
    """Whether a file is called as an export calls those of this speaker: a table may have been changed by hand."""
    word, slash, file = origin.file.partition("/")
    ours = file.startswith(f"{origin.speaker}_nohash_") and file.endswith(".flac")
    return bool(slash) and ours and word not in ("", ".", "..") and not {"/", "\\"} & set(file)


def _remove(file: Path) -> None:
    """Remove a file, and the folder of its word where it was the last one."""
    file.unlink(missing_ok=True)
    with suppress(OSError):  # others are in it
        file.parent.rmdir()


def _file(clip: Clip) -> str:
    return f"{clip.speaker}_nohash_{clip.origin.rsplit('/', 1)[-1]}"


def _origin(clip: Clip, file: str) -> Origin:
    return Origin(
        file=file,
        clip=clip.id,
        word=clip.word,
        label=clip.word,
        split="",
        speaker=clip.speaker,
        synthetic="yes" if clip.synthetic else "no",
        session=clip.session,
        licence=clip.licence,
        consent=clip.consent,
        source=clip.source,
        attributes=clip.attributes,
    )
