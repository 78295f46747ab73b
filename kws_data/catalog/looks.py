"""Looks at test splits: who measured which model on which test, when and why.

A test that was looked at often is worth less: of many models the best one is partly the luckiest. So each look is kept,
and figures are given with how many there were (``kws_data.evaluation.sealed``). A look is never taken back; the table
holds hashes, no clip and no speaker, and it leaves this machine with the catalogue only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from getpass import getuser
from typing import Any

from kws_data.catalog.database import CatalogDatabase
from kws_data.errors import DataError

NOBODY = "unknown"  # where the system knows no login name


@dataclass(frozen=True)
class Look:
    """One look at a test split.

    Attributes:
        test_sha256: which test, by what is in it.
        config: name of the configuration.
        model_sha256: of the int8 file that was measured.
        verb: through what: ``run``, ``evaluate``, ``device-eval`` and so on.
        who: as they called themselves, or their login name.
        reason: why, in their words.
        looked_at: when, UTC, ISO 8601.
    """

    test_sha256: str
    config: str
    model_sha256: str
    verb: str
    who: str
    reason: str
    looked_at: str

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


class Looks:
    """Records looks, lists and counts them."""

    def __init__(self, at: CatalogDatabase) -> None:
        self._at = at

    def record(
        self, test_sha256: str, config: str, model_sha256: str, verb: str, reason: str, who: str | None = None
    ) -> None:
        """Note a look. The same model looked at again is a further look, and no further model.

        Raises:
            DataError: there is no reason.
            CatalogError: the catalogue cannot be written: then nobody may look.
        """
        why, name = " ".join(reason.split()), " ".join((who or login_name()).split())
        if not why:
            raise DataError("a look at the test split needs a reason", reason, 'say why: --reason "before release 2"')
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._at.transaction():
            self._at.db.execute(
                "INSERT INTO looks (test_sha256, config, model_sha256, verb, who, reason, looked_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (test_sha256, config, model_sha256, verb, name or NOBODY, why, now),
            )

    def all(self, test_sha256: str | None = None) -> list[Look]:
        """Looks at one test split, or at all of them, in the order in which they were taken."""
        where, values = ("", ()) if test_sha256 is None else (" WHERE test_sha256 = ?", (test_sha256,))
        with self._at.errors():
            rows: Sequence[Any] = self._at.db.execute(
                f"SELECT test_sha256, config, model_sha256, verb, who, reason, looked_at FROM looks{where} ORDER BY id",
                values,
            ).fetchall()
        return [Look(*row) for row in rows]

    def counts(self, test_sha256: str) -> tuple[int, int]:
        """How many looks at a test split there were, and of how many different models."""
        with self._at.errors():
            query = "SELECT count(*), count(DISTINCT model_sha256) FROM looks WHERE test_sha256 = ?"
            looks, models = self._at.db.execute(query, (test_sha256,)).fetchone()
        return int(looks), int(models)


def login_name() -> str:
    """The name under which this process runs; ``unknown`` where the system knows none."""
    try:
        return getuser()
    except (KeyError, OSError, ImportError):  # a container may run under a number without a name
        return NOBODY
