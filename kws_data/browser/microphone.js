/* The microphone: pieces of sound as the browser has them, without its echo canceller and volume control. */

/* Runs where the sound is made; pieces of about 20 ms are enough for a page that draws 50 times a second. */
const WORKLET = `registerProcessor("kws-microphone", class extends AudioWorkletProcessor {
  constructor() { super(); this.piece = new Float32Array(1024); this.filled = 0; }
  process(inputs) {
    const heard = inputs[0][0];
    if (!heard) return true;
    for (const sample of heard) {
      this.piece[this.filled++] = sample;
      if (this.filled === this.piece.length) {
        this.port.postMessage(this.piece);
        this.filled = 0;
      }
    }
    return true;
  }
});`;

class Microphone {
  /* Opens it; `heard` gets (Float32Array, rate). Throws what the browser throws. */
  static async open(heard, ended) {
    if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("no microphone for this page", "SecurityError");
    const wish = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 };
    const stream = await navigator.mediaDevices.getUserMedia({ audio: wish });
    const context = new (window.AudioContext || window.webkitAudioContext)();
    const microphone = new Microphone(stream, context);
    try {
      await context.resume();
      await microphone.connect((samples) => heard(samples, context.sampleRate));
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
  }

  async connect(heard) {
    const source = this.context.createMediaStreamSource(this.stream);
    const one = { channelCount: 1, channelCountMode: "explicit" };
    // As a data address: a page that was opened as a file may load no blob here (Chromium 156).
    const address = `data:text/javascript,${encodeURIComponent(WORKLET)}`;
    const loaded = await this.context.audioWorklet?.addModule(address).then(
      () => true,
      () => false, // older browsers take no data address
    );
    if (loaded) {
      this.node = new AudioWorkletNode(this.context, "kws-microphone", one);
      this.node.port.onmessage = (message) => heard(message.data);
    } else {
      this.node = this.context.createScriptProcessor(1024, 1, 1);
      this.node.onaudioprocess = (event) => heard(event.inputBuffer.getChannelData(0).slice());
    }
    source.connect(this.node);
    this.node.connect(this.context.destination); // silent; else some browsers let it sleep
  }

  close() {
    if (this.node?.port) this.node.port.onmessage = null;
    if (this.node) this.node.onaudioprocess = null;
    this.stream.getTracks().forEach((track) => track.stop());
    if (this.context.state !== "closed") this.context.close();
  }

  /* What went wrong, and what to do. */
  static inWords(error, serve) {
    const blocked = location.protocol === "file:" ? ` Some browsers never let a page opened as a file hear: then ${serve}` : "";
    const words = {
      NotAllowedError: `The microphone is not allowed for this page. Allow it beside the address, then press Listen again.${blocked}`,
      SecurityError: `This browser gives the page no microphone. ${serve}`,
      NotFoundError: "No microphone was found. Plug one in, or open a recording.",
      NotReadableError: "The microphone is there but cannot be read: another program may hold it. Close that, then press Listen again.",
      OverconstrainedError: "The microphone refuses this page's settings. Choose another one in the browser's settings.",
    };
    return words[error.name] || `The microphone does not start: ${error.message || error.name}. A recording can still be opened.`;
  }
}

/* A recording that is no 16-bit WAV, by the browser: at the rate that is asked for, channels averaged. */
async function decodeRecording(buffer, rate) {
  const Offline = window.OfflineAudioContext || window.webkitOfflineAudioContext;
  const audio = await new Offline(1, 1, rate).decodeAudioData(buffer);
  const mono = new Float32Array(audio.length);
  for (let channel = 0; channel < audio.numberOfChannels; channel++) {
    audio.getChannelData(channel).forEach((sample, i) => (mono[i] += sample / audio.numberOfChannels));
  }
  return mono;
}
