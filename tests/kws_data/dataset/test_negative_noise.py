"""Training negatives under copies: lengths make the shares."""

import pytest

from kws_data.dataset.negative_noise import samples_of, with_share

NOISE = (("a", 0, 1_000), ("b", 500, 3_500))
TALK = (("s", 0, 640), ("t", 0, 360))


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.9])
@pytest.mark.parametrize("most", [2_000, 100_000])
def test_speech_has_its_share_of_all_samples(share: float, most: int) -> None:
    mixed = with_share(NOISE, TALK, share, most)
    speech = samples_of(part for part in mixed if part[0] in "st")
    assert speech / samples_of(mixed) == pytest.approx(share, abs=0.002)
    assert samples_of(mixed) <= most + 1
    limits = {part[0]: part for part in (*NOISE, *TALK)}
    assert all(limits[audio][1] <= first < end <= limits[audio][2] for audio, first, end in mixed)
    if most > 10_000 * 1:
        assert mixed[:2] == NOISE, "noise is only cut where all would be too much"


def test_without_a_share_or_speech_nothing_changes_and_with_all_there_is_only_speech() -> None:
    assert with_share(NOISE, TALK, 0.0, 9_999) == NOISE
    assert with_share(NOISE, (), 0.5, 9_999) == NOISE
    assert with_share(NOISE, TALK, 1.0, 9_999) == TALK
    assert with_share((), TALK, 0.3, 9_999) == TALK
