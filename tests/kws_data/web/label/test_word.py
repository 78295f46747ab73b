"""Which typed words the page takes for a label: the same as the catalogue takes."""

from __future__ import annotations

import json
import subprocess
from importlib.resources import files

from javascript import node

from kws_data.labelling.labels import is_label
from kws_data.labels import fault_of_word, spelt

TYPED = (
    *("yes", "Left Hand", "don't", "한글", "می\u200cخواهم", "7", "x" * 60, "x" * 61, "é" * 60, "𝒳" * 60, "𝒳" * 61),
    *("", " ", ".", "?!", "a/b", "a\\b", "../../../tmp/evil", "<img src=x>", "a>b", "_background_noise_", "(speech)"),
    *("a\x00b", "a\x85b", "a\ue000b", "a\u202eb", " _x", "e\u0301" * 60, "a  b"),
)


def test_the_page_refuses_what_the_catalogue_would_for_the_same_reason() -> None:
    module = (files("kws_data.web") / "files" / "label_word.js").read_text(encoding="utf-8")
    ask = "process.stdout.write(JSON.stringify(JSON.parse(process.argv[1]).map(faultOfWord)));"
    call = [node(), "--input-type=module", "-e", f"{module}\n{ask}", json.dumps(TYPED)]
    done = subprocess.run(call, capture_output=True, text=True, timeout=60, check=True)
    assert dict(zip(TYPED, json.loads(done.stdout), strict=True)) == {one: fault_of_word(spelt(one)) for one in TYPED}
    assert [one for one in TYPED if is_label(one)] != list(TYPED)
