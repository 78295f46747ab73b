"""What contributors agree to: a text in Markdown, its version, and the text as HTML that can hold no script.

The version is a hash of the filled text and the licence, so whatever is changed in them makes another version, and a
contributor who agreed to an older one is asked again.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from firmware_tools.yaml_text import decoded
from kws_data.errors import DataError
from kws_data.web.guideline_html import guideline_html

MOST_BYTES = 64 << 10
#: What a text may name in braces, and the option that says it.
PLACES = {
    "purpose": "--purpose",
    "who": "--who",
    "contact": "--contact",
    "licence": "--licence",
    "retention": "--retention",
    "words": "--words",
    "takes": "--takes",
}
_PLACE = re.compile(r"\{(\w+)\}")

DEFAULT = """\
## What this is

**{who}** collects recordings of single words for this purpose: {purpose}.

You will be asked to say these words, {takes} times each: {words}. It takes a few minutes. Taking part is voluntary:
you can skip any word and stop at any moment.

## What is kept

- the recordings that you keep, each with its word, and how loud and how noisy it is;
- what you choose to say of yourself (age band, gender, accent, language, device): every one of these can be left out;
- the kind of your browser and system, and whether it changed the sound of the microphone;
- the version of this text and the moment when you agreed to it.

No name, no e-mail address and no network address is kept. Your recordings are filed under a random number. A voice can
still be recognised by people who know it: record only if you accept that.

## What happens with it

- The recordings may be used and passed on under this licence: **{licence}**.
- They are kept {retention}.
- Models learnt from them may stay in use after recordings were erased; they hold no recording.

## Your rights

- You get a secret link. With it you can hear what is held of you, go on later, or **withdraw: then everything of you is
  erased at once**. Copies that were passed on under the licence before cannot be called back by the link.
- Questions, and withdrawing without the link: {contact}. Name the number that the page shows you.

## Who may take part

You are at least 18 years old, or your parent or guardian agrees with you and is there now.
"""


@dataclass(frozen=True)
class ConsentText:
    """A text that is agreed to.

    Attributes:
        text: Markdown, filled.
        licence: under which the recordings are given.
        version: twelve hex digits of text and licence.
    """

    text: str
    licence: str

    @property
    def version(self) -> str:
        """Another one whenever text or licence is."""
        return hashlib.sha256(f"{self.licence}\0{self.text}".encode()).hexdigest()[:12]

    @property
    def html(self) -> str:
        """The text as HTML; HTML in it is shown as text."""
        return guideline_html(self.text)

    @property
    def name(self) -> str:
        """What stands as ``consent`` with each clip."""
        return f"consent text {self.version}"


def consent_text(values: Mapping[str, str], path: Path | None = None) -> ConsentText:
    """The text of a file, or the one that comes with kws, with its places filled.

    Args:
        values: of :data:`PLACES`; empty is not said.
        path: Markdown; the text of kws when None.

    Raises:
        DataError: it cannot be read, is empty or too long, names an unknown place, or one that nobody filled.
    """
    where = "consent text of kws" if path is None else str(path)
    text = DEFAULT if path is None else _read(path)
    for name in _PLACE.findall(text):
        if name not in PLACES:
            near = difflib.get_close_matches(name, PLACES, n=1, cutoff=0.4)
            remedy = f"did you mean {{{near[0]}}}?" if near else f"there are {', '.join(f'{{{n}}}' for n in PLACES)}"
            raise DataError(f"{where}: nothing is called so", f"{{{name}}}", remedy)
        if not values.get(name, "").strip():
            raise DataError(f"{where}: nothing fills this", f"{{{name}}}", f"say it with {PLACES[name]}")
    filled = _PLACE.sub(lambda found: values[found[1]].strip(), text).strip() + "\n"
    return ConsentText(filled, values.get("licence", "").strip())


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DataError("consent text is too long to be read by anybody", str(path), "64 KiB at most")
        text = decoded(path.read_bytes())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError("consent text cannot be read", str(path), f"{reason}: name a Markdown file") from None
    if not text.strip():
        raise DataError("consent text is empty", str(path), "write what contributors agree to")
    return text
