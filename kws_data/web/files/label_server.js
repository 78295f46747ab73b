// Questions to the server, and the outbox: answers stay in this browser until the server says that it has them.

export class Refused extends Error {
  constructor(status, line) {
    super(line);
    this.status = status;
  }
}

let shown = ""; // which catalogue this page shows: the server refuses what is meant for another one

export function showsCatalogue(catalogue) {
  shown = catalogue;
}

// JSON of an answer; Refused where the server says no, TypeError where there is none.
export async function ask(path, body) {
  const headers = shown ? { "X-Catalogue": shown } : {};
  const sent = body === undefined
    ? { headers, signal: AbortSignal.timeout(15_000) }
    : { method: "POST", headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body), signal: AbortSignal.timeout(15_000) };
  const answer = await fetch(path, sent);
  if (!answer.ok) {
    throw new Refused(answer.status, await reason(answer));
  }
  return answer.json();
}

export async function askSamples(id) {
  const answer = await fetch(`/api/audio/${id}.pcm`, { signal: AbortSignal.timeout(30_000) });
  if (!answer.ok) {
    throw new Refused(answer.status, await reason(answer));
  }
  return answer.arrayBuffer();
}

async function reason(answer) {
  const text = await answer.text();
  try {
    return JSON.parse(text).error ?? text;
  } catch {
    return text.slice(0, 300);
  }
}

// Whether asking once more can help: no server, one that is busy, has another catalogue, or wants another token first.
export function passes(error) {
  return !(error instanceof Refused) || error.status >= 500 || [401, 403, 408, 409, 429].includes(error.status);
}

export function newToken() {
  const bytes = crypto.getRandomValues(new Uint8Array(18)); // randomUUID is there on secure pages only
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const WAITS_MS = [500, 1_000, 2_000, 4_000, 8_000];
const AT_ONCE = 20;
const PREFIX = "kws-label-out-";

// What waits for the server, one entry of localStorage each, so that tabs do not overwrite each other's. Entries are sent
// in order: an answer before its undo. The server keeps each token once, so what is sent twice counts once.
export class Outbox {
  // catalogue: whose answers these are, called name; changed(): what waits is another; refused(entry, why): the server does not want it, whenever it is sent.
  constructor(catalogue, name, changed, refused) {
    this.prefix = `${PREFIX}${catalogue}-`;
    this.name = name;
    this.changed = changed;
    this.refused = refused;
    this.memory = new Map(); // where the browser keeps nothing
    this.failures = 0;
    this.sending = false;
    this.trouble = "";
    this.timer = 0;
    this.last = 0;
  }

  add(kind, content) {
    this.last = Math.max(Date.now() * 1_000, this.last + 1);
    const order = String(this.last).padStart(17, "0");
    const key = `${this.prefix}${order}-${content.token}-${kind}`;
    const text = JSON.stringify({ kind, content, of: this.name });
    this.memory.set(key, text);
    try {
      localStorage.setItem(key, text);
    } catch {
      this.trouble = "This browser keeps nothing: leave the page open until all answers are saved.";
    }
    this.changed();
    this.send();
  }

  entries() {
    const found = new Map(this.memory);
    try {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(this.prefix)) {
          found.set(key, localStorage.getItem(key));
        }
      }
    } catch { /* as above */ }
    return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, text]) => ({ key, ...read(text) })).filter((one) => one.kind);
  }

  // Names of other catalogues whose answers wait in this browser, and how many of each.
  elsewhere() {
    const found = new Map();
    try {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(PREFIX) && !key.startsWith(this.prefix)) {
          const { of } = read(localStorage.getItem(key));
          found.set(of ?? "another catalogue", (found.get(of ?? "another catalogue") ?? 0) + 1);
        }
      }
    } catch { /* as above */ }
    return found;
  }

  drop(keys) {
    for (const key of keys) {
      this.memory.delete(key);
      try {
        localStorage.removeItem(key);
      } catch { /* as above */ }
    }
  }

  async send() {
    if (this.sending) {
      return;
    }
    this.sending = true;
    clearTimeout(this.timer);
    try {
      for (let waiting = this.entries(); waiting.length; waiting = this.entries()) {
        await this.sendFirst(waiting);
        this.failures = 0;
        this.trouble = "";
        this.changed();
      }
    } catch (error) {
      const wait = WAITS_MS[Math.min(this.failures, WAITS_MS.length - 1)];
      this.failures += 1;
      this.trouble = error instanceof Refused ? error.message : "The server does not answer.";
      this.timer = setTimeout(() => this.send(), wait);
      this.changed();
    } finally {
      this.sending = false;
    }
  }

  async sendFirst(waiting) {
    const undo = waiting.findIndex((one) => one.kind !== "give");
    const batch = waiting.slice(0, undo < 0 ? AT_ONCE : Math.max(1, Math.min(undo, AT_ONCE)));
    try {
      if (batch[0].kind === "undo") {
        await ask("/api/undo", batch[0].content);
      } else {
        const { opinions } = await ask("/api/opinions", { opinions: batch.map((one) => one.content) });
        opinions.forEach((one, at) => one.kept || this.refused(batch[at], one.why));
      }
    } catch (error) {
      if (passes(error)) {
        throw error;
      }
      if (batch.length > 1) {
        await this.sendFirst(batch.slice(0, 1)); // one of them is wrong: find it
        return;
      }
      this.refused(batch[0], error.message);
    }
    this.drop(batch.map((one) => one.key));
  }
}

function read(text) {
  try {
    const { kind, content, of } = JSON.parse(text);
    return { kind, content, of };
  } catch {
    return {};
  }
}
