"""Where labelling stands: what is settled, what waits for whom, how fast it goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.catalog.opinions import Opinion
from kws_data.labelling.doubled import Doubled, kept_doubled
from kws_data.labelling.labels import word_for
from kws_data.labelling.pace import Progress, progress_of
from kws_data.labelling.review import to_review
from kws_data.labelling.settle import settled
from kws_data.labelling.spellings import Spellings
from kws_data.labelling.take_over import PREFIX, bare_clips, heard_clips, opinions_by_clip, settle_changes


@dataclass(frozen=True)
class LabelStatus:
    """Where labelling stands.

    Attributes:
        progress: of clips that somebody labelled, or that have no label.
        unlabelled: clips without a label of which nobody, and no machine, has said anything.
        machine: clips of which only machines said something that was not taken over.
        to_apply: clips that ``kws label apply`` would change.
        to_review: labels that a change of the guideline may touch.
        guideline: the version that holds; None where there is none.
        doubled: which clips two people label.
    """

    progress: Progress
    unlabelled: int
    machine: int
    to_apply: int
    to_review: int
    guideline: int | None
    doubled: Doubled

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def label_status(catalog: Catalog) -> LabelStatus:
    """Where labelling of a catalogue stands."""
    doubled, by_clip = kept_doubled(catalog), opinions_by_clip(catalog.opinions.all())
    clips = catalog.clips(with_set_aside=True)
    bare, heard = bare_clips(clips), heard_clips(by_clip)
    verdicts = [settled(by_clip.get(clip, ()), doubled.needed(clip)) for clip in sorted(heard | bare)]
    by_machine = [clip for clip in clips if clip.id in by_clip.keys() - heard]
    words = Spellings((clip.word for clip in clips), ())
    review = to_review(catalog)
    return LabelStatus(
        progress_of(verdicts, [one for own in by_clip.values() for one in own]),
        unlabelled=len(bare - by_clip.keys()),
        machine=sum(not _is_taken_over(clip, by_clip[clip.id], words) for clip in by_machine),
        to_apply=len(settle_changes(catalog).findings),
        to_review=len(review.touched),
        guideline=review.latest.version if review.latest else None,
        doubled=doubled,
    )


def _is_taken_over(clip: Clip, opinions: Iterable[Opinion], words: Spellings) -> bool:
    """Whether a clip is what one of these says: its word, or set aside as bad or cut."""
    said = {word_for(words.of(one.label)) for one in opinions}
    return clip.word in said or clip.reasons.startswith(PREFIX)
