/* What is kept of a stream: its last samples, and every decision. */

/* A typed array that grows; when it holds `most`, the older half goes. */
class Kept {
  constructor(Type, most) {
    this.most = most;
    this.first = 0; // number of the first value that is kept
    this.count = 0; // values kept
    this.values = new Type(Math.min(most, 1 << 16));
  }

  get end() {
    return this.first + this.count;
  }

  push(values) {
    if (this.count + values.length > this.most) this.drop(Math.max(this.count >> 1, this.count + values.length - this.most));
    if (this.count + values.length > this.values.length) {
      const more = new this.values.constructor(Math.min(this.most, 2 * (this.count + values.length)));
      more.set(this.values.subarray(0, this.count));
      this.values = more;
    }
    this.values.set(values, this.count);
    this.count += values.length;
  }

  drop(count) {
    this.values.copyWithin(0, count, this.count);
    this.first += count;
    this.count -= count;
  }

  /* Values from .. to of the stream, as far as they are kept. */
  slice(from, to) {
    const at = (place) => Math.max(0, Math.min(this.count, Math.round(place) - this.first));
    return this.values.slice(at(from), at(to));
  }

  clear() {
    this.first = this.count = 0;
  }
}

/* Scores and sums of each decision, and the samples they were made after. */
class Decisions {
  constructor(labels) {
    this.labels = labels;
    this.most = 200000; // some hours
    this.clear();
  }

  clear() {
    this.count = 0;
    this.grow(1024);
  }

  grow(room) {
    const old = this.count ? this : null;
    const [scores, sums, samples] = [new Int8Array(room * this.labels), new Int16Array(room * this.labels), new Float64Array(room)];
    if (old) {
      scores.set(old.scores);
      sums.set(old.sums);
      samples.set(old.samples);
    }
    Object.assign(this, { scores, sums, samples });
  }

  push(scores, sums, sample) {
    if (this.count === this.most) this.forget(this.count >> 1);
    if (this.count === this.samples.length) this.grow(2 * this.count);
    this.scores.set(scores, this.count * this.labels);
    this.sums.set(sums, this.count * this.labels);
    this.samples[this.count++] = sample;
  }

  forget(count) {
    this.scores.copyWithin(0, count * this.labels);
    this.sums.copyWithin(0, count * this.labels);
    this.samples.copyWithin(0, count);
    this.count -= count;
  }

  /* The first decision made after more than so many samples. */
  after(sample) {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.samples[middle] > sample) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
