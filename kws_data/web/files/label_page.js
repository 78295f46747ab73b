// What happens between two clips: clips are fetched ahead, heard, answered, taken back. `label.js` ties it to keys and buttons.

import { Cut } from "./label_cut.js";
import { draw } from "./label_picture.js";
import { ask, newToken, passes } from "./label_server.js";
import { loadClip } from "./label_sound.js";
import { followHead, measure, Telling } from "./label_telling.js";
import { byId, labelsOf, showKeys, showLabels, showTask } from "./label_view.js";

const AHEAD = 3; // clips that are ready beside the one that is heard
const MOST_BACK = 30; // answers that can be taken back at once
const LEAST_MS = 120; // nobody has heard a clip in less: the key was pressed twice
const AGAIN_MS = 5_000;

export class Page extends Telling {
  constructor(setup) {
    super(setup);
    this.labels = labelsOf(setup);
    this.cut = new Cut(
      { picture: byId("picture"), start: byId("cut-start"), stop: byId("cut-stop"), before: byId("before"), after: byId("after"), button: byId("cut"), times: byId("cut-times") },
      (done) => this.cutMoved(done),
    );
    this.mode = "person";
    this.forget();
    this.number = 0;
    showLabels(this.labels, (label, when) => this.answer(label, when));
    showKeys(this.labels);
    byId("words").replaceChildren(...[...setup.words, ...setup.more_words].map((word) => Object.assign(document.createElement("option"), { value: word.replaceAll("_", " ") })));
    byId("work-name").textContent = setup.name;
  }

  forget() {
    this.current = null;
    this.ahead = [];
    this.history = [];
    this.exhausted = false;
    this.shown = null;
    this.round = (this.round ?? 0) + 1; // answers to questions of an earlier one are dropped
    this.filling = false;
    clearTimeout(this.again);
  }

  // ---- who --------------------------------------------------------------------------------------------------------

  begin(name, role) {
    this.player.wake();
    this.name = name;
    byId("who-name").textContent = role === "adjudicator" ? `${name}, who decides` : name;
    byId("who").hidden = false;
    byId("start").hidden = true;
    byId("tabs").hidden = role !== "adjudicator";
    byId("desk").hidden = false;
    this.enter(role);
    this.readGuideline();
    this.outbox.send();
    this.readProgress();
  }

  enter(mode) {
    this.player.stop();
    this.forget();
    this.mode = mode;
    byId("tab-disputed").setAttribute("aria-pressed", String(mode === "adjudicator"));
    byId("tab-label").setAttribute("aria-pressed", String(mode === "person"));
    this.show();
    this.fill();
  }

  leave() {
    this.player.stop();
    this.forget();
    this.name = "";
    byId("desk").hidden = byId("who").hidden = true;
    byId("start").hidden = false;
    byId("name").focus();
  }

  // ---- clips ------------------------------------------------------------------------------------------------------

  async fill() {
    const wanted = AHEAD - this.ahead.length + (this.current === null ? 1 : 0);
    if (this.filling || wanted <= 0 || !this.name) {
      return;
    }
    this.filling = true;
    clearTimeout(this.again);
    const round = this.round;
    try {
      const unsent = this.waiting.filter((one) => one.kind === "give").map((one) => one.content.clip);
      const have = [...new Set([...this.here(), ...unsent])];
      const path = this.mode === "adjudicator" ? "/api/disagreements" : "/api/next";
      const { tasks } = await ask(path, { annotator: this.name, count: wanted, have });
      for (const task of tasks) {
        const clip = await loadClip(task);
        if (round !== this.round) {
          return;
        }
        this.player.prepare(clip);
        if (!this.here().includes(task.id)) {
          this.ahead.push(clip);
        }
        if (this.current === null) {
          this.advance(null);
        }
      }
      this.filling = false;
      byId("trouble").hidden = true;
      if (tasks.length < wanted) {
        this.exhausted = true;
        this.show();
        this.again = setTimeout(() => this.lookAgain(), AGAIN_MS);
      } else {
        this.exhausted = false;
        this.fill();
      }
    } catch (error) {
      if (round !== this.round) {
        return;
      }
      this.filling = false;
      this.tell(passes(error) ? `No new clips: ${error.status ? error.message : "the server does not answer"}. It is asked again by itself.` : error.message);
      this.again = setTimeout(() => this.fill(), 1_000);
    }
  }

  lookAgain() {
    this.readProgress();
    return this.fill();
  }

  here() {
    return [this.current, ...this.ahead].filter(Boolean).map((clip) => clip.task.id);
  }

  // The next clip, on screen and sounding; pressed is when the key went down, or null.
  advance(pressed) {
    this.current = this.ahead.shift() ?? null;
    this.number += this.current === null ? 0 : 1;
    this.show();
    const sounds = this.current === null ? null : this.play();
    if (pressed !== null && this.current !== null) {
      measure(pressed, sounds);
    }
    this.fill();
  }

  // A clip whose answer was not kept is the next one.
  bringBack(clip) {
    if (!this.here().includes(clip.task.id)) {
      this.ahead.unshift(clip);
    }
    if (this.current === null) {
      this.advance(null);
    }
  }

  show() {
    const clip = this.current;
    const empty = clip === null && this.exhausted === true && !this.filling;
    byId("clip").hidden = clip === null;
    byId("empty").hidden = !empty;
    byId("undo").disabled = byId("undo-empty").disabled = false;
    if (clip === null) {
      this.showEmpty();
      return;
    }
    if (this.shown !== clip) {
      this.shown = clip;
      byId("note").value = byId("word").value = byId("rule").value = byId("word-fault").textContent = "";
      showTask(clip, this.labels, this.number);
      this.cut.show(clip);
      draw(clip, byId("wave"), byId("spectrogram"));
      if (document.activeElement !== byId("clip")) {
        byId("clip").focus({ preventScroll: true });
      }
      this.shownAt = performance.now();
      this.awayMs = 0;
      if (clip.task.fault) {
        this.tell(`This clip cannot be heard: ${clip.task.fault}. Answer "bad recording", or "not sure".`);
      } else {
        byId("trouble").hidden = true;
      }
    }
  }

  play(whole = false) {
    const range = whole ? null : this.cut.range;
    const sounds = this.player.play(this.current, ...(range ?? []));
    followHead(this.player, this.current);
    return sounds;
  }

  cutMoved(done) {
    clearTimeout(this.replay);
    if (done) {
      this.replay = setTimeout(() => this.current && this.play(), 200);
    }
  }

  // ---- answers ----------------------------------------------------------------------------------------------------

  answer(label, pressed) {
    const clip = this.current;
    const now = performance.now();
    if (clip === null || now - this.shownAt < LEAST_MS) {
      return;
    }
    clearTimeout(this.replay);
    const [start, stop] = this.cut.range ?? [null, null];
    const seconds = Math.min(3_600, Math.max(0, now - this.shownAt - this.awayMs) / 1_000);
    const content = {
      clip: clip.task.id, kind: this.mode, annotator: this.name, label, note: byId("note").value.trim(), rule: byId("rule").value,
      start, stop, seconds, guideline: this.guideline.version || null, token: newToken(),
    };
    this.history = [...this.history, { clip, token: content.token }].slice(-MOST_BACK);
    this.settleNotKept([clip.task.id]);
    this.outbox.add("give", content);
    this.advance(pressed);
  }

  accept(pressed) {
    if (this.current?.task.suggestion) {
      this.answer(this.current.task.suggestion, pressed);
    }
  }

  async undo() {
    const last = this.history.pop() ?? (await this.lastOfBefore());
    if (!last) {
      this.tell("There is no answer of yours to take back.");
      return;
    }
    this.outbox.add("undo", { annotator: this.name, token: last.token });
    if (this.current !== null) {
      this.ahead.unshift(this.current);
      this.number -= 1;
    }
    last.clip.task = { ...last.clip.task, why: "again" };
    this.shown = null;
    this.current = last.clip;
    this.show();
    this.play();
  }

  // The last answer from before the page was opened anew, once all that waits is sent.
  async lastOfBefore() {
    const round = this.round;
    if (this.asking || this.waiting.length) {
      return null;
    }
    this.asking = true;
    try {
      const { last } = await ask("/api/last", { annotator: this.name, kind: this.mode });
      const found = last && { token: last.token, clip: await loadClip(last.task) };
      return round === this.round ? found : null;
    } catch (error) {
      this.tell(error.message);
      return null;
    } finally {
      this.asking = false;
    }
  }
}
