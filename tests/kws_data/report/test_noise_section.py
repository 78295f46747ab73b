"""What the page says of noise of new kinds."""

from __future__ import annotations

import pytest

from kws_data.report.noise_section import noise_section


def heard(fpr: float, low: float, high: float, kinds: dict[str, float]) -> dict[str, object]:
    each = {kind: {"clips": 20, "fpr": share} for kind, share in kinds.items()}
    return {"clips": 20 * len(kinds), "fpr": fpr, "ci95": [low, high], "kinds": each}


SEEN = heard(0.0, 0.0, 0.05, {"hum": 0.0})


@pytest.mark.parametrize(
    ("unseen", "verdict", "words"),
    [
        (heard(0.11, 0.06, 0.2, {"clock": 0.36, "dog<": 0.2, "rain": 0.0}), "bad", "recordings like clock, dog&lt; to"),
        (heard(0.02, 0.005, 0.07, {"clock": 0.05}), "doubt", "most in clock"),
        (heard(0.0, 0.0, 0.02, {"rain": 0.0}), "good", "as quiet as"),
    ],
)
def test_new_kinds_are_good_doubtful_or_bad(unseen: dict[str, object], verdict: str, words: str) -> None:
    found = noise_section({"seen": SEEN, "unseen": unseen}, 0.01)
    assert found.startswith(f'<p class="says {verdict}">') and words in found
    assert "<td>rain</td>" not in found  # nothing is heard in it


def test_what_was_not_measured_is_not_claimed() -> None:
    found = noise_section({"seen": SEEN, "unseen": None, "not_measured": "every kind was in training"}, 0.01)
    assert found.startswith('<p class="says doubt">') and "not known: every kind was in training" in found


def test_recordings_of_which_nobody_tells_the_kind_have_their_own_row() -> None:
    silence = {"seen": SEEN, "unseen": None, "untold": heard(0.1, 0, 0.3, {"a.wav": 0.1}), "not_measured": "x"}
    assert "nobody tells the kind" in noise_section(silence, 0.01)
