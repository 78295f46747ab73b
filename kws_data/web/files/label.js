// The beginning: what is labelled is asked of the server, and keys and buttons are tied to what happens.

import { listen } from "./label_keys.js";
import { Page } from "./label_page.js";
import { draw } from "./label_picture.js";
import { ask, passes } from "./label_server.js";
import { byId, showProgress } from "./label_view.js";
import { labelOf } from "./label_word.js";

const NAME = "kws-label-name";
const ROLE = "kws-label-role";
const KEYS = "kws-label-keys";

async function setUp() {
  for (;;) {
    try {
      return await ask("/api/setup");
    } catch (error) {
      byId("trouble").textContent = passes(error) && !error.status ? "The server does not answer; it is asked again by itself." : error.message;
      byId("trouble").hidden = false;
      await new Promise((done) => setTimeout(done, 1_000));
    }
  }
}

// Of this tab first: two people may use one browser.
function remembered(key) {
  try {
    return sessionStorage.getItem(key) ?? localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

function remember(key, value) {
  try {
    sessionStorage.setItem(key, value);
    localStorage.setItem(key, value);
  } catch { /* the name is typed again */ }
}

function start(page) {
  byId("name").value = remembered(NAME);
  for (const choice of byId("start").elements.role) {
    choice.checked = choice.value === (remembered(ROLE) || "person");
  }
  byId("start").hidden = false;
  byId("name").focus();
  byId("start").addEventListener("submit", (event) => {
    event.preventDefault();
    const name = byId("name").value.normalize("NFC").trim().split(/\s+/).join(" ").toLowerCase();
    if (!name) {
      page.tell("Type a short name first.");
      return;
    }
    const role = byId("start").elements.role.value;
    remember(NAME, name);
    remember(ROLE, role);
    page.begin(name, role);
  });
}

function tie(page) {
  const click = (id, does) => byId(id).addEventListener("click", does);
  const toClip = () => (page.current === null ? byId("empty") : byId("clip")).focus({ preventScroll: true });
  const loud = () => {
    page.player.loud = !page.player.loud;
    byId("loud").setAttribute("aria-pressed", String(page.player.loud));
    page.current && page.play();
  };
  const cut = () => page.current && page.cut.toggle();
  const undo = () => page.undo();
  const read = () => {
    byId("guideline").open = true;
    byId("guideline-text").focus();
  };
  click("play", () => page.play());
  click("cut", cut);
  click("loud", loud);
  click("undo", undo);
  click("undo-empty", undo);
  click("suggestion", (event) => page.accept(event.timeStamp));
  click("look-again", () => page.lookAgain());
  click("change-who", () => page.leave());
  click("tab-disputed", () => page.enter("adjudicator"));
  click("tab-label", () => page.enter("person"));
  byId("typed").addEventListener("submit", (event) => {
    event.preventDefault();
    const word = byId("word").value.trim();
    const { label, fault } = labelOf(word, page.labels);
    byId("word-fault").textContent = word && fault ? `This is no label: ${fault}.` : "";
    if (word && !fault) {
      page.answer(label, event.timeStamp);
    }
  });
  byId("word").addEventListener("input", () => { byId("word-fault").textContent = ""; });
  click("not-kept-read", () => {
    page.settleNotKept([...page.notKept.keys()]);
    toClip();
  });
  byId("note").addEventListener("keydown", (event) => event.key === "Enter" && toClip());
  byId("keys-on").checked = remembered(KEYS) !== "off";
  byId("keys-on").addEventListener("change", () => remember(KEYS, byId("keys-on").checked ? "on" : "off"));
  const field = (id) => () => page.current && byId(id).focus();
  listen(page, {
    toClip,
    single: () => byId("keys-on").checked,
    play: (whole) => page.current && page.play(whole),
    keys: { r: () => page.current && page.play(), t: cut, l: loud, u: undo, w: field("word"), n: field("note"), h: field("rule"), g: read },
  });
  new ResizeObserver(() => page.current && draw(page.current, byId("wave"), byId("spectrogram"))).observe(byId("picture"));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => page.current && draw(page.current, byId("wave"), byId("spectrogram")));
  let left = 0;
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      left = performance.now();
    } else if (page.name) {
      page.awayMs += left ? performance.now() - left : 0;
      page.readProgress();
      page.readGuideline();
    }
  });
  window.addEventListener("online", () => page.outbox.send());
}

byId("guideline").open = matchMedia("(min-width: 861px)").matches;
const setup = await setUp();
byId("trouble").hidden = true;
const page = new Page(setup);
showProgress(setup.progress, "");
tie(page);
start(page);
page.outbox.send();
