"""What makes this run again, byte for byte, and what must be the same for that."""

from __future__ import annotations

from kws_data.config.load import run_command
from kws_data.pages.html import Html, says, table, text
from kws_data.report.results import RunResults


def again_section(results: RunResults) -> str:
    """A sentence, the command, and hashes."""
    config, document = results.config, results.document
    rows = [
        ("data set", document["dataset"]["version"]),
        ("model", document["model"]["sha256"]),
        ("settings", config.sha256()),
        ("seed", config.seed),
    ]
    said = "The same settings, recordings and seed give the same model and the same figures."
    command = Html(f"<p><code>{text(run_command(config))}</code></p>")
    return says(said) + command + table(rows, caption="What this report is of")
