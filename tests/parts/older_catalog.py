"""A catalogue as an earlier version of the schema had it: without the tables that came since."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from kws_data.catalog.schema import STEPS


def make_older(folder: Path, version: int) -> None:
    """Take out of the catalogue in ``folder`` what the steps since ``version`` made; what is in its clips stays."""
    since = [statement for step, statements in STEPS.items() if step >= version for statement in statements]
    with sqlite3.connect(folder / "catalog.sqlite") as db:
        for statement in reversed(since):
            if statement.startswith("CREATE"):
                kind, name = created(statement)
                db.execute(f"DROP {kind} {name}")
        db.execute(f"PRAGMA user_version={version}")
    db.close()


def created(statement: str) -> tuple[str, str]:
    """("TABLE", "clips") of a CREATE statement."""
    words = statement.split()
    return ("INDEX", words[words.index("ON") - 1]) if "INDEX" in words[:3] else ("TABLE", words[2])
