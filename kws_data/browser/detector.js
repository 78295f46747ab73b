/* The board's own C, as WebAssembly: samples in; frames, scores and detections out. It knows of no page. */
class Detector {
  constructor(instance) {
    const c = (this.c = instance.exports);
    const error = c.kws_try_init();
    if (error !== 0) throw new Error(`the detector does not start: ${error}`);
    const memory = c.memory.buffer; // it never grows: nothing in the C allocates
    const bytes = new Uint8Array(memory);
    const text = (at) => {
      let end = at;
      while (bytes[end]) end++;
      return new TextDecoder().decode(bytes.slice(at, end));
    };
    const labels = c.kws_try_labels();
    this.rate = c.kws_try_rate();
    this.hop = c.kws_try_hop();
    this.stride = c.kws_try_stride();
    this.average = c.kws_try_average();
    this.clipSamples = c.kws_try_clip_samples();
    this.hash = text(c.kws_try_hash());
    this.labels = Array.from({ length: labels }, (_, label) => text(c.kws_try_label(label)));
    this.block = new Int16Array(memory, c.kws_try_samples(), this.clipSamples);
    this.frame = new Int8Array(memory, c.kws_try_frame(), c.kws_try_features());
    this.scores = new Int8Array(memory, c.kws_try_scores(), labels);
    this.sums = new Int16Array(memory, c.kws_try_sums(), labels); // of the last `average` scores
    this.thresholds = new Int16Array(memory, c.kws_try_thresholds(), labels); // on the sums; may be written
    this.shipped = new Int16Array(memory, c.kws_try_shipped(), labels);
    this.heard = 0;
  }

  /* The stream begins anew with the next sample. */
  reset() {
    this.c.kws_try_reset();
    this.heard = 0;
  }

  /* Hear Int16Array samples. `told` may have frame(), decision(sample) and detection({sample, label, score}); what they
   * are told of lies in this.frame, this.scores and this.sums. */
  hear(samples, told) {
    const c = this.c;
    for (let at = 0; at < samples.length; at += this.block.length) {
      const part = samples.subarray(at, at + this.block.length);
      this.block.set(part);
      for (let from = 0; from < part.length; ) {
        const flags = c.kws_try_hear(from, part.length);
        const taken = c.kws_try_taken();
        if (flags < 0 || (!flags && !taken)) throw new Error(`the detector stopped: ${flags}`);
        from += taken;
        this.heard += taken;
        if (flags & 1) told.frame?.();
        if (flags & 2) told.decision?.(this.heard);
        if (flags & 4) told.detection?.(this.found());
      }
    }
  }

  found() {
    const c = this.c;
    return { sample: c.kws_try_found_sample(), label: c.kws_try_found_label(), score: c.kws_try_found_score() };
  }

  /* Decide anew, from the first, on kept scores: Int8Array [n * labels] made after samples [n]. The stream goes on as
   * if its detector had had these thresholds all along. */
  again(scores, samples, count, told) {
    const c = this.c;
    const labels = this.labels.length;
    c.kws_try_again();
    for (let i = 0; i < count; i++) {
      this.scores.set(scores.subarray(i * labels, (i + 1) * labels));
      const flags = c.kws_try_decide(samples[i]);
      told.decision?.(i);
      if (flags & 4) told.detection(this.found());
    }
  }

  /* One clip of clipSamples, as a board scores one that it is sent: its int8 scores and its label, -1 for none. */
  clip(samples) {
    if (samples.length !== this.clipSamples) throw new Error(`a clip has ${this.clipSamples} samples`);
    this.block.set(samples);
    const label = this.c.kws_try_clip();
    this.reset();
    if (label < -1) throw new Error("the clip cannot be scored");
    return { label, scores: Int8Array.from(this.scores) };
  }
}
