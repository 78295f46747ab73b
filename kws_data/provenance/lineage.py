"""From what a clip, a data set, a model or a firmware image was made, and what was made of it.

::

    file of origin, noise or clip that was played ─► clip ─► data set ─► model ─► firmware image
                                                      └────► export
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kws_data.catalog.artifacts import Artifact
from kws_data.catalog.catalog import Catalog
from kws_data.catalog.clips import Clip
from kws_data.errors import DataError
from kws_data.provenance.register import lies_there

#: What is told of how a synthetic clip was made.
VOICE = ("engine", "accent", "variant", "pitch", "rate", "range", "voice", "model", "parent_id", "start", "gain_db")


def lineage(catalog: Catalog, identity: str) -> dict[str, Any]:
    """Kind, id, what is known of it, and trees of nodes ``made_from`` and ``made_of_it``.

    A node is ``{"kind", "id", "about", "next"}``; ``next`` goes on in the same direction.

    Args:
        catalog: where it is looked up.
        identity: an id or the beginning of one (four characters at least), a speaker's pseudonym, a place like
            ``runs/demo/model``, or an audio file's name as it was imported.

    Raises:
        DataError: nothing has this id, or several things have.
    """
    artifact = _artifact(catalog, identity)
    if artifact is not None:
        return _of_artifact(catalog, artifact)
    clips = catalog.find_clips(identity)
    if len(clips) == 1:
        return _of_clip(catalog, clips[0])
    if clips and {clip.speaker for clip in clips} == {identity}:
        return _of_speaker(catalog, identity, clips)
    if clips:
        some = ", ".join(clip.id for clip in clips[:5])
        raise DataError("several clips answer to this", identity, f"name one: {some}{', …' * (len(clips) > 5)}")
    raise DataError(
        "nothing in the catalogue has this id",
        identity,
        "give the id of a clip, data set or model, a speaker, or a path: kws catalog --lineage runs/demo/model",
    )


def _artifact(catalog: Catalog, identity: str) -> Artifact | None:
    artifacts = catalog.made.artifacts()
    where = str(Path(identity).resolve())
    here = [a for a in artifacts for place in a.places if place.path == where]
    if here:  # what lies there now was recorded there last
        return max(here, key=lambda a: max(place.recorded_at for place in a.places if place.path == where))
    found = [
        a
        for a in artifacts
        if len(identity) >= 4 and a.id.removeprefix("sha256:").startswith(identity.removeprefix("sha256:"))
    ]
    if len({a.id for a in found}) > 1:
        raise DataError("several things answer to this", identity, f"name one: {', '.join(a.id for a in found[:5])}")
    return found[0] if found else None


def _of_clip(catalog: Catalog, clip: Clip) -> dict[str, Any]:
    return {**_without_next(_clip_node(clip)), "made_from": _sources(catalog, clip), "made_of_it": _uses(catalog, clip)}


def _of_artifact(catalog: Catalog, artifact: Artifact) -> dict[str, Any]:
    return {
        **_without_next(_artifact_node(artifact)),
        "made_from": _origins(catalog, artifact),
        "made_of_it": [_down(catalog, made) for made in catalog.made.artifacts(made_from=artifact.id)],
    }


def _of_speaker(catalog: Catalog, speaker: str, clips: Sequence[Clip]) -> dict[str, Any]:
    about = {"clips": len(clips), "words": dict(sorted(Counter(clip.word for clip in clips).items()))}
    return {
        "kind": "speaker",
        "id": speaker,
        "about": about,
        "made_from": [],
        "made_of_it": _made_with(catalog, [clip.id for clip in clips]),
    }


def _node(kind: str, identity: str, about: Mapping[str, Any], following: Sequence[Any] = ()) -> dict[str, Any]:
    return {"kind": kind, "id": identity, "about": dict(about), "next": list(following)}


def _without_next(node: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key != "next"}


def _clip_node(clip: Clip, following: Sequence[Any] = ()) -> dict[str, Any]:
    about = {
        "word": clip.word,
        "speaker": clip.speaker,
        "source": clip.source,
        "licence": clip.licence,
        "consent": clip.consent,
        "audio": clip.audio_sha256,
    }
    more = {"device": clip.device, "session": clip.session, "set aside": clip.reasons}
    return _node("clip", clip.id, {**about, **{key: value for key, value in more.items() if value}}, following)


def _sources(catalog: Catalog, clip: Clip) -> list[dict[str, Any]]:
    """The clip that it is a recording or a cut of; else its files, or the voice that made it."""
    if clip.parent:
        parents = [parent for parent in catalog.find_clips(clip.parent) if parent.id == clip.parent]
        return [_clip_node(parent, _sources(catalog, parent)) for parent in parents]
    voice = {key: clip.attributes[key] for key in VOICE if key in clip.attributes}
    if clip.synthetic:
        return [_node("voice", clip.origin, voice)]
    files = [_node("file", folder.place_of(name), {}) for folder, name in catalog.files_of(clip.id)]
    return files or [_node("origin", clip.origin, {"source": clip.source})]


def _uses(catalog: Catalog, clip: Clip) -> list[dict[str, Any]]:
    """Recordings and cuts of a clip, and what was made with it."""
    children = [_clip_node(child, _uses(catalog, child)) for child in catalog.children_of(clip.id)]
    return children + _made_with(catalog, [clip.id])


def _made_with(catalog: Catalog, clip_ids: Sequence[str]) -> list[dict[str, Any]]:
    nodes = []
    for identity, count in catalog.made.made_with(clip_ids).items():
        artifact = catalog.made.artifact(identity)
        if artifact is not None:
            node = _down(catalog, artifact)
            nodes.append({**node, "about": {**node["about"], "of these clips": count}})
    return nodes


def _down(catalog: Catalog, artifact: Artifact) -> dict[str, Any]:
    made = catalog.made.artifacts(made_from=artifact.id)
    return {**_artifact_node(artifact), "next": [_down(catalog, one) for one in made]}


def _origins(catalog: Catalog, artifact: Artifact) -> list[dict[str, Any]]:
    """What an artifact was made from, down to its clips, which are summed up."""
    parent = catalog.made.artifact(artifact.made_from) if artifact.made_from else None
    if parent is not None:
        return [{**_artifact_node(parent), "next": _origins(catalog, parent)}]
    if artifact.made_from:
        return [_node("unknown", artifact.made_from, {"note": "recorded in another catalogue, or never"})]
    return [_node("clips", artifact.name, summed_up(catalog, catalog.made.members(artifact.id)))]


def summed_up(catalog: Catalog, clip_ids: Sequence[str]) -> dict[str, Any]:
    """Number of clips and speakers, and clips of each source, licence and consent; those that are gone are counted."""
    about = catalog.sum_of(clip_ids)
    return {"clips": len(clip_ids), **about}


def _artifact_node(artifact: Artifact) -> dict[str, Any]:
    about: dict[str, Any] = {
        "config": artifact.name,
        "places": [_place(artifact, n) for n in range(len(artifact.places))],
    }
    if artifact.clips:
        about["clips"] = artifact.clips
    if artifact.config_sha256:
        about["config sha256"] = artifact.config_sha256
    if artifact.forgotten:
        about["speakers forgotten since"] = f"{artifact.forgotten}: make it again"
    return _node(artifact.kind, artifact.id, about)


def _place(artifact: Artifact, number: int) -> str:
    place = artifact.places[number]
    return f"{place.path} ({place.recorded_at}{'' if lies_there(artifact, place.path) else ', no longer there'})"
