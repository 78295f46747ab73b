"""The model card of a run, from its results; what stands in it says :mod:`kws_data.release.model_card`."""

from __future__ import annotations

from kws_data.catalog.catalog import Catalog
from kws_data.coverage.subgroups import PURPOSE
from kws_data.release import model_card as release
from kws_data.release.documents import rows_once
from kws_data.report.results import RunResults
from kws_data.run_folder import read_json
from kws_data.slices.slice_report import SLICES_FILE


def model_card(results: RunResults) -> str:
    """Markdown; the same for the same run.

    Raises:
        DataError: a result is missing or damaged.
        CatalogError: counts of people are noised and the catalogue's key cannot be read.
    """
    config, slices = results.config, results.folder / "report" / SLICES_FILE
    secret = b""
    if results.dataset.get("release", {}).get("epsilon"):
        with Catalog(config.data.recordings) as catalog:
            secret = catalog.secret(PURPOSE)
    return release.model_card(
        release.Card(
            config=config,
            report=results.document,
            dataset=results.dataset,
            rows=rows_once(results.folder / "dataset"),
            findings=[one.text for one in results.findings if one.verdict != "good"],
            slices=read_json(slices, "slices") if slices.is_file() else None,
            secret=secret,
        )
    )
