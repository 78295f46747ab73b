"""The page's JavaScript in Node, where that is installed; skipped where it is not."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest

from kws_data.browser.page import script

NODES = ("node", "nodejs")


def node() -> str:
    """Node's path; skips the test where none is installed."""
    found = next(filter(None, map(shutil.which, NODES)), None)
    if found is None:
        pytest.skip("no Node here: apt install nodejs")
    return found


def in_node(files: tuple[str, ...], code: str, given: Any = None) -> Any:
    """What ``code`` hands to ``answer(value)``, after these files of the page; ``given`` is what Python gives it."""
    whole = (
        f"{script(files)}\nconst given = JSON.parse(require('fs').readFileSync(0, 'utf8'));\n"
        f"const answer = (value) => process.stdout.write(JSON.stringify(value));\n{code}"
    )
    text = json.dumps(given)
    done = subprocess.run([node(), "-e", whole], input=text, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
