"""``try.html``: a bundle's detector as the board runs it, in one page that asks nobody for anything.

The C is that of the board's image (:func:`firmware_tools.spotter.browser.spotter_wasm`); what stands around it is plain
HTML, CSS and JavaScript, the files of this folder. In the order in which they are put together:

``detector.js``     samples into the WebAssembly, scores and detections out of it; ``sound.js`` rates, 16 bits, WAV, ZIP
``microphone.js``   the browser's microphone and decoders; ``kept.js`` what is kept of a stream
``drawing.js``      spectrogram and scores; ``moments.js`` clips with consent
``app.js``          what happens; ``elements.js`` what the elements of ``try.html`` show and do
"""

from __future__ import annotations

import base64
import json
from importlib.resources import files

from firmware_tools.errors import FrontendError
from firmware_tools.frontend.spec import MICRO
from firmware_tools.spotter.browser import spotter_wasm
from kws_data.bundle import ModelBundle
from kws_data.deploy.images import generated_sources
from kws_data.pages.html import text

PAGE_FILE = "try.html"  # in runs/<name>/report
#: Files of JavaScript that know of no page: they run without a browser, too.
PLAIN = ("detector.js", "sound.js")
SCRIPTS = (*PLAIN, "microphone.js", "kept.js", "drawing.js", "moments.js", "app.js", "elements.js")
#: What the page may do: run its own script and the WebAssembly in it, keep sounds in memory, and ask for nothing.
CONTENT_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' data:; style-src 'unsafe-inline'; "
    "img-src data: blob:; media-src blob: data:; worker-src blob:; connect-src 'none'"
)


def detector_wasm(bundle: ModelBundle) -> bytes:
    """A bundle's listener as a WebAssembly module without imports; ``native/browser.c`` names what it exports.

    Raises:
        FrontendError: the bundle hears with ``micro_frontend``, whose C is not ours.
        ModelError, StreamingError, FirmwareError: its C cannot be generated or compiled.
    """
    if bundle.frontend.kind == MICRO:
        remedy = "choose frontend.kind mfcc or log_mel, train and export"
        raise FrontendError("kws try runs the C of kws's own front ends", bundle.frontend.kind, remedy)
    return spotter_wasm(generated_sources(bundle))


def embedded(bundle: ModelBundle, element_id: str = "kws-try") -> str:
    """HTML to stand in a page: the detector with all that belongs to it, in an element of this id.

    Its colours are the page's ``--ink --soft --line --main --bad --good --bg``; in a browser ``kwsTry[id]`` is the
    running ``App``. One page may hold several.

    Args:
        bundle: what listens.
        element_id: letters, digits and hyphens.

    Raises:
        FrontendError, ModelError, StreamingError, FirmwareError: as :func:`detector_wasm`.
    """
    wasm = base64.b64encode(detector_wasm(bundle)).decode()
    facts = {"config": bundle.config, "serve": _serve(bundle)}
    return (
        f"<style>{_file('try.css')}</style>{_file('try.html').replace('@ID@', text(element_id))}"
        f"<script>(() => {{\n{script(SCRIPTS)}"
        f"const id = {_json(element_id)};\n"
        f'(window.kwsTry ??= {{}})[id] = new App(document.getElementById(id), "{wasm}", {_json(facts)});\n'
        "})();</script>"
    )


def try_page(bundle: ModelBundle, more: str = "") -> str:
    """The whole page.

    Args:
        bundle: what listens.
        more: HTML to stand at its end.

    Raises:
        FrontendError, ModelError, StreamingError, FirmwareError: as :func:`detector_wasm`.
    """
    title = f"kws try: {bundle.config}"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{CONTENT_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text(title)}</title><style>{_file('page.css')}</style></head>"
        f"<body><main><h1>{text(', '.join(bundle.labels[2:]))}: heard by the board's own code</h1>"
        f'<p class="lead">The detector of {text(bundle.config)} in your browser: front end, model and decisions are '
        "the C of the board, bit for bit. Speak, or open a recording.</p>"
        f"{embedded(bundle)}</main>{more}</body></html>\n"
    )


def script(names: tuple[str, ...]) -> str:
    """The JavaScript of these files, one after the other."""
    return "".join(_file(name) for name in names)


def _serve(bundle: ModelBundle) -> str:
    call = f"kws try --bundle runs/{bundle.config}/model --serve"
    return f"Serve it on this machine: {call}, and open the address it prints."


def _file(name: str) -> str:
    return (files("kws_data.browser") / name).read_text(encoding="utf-8")


def _json(value: object) -> str:
    """JSON that may stand in a script element."""
    return json.dumps(value).replace("<", "\\u003c")
