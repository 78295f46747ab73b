// What the page tells: whether answers are saved, how far it is, the guideline, and where the sound is.

import { ask, Outbox, showsCatalogue } from "./label_server.js";
import { loadClip, Player } from "./label_sound.js";
import { byId, nameOf, showElsewhere, showEmpty, showGuideline, showNotKept, showProgress } from "./label_view.js";

export class Telling {
  constructor(setup) {
    this.progress = setup.progress;
    this.player = new Player();
    this.outbox = new Outbox(setup.catalogue, setup.name, () => this.showSaved(), (entry, why) => this.refuse(entry, why));
    this.notKept = new Map(); // clip -> what to tell, until it is answered again or read
    showsCatalogue(setup.catalogue);
    showElsewhere(this.outbox.elsewhere());
    this.name = "";
    this.guideline = { version: 0 };
  }

  // Answers of this person that the server does not have yet.
  get waiting() {
    return this.outbox.entries().filter((one) => one.content.annotator === this.name);
  }

  showEmpty() {
    showEmpty(this.mode, this.progress, this.waiting.length, this.notKept.size);
  }

  tell(line) {
    byId("trouble").textContent = line;
    byId("trouble").hidden = false;
  }

  // The server does not keep an answer: it is told, and where its clip is still there, the clip comes back.
  refuse({ kind, content }, why) {
    if (kind !== "give") {
      return; // an undo of what does not hold any more
    }
    const at = this.history.findIndex((one) => one.token === content.token);
    const comesBack = at >= 0 && content.annotator === this.name && content.kind === this.mode && !why.startsWith("no such clip");
    this.notKept.set(content.clip, `Not kept: the answer “${nameOf(content.label, this.labels)}” of ${content.annotator}. ${sentence(why)}${comesBack ? " The clip comes back: answer it again." : ""}`);
    showNotKept(this.notKept);
    if (comesBack) {
      const [{ clip }] = this.history.splice(at, 1);
      clip.task = { ...clip.task, why: "again" };
      this.readGuideline(); // its version may be what was wrong
      this.bringBack(clip);
    }
  }

  settleNotKept(clips) {
    clips.forEach((one) => this.notKept.delete(one));
    showNotKept(this.notKept);
    this.showSaved();
  }

  showSaved() {
    const count = this.outbox.entries().length;
    const many = count === 1 ? "1 answer waits" : `${count} answers wait`;
    const lost = this.notKept.size === 1 ? "1 answer was not kept" : `${this.notKept.size} answers were not kept`;
    const all = this.notKept.size ? `${lost}, see above. All others are saved.` : "All answers are saved.";
    const failing = this.outbox.failures > 0 || this.outbox.trouble;
    byId("saved").textContent = count && failing ? `${many} for the server, kept in this browser. ${sentence(this.outbox.trouble)} It is tried again by itself.` : count ? "Saving …" : this.outbox.trouble || all;
    byId("saved").classList.toggle("no", Boolean((count && failing) || this.notKept.size));
    if (!count) {
      clearTimeout(this.progressTimer);
      this.progressTimer = setTimeout(() => this.readProgress(), 300);
    }
    if (this.current === null && this.name) {
      this.show();
    }
  }

  async readProgress() {
    try {
      this.progress = await ask("/api/progress");
      showProgress(this.progress, this.name);
      if (this.current === null) {
        this.show();
      }
    } catch { /* the outbox and the clips say what is wrong */ }
  }

  async readGuideline() {
    try {
      const found = await ask("/api/guideline");
      if (found.version !== this.guideline.version || !this.guideline.html) {
        this.guideline = found;
        showGuideline(found, (id) => this.playExample(id));
      }
    } catch (error) {
      this.tell(`The guideline cannot be read: ${error.message}`);
    }
  }

  async playExample(id) {
    try {
      this.player.wake();
      this.player.play(await loadClip({ id, rate_hz: 16_000, word: null }));
    } catch (error) {
      this.tell(`The example cannot be heard: ${error.message}`);
    }
  }
}

function sentence(line) {
  return line && `${line[0].toUpperCase()}${line.slice(1)}${/[.!?]$/.test(line) ? "" : "."}`;
}

// "next clip": from the key to the picture on the screen, and in detail to the first sound.
export function measure(pressed, sounds) {
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      const end = performance.now();
      performance.measure("next clip", { start: pressed, end, detail: { painted_ms: end - pressed, sounding_ms: sounds - pressed } });
    };
    channel.port2.postMessage(null); // after this frame
  });
}

let following = 0;

export function followHead(player, clip) {
  cancelAnimationFrame(following);
  const head = byId("head");
  const step = () => {
    const at = player.at;
    head.hidden = at === null;
    if (at !== null) {
      head.style.left = `${(100 * at) / clip.seconds}%`;
      following = requestAnimationFrame(step);
    }
  };
  step();
}
