/* Runs where the sound is made: pieces of 20 ms, each with the place where it begins, so that a lost one is seen. */
registerProcessor(
  "kws-collect",
  class extends AudioWorkletProcessor {
    constructor() {
      super();
      this.piece = new Float32Array(Math.round(sampleRate / 50));
      this.filled = 0;
      this.begin = currentFrame;
    }

    process(inputs) {
      const heard = inputs[0][0];
      if (!heard) return true;
      for (let i = 0; i < heard.length; i++) {
        if (!this.filled) this.begin = currentFrame + i;
        this.piece[this.filled++] = heard[i];
        if (this.filled === this.piece.length) {
          this.port.postMessage({ at: this.begin, samples: this.piece.slice() });
          this.filled = 0;
        }
      }
      return true;
    }
  },
);
