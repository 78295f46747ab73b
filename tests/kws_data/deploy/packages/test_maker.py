"""Who made a package and answers for it is what the configuration says, and nothing is made up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from packages import ANN, NOBODY, chatty_bundle, written
from tiny_bundle import tiny_bundle

from kws_data.cli import run
from kws_data.config.load import parse_config
from kws_data.deploy.packages.check import check_package
from kws_data.deploy.packages.maker import Maker, maker_of
from kws_data.deploy.packages.write import KINDS
from kws_data.errors import ConfigError


def made_by(text: str) -> Maker:
    return maker_of(parse_config(f"keywords: [go]\n{text}", Path("a.yaml")))


@pytest.mark.parametrize(
    ("text", "maker"),
    [
        ("", NOBODY),
        ("package: {author: Ann}", Maker("Ann", "Ann")),
        ("release: {maintainer: Bob}", Maker("Bob", "Bob")),
        ("package: {author: Ann}\nrelease: {maintainer: Bob}", Maker("Ann", "Bob")),
        ("package: {maintainer: Cy <cy@x.org>}\nrelease: {maintainer: Bob}", Maker("Bob", "Cy <cy@x.org>")),
        ("package: {url: 'https://x.org/a'}", Maker(url="https://x.org/a")),
        ('release: {maintainer: "the \\"ears\\"\\n team"}', Maker("the ears team", "the ears team")),
    ],
)
def test_the_configuration_says_who(text: str, maker: Maker) -> None:
    assert made_by(text) == maker


@pytest.mark.parametrize("text", ["url: x.org", "url: 'ftp://x.org'", 'author: "a\\nb"', "author: 'a \"b\"'", "who: a"])
def test_what_would_break_a_manifest_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="package"):
        made_by(f"package: {{{text}}}")


@pytest.mark.parametrize("kind", KINDS)
def test_every_package_says_it_and_holds_no_placeholder(kind: str, tmp_path: Path) -> None:
    plain, told = written(kind, tmp_path / "plain"), written(kind, tmp_path / "told", maker=ANN)
    assert check_package(kind, plain) == check_package(kind, told) == []
    assert "Who made the detector is not stated" in (plain / "README.md").read_text()
    assert not any(b"example.org" in path.read_bytes() for path in plain.rglob("*") if path.is_file())
    readme = (told / "README.md").read_text()
    assert f"Made by {ANN.author}. Maintained by {ANN.maintainer}. More: {ANN.url}." in readme


def properties(folder: Path) -> dict[str, str]:
    lines = (folder / "library.properties").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_arduino_has_author_maintainer_and_a_uri_always(tmp_path: Path) -> None:
    """arduino-lint refuses an empty one, and a url that is no URI (its rules LP041 and LP056)."""
    bundle = chatty_bundle()
    plain = properties(written("arduino", tmp_path / "plain", bundle))
    assert (plain["author"], plain["maintainer"]) == ("kws", "unstated")
    assert plain["url"] == f"urn:sha256:{bundle.bundle_hash}"
    told = properties(written("arduino", tmp_path / "told", bundle, ANN))
    assert (told["author"], told["maintainer"], told["url"]) == (ANN.author, ANN.maintainer, ANN.url)


def test_platformio_has_people_with_their_mail_and_a_page_where_there_is_one(tmp_path: Path) -> None:
    def manifest(name: str, maker: Maker) -> dict[str, object]:
        folder = written("platformio", tmp_path / name, maker=maker)
        return dict(json.loads((folder / "library.json").read_text()))

    plain, told = manifest("plain", NOBODY), manifest("told", ANN)
    assert plain["authors"] == [{"name": "kws"}] and "homepage" not in plain
    assert told["authors"] == [{"name": "Ann Berg", "email": "ann@example.org", "maintainer": True}]
    assert told["homepage"] == ANN.url
    two = manifest("two", Maker("Ann", "Bob"))
    assert two["authors"] == [{"name": "Ann"}, {"name": "Bob", "maintainer": True}]


def test_esp_idf_has_maintainers_and_a_page_where_they_are_told(tmp_path: Path) -> None:
    plain = yaml.safe_load((written("esp-idf", tmp_path / "plain") / "idf_component.yml").read_text())
    assert "maintainers" not in plain and "url" not in plain
    told = yaml.safe_load((written("esp-idf", tmp_path / "told", maker=ANN) / "idf_component.yml").read_text())
    assert (told["maintainers"], told["url"]) == ([ANN.maintainer], ANN.url)


def test_export_takes_it_from_the_configuration_and_from_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tiny_bundle().save(tmp_path / "runs" / "tiny" / "model")
    (tmp_path / "tiny.yaml").write_text("name: tiny\nkeywords: [go]\npackage: {author: Ann}\n")
    assert run(["export", "tiny.yaml", "--to", "arduino", "--out", "a", "--set", "package.url=https://x.org"]) == 0
    assert (properties(tmp_path / "a")["maintainer"], properties(tmp_path / "a")["url"]) == ("Ann", "https://x.org")
    assert run(["export", "--bundle", "runs/tiny/model", "--to", "arduino", "--out", "b"]) == 0
    assert properties(tmp_path / "b")["maintainer"] == "unstated"


def test_each_package_says_how_far_it_is_proven(tmp_path: Path) -> None:
    """The CMake package is built, installed and run in the tests; the others run there on stand-ins."""
    said = {kind: " ".join((written(kind, tmp_path / kind) / "README.md").read_text().split()) for kind in KINDS}
    assert "built there by CMake" in said["cmake"] and "on stand-ins for" not in said["cmake"]
    for kind in ("arduino", "platformio", "esp-idf", "zephyr"):
        assert "run on a PC in the tests, on stand-ins for" in said[kind] and "not run on hardware" in said[kind]
    assert not any("@PROVEN@" in text for text in said.values())
