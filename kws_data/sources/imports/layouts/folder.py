"""Any folder of recordings: ``<label>/*.wav`` at any depth, or any tree with a table of what is in it.

::

    metadata.csv      file,label,speaker,accent,gender,age,licence,consent,split,session,device,transcript,language

The table lies at the top or in the folders of which it speaks; only ``file`` is needed. Tables by other names and in
other forms are read as :func:`kws_data.tables.find.find_tables` tells. Without one, or without a label in it, the label
is the name of the folder that holds the file, and the split that of a folder above it (``train/yes/a.wav``).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kws_data.errors import DataError
from kws_data.sources.imports import attribution
from kws_data.sources.imports.container_folders import container_note, is_container
from kws_data.sources.imports.items import Item, Layout, Scan, audio_below, plain_text, relative_name
from kws_data.sources.imports.tabled import file_item, scan_table
from kws_data.tables.find import Lying, Tables, find_tables, inside, remedy

#: What kws itself writes beside recordings.
NO_TABLES = (attribution.FILE.lower(), "manifest.parquet", "predictions.parquet", "dataset.json", "croissant.json")


def scan(root: Path) -> Scan:
    """Files of the tables, and all audio that lies beside none.

    Raises:
        DataError: a table at the top that cannot be read, or labels that stand in none that can be.
    """
    names = [path.relative_to(root).as_posix() for path in audio_below(root)]
    tables = find_tables(root, NO_TABLES)
    scans = {one.name: scan_table(root, one, names) for one in tables.read}
    read = tuple(one for one in tables.read if scans[one.name].items or one.is_sure)
    idle = [f"{one.name} is not used: no file that it names is there" for one in tables.read if one not in read]
    tables = Tables(read, tables.unread)
    of_tables = [scans[one.name] for one in read]
    listed = {item.path for found in of_tables for item in found.items}
    rest = [name for name in names if not any(inside(Lying(name).folder, one.folder) for one in read)]
    plain = _scan_plain(root, [name for name in rest if root / name not in listed], tables)
    return _joined([*of_tables, plain], [*idle, *tables.notes()])


def _joined(scans: Sequence[Scan], notes: Sequence[str]) -> Scan:
    """The whole of several scans; of a file in two of them the first counts."""
    items: dict[str, Item] = {}
    problems = [problem for scan in scans for problem in scan.problems]
    for item in (item for scan in scans for item in scan.items):
        if item.name in items:
            problems.append((item.name, "stands in two tables; the first counts"))
        items.setdefault(item.name, item)
    return Scan(
        [items[name] for name in sorted(items)],
        tuple(problems),
        tuple(name for scan in scans for name in scan.absent),
        (*(note for scan in scans for note in scan.notes), *notes),
    )


def _scan_plain(root: Path, names: Sequence[str], tables: Tables) -> Scan:
    """Files of which no table speaks: words are their folders."""
    origins = attribution.read_attribution(root)
    items, problems = [], []
    for name in names:
        path = root / name
        if origin := attribution.origin_of(origins, relative_name(path, root)):
            items.append(origin.item(path, relative_name(path, root)))
        elif path.parent == root:
            problems.append((plain_text(name), _no_label("it lies in no folder of a label", tables)))
        elif tables.unread and is_container(path.parent.name):
            problems.append((plain_text(name), _no_label(f"it lies in {path.parent.name}, which is no word", tables)))
        else:
            items.append(file_item(path, relative_name(path, root), {}))
    if problems and not items and tables.unread and not tables.read:
        table = tables.unread[0]
        raise DataError("recordings have no labels but in a table that is not read", str(root / table), remedy(table))
    return Scan(items, tuple(problems), notes=(*attribution.attribution_notes(root), *container_note(items)))


def _no_label(why: str, tables: Tables) -> str:
    unread = f": {remedy(tables.unread[0])}" if tables.unread else ""
    return f"no label: {why}, and no metadata.csv names it{unread}"


LAYOUT = Layout("folder", scan, "<label>/*.wav, or any tree with a metadata.csv (file,label,speaker,…)")
