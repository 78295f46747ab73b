"""The page and the sound of the tests of this folder, made once a process."""

from __future__ import annotations

from pathlib import Path

import pytest
from heard_page import RATE_HZ, bundle, sound

from kws_data.audio import write_wav
from kws_data.browser.page import try_page


@pytest.fixture(scope="session")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("try") / "try.html"
    path.write_text(try_page(bundle()), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def wav(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("try") / "sound.wav"
    write_wav(path, sound(), RATE_HZ)
    return path
