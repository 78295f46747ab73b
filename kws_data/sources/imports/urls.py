"""Clips from a list of addresses: fetched politely, checked, taken in, and not fetched again.

::

    url,sha256,licence,label,speaker,…       any column of a metadata.csv (see rows.py) beside url and sha256
    https://host/yes/ab12cd34_nohash_0.wav   or plain text, one address a line, with --licence for all of them

A row without licence is refused: nobody may use such a clip. Without a label, the label is the last folder of the
address. Files lie in ``fetched/`` beside the catalogue until they are imported, so that an interrupted import goes on
with the first one that is missing; then they are removed.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from firmware_tools.atomic import write_bytes
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.folders import urls_id
from kws_data.errors import DataError
from kws_data.progress import Progress
from kws_data.sources.imports.fetch import Fetcher, FetchError, Manners, checked_url
from kws_data.sources.imports.intake import ImportReport, Terms, take_in, unread
from kws_data.sources.imports.items import Item, Scan, plain_text
from kws_data.sources.imports.layouts.speech_commands import speaker_of
from kws_data.sources.imports.rows import described
from kws_data.tables.columns import lacking, standard_row, unused_note, used_columns
from kws_data.tables.lines import read_lines
from kws_data.tables.table import NO_TEXT, Table, read_table

SOURCE = "urls"
OWN_COLUMNS = ("url", "sha256")
URL_NAMES = {"url": ("address", "link", "uri", "href", "audio_url", "download_url")}
HOSTS_AT_ONCE = 4


@dataclass(frozen=True)
class Wanted:
    """An address of the list, what is said of it, and the hash that its file must have (empty: any)."""

    url: str
    sha256: str
    item: Item


def import_urls(
    catalog: Catalog,
    path: Path | str,
    progress: Progress | None = None,
    terms: Terms | None = None,
    manners: Manners | None = None,
) -> ImportReport:
    """Fetch and take in what a list names and the catalogue does not have yet. Safe to interrupt and to repeat.

    Args:
        catalog: where clips go; they are those of ``urls_id(path)``.
        path: a CSV with a column ``url``, or plain text.
        progress: told ("fetch", done, total), then ("import", done, total).
        terms: licence and consent of rows that state none.
        manners: how to fetch.

    Raises:
        DataError: the list cannot be read, or names nothing that may be fetched.
        CatalogError: the catalogue cannot be written.
    """
    folder, terms = urls_id(path), terms or Terms()
    wanted, scan = read_list(Path(path), catalog.folder / "fetched", terms)
    if not wanted:
        broken = f"{scan.problems[0][0]}: {scan.problems[0][1]}" if scan.problems else "it is empty"
        raise DataError("list has no address that may be fetched", str(path), broken)
    missing = {item.name for item in unread(catalog, folder, SOURCE, (one.item for one in wanted), terms)}
    failed = _fetch_all([one for one in wanted if one.item.name in missing], manners or Manners(), progress)
    items = [one.item for one in wanted if one.item.name not in failed]
    found = replace(scan, items=items, problems=(*scan.problems, *sorted(failed.items())))
    report = take_in(catalog, folder, SOURCE, found, progress, terms)
    for one in wanted:
        one.item.path.unlink(missing_ok=True)
    return report


def read_list(path: Path, cache: Path, terms: Terms) -> tuple[list[Wanted], Scan]:
    """Addresses of a list, in its order, and what is wrong with the others.

    Raises:
        DataError: the list cannot be read.
    """
    if not path.is_file():
        raise DataError("list of addresses not found", str(path), "name a CSV with a column url, or a text file")
    table = _table(path)
    used = used_columns(table.columns)
    problems = list(table.problems)
    wanted: dict[str, Wanted] = {}
    for line, values in table.rows:
        place = f"{path.name} line {line}"
        try:
            one = _wanted(values, standard_row(used, values), cache, terms)
        except FetchError as error:
            problems.append((place, f"{error.what}: {error.remedy}"))
            continue
        if one.url in wanted:
            problems.append((place, "names the same address a second time"))
        else:
            wanted[one.url] = one
    unchecked = sum(not one.sha256 for one in wanted.values())
    notes = (
        [f"{unchecked} rows have no sha256: nobody can tell whether their files are the right ones"]
        if unchecked
        else []
    )
    return list(wanted.values()), Scan([], tuple(problems), notes=(*unused_note(path.name, used, OWN_COLUMNS), *notes))


def _table(path: Path) -> Table:
    """The list as a table; plain text (its first line is an address) is one of a single column."""
    lines = read_lines(path)
    first = next((text for _, text in lines if text and text.strip()), "").strip().lower()
    if not first.startswith(("http://", "https://", "#")):
        return _with_url(read_table(path))
    bad = tuple((f"{path.name} line {number}", NO_TEXT) for number, text in lines if text is None)
    texts = [(number, text.strip()) for number, text in lines if text and text.strip()]
    return Table(("url",), [(number, {"url": text}) for number, text in texts if text[0] != "#"], bad)


def _with_url(table: Table) -> Table:
    """A table in which the column of addresses is called ``url``."""
    used = used_columns(table.columns, URL_NAMES, {})
    if "url" in table.columns:
        return table
    if "url" not in used.values():
        there = ", ".join(table.columns[:20])
        remedy = lacking("url", table.columns, URL_NAMES, {})
        raise DataError(f"table {table.name} lacks a column for the address", there, remedy)
    own = {column: used[column] or column for column in table.columns}
    rows = [(number, {own[column]: text for column, text in values.items()}) for number, values in table.rows]
    return replace(table, columns=tuple(own.values()), rows=rows)


def _wanted(values: dict[str, str], row: dict[str, str], cache: Path, terms: Terms) -> Wanted:
    """One row; FetchError when it cannot be used."""
    url, sha256 = checked_url(values["url"]), values.get("sha256", "").lower()
    if not (row.get("licence") or terms.licence):
        raise FetchError("row has no licence", url, "nobody may use such a clip: add it, or --licence for all")
    if sha256 and not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise FetchError("sha256 is none", sha256, "64 hex digits are")
    place = PurePosixPath(unquote(urlsplit(url).path))
    word = row.get("label") or place.parent.name
    if not word:
        raise FetchError(
            "address has no label", url, "put it below a folder of its word, or give a CSV with columns url and label"
        )
    digest = hashlib.sha256(f"{url} {sha256}".encode()).hexdigest()
    suffix = place.suffix.lower() if re.fullmatch(r"\.[a-z0-9]{1,5}", place.suffix.lower()) else ".audio"
    speaker = speaker_of(f"{word}/{place.name}") if "_nohash_" in place.name else ""
    file = cache / digest[:2] / f"{digest}{suffix}"
    item = described(file, plain_text(url), row, word=word, speaker=speaker)
    return Wanted(url, sha256, replace(item, attributes={**item.attributes, **_checksum(sha256)}))


def _checksum(sha256: str) -> dict[str, str]:
    return {"file_sha256": sha256} if sha256 else {}


def _fetch_all(wanted: Sequence[Wanted], manners: Manners, progress: Progress | None) -> dict[str, str]:
    """Fetch what does not lie in the cache, a few hosts at a time; reason of each that failed, by its name."""
    fetcher, done, lock = Fetcher(manners), 0, threading.Lock()
    by_host: dict[str, list[Wanted]] = defaultdict(list)
    for one in wanted:
        by_host[urlsplit(one.url).netloc].append(one)

    def fetch_host(host: str) -> Iterator[tuple[str, str]]:
        nonlocal done
        for one in by_host[host]:
            if reason := _fetch(fetcher, one):
                yield one.item.name, reason
            with lock:
                done += 1
                if progress:
                    progress("fetch", done, len(wanted))

    with ThreadPoolExecutor(HOSTS_AT_ONCE) as pool:
        try:
            return {name: reason for part in pool.map(lambda h: list(fetch_host(h)), by_host) for name, reason in part}
        except BaseException:
            fetcher.stop.set()
            raise


def _fetch(fetcher: Fetcher, one: Wanted) -> str:
    """Fetch one file into the cache; the reason when that fails."""
    if one.item.path.is_file():
        return ""
    try:
        data = fetcher.fetch(one.url, one.sha256)
    except FetchError as error:
        return f"{error.what}: {error.remedy}"
    write_bytes(one.item.path, data)
    return ""
