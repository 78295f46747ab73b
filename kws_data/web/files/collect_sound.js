/* The microphone as it is, where a word begins and ends in it, and a take as the server wants it. */

const WISH = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 };
export const SETTINGS = ["echoCancellation", "noiseSuppression", "autoGainControl"];

/* Levels are dB of full scale, as everywhere in kws. */
export const decibels = (amplitude) => Math.max(-120, 20 * Math.log10(Math.max(amplitude, 1e-6)));

export class Microphone {
  /* Opens it; throws what the browser throws. `heard` gets each piece of 20 ms. */
  static async open(ended) {
    if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia || !window.AudioWorkletNode) {
      throw new DOMException("no microphone for this page", "SecurityError");
    }
    const stream = await navigator.mediaDevices.getUserMedia({ audio: WISH });
    const context = new AudioContext();
    const microphone = new Microphone(stream, context);
    try {
      await context.resume();
      await context.audioWorklet.addModule("/files/collect_worklet.js");
      const source = context.createMediaStreamSource(stream);
      microphone.node = new AudioWorkletNode(context, "kws-collect", { channelCount: 1, channelCountMode: "explicit" });
      microphone.node.port.onmessage = (message) => microphone.heard(message.data);
      source.connect(microphone.node);
      microphone.node.connect(context.destination); // silent; else some browsers let it sleep
    } catch (error) {
      microphone.close();
      throw error;
    }
    stream.getAudioTracks()[0].addEventListener("ended", () => {
      microphone.close();
      ended();
    });
    return microphone;
  }

  constructor(stream, context) {
    this.stream = stream;
    this.context = context;
    this.rate = context.sampleRate;
    this.listeners = new Set();
    this.next = null;
  }

  get open() {
    return this.context.state !== "closed";
  }

  /* What the browser says that it does to the sound, whatever was wished. */
  get settings() {
    const track = this.stream.getAudioTracks()[0];
    const said = track?.getSettings ? track.getSettings() : {};
    return Object.fromEntries(SETTINGS.filter((key) => typeof said[key] === "boolean").map((key) => [key, said[key]]));
  }

  heard({ at, samples }) {
    const lost = this.next !== null && at !== this.next;
    this.next = at + samples.length;
    for (const listener of [...this.listeners]) listener(samples, lost);
  }

  close() {
    if (this.node) this.node.port.onmessage = null;
    this.stream.getTracks().forEach((track) => track.stop());
    if (this.open) this.context.close();
  }
}

/* What went wrong with the microphone, and what to do. */
export function inWords(error) {
  const words = {
    NotAllowedError:
      "The microphone is not allowed for this page. Allow it beside the address (the lock or the microphone there), then press the button again.",
    NotFoundError: "No microphone was found. Plug one in or switch it on, then press the button again.",
    NotReadableError: "The microphone is there but cannot be read: another program may hold it. Close that, then press the button again.",
    SecurityError: window.isSecureContext
      ? "This browser gives pages no microphone. Open the page in a current Firefox, Chrome, Edge or Safari."
      : "Browsers give a page the microphone only by https, or on the machine itself. Whoever runs this page can serve it with --certificate and --key, or open it at 127.0.0.1 there.",
  };
  return words[error.name] || `The microphone does not start: ${error.message || error.name}.`;
}

/* Where speech stands out of the noise: frames of 20 ms against the quietest of late. */
export class Detector {
  constructor({ aboveDb = 9, frames = 3, quietFrames = 30 } = {}) {
    Object.assign(this, { aboveDb, frames, quietFrames });
    this.levels = [];
    this.begin = this.last = null;
  }

  /* Takes in a frame's level; true once speech has ended. The floor stays as it was when speech began. */
  add(db) {
    const now = this.levels.length;
    if (this.begin === null && now >= 5) {
      const before = this.levels.slice(Math.max(0, now - 100)).sort((a, b) => a - b);
      this.floor = Math.max(-85, before[Math.floor(before.length * 0.2)]);
    }
    this.levels.push(db);
    if (this.floor === undefined) return false;
    if (this.begin === null) {
      this.run = db > this.floor + this.aboveDb ? (this.run || 0) + 1 : 0;
      if (this.run === this.frames) {
        this.begin = now - this.frames + 1;
        this.last = now;
      }
      return false;
    }
    if (db > this.floor + this.aboveDb - 3) this.last = now;
    return now - this.last >= this.quietFrames;
  }
}

const BEFORE_S = 0.5;
const AFTER_S = 0.5;

/* One take: resolves with {samples, rate, settings}, or rejects with a line for a person.
   `level(db, speaking, frames)` is called for each frame; `stop` of the returned object ends it early. What is lost
   before anything was said only makes it begin anew: machines are busy as a microphone opens. */
export function record(microphone, longestS, level, { wholeS = 0 } = {}) {
  let pieces = [];
  let detector = new Detector();
  let restarts = 0;
  const size = Math.round(microphone.rate / 50);
  const most = Math.floor((wholeS || longestS + 2) * 50);
  let finish = () => {};
  const done = new Promise((resolve, reject) => {
    finish = (why) => {
      microphone.listeners.delete(listener);
      if (why) return reject(new Error(why));
      if (!wholeS && detector.begin === null) {
        return reject(new Error("No voice was heard. Is the right microphone chosen? Speak a little louder, then record again."));
      }
      const first = wholeS ? 0 : Math.max(0, detector.begin - Math.round(BEFORE_S * 50));
      const last = wholeS ? pieces.length : Math.min(pieces.length, detector.last + 1 + Math.round(AFTER_S * 50));
      const kept = pieces.slice(first, Math.min(last, first + Math.floor(longestS * 50) - 1));
      const samples = new Float32Array(kept.length * size);
      kept.forEach((piece, i) => samples.set(piece, i * size));
      return resolve({ samples, rate: microphone.rate, settings: microphone.settings });
    };
  });
  function listener(samples, lost) {
    if (lost && pieces.length) {
      if ((!wholeS && detector.begin !== null) || ++restarts > 20) {
        return finish("A piece of the sound was lost: the machine was too busy. Record it again.");
      }
      pieces = [];
      detector = new Detector();
    }
    pieces.push(samples);
    const db = rms(samples);
    const ended = detector.add(db);
    level(db, detector.begin !== null, pieces.length);
    const tooLong = detector.begin !== null && pieces.length - detector.begin > (longestS - BEFORE_S) * 50;
    if ((!wholeS && (ended || tooLong)) || pieces.length >= most) finish();
    return undefined;
  }
  microphone.listeners.add(listener);
  return { done, stop: () => finish(), cancel: () => finish("stopped") };
}

function rms(samples) {
  let mean = 0;
  for (const sample of samples) mean += sample / samples.length;
  let power = 0;
  for (const sample of samples) power += (sample - mean) ** 2 / samples.length;
  return decibels(Math.sqrt(power));
}

/* Samples as 16-bit integers, as they are sent. */
export function in16Bits(samples) {
  const whole = new Int16Array(samples.length);
  samples.forEach((sample, i) => (whole[i] = Math.max(-32768, Math.min(32767, Math.round(sample * 32768)))));
  return whole;
}

/* A WAV that the page can play. */
export function wav(samples, rate) {
  const data = in16Bits(samples);
  const head = new DataView(new ArrayBuffer(44));
  const text = (at, letters) => [...letters].forEach((letter, i) => head.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  head.setUint32(4, 36 + data.byteLength, true);
  text(8, "WAVEfmt ");
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true);
  head.setUint16(22, 1, true);
  head.setUint32(24, rate, true);
  head.setUint32(28, 2 * rate, true);
  head.setUint16(32, 2, true);
  head.setUint16(34, 16, true);
  text(36, "data");
  head.setUint32(40, data.byteLength, true);
  return new Blob([head, data], { type: "audio/wav" });
}
