"""What Label Studio gets of clips that are to be labelled."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import numpy as np
from labelled_clips import add_bare_clips, say_it

from kws_data.audio import read_audio
from kws_data.labelling.label_studio import export_tasks


def test_audio_tasks_with_suggestions_and_the_interface(catalog, tmp_path):
    clips = [catalog.find_clips(one)[0] for one in add_bare_clips(catalog, 2)]
    say_it(catalog, clips[0].id, "small 1", "no", "model", 0.6)
    say_it(catalog, clips[0].id, "encoder", "go & stop", "model", 0.9)
    say_it(catalog, clips[1].id, "ann", "yes")
    export_tasks(catalog, clips, ["go & stop", "no"], tmp_path / "out")
    first, second = json.loads((tmp_path / "out" / "tasks.json").read_text())
    assert first["data"] == {"audio": f"/data/local-files/?d=audio/{clips[0].id}.wav", "clip": clips[0].id}
    (prediction,) = first["predictions"]
    assert (prediction["model_version"], prediction["score"]) == ("encoder", 0.9)
    assert prediction["result"][0]["value"] == {"choices": ["go & stop"]}
    assert "predictions" not in second  # what a person said is nobody's business
    heard = read_audio(tmp_path / "out" / "audio" / f"{clips[1].id}.wav")
    assert np.array_equal(heard, catalog.load(clips[1]))
    view = ElementTree.parse(tmp_path / "out" / "labelling.xml").getroot()
    choices = {one.get("alias"): one.get("value") for one in view.iter("Choice")}
    assert choices["go & stop"] == "go & stop"
    assert (choices["_unknown_"], choices["(bad)"]) == ("another word", "bad recording")
