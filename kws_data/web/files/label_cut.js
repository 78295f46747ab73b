// The cut: two handles on the picture, moved by pointer or keys, that snap to where the server found the word.

const LEAST_S = 0.03;
const SNAP_PX = 8;
const FINE_S = 0.01;
const COARSE_S = 0.05;

export class Cut {
  // elements: picture, start, stop (handles), before, after (shades), button, times; changed(done): it moved.
  constructor(elements, changed) {
    this.elements = elements;
    this.changed = changed;
    this.clip = null;
    this.on = false;
    for (const end of ["start", "stop"]) {
      const handle = elements[end];
      handle.addEventListener("pointerdown", (event) => this.grab(event, handle, end));
      handle.addEventListener("keydown", (event) => this.key(event, end));
    }
  }

  show(clip) {
    this.clip = clip;
    this.on = false;
    const word = clip.task.word ?? [0, clip.samples.length];
    [this.start, this.stop] = [Math.min(word[0], clip.samples.length), Math.min(word[1], clip.samples.length)];
    this.draw();
  }

  // What is played and sent: samples, or null for the whole clip.
  get range() {
    return this.on && this.clip.samples.length ? [this.start, this.stop] : null;
  }

  toggle() {
    this.on = !this.on;
    this.draw();
    this.changed(true);
  }

  // Moves one end to a sample; the other stays, and some of the word is left.
  move(end, sample, done) {
    const least = Math.round(LEAST_S * this.clip.rate);
    const place = Math.round(sample);
    if (end === "start") {
      this.start = Math.max(0, Math.min(place, this.stop - least));
    } else {
      this.stop = Math.min(this.clip.samples.length, Math.max(place, this.start + least));
    }
    this.on = true;
    this.draw();
    this.changed(done);
  }

  nudge(end, seconds) {
    this.move(end, this[end] + seconds * this.clip.rate, true);
  }

  grab(event, handle, end) {
    event.preventDefault();
    handle.focus();
    handle.setPointerCapture(event.pointerId);
    const drag = (moved) => this.move(end, this.snapped(moved.clientX), false);
    const drop = () => {
      handle.removeEventListener("pointermove", drag);
      handle.removeEventListener("pointerup", drop);
      handle.removeEventListener("pointercancel", drop);
      this.changed(true);
    };
    handle.addEventListener("pointermove", drag);
    handle.addEventListener("pointerup", drop);
    handle.addEventListener("pointercancel", drop);
  }

  snapped(clientX) {
    const box = this.elements.picture.getBoundingClientRect();
    const length = this.clip.samples.length;
    const sample = ((clientX - box.left) / box.width) * length;
    const near = (this.clip.task.word ?? []).find((bound) => Math.abs(bound - sample) < (SNAP_PX / box.width) * length);
    return near ?? sample;
  }

  key(event, end) {
    const step = event.shiftKey ? COARSE_S : FINE_S;
    const moves = {
      ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step, PageDown: -COARSE_S, PageUp: COARSE_S, Home: -Infinity, End: Infinity,
    };
    if (event.key in moves && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      event.stopPropagation();
      const length = this.clip.samples.length;
      this.move(end, Math.max(0, Math.min(length, this[end] + moves[event.key] * this.clip.rate)), true);
    }
  }

  draw() {
    const { start, stop, before, after, button, times, picture } = this.elements;
    const length = Math.max(1, this.clip.samples.length);
    const percent = (sample) => `${(100 * sample) / length}%`;
    const seconds = (sample) => (sample / this.clip.rate).toFixed(2);
    start.style.left = percent(this.start);
    stop.style.left = percent(this.stop);
    before.style.width = this.on ? percent(this.start) : "0";
    after.style.width = this.on ? percent(length - this.stop) : "0";
    picture.classList.toggle("is-cut", this.on);
    for (const [handle, at] of [[start, this.start], [stop, this.stop]]) {
      handle.setAttribute("aria-valuemin", "0");
      handle.setAttribute("aria-valuemax", seconds(length));
      handle.setAttribute("aria-valuenow", seconds(at));
      handle.setAttribute("aria-valuetext", `${seconds(at)} seconds${this.on ? "" : ", the clip is not cut"}`);
    }
    button.setAttribute("aria-pressed", String(this.on));
    times.textContent = this.on
      ? `${seconds(this.start)} to ${seconds(this.stop)} s of ${seconds(length)} s`
      : `whole clip, ${seconds(length)} s`;
  }
}
