// Clips as they are heard: fetched and drawn ahead, played at once.

import { askSamples } from "./label_server.js";
import { spectrogramOf } from "./label_picture.js";

const LOUD_PEAK = 0.7; // what "louder" brings a clip's peak to
const MOST_GAIN = 30;

// A clip that can be shown and heard this moment.
export class LoadedClip {
  constructor(task, pcm) {
    this.task = task;
    this.rate = task.rate_hz;
    this.samples = toFloats(pcm);
    this.spectrogram = spectrogramOf(this.samples, this.rate);
    this.peak = this.samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    this.buffer = null;
  }

  get seconds() {
    return this.samples.length / this.rate;
  }
}

export async function loadClip(task) {
  return new LoadedClip(task, task.fault ? new ArrayBuffer(0) : await askSamples(task.id));
}

function toFloats(pcm) {
  const view = new DataView(pcm);
  const floats = new Float32Array(view.byteLength >> 1);
  for (let at = 0; at < floats.length; at += 1) {
    floats[at] = view.getInt16(2 * at, true) / 32_768;
  }
  return floats;
}

export class Player {
  constructor() {
    this.context = null;
    this.source = null;
    this.loud = false;
    this.begun = 0;
  }

  // Browsers let a page sound after a key or a touch: called from within one.
  wake() {
    this.context ??= new AudioContext({ latencyHint: "interactive" });
    if (this.context.state === "suspended") {
      this.context.resume();
    }
  }

  prepare(clip) {
    if (clip.buffer === null && this.context !== null && clip.samples.length) {
      clip.buffer = this.context.createBuffer(1, clip.samples.length, clip.rate);
      clip.buffer.copyToChannel(clip.samples, 0);
    }
  }

  // Samples [start, stop) of a clip. Returns when they begin, on the page's clock in ms.
  play(clip, start = 0, stop = clip.samples.length) {
    this.stop();
    if (!clip.samples.length) {
      return performance.now();
    }
    this.wake();
    this.prepare(clip);
    const gain = new GainNode(this.context, { gain: this.loud ? Math.min(MOST_GAIN, LOUD_PEAK / Math.max(clip.peak, 1e-4)) : 1 });
    const source = new AudioBufferSourceNode(this.context, { buffer: clip.buffer });
    source.connect(gain).connect(this.context.destination);
    source.start(0, start / clip.rate, (stop - start) / clip.rate);
    this.source = source;
    this.begun = this.context.currentTime;
    this.from = start / clip.rate;
    this.until = stop / clip.rate;
    source.onended = () => {
      if (this.source === source) {
        this.source = null;
      }
    };
    return performance.now() + 1_000 * (this.context.outputLatency || this.context.baseLatency || 0);
  }

  stop() {
    if (this.source !== null) {
      this.source.stop();
      this.source = null;
    }
  }

  // Seconds of the clip that are sounding now, or null.
  get at() {
    if (this.source === null) {
      return null;
    }
    const heard = this.context.currentTime - this.begun - (this.context.outputLatency || 0);
    return Math.min(this.until, this.from + Math.max(0, heard));
  }
}
