"""Who made a package and who answers for it, in the words of each framework; what nobody said is not made up."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from kws_data.config.config import Config

KWS = "kws"  # whose the C is
UNSTATED = "unstated"
_MAIL = re.compile(r"(?P<name>[^<>]*[^<>\s])\s*<(?P<mail>[^<>\s]+@[^<>\s]+)>")


@dataclass(frozen=True)
class Maker:
    """Who stands behind a package; empty where a configuration does not say.

    Attributes:
        author: of the detector.
        maintainer: who answers questions, as ``Name <mail>`` or only a name.
        url: page of the detector.
    """

    author: str = ""
    maintainer: str = ""
    url: str = ""

    def values(self, bundle_hash: str) -> dict[str, str]:
        """What stands between ``@`` signs in the templates.

        Args:
            bundle_hash: of the bundle, which names the library where it has no page: Arduino wants a URI of each.
        """
        return {
            "AUTHOR": self.author or KWS,
            "MAINTAINER": self.maintainer or UNSTATED,
            "URL": self.url or f"urn:sha256:{bundle_hash}",
            "PLATFORMIO_MAKER": self._platformio(),
            "ESP_IDF_MAKER": self._esp_idf(),
            "MADE_BY": self._sentence(),
        }

    def _platformio(self) -> str:
        """Lines of library.json; who is not stated is left out."""
        people = [_person(self.author or KWS)]
        if self.maintainer:
            maintainer = _person(self.maintainer) | {"maintainer": True}
            people = [one for one in people if one["name"] != maintainer["name"]] + [maintainer]
        page = f',\n  "homepage": {json.dumps(self.url)}' if self.url else ""
        return f'"authors": {json.dumps(people, ensure_ascii=False)}{page}'

    def _esp_idf(self) -> str:
        """Lines of idf_component.yml; JSON's texts are YAML's too."""
        who = f"maintainers:\n  - {json.dumps(self.maintainer, ensure_ascii=False)}\n" if self.maintainer else ""
        return who + (f"url: {json.dumps(self.url)}\n" if self.url else "")

    def _sentence(self) -> str:
        told = {"Made by": self.author, "Maintained by": self.maintainer, "More:": self.url}
        said = " ".join(f"{words} {value}." for words, value in told.items() if value)
        return said or "Who made the detector is not stated: `package:` in its configuration would say it."


def maker_of(config: Config) -> Maker:
    """Whom a configuration names: ``package:``, and where that says nothing the maintainer of its releases."""
    told, releases = config.package, _plain(config.release.maintainer)
    author = told.author.strip() or releases
    return Maker(author, told.maintainer.strip() or releases or author, told.url)


def _plain(text: str) -> str:
    """In one line that is safe between quotes."""
    return " ".join(re.sub(r'[\x00-\x1f\x7f\\"]+', " ", text).split())


def _person(text: str) -> dict[str, Any]:
    found = _MAIL.fullmatch(text)
    return {"name": found["name"], "email": found["mail"]} if found else {"name": text}
