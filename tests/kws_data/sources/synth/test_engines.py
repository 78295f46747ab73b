import json
import shutil
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from kws_data.audio import write_wav
from kws_data.catalog.catalog import Catalog
from kws_data.cli import run
from kws_data.config.config import Config
from kws_data.config.synth import EngineSettings
from kws_data.errors import ConfigError, DataError
from kws_data.sources.synth.engines import ENGINES, CommandEngine, make_engine
from kws_data.sources.synth.espeak import SynthVoice
from kws_data.sources.synth.festival import request
from kws_data.sources.synth.people import make_speakers, synth_people, utterances
from kws_data.sources.synth.spoken_file import SaidNothingError

VOICE = SynthVoice("en", "deep", pitch=30, rate=120)

SCRIPT = """
import sys, wave, math, struct
text, out, voice, rate = sys.argv[1:5]
if text == "crash":
    sys.exit("no such word")
if text == "mute":
    sys.exit(0)
if text == "hang":
    import time; time.sleep(30)
if text == "rubbish":
    open(out, "w").write("no audio"); sys.exit(0)
level = 0 if text == "silence" else 9000
count = int(8000 * 120 / float(rate))
tone = (level * math.sin(0.01 * (len(text) + len(voice)) * n) for n in range(count))
with wave.open(out, "wb") as file:
    file.setnchannels(1); file.setsampwidth(2); file.setframerate(22050)
    file.writeframes(b"".join(struct.pack("<h", int(v)) for v in tone))
"""

RUN = "import runpy; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"


@pytest.fixture
def script(tmp_path: Path) -> list[str]:
    path = tmp_path / "speak it.py"  # a blank in the name is no trouble without a shell
    path.write_text(textwrap.dedent(SCRIPT))
    return [sys.executable, str(path), "{text}", "{out}", "{voice}", "{rate}"]


def engine(command: list[str], **more: object) -> CommandEngine:
    return CommandEngine(EngineSettings.model_validate({"kind": "command", "command": command, **more}))


def test_an_underscore_is_said_as_a_blank(script: list[str], tmp_path: Path) -> None:
    """Not every program passes over the sign: this one hears the text."""
    heard = tmp_path / "heard"
    script[1:2] = ["-c", f"import sys; open({str(heard)!r}, 'a').write(sys.argv[2] + chr(10)); " + RUN, script[1]]
    synth = {"speakers": 4, "takes": 1, "engine": {"kind": "command", "command": script}, "other_words": []}
    config = Config.model_validate({"name": "t", "keywords": ["hey_jarvis"], "data": {"synth": synth}})
    with Catalog(tmp_path / "rec") as catalog:
        synth_people(catalog, config)
    assert set(heard.read_text().splitlines()) == {"hey jarvis"}


def test_a_program_speaks(script: list[str]) -> None:
    with engine(script, version="1.0") as speaker:
        said = speaker.say(VOICE, "go; rm -rf $HOME `id`", 1)
        assert 5_000 < len(said) < 6_500 and said.dtype == np.int16  # 8,000 samples at 22,050 Hz
        assert len(speaker.say(SynthVoice("en", "deep", rate=240), "go")) < 0.6 * len(said)
        assert speaker.name.endswith("1.0")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("crash", "no such word"),
        ("mute", "wrote no file"),
        ("rubbish", "no usable audio"),
        ("silence", "silence, or not 20 ms to 30 s"),
        ("hang", "takes too long"),
    ],
)
def test_a_program_that_fails_is_one_clear_error(script: list[str], text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        engine(script, timeout_s=1.0 if text == "hang" else 30.0).say(VOICE, text)


def test_programs_and_settings_that_are_not_there() -> None:
    with pytest.raises(DataError, match="not found"):
        engine(["/nowhere/say", "{out}"]).say(VOICE, "go")
    for command in ([], ["say", "{text}"]):
        with pytest.raises(ConfigError, match="must name a file to write"):
            engine(command)
    with pytest.raises(
        ConfigError, match="there are: espeak, command, flite, festival, mbrola, rhvoice, pico, hibari, piper"
    ):
        make_engine(EngineSettings(kind="marytts"))
    programs = {"espeak", "command", "festival", "flite", "mbrola", "pico", "rhvoice"}
    assert set(ENGINES) == programs | {"hibari", "piper", "kokoro"}


def test_text_may_go_to_standard_input(tmp_path: Path) -> None:
    write_wav(tmp_path / "tone.wav", (5_000 * np.sin(0.1 * np.arange(8_000))).astype(np.int16), 16_000)
    copy = (
        f"import sys, shutil; assert sys.stdin.read() == 'go'; shutil.copy({str(tmp_path / 'tone.wav')!r}, sys.argv[1])"
    )
    assert len(engine([sys.executable, "-c", copy, "{out}"]).say(VOICE, "go")) > 7_000


def test_flite_is_told_pitch_rate_and_range_around_its_voices_own(tmp_path: Path) -> None:
    program = tmp_path / "flite"
    program.write_text(
        f"#!{sys.executable}\n"
        "import sys, json, wave, os\n"
        "json.dump(sys.argv[1:], open(os.path.join(os.path.dirname(__file__), 'call.json'), 'w'))\n"
        "with wave.open(sys.argv[sys.argv.index('-o') + 1], 'wb') as f:\n"
        "    f.setnchannels(1); f.setsampwidth(2); f.setframerate(16000); f.writeframes(bytes([0, 20, 0, 80] * 4000))\n"
    )
    program.chmod(0o755)
    speaker = make_engine(EngineSettings(kind="flite", command=[str(program)], version="2.2"))
    assert set(speaker.voices) >= {"awb", "slt"} and (speaker.name, speaker.licence) == ("flite 2.2", "BSD-4-Clause")
    told = {"awb": [], "own.flitevox": []}
    for voice, arguments in told.items():
        speaker.say(SynthVoice("en", voice, pitch=80, rate=320, range=30), "hello")
        arguments += json.loads((tmp_path / "call.json").read_text())
    for voice, arguments in told.items():
        assert arguments[arguments.index("-voice") + 1] == voice and arguments[arguments.index("-t") + 1] == "hello"
        assert {"duration_stretch=0.500", "int_f0_target_stddev=15.0"} <= set(arguments)
    assert "int_f0_target_mean=143.6" in told["awb"], "a fifth of an octave above 125 Hz"
    assert not any("mean" in argument for argument in told["own.flitevox"]), "its own pitch is not known"


@pytest.mark.parametrize(
    ("kind", "voice", "out", "told"),
    [
        ("mbrola", "us1", "-w", ["-v", "mb-us1", "-s", "320", "-p", "0", "hello"]),
        ("rhvoice", "alan", "-o", ["-p", "alan", "-r", "200", "-t", "71"]),
        ("pico", "en-GB", "-w", ["-l", "en-GB", '<speed level="200"><pitch level="71">hello</pitch></speed>']),
    ],
)
def test_programs_with_voices_of_people_are_told_pitch_and_rate_in_their_own_units(
    tmp_path: Path, kind: str, voice: str, out: str, told: list[str]
) -> None:
    program = tmp_path / "program"
    program.write_text(
        f"#!{sys.executable}\n"
        "import sys, json, wave, os\n"
        "call = [sys.argv[1:], sys.stdin.read()]\n"
        "json.dump(call, open(os.path.join(os.path.dirname(__file__), 'call.json'), 'w'))\n"
        f"with wave.open(sys.argv[sys.argv.index({out!r}) + 1], 'wb') as f:\n"
        "    f.setnchannels(1); f.setsampwidth(2); f.setframerate(16000); f.writeframes(bytes([0, 20, 0, 80] * 4000))\n"
    )
    program.chmod(0o755)
    speaker = make_engine(EngineSettings(kind=kind, command=[str(program)], version="1"))
    assert voice in speaker.voices and speaker.name == f"{kind} 1" and speaker.licence
    assert len(speaker.say(SynthVoice("en", voice, pitch=0, rate=320), "hello")) > 7_000
    arguments, text = json.loads((tmp_path / "call.json").read_text())
    written = arguments.index(out)
    assert arguments[:written] + arguments[written + 2 :] == told
    assert text == ("hello" if kind == "rhvoice" else "")


FESTIVAL = r"""
import re, shutil, sys
assert sys.argv[1:] == ["--pipe"]
for line in sys.stdin:
    if line.startswith("(voice_none)"):
        print("SIOD ERROR: unbound variable : voice_none", flush=True)
        fails = True
    elif line.startswith("(voice_"):
        fails = False
    elif line.startswith("(utt.save.wave") and not fails:
        text, out = re.search(r'Text "(.*?)"\)\) "(.*?)"\)', line).groups()
        if text == "crash":
            sys.exit("out of memory")
        shutil.copy(TONE, out)
    elif line.startswith("(format"):
        print(re.search('"(.*)n"', line)[1].rstrip(chr(92)), flush=True)
"""


def test_festival_stays_and_says_what_is_wrong(tmp_path: Path) -> None:
    write_wav(tmp_path / "tone.wav", (5_000 * np.sin(0.1 * np.arange(8_000))).astype(np.int16), 16_000)
    program = tmp_path / "festival"
    program.write_text(f"#!{sys.executable}\nTONE = {str(tmp_path / 'tone.wav')!r}\n{FESTIVAL}")
    program.chmod(0o755)
    with make_engine(EngineSettings(kind="festival", command=[str(program)])) as speaker:
        for text in ("go", 'no "quotes" \\ or\nlines'):
            assert len(speaker.say(SynthVoice("en-us", "ked_diphone"), text)) > 7_000
        with pytest.raises(DataError, match="said nothing") as failed:
            speaker.say(SynthVoice("en-us", "none"), "go")
        assert "unbound variable" in failed.value.remedy
        assert len(speaker.say(SynthVoice("en-us", "kal_diphone"), "go")) > 7_000, "it goes on"
        with pytest.raises(DataError, match="festival has ended"):
            speaker.say(SynthVoice("en-us", "ked_diphone"), "crash")
    with pytest.raises(DataError, match="not found"), make_engine(EngineSettings(kind="festival", command=["/none/f"])):
        pass


@pytest.mark.skipif(shutil.which("festival") is None, reason="festival is not installed")
def test_the_real_festival_answers_at_once() -> None:
    with make_engine(EngineSettings(kind="festival", timeout_s=20)) as speaker:
        try:
            said = speaker.say(SynthVoice("en-us", "kal_diphone", rate=160), "zero")
        except DataError as error:
            pytest.skip(f"its voice is not installed: {error}")
        assert 4_000 < len(said) < 16_000
        assert len(speaker.say(SynthVoice("en-us", "kal_diphone", rate=320), "zero")) < 0.7 * len(said)


def test_festival_is_asked_in_scheme(tmp_path: Path) -> None:
    lines = request(SynthVoice("en-us", "ked_diphone) (quit", pitch=50, rate=320, range=30), "go", tmp_path / "a.wav")
    assert lines.splitlines()[0] == "(voice_ked_diphonequit)", "a name cannot hold commands"
    assert "(target_f0_mean 113) (target_f0_std 10)" in lines and "'Duration_Stretch 0.500)" in lines


def config(script: list[str], **synth: object) -> Config:
    settings = {"speakers": 4, "takes": 1, "voices": ["deep", "light"], "accents": ["en"], **synth}
    settings["engine"] = {"kind": "command", "command": script, "version": "7", "licence": "MIT"}
    return Config.model_validate({"name": "t", "keywords": ["go"], "data": {"synth": settings}})


def test_clips_of_a_program_keep_their_provenance(tmp_path: Path, script: list[str]) -> None:
    settings = config(script)
    with Catalog(tmp_path / "r") as catalog:
        assert synth_people(catalog, settings).added == 4
        clips = catalog.clips(source="synth")
        assert {clip.origin for clip in clips} == {utterance.origin for utterance in utterances(settings)}
        assert {clip.licence for clip in clips} == {"MIT"}
        variants = {clip.attributes["variant"] for clip in clips}
        assert all("deep" in v or "light" in v for v in variants) and all(" 7 " in v for v in variants)


def test_other_settings_make_other_clips_and_usual_ones_keep_their_origin() -> None:
    def origins(**synth: object) -> set[str]:
        values = {"name": "t", "keywords": ["go"], "data": {"synth": {"speakers": 4, "takes": 1, **synth}}}
        return {u.origin for u in utterances(Config.model_validate(values))}

    usual = origins()
    assert usual == origins(pitch=[30, 70], rate=[125, 200]) and all("," not in origin for origin in usual)
    assert not usual & origins(pitch=[10, 90]) and not usual & origins(range=[0, 99])


def test_any_number_of_workers_makes_the_same_clips(tmp_path: Path) -> None:
    values = {"name": "t", "keywords": ["go"], "data": {"synth": {"speakers": 6, "takes": 1, "other_words": ["house"]}}}
    settings, seen = Config.model_validate(values), []
    for workers in (1, 3):
        with Catalog(tmp_path / str(workers)) as catalog:
            synth_people(catalog, settings, workers=workers)
            seen.append([(c.id, c.audio_sha256, dict(c.attributes)) for c in catalog.clips(source="synth")])
    assert seen[0] == seen[1] and len(seen[0]) == 12


def test_the_plan_shows_near_words_and_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(
        f"keywords: [go]\ndata: {{recordings: {tmp_path / 'r'}, synth: {{speakers: 4, accents: [en-us],"
        " confusables: {per_keyword: 8}, common_per_speaker: 3, common_words: 10}}\n"
    )
    assert run(["synth", str(path), "--plan", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    near = {found["word"]: found["distance"] for found in plan["keywords"]["go"]["confusables"]}
    assert {"no", "goat", "grow"} <= near.keys() and plan["keywords"]["go"]["phonemes"] == "ɡˈoʊ"
    assert plan["clips"] == {"total": 52, "keyword": 8, "near-word": 32, "other word": 12}
    assert run(["synth", str(path), "--plan"]) == 0
    assert "goat ɡˈoʊt 0.14" in capsys.readouterr().out
    assert not (tmp_path / "r").exists()
    assert run(["synth", str(path), "--plan", "--set", "data.synth.accents=[en-xx]"]) == 2
    assert "no voice en-xx" in capsys.readouterr().err


def test_further_people_speak_with_another_engine(tmp_path: Path, script: list[str]) -> None:
    command = {"kind": "command", "command": script, "version": "8", "licence": "MIT"}
    alone = config(script)
    both = config(script, more=[{"speakers": 3, "engine": command, "voices": ["old"]}])
    speakers = make_speakers(both.data.synth, 0)
    assert speakers[:4] == make_speakers(alone.data.synth, 0), "further people change nobody"
    assert [speaker.number for speaker in speakers] == list(range(7))
    assert {speaker.voice.variant for speaker in speakers[4:]} == {"old"}
    with Catalog(tmp_path / "r") as catalog:
        assert synth_people(catalog, alone).added == 4
        assert synth_people(catalog, both).added == 3
        assert synth_people(catalog, both).known == 7
        clips = catalog.clips(source="synth")
    assert {clip.origin for clip in clips} == {utterance.origin for utterance in utterances(both)}
    variants = {str(clip.attributes["variant"]) for clip in clips if str(clip.attributes["engine"]).endswith("8")}
    assert len(variants) == 1 and variants.pop().endswith("8 old")


def test_a_program_that_crashes_on_a_text_says_nothing_and_others_stop(tmp_path: Path) -> None:
    settings = EngineSettings(kind="command", command=["sh", "-c", "kill -SEGV $$", "{out}"])
    with make_engine(settings) as engine, pytest.raises(SaidNothingError, match="speech program failed"):
        engine.say(SynthVoice("en", "default"), "go")
    settings = EngineSettings(kind="command", command=["sh", "-c", "exit 3", "{out}"])
    with make_engine(settings) as engine, pytest.raises(DataError, match="exit code 3") as stopped:
        engine.say(SynthVoice("en", "default"), "go")
    assert not isinstance(stopped.value, SaidNothingError)
