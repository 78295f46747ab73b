/* Samples: another rate, 16 bits, WAV and ZIP. It knows of no page. */

const gcd = (a, b) => (b ? gcd(b, a % b) : a);

/* Modified Bessel function of the first kind, order 0: the series. */
function bessel0(x) {
  let sum = 1;
  for (let term = 1, k = 1; term > sum * 1e-12; k++) sum += term *= (x / (2 * k)) ** 2;
  return sum;
}

/* From one rate to another by a windowed sinc in polyphase form (Kaiser window, beta 9: about 90 dB), sample n of what
 * comes out at the time of n / to. Samples come in pieces; end() gives the last. Equal rates pass through untouched. */
class Resampler {
  constructor(from, to) {
    const common = gcd(from, to);
    this.up = to / common;
    this.down = from / common;
    this.same = from === to;
    if (this.same) return;
    const cutoff = (0.95 * Math.min(1, to / from)) / 2; // of the rate that comes in
    this.half = Math.ceil(48 / (2 * cutoff)); // samples on either side
    this.taps = Array.from({ length: this.up }, (_, phase) => this.filter(phase / this.up, cutoff));
    this.kept = new Float32Array(this.half); // zeros before the first sample
    this.next = 0; // place of the next output in `kept`, in units of 1 / up
  }

  /* Weights of the 2 * half samples around a place that is `shift` behind the half-th of them. */
  filter(shift, cutoff) {
    const weights = Float64Array.from({ length: 2 * this.half }, (_, k) => {
      const x = k - this.half + 1 - shift;
      const edge = 1 - (x / this.half) ** 2;
      const angle = 2 * Math.PI * cutoff * x;
      const sinc = x === 0 ? 1 : Math.sin(angle) / angle;
      return edge > 0 ? sinc * bessel0(9 * Math.sqrt(edge)) : 0;
    });
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => weight / sum);
  }

  /* What can be said after these samples (Float32Array). */
  push(samples) {
    if (this.same) return samples;
    const heard = new Float32Array(this.kept.length + samples.length);
    heard.set(this.kept);
    heard.set(samples, this.kept.length);
    const made = [];
    // Output m lies at m * down / up of the input, which begins half samples later in `heard`.
    for (; ; this.next += this.down) {
      const first = Math.floor(this.next / this.up) + 1;
      if (first + 2 * this.half > heard.length) break;
      const weights = this.taps[this.next % this.up];
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k] * heard[first + k];
      made.push(sum);
    }
    const used = Math.min(Math.floor(this.next / this.up), heard.length);
    this.kept = heard.slice(used);
    this.next -= used * this.up;
    return Float32Array.from(made);
  }

  end() {
    return this.same ? new Float32Array(0) : this.push(new Float32Array(this.half));
  }
}

/* All of a recording at another rate. */
function resampled(samples, from, to) {
  const way = new Resampler(from, to);
  const parts = [way.push(samples), way.end()];
  return joined(Float32Array, parts).subarray(0, Math.ceil((samples.length * way.up) / way.down));
}

function joined(Type, parts) {
  const whole = new Type(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/* To 16 bits: a sample that came from 16 bits is what it was. */
function toInt16(samples) {
  return Int16Array.from(samples, (x) => Math.max(-32768, Math.min(32767, Math.round(x * 32768))));
}

/* A WAV of 16-bit PCM: {rate, channels, samples}, interleaved; null for any other file. */
function readWav(buffer) {
  const view = new DataView(buffer);
  const name = (at) => (at + 4 <= buffer.byteLength ? String.fromCharCode(...new Uint8Array(buffer, at, 4)) : "");
  if (name(0) !== "RIFF" || name(8) !== "WAVE") return null;
  let form = null;
  for (let at = 12; at + 8 <= buffer.byteLength; ) {
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (name(at) === "fmt " && body + 16 <= buffer.byteLength) {
      const tag = view.getUint16(body, true);
      const kind = tag === 0xfffe && size >= 26 && body + 26 <= buffer.byteLength ? view.getUint16(body + 24, true) : tag;
      const channels = view.getUint16(body + 2, true);
      if (kind !== 1 || view.getUint16(body + 14, true) !== 16 || !channels) return null;
      form = { rate: view.getUint32(body + 4, true), channels };
    } else if (name(at) === "data") {
      if (!form || !form.rate) return null;
      const count = Math.floor(Math.min(size, buffer.byteLength - body) / (2 * form.channels)) * form.channels;
      const samples = Int16Array.from({ length: count }, (_, i) => view.getInt16(body + 2 * i, true));
      return { ...form, samples };
    }
    at = body + size + (size % 2);
  }
  return null;
}

/* Samples of a recording at a rate. 16-bit mono at that rate is what it was, sample for sample; other WAVs of 16 bits go
 * through our own resampler, channels averaged; `decode` (the browser) has the rest. */
async function readRecording(buffer, rate, decode) {
  const wav = readWav(buffer);
  if (wav && wav.channels === 1 && wav.rate === rate) return wav.samples;
  if (wav) {
    const mono = new Float32Array(wav.samples.length / wav.channels);
    for (let i = 0; i < wav.samples.length; i++) {
      mono[Math.floor(i / wav.channels)] += wav.samples[i] / (32768 * wav.channels);
    }
    return toInt16(resampled(mono, wav.rate, rate));
  }
  return toInt16(await decode(buffer, rate));
}

/* A WAV file, 16-bit mono. */
function writeWav(samples, rate) {
  const file = new Uint8Array(44 + 2 * samples.length);
  const view = new DataView(file.buffer);
  const text = (at, word) => [...word].forEach((sign, i) => view.setUint8(at + i, sign.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, file.length - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, 2 * samples.length, true);
  samples.forEach((sample, i) => view.setInt16(44 + 2 * i, sample, true));
  return file;
}

/* CRC-32 as in ZIP (polynomial 0xEDB88320). */
function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/* A ZIP of [name, Uint8Array], stored, dated 1 January 1980, so that the same moments give the same bytes. */
function writeZip(files) {
  const parts = [];
  const entries = [];
  let offset = 0;
  for (const [name, bytes] of files) {
    const path = new TextEncoder().encode(name);
    const fields = [20, 0x800, 0, 0, 0x21]; // version, names in UTF-8, stored, time, date
    const sizes = [crc32(bytes), bytes.length, bytes.length];
    parts.push(record([[4, 0x04034b50], ...fields.map((x) => [2, x]), ...sizes.map((x) => [4, x]), [2, path.length], [2, 0]]));
    parts.push(path, bytes);
    const rest = [[2, path.length], [2, 0], [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]];
    entries.push(record([[4, 0x02014b50], [2, 20], ...fields.map((x) => [2, x]), ...sizes.map((x) => [4, x]), ...rest]), path);
    offset += 30 + path.length + bytes.length;
  }
  const directory = joined(Uint8Array, entries);
  const count = files.length;
  const end = [[4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, directory.length], [4, offset], [2, 0]];
  return joined(Uint8Array, [...parts, directory, record(end)]);
}

/* Little-endian bytes of [size, value] fields. */
function record(fields) {
  return Uint8Array.from(fields.flatMap(([size, value]) => Array.from({ length: size }, (_, i) => (value >>> (8 * i)) & 255)));
}
