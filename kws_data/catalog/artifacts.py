"""What was made of the clips: data sets, models, firmware images and exports, from what, and where they lie.

A data set remembers its clips (8 bytes each), a model its data set, an image its model, so that lineage can be
followed in both directions. Dates are kept with the places only: no hash depends on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kws_data.catalog.database import CatalogDatabase

KINDS = ("dataset", "model", "image", "export")


@dataclass(frozen=True)
class Place:
    """Where an artifact was written, and when it was last recorded there (UTC, ISO 8601)."""

    path: str
    recorded_at: str


@dataclass(frozen=True)
class Artifact:
    """Something that was made: ``id`` is a content hash, ``made_from`` the id of what it was made from, or empty.

    ``clips`` counts its clips (data sets and exports only), ``forgotten`` the speakers in it who were forgotten since.
    """

    id: str
    kind: str
    name: str
    made_from: str
    config_sha256: str
    clips: int
    places: tuple[Place, ...]
    forgotten: int


class Made:
    """Records and finds artifacts."""

    def __init__(self, at: CatalogDatabase) -> None:
        self._at = at

    def record_dataset(
        self, version: str, name: str, path: Path | str, clip_ids: Iterable[str], config_sha256: str = ""
    ) -> None:
        """Note that the data set ``version`` of configuration ``name``, with these clips, lies at ``path``."""
        self._record("dataset", version, name, path, "", config_sha256, pack_ids(clip_ids))

    def record_model(
        self, sha256: str, name: str, path: Path | str, dataset_version: str, config_sha256: str = ""
    ) -> None:
        """Note that the model with this hash, trained on a data set, lies at ``path``."""
        self._record("model", sha256, name, path, dataset_version, config_sha256, b"")

    def record_image(self, sha256: str, name: str, path: Path | str, model_sha256: str) -> None:
        """Note that the firmware image with this hash carries a model."""
        self._record("image", sha256, name, path, model_sha256, "", b"")

    def record_export(self, name: str, path: Path | str, clip_ids: Iterable[str], made_from: str = "") -> None:
        """Note that audio of these clips was written out to the folder ``path``, of a data set or of none."""
        self._record("export", _export_id(path), name, path, made_from, "", pack_ids(clip_ids))

    def exported_to(self, path: Path | str) -> set[str]:
        """Ids of the clips whose audio was last written out to the folder ``path``."""
        return set(self.members(_export_id(path)))

    def _record(
        self, kind: str, identity: str, name: str, path: Path | str, made_from: str, config: str, members: bytes
    ) -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._at.transaction():
            self._at.db.execute(
                "INSERT INTO artifacts VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name,"
                " made_from = excluded.made_from, config_sha256 = excluded.config_sha256, members = excluded.members",
                (identity, kind, name, made_from, config, members),
            )
            self._at.db.execute(
                "INSERT OR REPLACE INTO places VALUES (?, ?, ?)", (identity, str(Path(path).resolve()), now)
            )

    def artifacts(self, *, kind: str | None = None, made_from: str | None = None) -> list[Artifact]:
        """What was recorded, by kind and name."""
        given = _given(kind=kind, made_from=made_from)
        where = " AND ".join(f"{name} = ?" for name, _ in given)
        with self._at.errors():
            rows = self._at.db.execute(
                "SELECT id, kind, name, made_from, config_sha256, length(members) / 8,"
                " (SELECT count(*) FROM forgotten_in WHERE artifact = id) FROM artifacts"
                f" WHERE {where or '1'} ORDER BY kind, name, id",
                [value for _, value in given],
            ).fetchall()
            return [self._artifact(row) for row in rows]

    def _artifact(self, row: Sequence[Any]) -> Artifact:
        identity, kind, name, made_from, config_sha256, clips, forgotten = row
        return Artifact(identity, kind, name, made_from, config_sha256, clips, self._places(identity), forgotten)

    def artifact(self, artifact_id: str) -> Artifact | None:
        """The artifact with this id, or None."""
        return next(iter(a for a in self.artifacts() if a.id == artifact_id), None)

    def _places(self, identity: str) -> tuple[Place, ...]:
        rows = self._at.db.execute("SELECT path, recorded_at FROM places WHERE artifact = ? ORDER BY path", (identity,))
        return tuple(Place(*row) for row in rows)

    def members(self, artifact_id: str) -> list[str]:
        """Ids of the clips of a data set or export, in order; empty for anything else."""
        with self._at.errors():
            row = self._at.db.execute("SELECT members FROM artifacts WHERE id = ?", (artifact_id,)).fetchone()
        return unpack_ids(row[0]) if row else []

    def made_with(self, clip_ids: Iterable[str]) -> dict[str, int]:
        """How many of these clips each data set and export holds, by its id; those that hold none are left out."""
        wanted = _numbers(pack_ids(clip_ids))
        with self._at.errors():
            rows = self._at.db.execute("SELECT id, members FROM artifacts WHERE length(members) > 0")
            found = {str(identity): int(np.isin(wanted, _numbers(blob)).sum()) for identity, blob in rows}
        return {identity: count for identity, count in sorted(found.items()) if count}


def _export_id(path: Path | str) -> str:
    return f"export:{Path(path).resolve()}"


def pack_ids(clip_ids: Iterable[str]) -> bytes:
    """Clip ids (sixteen hex digits) in order, each once, eight bytes each."""
    return b"".join(bytes.fromhex(identity) for identity in sorted(set(clip_ids)))


def unpack_ids(members: bytes) -> list[str]:
    """Inverse of :func:`pack_ids`."""
    return [members[start : start + 8].hex() for start in range(0, len(members), 8)]


def _numbers(members: bytes) -> NDArray[np.uint64]:
    return np.frombuffer(members, ">u8").astype(np.uint64)


def _given(**values: Any) -> Sequence[tuple[str, Any]]:
    return [(name, value) for name, value in values.items() if value is not None]
