"""Labels that two people gave, held against a plan, and the call that has more of them given."""

from __future__ import annotations

from collections.abc import Iterator

from kws_data.catalog.catalog import Catalog
from kws_data.coverage.data_plan.needs import Calls, Need
from kws_data.coverage.data_plan.plan import DataPlan
from kws_data.errors import DataError
from kws_data.labelling.doubled import kept_doubled
from kws_data.labelling.labels import WITHOUT_LABEL
from kws_data.labels import BACKGROUND, SPEECH


def labels_wanted(plan: DataPlan, catalog: Catalog, calls: Calls) -> Iterator[Need]:
    """How many clips two people labelled, and how well they agree."""
    from kws_data.labelling.agreement import agreement_of

    if not plan.labelled_twice:
        return
    try:
        found = agreement_of(catalog)
    except DataError:  # nobody has labelled anything
        found = None
    clips = found.clips if found else 0
    step = _call(catalog, calls, plan.labelled_twice, clips)
    yield Need("labels", "clips that two people labelled", plan.labelled_twice, clips, "clips", next=step)
    if plan.quality.agreement_min is not None and found is not None and found.alpha.value is not None:
        again = (calls.look("agreement"), calls.look("label", "guideline"))  # what is disputed; the rules on it
        what = "agreement (Krippendorff's α)"
        yield Need("labels", what, plan.quality.agreement_min, found.alpha.value, "", next=again)


def _call(catalog: Catalog, calls: Calls, wanted: int, found: int) -> tuple[str, ...]:
    """The page for labels, with as many clips for two people as are wanted: of those without a label where they are
    enough, else of all. Nothing where there is nothing to label."""
    heard = [clip for clip in catalog.clips() if clip.word not in (BACKGROUND, SPEECH)]
    bare = [clip.id for clip in heard if clip.word in WITHOUT_LABEL]
    few = len(bare) < wanted - found
    ids = [clip.id for clip in heard] if few else bare
    if not ids:
        return ()
    share = kept_doubled(catalog).share_for(ids, wanted if few else wanted - found)
    return (calls.look("label", *(["--clips", "all"] if few else []), "--twice", f"{share:g}"),)
