// What the page tells: whether answers are saved, how far it is, the guideline, and where the sound is.

import { ask, Outbox } from "./label_server.js";
import { loadClip, Player } from "./label_sound.js";
import { byId, showEmpty, showGuideline, showProgress } from "./label_view.js";

export class Telling {
  constructor(setup) {
    this.progress = setup.progress;
    this.player = new Player();
    this.outbox = new Outbox(setup.catalogue, () => this.showSaved(), (entry, why) => this.tell(`An answer was not kept: ${why}`));
    this.name = "";
    this.guideline = { version: 0 };
  }

  // Answers of this person that the server does not have yet.
  get waiting() {
    return this.outbox.entries().filter((one) => one.content.annotator === this.name);
  }

  showEmpty() {
    showEmpty(this.mode, this.progress, this.waiting.length);
  }

  tell(line) {
    byId("trouble").textContent = line;
    byId("trouble").hidden = false;
  }

  showSaved() {
    const count = this.outbox.entries().length;
    const many = count === 1 ? "1 answer waits" : `${count} answers wait`;
    const failing = this.outbox.failures > 0 || this.outbox.trouble;
    byId("saved").textContent = count && failing ? `${many} for the server, kept in this browser. ${this.outbox.trouble} It is tried again by itself.` : count ? "Saving …" : this.outbox.trouble || "All answers are saved.";
    byId("saved").classList.toggle("no", Boolean(count && failing));
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
