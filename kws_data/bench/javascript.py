"""A bundle's WebAssembly and the JavaScript around it, run in Chromium on the page itself, or in Node."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_tools.spotter.detector import Detection
from kws_data.audio import Samples
from kws_data.browser.page import PLAIN, detector_wasm, script, try_page
from kws_data.bundle import ModelBundle
from kws_data.errors import DataError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
NODES = ("node", "nodejs")
TIMEOUT_S = 600
_RESULT = re.compile(r'<pre id="result">([A-Za-z0-9+/=]+)</pre>')


@dataclass(frozen=True)
class HeardInBrowser:
    """What the WebAssembly made of clips and of a stream.

    Attributes:
        where: which program ran it.
        clips: int8 scores ``[clips, labels]``.
        decided: their labels, -1 for none.
        scores: int8 scores of the stream ``[decisions, labels]``.
        ends: samples after which each was made.
        detections: in the stream, as they came.
        again: in the stream, decided anew on kept scores.
        times: shares of real time that each further hearing of the stream's first half minute took; the browser has
            made its code faster by the last ones.
    """

    where: str
    clips: NDArray[np.int8]
    decided: tuple[int, ...]
    scores: NDArray[np.int8]
    ends: NDArray[np.int64]
    detections: tuple[Detection, ...]
    again: tuple[Detection, ...]
    times: tuple[float, ...]


def program() -> tuple[str, str]:
    """Name and path of what runs here: Chromium, else Node.

    Raises:
        DataError: neither is installed.
    """
    for names in (BROWSERS, NODES):
        for name in names:
            path = shutil.which(name)
            if path is not None:
                return name, path
    raise DataError("no browser to run the page in", " or ".join((BROWSERS[0], NODES[0])), "install one of them")


def heard_in_browser(
    bundle: ModelBundle,
    clips: NDArray[np.int16],
    stream: Samples,
    *,
    rounds: int = 0,
    runs: tuple[str, str] | None = None,
) -> HeardInBrowser:
    """Let the page's detector score clips ``[clips, clip_samples]`` and hear a stream, ``rounds`` times more for speed.

    Args:
        bundle: what listens.
        clips: int16.
        stream: int16, in one piece for speed, in odd pieces for the scores.
        rounds: of timing.
        runs: name and path of the program; :func:`program` when None.

    Raises:
        DataError: there is none, or it does not answer.
        FrontendError, ModelError, FirmwareError: as :func:`kws_data.browser.page.detector_wasm`.
    """
    name, path = runs or program()
    inputs = [base64.b64encode(np.ascontiguousarray(one, "<i2").tobytes()).decode() for one in (clips, stream)]
    call = f"JSON.stringify(selfTest(detector, samplesOf(clips), samplesOf(stream), {rounds}))"
    with tempfile.TemporaryDirectory(prefix="kws-browser-") as folder:
        if name in NODES:
            text = _in_node(bundle, inputs, call, path, Path(folder))
        else:
            text = _in_chromium(bundle, inputs, call, path, Path(folder))
    values = json.loads(text)
    if values["labels"] != list(bundle.labels) or values["hash"] != bundle.bundle_hash:
        raise DataError("the page holds another bundle", values["hash"], "remove the folder of KWS_CACHE_DIR")
    return _heard(name, values, len(bundle.labels))


def _heard(where: str, values: dict[str, Any], labels: int) -> HeardInBrowser:
    def found(name: str) -> tuple[Detection, ...]:
        return tuple(Detection(int(one["sample"]), one["label"], one["score"]) for one in values[name])

    return HeardInBrowser(
        where=where,
        clips=np.array(values["clips"], np.int8).reshape(-1, labels),
        decided=tuple(values["decided"]),
        scores=np.array(values["scores"], np.int8).reshape(-1, labels),
        ends=np.array(values["ends"], np.int64),
        detections=found("detections"),
        again=found("again"),
        times=tuple(values["times"]),
    )


def _in_chromium(bundle: ModelBundle, inputs: Sequence[str], call: str, path: str, folder: Path) -> str:
    """The very page, with what is to be heard and a script at its end, which runs before the page counts as loaded."""
    data = "".join(f'<script type="text/plain" id="{name}">{text}</script>' for name, text in _named(inputs).items())
    more = (
        f"{data}<script>{script((*PLAIN, 'selftest.js'))}{{\n"
        'const bytes = Uint8Array.from(atob(kwsTry["kws-try"].wasm), (sign) => sign.charCodeAt(0));\n'
        "const detector = new Detector(new WebAssembly.Instance(new WebAssembly.Module(bytes)));\n"
        'const [clips, stream] = ["clips", "stream"].map((id) => document.getElementById(id).textContent);\n'
        f"const made = {call};\n"
        'document.body.innerHTML = `<pre id="result">${btoa(made)}</pre>`;\n}</script>'
    )
    page = folder / "page.html"
    page.write_text(try_page(bundle, more), encoding="utf-8")
    flags = [
        "--headless=new",
        "--disable-gpu",
        "--mute-audio",
        "--no-first-run",
        f"--user-data-dir={folder / 'profile'}",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags.append("--no-sandbox")  # which root cannot have
    printed = _output([path, *flags, "--dump-dom", page.as_uri()])
    found = _RESULT.search(printed)
    if found is None:
        raise DataError("the page did not answer", path, "open kws try's page in it: the console says what is wrong")
    return base64.b64decode(found[1]).decode()


def _in_node(bundle: ModelBundle, inputs: Sequence[str], call: str, path: str, folder: Path) -> str:
    (folder / "spotter.wasm").write_bytes(detector_wasm(bundle))
    (folder / "inputs.json").write_text(json.dumps(_named(inputs)), encoding="utf-8")
    file = folder / "run.js"
    file.write_text(
        f"{script((*PLAIN, 'selftest.js'))}const fs = require('fs');\n"
        f"const {{ clips, stream }} = JSON.parse(fs.readFileSync({json.dumps(str(folder / 'inputs.json'))}, 'utf8'));\n"
        f"const bytes = fs.readFileSync({json.dumps(str(folder / 'spotter.wasm'))});\n"
        "const detector = new Detector(new WebAssembly.Instance(new WebAssembly.Module(bytes)));\n"
        f"process.stdout.write({call});\n",
        encoding="utf-8",
    )
    return _output([path, str(file)])


def _named(inputs: Sequence[str]) -> dict[str, str]:
    return dict(zip(("clips", "stream"), inputs, strict=True))


def _output(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        raise DataError(
            "the browser does not end", command[0], f"it was given {TIMEOUT_S} s: use fewer clips"
        ) from None
    except OSError as error:
        raise DataError("the browser cannot be started", command[0], str(error.strerror)) from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or [f"exit code {done.returncode}"]
        raise DataError("the browser failed", command[0], said[-1][:200])
    return done.stdout.decode(errors="replace")
