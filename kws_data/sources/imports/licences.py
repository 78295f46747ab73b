"""Names of licences: many ways to write one, to its SPDX identifier, so that an allow-list can be short."""

from __future__ import annotations

import re

#: What is left of a text in lower case without blanks and signs -> identifier.
_KNOWN = {
    "cc0": "CC0-1.0",
    "cc010": "CC0-1.0",
    "cczero": "CC0-1.0",
    "publicdomain": "CC0-1.0",
    "mit": "MIT",
    "mitlicense": "MIT",
    "apache20": "Apache-2.0",
    "bsd3clause": "BSD-3-Clause",
    "odcby10": "ODC-By-1.0",
    "odbl10": "ODbL-1.0",
}
_CREATIVE_COMMONS = re.compile(r"^cc(by(?:nc)?(?:sa|nd)?)(10|20|25|30|40)$")
_ADDRESS = re.compile(r"creativecommons\.org/(licenses|publicdomain)/([a-z-]+)/(\d\.\d)")
_PARTS = {"bync": "BY-NC", "bysa": "BY-SA", "bynd": "BY-ND", "byncsa": "BY-NC-SA", "byncnd": "BY-NC-ND", "by": "BY"}


def licence_id(text: str) -> str:
    """SPDX identifier of a licence as people write it; the text itself, trimmed, when it is not recognised.

    What stands in brackets behind a name is left out: ``MIT (recorded by the author)`` is MIT. A Creative Commons
    licence without its version stays as it is written, because its versions differ.
    """
    text = " ".join(text.split())
    if match := _ADDRESS.search(text.lower()):
        kind, name, version = match.groups()
        return "CC0-1.0" if kind == "publicdomain" else f"CC-{name.upper()}-{version}"
    bare = re.sub(r"[^a-z0-9]", "", re.sub(r"\s*\(.*\)$", "", text.lower()))
    bare = bare.removeprefix("creativecommons").removeprefix("attribution") or bare
    if match := _CREATIVE_COMMONS.match(bare):
        return f"CC-{_PARTS[match[1]]}-{match[2][0]}.{match[2][1]}"
    return _KNOWN.get(bare, text)
