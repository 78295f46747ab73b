/* A contributor's session: consent, a check of the microphone, then one word at a time; withdrawing at any moment.

   Who they are is in the address behind #me=, which a browser sends to nobody; loading the page again goes on. */

import { ask, at, fillMine, fillTerms, list, meter, said, setSecret, show, wrong } from "./collect_pages.js";
import { Microphone, SETTINGS, in16Bits, inWords, record, wav } from "./collect_sound.js";

const READY_FRAMES = 15; // of 20 ms, in which the noise of the room is heard
const CHECK_S = 3.8;

let terms, state, microphone, running, take;
let secret = "";

start();

async function start() {
  const found = /^#me=([A-Za-z0-9_-]{24})$/.exec(location.hash);
  secret = found ? found[1] : "";
  setSecret(secret);
  try {
    terms = await ask("/api/terms");
    fillTerms(terms);
    if (!secret) return show("consent");
    state = await ask("/api/me");
  } catch (error) {
    at("lead").textContent = "";
    if (error.status === 410) return gone("You have withdrawn: nothing of you is held here.");
    at("mine").hidden = true;
    return wrong(error.message);
  }
  showMine();
  if (!state.agreed) {
    at("changed").hidden = false;
    at("about").hidden = true;
    return show("consent");
  }
  return goOn();
}

const link = () => `${location.origin}/${terms.token ? `?token=${terms.token}` : ""}#me=${secret}`;
const showMine = () => fillMine(state, link());

function goOn() {
  if (!state.remaining.length) {
    close();
    return show("done");
  }
  if (!microphone?.open) return show("check");
  return nextWord();
}

/* ---- consent ------------------------------------------------------------------------------------------------- */

at("consent-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = { agreed: at("agree").checked, version: terms.version, said: secret ? {} : said() };
  await busy(event.submitter, async () => {
    if (secret) {
      state = await ask("/api/me/agree", { json: given });
    } else {
      ({ secret } = await ask("/api/contributors", { json: given }));
      setSecret(secret);
      history.replaceState(null, "", `#me=${secret}`);
      state = await ask("/api/me");
    }
    showMine();
    goOn();
  });
});

/* ---- the check ----------------------------------------------------------------------------------------------- */

at("check-start").addEventListener("click", (event) =>
  busy(event.currentTarget, async () => {
    if (!(await opened())) return;
    at("check-says").textContent = "Be quiet for a second…";
    list(at("check-advice"), []);
    const heard = record(
      microphone,
      CHECK_S,
      (db, speaking, frames) => {
        meter(at("check-meter"), db);
        at("check-says").textContent = frames < 50 ? "Be quiet for a second…" : "Now count: one, two, three";
      },
      { wholeS: CHECK_S },
    );
    const told = await send("/api/check", await heard.done);
    at("check-says").textContent = told.advice.length ? "It can be better:" : "";
    list(at("check-advice"), told.advice, "The microphone is good: voice, room and level are all right.");
    at("check-go").textContent = told.advice.length ? "Go on all the same" : "Go on";
    at("check-go").classList.toggle("main", !told.advice.length);
    at("check-go").hidden = false;
    at("check-start").textContent = "Check again";
    at("check-start").classList.toggle("main", told.advice.length > 0);
    meter(at("check-meter"), -60);
    at("check-go").focus();
  }),
);
at("check-go").addEventListener("click", () => nextWord());

async function opened() {
  if (microphone?.open) return true;
  try {
    microphone = await Microphone.open(() => {
      running?.cancel();
      show("check");
      wrong("The microphone was switched off or taken away. Check it, then go on.");
    });
    return true;
  } catch (error) {
    wrong(inWords(error));
    return false;
  }
}

function close() {
  microphone?.close();
  microphone = undefined;
}

/* ---- one word at a time -------------------------------------------------------------------------------------- */

function nextWord() {
  if (!state.remaining.length) return goOn();
  show("record");
  const { word } = state.remaining[0];
  at("word").textContent = word.replaceAll("_", " ");
  const finished = state.all - state.remaining.length;
  at("progress").value = finished / state.all;
  at("progress-text").textContent = `${finished} of ${state.all} done`;
  at("record-says").textContent = "Press Record, then say the word once, as you would say it to a device.";
  take = undefined;
  shown();
  at("do-record").focus({ preventScroll: true });
  return undefined;
}

/* Buttons as they fit: before a take, in it, after it. */
function shown() {
  at("do-record").hidden = Boolean(running || take);
  at("do-stop").hidden = !running;
  at("do-keep").hidden = at("do-again").hidden = at("heard").hidden = !take;
  at("do-skip").disabled = Boolean(running);
  at("word").classList.toggle("wait", Boolean(running));
  if (!running) at("word").classList.remove("now");
}

async function recordWord() {
  wrong("");
  if (running || !(await opened())) return;
  at("playback").pause();
  take = undefined;
  tell("Wait…");
  running = record(microphone, terms.longest_s, (db, speaking, frames) => {
    meter(at("record-meter"), db);
    const ready = frames >= READY_FRAMES;
    at("word").classList.toggle("now", ready);
    tell(speaking ? "Listening…" : ready ? "Say it now" : "Wait…");
  });
  shown();
  at("do-stop").focus({ preventScroll: true });
  try {
    take = await running.done;
  } catch (error) {
    at("record-says").textContent = "";
    wrong(error.message);
  }
  running = undefined;
  meter(at("record-meter"), -60);
  shown();
  if (!take) return at("do-record").focus({ preventScroll: true });
  return review();
}

/* Said once: what stands there already is not read aloud again. */
function tell(text) {
  if (at("record-says").textContent !== text) at("record-says").textContent = text;
}

async function review() {
  const own = take;
  URL.revokeObjectURL(at("playback").src);
  at("playback").src = URL.createObjectURL(wav(own.samples, own.rate));
  at("playback").play().catch(() => {}); // a browser may want a press first
  at("record-says").textContent = "Listen to it: keep it, or record it again?";
  list(at("record-advice"), []);
  at("do-keep").focus({ preventScroll: true });
  try {
    const told = await send("/api/check", own);
    if (take === own) list(at("record-advice"), told.advice, "Sounds good.");
  } catch (error) {
    if (take === own) list(at("record-advice"), [error.message]);
  }
}

const keep = () =>
  busy(at("do-keep"), async () => {
    const item = state.remaining[0];
    try {
      await send("/api/takes", take, item);
    } catch (error) {
      if (error.status !== 409) throw error; // it is there already: an answer was lost on its way
    }
    state = await ask("/api/me");
    showMine();
    nextWord();
  });

const skip = () =>
  busy(at("do-skip"), async () => {
    await ask("/api/skips", { json: state.remaining[0] });
    state = await ask("/api/me");
    showMine();
    nextWord();
  });

function send(path, { samples, rate, settings }, item = {}) {
  const flags = Object.fromEntries(SETTINGS.filter((key) => key in settings).map((key) => [key, settings[key] ? 1 : 0]));
  const query = new URLSearchParams({ form: "s16", rate, ...flags, ...item });
  return ask(`${path}?${query}`, { body: in16Bits(samples) });
}

/* A button that waits cannot be pressed twice; what goes wrong is said. */
async function busy(button, work) {
  wrong("");
  if (button) button.disabled = true;
  try {
    await work();
  } catch (error) {
    if (error.status === 410) gone("You have withdrawn: nothing of you is held here.");
    else wrong(error.message);
  }
  if (button) button.disabled = false;
}

at("do-record").addEventListener("click", recordWord);
at("do-again").addEventListener("click", recordWord);
at("do-stop").addEventListener("click", () => running?.stop());
at("do-keep").addEventListener("click", keep);
at("do-skip").addEventListener("click", skip);
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches?.("input,select,textarea,audio");
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || typing || at("record").hidden || at("sure").open) return;
  const key = event.key.toLowerCase();
  if (key === "r") running ? running.stop() : recordWord();
  else if (key === "k" && take && !at("do-keep").disabled) keep();
  else if (key === "s" && !running && !at("do-skip").disabled) skip();
});

/* ---- what is held, and how it goes --------------------------------------------------------------------------- */

at("copy").addEventListener("click", async () => {
  at("link").select();
  try {
    await navigator.clipboard.writeText(at("link").value);
    at("copy").textContent = "Copied";
  } catch {
    at("copy").textContent = "Copy it by hand";
  }
});
at("withdraw").addEventListener("click", () => at("sure").showModal());
at("sure-no").addEventListener("click", () => at("sure").close());
at("sure-yes").addEventListener("click", (event) =>
  busy(event.currentTarget, async () => {
    running?.cancel();
    at("status").textContent = "Erasing…";
    try {
      const { erased } = await ask("/api/me/withdraw", { json: {} });
      gone(`${erased} ${erased === 1 ? "recording" : "recordings"} and all that you said of yourself are gone.`);
    } finally {
      at("status").textContent = "";
      at("sure").close();
    }
  }),
);

function gone(text) {
  close();
  at("lead").textContent = "";
  at("mine").hidden = true;
  at("playback").removeAttribute("src");
  at("gone-says").textContent = text;
  show("gone");
}
