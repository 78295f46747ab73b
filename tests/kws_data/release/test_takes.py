"""Takes that are exported again after labels changed: no clip stands under two words, no foreign file is touched."""

from __future__ import annotations

import csv
from pathlib import Path

from labelled_clips import add_bare_clips

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.changes import Change
from kws_data.labels import UNKNOWN
from kws_data.release.takes import export_takes
from kws_data.sources.imports.find_layout import import_layout


def relabel(catalog: Catalog, **words: str) -> None:
    changes = [Change(clip.removeprefix("id"), "word", word) for clip, word in words.items()]
    catalog.changes.apply(catalog.changes.record("test", "", [], changes), changes)


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.flac"))


def table(folder: Path) -> list[dict[str, str]]:
    with (folder / "ATTRIBUTION.csv").open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_a_clip_with_another_word_or_set_aside_leaves_no_copy_behind(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with Catalog(tmp_path / "rec") as catalog:
        ids = add_bare_clips(catalog, 5, "yes")
        assert export_takes(catalog, out, "made") == 5 == len(files(out))
        (out / "yes/of_mine.flac").write_bytes(b"mine")
        relabel(catalog, **{f"id{ids[0]}": "no", f"id{ids[1]}": UNKNOWN})
        catalog.set_aside({ids[2]: "label: bad recording"})
        assert export_takes(catalog, out, "made") == 4
        rows = table(out)
        assert sorted(row["clip"] for row in rows) == sorted({*ids} - {ids[2]})
        assert sorted([*(row["file"] for row in rows), "yes/of_mine.flac"]) == files(out)
        assert {row["clip"]: row["word"] for row in rows}[ids[0]] == "no"
        relabel(catalog, **{f"id{clip}": "no" for clip in ids})
        export_takes(catalog, out, "made")
        assert (out / "yes/of_mine.flac").read_bytes() == b"mine"
        (out / "yes/of_mine.flac").unlink()
        relabel(catalog, **{f"id{ids[1]}": UNKNOWN})
        export_takes(catalog, out, "made")
    with Catalog(tmp_path / "other") as catalog:
        import_layout(catalog, "speech-commands", out)
        assert sorted(clip.word for clip in catalog.clips()) == [UNKNOWN, "no", "no", "no"]


def test_nothing_is_left_where_all_is_set_aside(tmp_path: Path) -> None:
    with Catalog(tmp_path / "rec") as catalog:
        ids = add_bare_clips(catalog, 2, "yes")
        export_takes(catalog, tmp_path / "out", "made")
        catalog.set_aside(dict.fromkeys(ids, "bad"))
        assert export_takes(catalog, tmp_path / "out", "made") == 0
        assert not files(tmp_path / "out") and not table(tmp_path / "out")


def test_what_another_catalogue_or_another_source_wrote_stays(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with Catalog(tmp_path / "one") as one, Catalog(tmp_path / "two") as two:
        add_bare_clips(one, 2, "yes")
        ids = add_bare_clips(two, 2, "lamp", samples=8_000)
        export_takes(one, out, "made")
        export_takes(two, out, "made")
        assert export_takes(two, out, "nobody") == 0
        assert len(files(out)) == 4 == len(table(out))
        assert two.made.exported_to(out) == set(ids)


def test_a_table_that_names_other_files_removes_none(tmp_path: Path) -> None:
    out, kept = tmp_path / "out", tmp_path / "kept.flac"
    with Catalog(tmp_path / "rec") as catalog:
        add_bare_clips(catalog, 1, "yes")
        export_takes(catalog, out, "made")
        kept.write_bytes(b"kept")
        text = (out / "ATTRIBUTION.csv").read_text().splitlines()
        name = files(out)[0]
        (out / "ATTRIBUTION.csv").write_text(
            "\n".join([*text, text[1].replace(name, "../kept.flac"), text[1].replace("yes/", "../")]) + "\n"
        )
        export_takes(catalog, out, "made")
    assert kept.exists() and files(out) == [name]
