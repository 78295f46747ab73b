"""``negatives.parquet`` read: apart from all that plans, writes or hears what is in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kws_data.errors import DataError
from kws_data.run_folder import NEGATIVES_FILE


def read_negatives(dataset_dir: Path | str, split: str, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of ``negatives.parquet`` of one split, by recording and time.

    Raises:
        DataError: the data set has none, or the table cannot be read.
    """
    from pyarrow import ArrowException, parquet

    path = Path(dataset_dir) / NEGATIVES_FILE
    try:
        table = parquet.read_table(path, columns=list(columns), filters=[("split", "=", split)])
    except FileNotFoundError:
        raise DataError("data set has no negatives", str(path), "name data.negatives and call kws build") from None
    except (OSError, ArrowException) as error:
        raise DataError("table of negatives cannot be read", str(path), f"{error}; call kws build again") from None
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows
