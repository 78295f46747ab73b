/* What the page shows and asks the server; the course of a session is in collect.js. */

export const at = (id) => document.getElementById(id);
const SECTIONS = ["consent", "check", "record", "done", "gone"];
const NAMES = { age_band: "Age", gender: "Gender", accent: "Accent or region", language: "First language", device_model: "You record with" };

/* One section at a time; its heading gets the focus, so that readers of the screen hear where they are. */
export function show(name) {
  for (const id of SECTIONS) at(id).hidden = id !== name;
  const heading = name && at(`${name}-title`);
  if (heading) heading.focus({ preventScroll: false });
  wrong("");
}

export function wrong(text) {
  at("wrong").textContent = text;
  at("wrong").hidden = !text;
}

export function list(place, lines, good = "") {
  place.replaceChildren(
    ...(lines.length ? lines : good ? [good] : []).map((line) => {
      const item = document.createElement("li");
      item.textContent = line;
      if (!lines.length) item.className = "good";
      return item;
    }),
  );
}

/* -60 dB is an empty meter, 0 dB a full one. */
export function meter(place, db) {
  place.firstElementChild.style.transform = `scaleX(${Math.max(0, Math.min(1, (db + 60) / 60))})`;
  place.classList.toggle("loud", db > -6);
}

export class Refusal extends Error {
  constructor(text, status) {
    super(text);
    this.status = status;
  }
}

let secret = "";
export const setSecret = (text) => (secret = text);

/* Asks the server: JSON, or the answer itself with `raw`. Throws a Refusal with a line for a person. */
export async function ask(path, { json, body, raw = false } = {}) {
  const headers = secret ? { "X-Contributor": secret } : {};
  if (json) headers["Content-Type"] = "application/json";
  else if (body) headers["Content-Type"] = "application/octet-stream";
  const method = json || body ? "POST" : "GET";
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: json ? JSON.stringify(json) : body });
  } catch {
    throw new Refusal("The server does not answer. Wait a moment and press the button again: nothing you kept is lost.", 0);
  }
  if (answer.ok) return raw ? answer.blob() : answer.json();
  const text = await answer.text();
  let line = text;
  try {
    line = JSON.parse(text).error;
  } catch {
    /* plain text of the guard */
  }
  throw new Refusal(sentence(line || `refused (${answer.status})`), answer.status);
}

function sentence(line) {
  const text = line.charAt(0).toUpperCase() + line.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

export function fillTerms(terms) {
  at("lead").textContent = `${terms.words.length === 1 ? "One word" : `${terms.words.length} words`}, ${terms.takes} recordings in all: ${terms.words.join(", ")}`;
  at("terms").innerHTML = terms.html; // made by the server of escaped text
  at("version").textContent = terms.version;
  at("licence").textContent = terms.licence;
  at("about-fields").replaceChildren(
    ...Object.entries(terms.said).map(([key, choices]) => {
      const label = document.createElement("label");
      label.textContent = NAMES[key] || key;
      const field = document.createElement(choices ? "select" : "input");
      field.name = key;
      if (choices) field.append(new Option("rather not say", ""), ...choices.map((choice) => new Option(choice, choice)));
      else Object.assign(field, { type: "text", maxLength: terms.longest_text, autocomplete: "off" });
      label.append(field);
      return label;
    }),
  );
}

export const said = () =>
  Object.fromEntries([...at("about-fields").querySelectorAll("select,input")].map((f) => [f.name, f.value.trim()]).filter(([, v]) => v));

/* What is held of a contributor, with a button to hear each. */
export function fillMine(state, link) {
  at("mine").hidden = false;
  at("link").value = link;
  at("number").textContent = state.number;
  at("held-count").textContent = `${state.clips.length} ${state.clips.length === 1 ? "recording" : "recordings"} of yours ${state.clips.length === 1 ? "is" : "are"} held here`;
  const about = Object.entries(state.said).map(([key, value]) => `${NAMES[key] || key}: ${value}`);
  at("held-said").textContent = about.length ? `You said of yourself: ${about.join(", ")}.` : "You said nothing of yourself.";
  at("held-list").replaceChildren(
    ...state.clips.map((clip) => {
      const item = document.createElement("li");
      const text = document.createElement("span");
      text.textContent = `${clip.word}, take ${clip.take + 1}: ${clip.seconds} s${clip.set_aside ? " (not used: it is hard to hear)" : ""}`;
      const play = document.createElement("button");
      play.type = "button";
      play.textContent = "Play";
      play.setAttribute("aria-label", `Play ${clip.word}, take ${clip.take + 1}`);
      play.addEventListener("click", () => hear(clip));
      item.append(text, play);
      return item;
    }),
  );
}

async function hear(clip) {
  try {
    const query = new URLSearchParams({ word: clip.word, take: clip.take });
    const address = URL.createObjectURL(await ask(`/api/takes/sound?${query}`, { raw: true }));
    const sound = new Audio(address);
    sound.addEventListener("ended", () => URL.revokeObjectURL(address));
    await sound.play();
  } catch (error) {
    wrong(error.message);
  }
}
