"""The page of an audit, as its readers open it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from chromium import PHONE, found_by_axe, opened
from made_words import add, whole, word

from kws_data.catalog.catalog import Catalog
from kws_data.quality.audit.audit import audit
from kws_data.quality.audit.page import audit_page
from kws_data.quality.audit.result import Audit, AuditSettings
from kws_data.quality.audit.thin import ThinGroup


@pytest.fixture
def page(tmp_path: Path) -> Path:
    with Catalog(tmp_path / "recordings") as catalog:
        for number in range(5):
            add(catalog, word(number), f"go/<b>{number}</b>")
        add(catalog, np.zeros(16_000, np.int16), "go/silent")
        add(catalog, word(2, at=(0.6, 1.4)), "go/cut")
        add(catalog, whole(word(1) * 0.5), "no/copy", "no<script>")
        done = audit(catalog, AuditSettings(families=("readable", "signal", "edges", "copies"), workers=1))
        thin = ThinGroup("thin subgroup", (("gender", "female"), ("age", "60+")), 1, 9.2)
        done = replace(done, thin=(thin,), notes=("nobody looked",))
        text = audit_page(done, catalog)
        assert audit_page(done, catalog) == text
    path = tmp_path / "audit.html"
    path.write_text(text)
    return path


@pytest.mark.parametrize("phone", [False, True])
def test_it_opens_is_accessible_and_asks_nobody(page: Path, phone: bool) -> None:
    with opened(page, size=PHONE if phone else (1280, 900), dark=phone) as tab:
        assert found_by_axe(tab) == []
        assert len(tab.asked) == 1  # type: ignore[attr-defined]
        assert tab.evaluate("document.documentElement.scrollWidth") <= (PHONE[0] if phone else 1280)
        shown = tab.inner_text("main")
        assert "silence" in shown and "cut off" in shown and "gender female, age 60+" in shown
        assert "no<script>" in shown and "go/<b>" not in tab.inner_text("h1")
        assert tab.locator("audio").count() >= 3
        assert tab.locator(".examples:visible").count() == 2
        assert tab.locator("main details .examples").count() >= 1
        seconds = tab.evaluate(
            "new Promise(done => { const sound = document.querySelectorAll('audio')[1];"
            " sound.onloadedmetadata = () => done(sound.duration); sound.onerror = () => done(-1); sound.load(); })"
        )
        assert 0.9 < seconds < 1.2


def test_an_audit_without_findings_says_so(tmp_path: Path) -> None:
    with Catalog(tmp_path) as catalog:
        add(catalog, word(1), "a")
        clips = {clip.id: clip for clip in catalog.clips()}
        assert "No check found anything." in audit_page(Audit(clips, (), (), {}), catalog)
