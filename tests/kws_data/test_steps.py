"""What a step of the chain depends on, read from the sources: no more than what shapes its result."""

from __future__ import annotations

import pytest

from kws_data.system.code_version import ROOT, files_below
from kws_data.system.source_graph import SourceGraph

GRAPH = SourceGraph(ROOT)


@pytest.mark.parametrize("step", ["check", "flash", "evaluate", "device_eval", "report"])
def test_measuring_does_not_depend_on_training(step: str) -> None:
    """A changed training gives another model file; whoever measures that file is the same."""
    files = files_below(GRAPH, f"kws_data.steps:{step}")
    assert not [file for file in files if "/training/" in file or "/export/" in file]


@pytest.mark.parametrize("step", ["check", "flash", "evaluate", "device_eval"])
def test_only_the_report_depends_on_the_page(step: str) -> None:
    assert not [file for file in files_below(GRAPH, f"kws_data.steps:{step}") if file.startswith("kws_data/report/")]
