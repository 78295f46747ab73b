/* The page: what is heard, drawn, told and kept. One App an element; app.heard and app.detections are what was heard. */

const FIRST_KEYWORD = 2; // after _silence_ and _unknown_
const NEVER = 32767; // a threshold on a sum that none reaches
const LISTED = 200; // detections
const KEPT_SECONDS = 300; // of the microphone's samples

class App {
  constructor(root, wasm, facts) {
    this.root = root;
    this.wasm = wasm; // base64
    this.facts = facts;
    this.find = (selector) => root.querySelector(selector);
    this.ready = this.start(wasm).catch((error) => this.say(`The detector does not run here: ${error.message}`, true));
  }

  async start(wasm) {
    if (typeof WebAssembly !== "object") throw new Error("this browser has no WebAssembly");
    const bytes = Uint8Array.from(atob(wasm), (sign) => sign.charCodeAt(0));
    const { instance } = await WebAssembly.instantiate(bytes);
    const detector = (this.detector = new Detector(instance));
    this.keywords = detector.labels.map((name, label) => ({ name, label })).slice(FIRST_KEYWORD);
    this.decisions = new Decisions(detector.labels.length);
    this.pictures = new Pictures(this.find(".k-spectrogram"), this.find(".k-scores"), detector.rate);
    this.levels = new LevelMeter(this.root, detector.rate);
    this.moments = new Moments(detector.rate);
    this.keep(KEPT_SECONDS);
    this.lay();
    this.clear();
    this.root.querySelectorAll(".k-bar > button").forEach((button) => (button.disabled = false));
    this.say(`Ready: ${this.keywords.map((one) => one.name).join(", ")}. Nothing that is heard leaves this page.`);
  }

  /* ---- what is heard ---- */

  keep(seconds) {
    this.heard = new Kept(Int16Array, Math.ceil(seconds * this.detector.rate));
  }

  hear(samples, live) {
    this.heard.push(samples);
    this.levels.hear(samples);
    this.detector.hear(samples, {
      decision: (sample) => this.decisions.push(this.detector.scores, this.detector.sums, sample),
      detection: (one) => {
        this.detections.push(one);
        if (live) this.tell(one);
      },
    });
    this.changed = true;
  }

  async listen() {
    if (this.microphone) return this.pause();
    this.reading = null;
    if (!this.isLive) this.clear();
    this.button("listen").disabled = true;
    const opened = this.opening = {};
    try {
      this.resampler = null;
      const microphone = await Microphone.open(
        (samples, rate) => {
          this.resampler ??= new Resampler(rate, this.detector.rate);
          this.hear(toInt16(this.resampler.push(samples)), true);
        },
        () => this.pause("The microphone ended."),
      );
      if (this.opening !== opened) return microphone.close(); // a recording came first
      this.microphone = microphone;
      this.isLive = true;
      this.isFollowing = true;
      this.device = "browser";
      this.button("listen").textContent = "Pause";
      this.say("Listening. Say a keyword; what is detected is what the board would detect.");
    } catch (error) {
      this.say(Microphone.inWords(error, this.facts.serve), true);
    } finally {
      this.button("listen").disabled = false;
    }
  }

  pause(words = "Paused. Listen goes on where the stream stopped.") {
    if (!this.microphone) return;
    this.microphone.close();
    this.microphone = null;
    this.button("listen").textContent = "Listen";
    this.say(words);
  }

  /* A recording (an ArrayBuffer), from its beginning to its end; what was heard stays where it cannot be read. */
  async open(buffer, name) {
    this.pause();
    this.opening = {};
    const reading = (this.reading = {});
    this.say(`Reading ${name} …`);
    let samples;
    try {
      samples = await readRecording(buffer, this.detector.rate, decodeRecording);
      if (!samples.length) throw new Error("no samples");
    } catch {
      if (this.reading !== reading) return;
      return this.say(`${name} holds no audio that this browser can read. Give WAV, FLAC, OGG or MP3.`, true);
    }
    if (this.reading !== reading) return; // another came, or Listen or Clear
    this.clear();
    const job = (this.job = {});
    this.keep(samples.length / this.detector.rate + 1);
    this.device = "recording";
    const piece = 10 * this.detector.rate;
    let computing = 0;
    for (let at = 0; at < samples.length; at += piece) {
      const before = performance.now();
      this.hear(samples.subarray(at, at + piece), false);
      computing += performance.now() - before;
      this.say(`Hearing ${name}: ${clock((at + piece) / this.detector.rate)} …`);
      await new Promise((go) => setTimeout(go));
      if (this.job !== job) return;
    }
    this.isFollowing = false;
    this.view = Math.min(samples.length, SECONDS * this.detector.rate);
    const seconds = samples.length / this.detector.rate;
    const times = Math.round(seconds / (Math.max(computing, 0.1) / 1000));
    this.say(`${name}: ${clock(seconds, 1)} heard, ${this.detections.length} detected (${times} × real time).`);
    this.list();
    this.changed = true;
  }

  clear() {
    this.job = this.reading = null;
    this.detector.reset();
    this.heard.clear();
    this.keep(KEPT_SECONDS);
    this.decisions.clear();
    this.detections = [];
    this.levels.clear();
    this.pictures.clear();
    this.isLive = Boolean(this.microphone);
    this.isFollowing = true;
    this.view = 0;
    this.list();
    this.changed = true;
  }

  /* ---- thresholds ---- */

  /* The sum that an int8 threshold is, for all or one label; null: as shipped. */
  setThreshold(int8, label = null) {
    const { thresholds, shipped, average } = this.detector;
    for (const one of this.keywords) {
      if (label === null || label === one.label) thresholds[one.label] = int8 === null ? shipped[one.label] : int8 * average;
    }
    this.again();
    this.showThresholds();
  }

  /* Detections as they are with these thresholds, from the first decision that is kept. */
  again() {
    const { decisions, detector } = this;
    const first = decisions.count ? decisions.samples[0] : Infinity;
    this.detections = this.detections.filter((one) => one.sample < first);
    detector.again(decisions.scores, decisions.samples, decisions.count, { detection: (one) => this.detections.push(one) });
    this.list();
    this.tellCount();
    this.changed = true;
  }

  share(sum) {
    return (sum / this.detector.average + 128) / 256;
  }

  /* ---- moments ---- */

  /* Samples of the two seconds around a detection, or of the last two. */
  moment(detection) {
    const rate = this.detector.rate;
    const end = detection ? Math.min(this.heard.end, detection.sample + rate / 2) : Math.min(this.heard.end, this.isLive ? Infinity : this.view);
    return this.heard.slice(end - 2 * rate, end);
  }

  play(samples) {
    this.pause();
    this.player?.pause();
    const address = URL.createObjectURL(new Blob([writeWav(samples, this.detector.rate)], { type: "audio/wav" }));
    this.player = new Audio(address);
    this.player.onended = () => URL.revokeObjectURL(address);
    this.player.play().catch(() => this.say("The moment cannot be played here.", true));
  }

  download(bytes, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([bytes], { type: "application/zip" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }
}

/* Peak and RMS of the last 50 ms, with the peak held for two seconds, and a word when it was clipped. */
class LevelMeter {
  constructor(root, rate) {
    this.find = (selector) => root.querySelector(selector);
    this.rate = rate;
    this.clear();
  }

  clear() {
    Object.assign(this, { peak: 0, power: 0, held: 0, since: 0, clipped: -1e9, heard: 0 });
    this.changed = true;
  }

  hear(samples) {
    const last = samples.subarray(Math.max(0, samples.length - this.rate / 20));
    this.peak = 0;
    this.power = 0;
    for (const sample of last) {
      this.peak = Math.max(this.peak, Math.abs(sample));
      this.power += (sample * sample) / last.length;
    }
    for (const sample of samples) if (sample >= 32767 || sample <= -32768) this.clipped = this.heard;
    this.heard += samples.length;
    if (this.peak >= this.held || this.heard - this.since > 2 * this.rate) {
      this.held = this.peak;
      this.since = this.heard;
    }
    this.changed = true;
  }

  draw() {
    if (!this.changed) return;
    this.changed = false;
    const db = (value) => Math.max(-90, 20 * Math.log10(Math.max(value, 1) / 32768));
    const percent = (value) => `${(100 * (db(value) + 90)) / 90}%`;
    const meter = this.find(".k-meter");
    const rms = Math.sqrt(this.power);
    meter.setAttribute("aria-valuenow", db(this.peak).toFixed(0));
    meter.classList.toggle("k-loud", db(this.peak) > -1);
    this.find(".k-meter i").style.width = percent(this.peak);
    this.find(".k-meter b").style.left = percent(this.held);
    this.find(".k-meter b").style.visibility = this.held > 1 ? "visible" : "hidden";
    this.find(".k-db").textContent = this.heard ? `${db(this.peak).toFixed(0)} dB peak, ${db(rms).toFixed(0)} RMS` : "–";
    const loud = this.heard - this.clipped < 3 * this.rate;
    const words = loud ? "clipped: further away, or turn it down" : "";
    if (this.find(".k-clipped").textContent !== words) this.find(".k-clipped").textContent = words;
  }
}
