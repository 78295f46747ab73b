"""Reading a data set loads no planner and no importer: what training brings in is a stated number of modules."""

from __future__ import annotations

import subprocess
import sys

import pytest

LISTING = "print(*sorted(name for name in sys.modules if name.split('.')[0] in ('kws_data', 'firmware_tools')))"


@pytest.mark.parametrize(
    ("module", "most"),
    [("kws_data.training.batches.train_set", 48), ("kws_data.training.run", 91), ("kws_data.dataset.manifest", 8)],
)
def test_few_modules_come_in_and_no_planner_among_them(module: str, most: int) -> None:
    program = f"import sys, {module}; {LISTING}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert module in loaded and len(loaded) <= most, len(loaded)
    rooms = ("kws_data.sources", "kws_data.catalog", "kws_data.dataset.plan", "kws_data.dataset.build")
    assert not [name for name in loaded if name.startswith(rooms)]
