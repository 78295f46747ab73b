/* Pictures of a stream: spectrogram and scores of the last seconds. */

const SECONDS = 10; // that are in view
const COLUMNS = 500; // of the spectrogram: 20 ms each
const FFT = 512;
const ROWS = 128; // of the spectrogram: two bins each

/* Powers of FFT real samples in bins 0 .. FFT / 2 - 1, by a radix-2 transform in place. */
class Spectrum {
  constructor() {
    this.real = new Float64Array(FFT);
    this.imaginary = new Float64Array(FFT);
    this.window = Float64Array.from({ length: FFT }, (_, i) => (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / FFT)) / 32768);
    this.cosine = Float64Array.from({ length: FFT / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / FFT));
    this.sine = Float64Array.from({ length: FFT / 2 }, (_, i) => -Math.sin((2 * Math.PI * i) / FFT));
    const bits = Math.log2(FFT);
    this.order = Uint16Array.from({ length: FFT }, (_, i) => {
      let turned = 0;
      for (let bit = 0; bit < bits; bit++) turned |= ((i >> bit) & 1) << (bits - 1 - bit);
      return turned;
    });
  }

  of(samples) {
    const { real, imaginary, order, window, cosine, sine } = this;
    for (let i = 0; i < FFT; i++) real[order[i]] = (samples[i] || 0) * window[i];
    imaginary.fill(0);
    for (let size = 2; size <= FFT; size *= 2) {
      const step = FFT / size;
      for (let start = 0; start < FFT; start += size) {
        for (let k = 0; k < size / 2; k++) {
          const [a, b] = [start + k, start + k + size / 2];
          const x = real[b] * cosine[k * step] - imaginary[b] * sine[k * step];
          const y = real[b] * sine[k * step] + imaginary[b] * cosine[k * step];
          [real[b], imaginary[b]] = [real[a] - x, imaginary[a] - y];
          real[a] += x;
          imaginary[a] += y;
        }
      }
    }
    return real.map((x, i) => x * x + imaginary[i] * imaginary[i]);
  }
}

/* From quiet to loud: black, violet, orange, pale yellow. */
function heat(share) {
  const stops = [
    [8, 6, 22],
    [87, 16, 110],
    [188, 55, 84],
    [249, 142, 9],
    [252, 255, 164],
  ];
  const place = Math.max(0, Math.min(0.9999, share)) * (stops.length - 1);
  const [low, high] = [stops[Math.floor(place)], stops[Math.floor(place) + 1]];
  return low.map((value, i) => value + (high[i] - value) * (place % 1));
}

class Pictures {
  constructor(spectrogram, scores, rate) {
    this.canvases = { spectrogram, scores };
    this.spectrum = new Spectrum();
    this.column = Math.round((SECONDS * rate) / COLUMNS);
    this.rate = rate;
    this.image = new ImageData(COLUMNS, ROWS);
    this.colours = Uint8ClampedArray.from({ length: 768 }, (_, i) => heat(Math.floor(i / 3) / 255)[i % 3]);
    this.clear();
  }

  clear() {
    this.drawn = new Float64Array(COLUMNS).fill(-1); // which column of the stream each holds
    this.image.data.fill(0);
  }

  /* Samples (a Kept) up to `end`. */
  drawSpectrogram(kept, end) {
    const last = Math.floor(end / this.column) - 1;
    const canvas = this.canvases.spectrogram;
    if (canvas.width !== COLUMNS || canvas.height !== ROWS) [canvas.width, canvas.height] = [COLUMNS, ROWS];
    for (let column = Math.max(0, last - COLUMNS + 1); column <= last; column++) {
      if (this.drawn[column % COLUMNS] !== column) this.drawColumn(column, kept);
    }
    const context = canvas.getContext("2d");
    context.fillStyle = "rgb(8,6,22)";
    context.fillRect(0, 0, COLUMNS, ROWS);
    const split = (last + 1) % COLUMNS;
    if (last >= COLUMNS - 1) context.putImageData(this.image, -split, 0, split, 0, COLUMNS - split, ROWS);
    context.putImageData(this.image, COLUMNS - split, 0, 0, 0, split, ROWS);
  }

  drawColumn(column, kept) {
    const from = column * this.column;
    const powers = this.spectrum.of(kept.slice(from, from + FFT));
    const x = column % COLUMNS;
    for (let row = 0; row < ROWS; row++) {
      const power = powers[2 * row] + powers[2 * row + 1];
      const share = from < kept.first ? 0 : (10 * Math.log10(power + 1e-12) + 55) / 90;
      const colour = 3 * Math.round(255 * Math.max(0, Math.min(1, share)));
      const at = 4 * ((ROWS - 1 - row) * COLUMNS + x);
      for (let part = 0; part < 3; part++) this.image.data[at + part] = this.colours[colour + part];
      this.image.data[at + 3] = 255;
    }
    this.drawn[x] = column;
  }

  /* Average scores of the keywords over time, their thresholds dashed, detections as lines with the word. */
  drawScores(decisions, detections, end, lines, average) {
    const canvas = this.canvases.scores;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
    if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const from = end - SECONDS * this.rate;
    const x = (sample) => ((sample - from) / (SECONDS * this.rate)) * width;
    const y = (probability) => height - 6 - probability * (height - 26);
    this.drawAxis(context, from, end, x, y, width);
    this.drawThresholds(context, lines, y, width);
    const [first, last] = [Math.max(average - 1, decisions.after(from) - 1), decisions.after(end)];
    for (const line of lines) {
      context.strokeStyle = line.colour;
      context.lineWidth = 2;
      context.beginPath();
      for (let i = first; i < last; i++) {
        context.lineTo(x(decisions.samples[i]), y(line.share(decisions.sums[i * decisions.labels + line.label])));
      }
      context.stroke();
    }
    for (const one of detections) {
      if (one.sample > from && one.sample <= end) this.drawDetection(context, one, x(one.sample), height, lines);
    }
  }

  drawAxis(context, from, end, x, y, width) {
    const style = getComputedStyle(this.canvases.scores);
    context.font = `11px ${style.fontFamily}`;
    context.strokeStyle = style.getPropertyValue("--k-line");
    context.fillStyle = style.getPropertyValue("--k-soft");
    context.lineWidth = 1;
    for (let second = Math.max(0, Math.ceil(from / this.rate)); second * this.rate <= end; second++) {
      context.globalAlpha = second % 5 ? 0.5 : 1;
      context.strokeRect(x(second * this.rate), y(1), 0, y(0) - y(1));
      if (second % 5 === 0) context.fillText(clock(second), x(second * this.rate) + 3, y(0) - 2);
    }
    context.globalAlpha = 1;
    for (const share of [0, 0.5, 1]) {
      context.strokeRect(0, y(share), width, 0);
      if (share) context.fillText(share, 3, y(share) + 12);
    }
    this.ink = style.color;
  }

  /* One line for each keyword, or one for all where it is the same. */
  drawThresholds(context, lines, y, width) {
    const same = lines.every((line) => line.threshold === lines[0].threshold);
    for (const line of same ? [{ ...lines[0], colour: this.ink }] : lines) this.drawThreshold(context, line, y, width);
  }

  drawThreshold(context, line, y, width) {
    if (line.never) return;
    context.strokeStyle = line.colour;
    context.lineWidth = 1.5;
    context.setLineDash([6, 5]);
    context.beginPath();
    context.moveTo(0, y(line.threshold));
    context.lineTo(width, y(line.threshold));
    context.stroke();
    context.setLineDash([]);
  }

  drawDetection(context, one, x, height, lines) {
    const line = lines.find((each) => each.label === one.label);
    context.fillStyle = line.colour;
    context.fillRect(x - 1, 16, 2, height - 22);
    context.fillStyle = this.ink;
    context.font = `600 12px ${getComputedStyle(this.canvases.scores).fontFamily}`;
    context.textAlign = x > 60 ? "right" : "left";
    context.fillText(line.name, x + (x > 60 ? 2 : -2), 12);
    context.textAlign = "left";
  }
}

/* Seconds as m:ss, with a tenth where asked. */
function clock(seconds, digits = 0) {
  const scale = 10 ** digits;
  const whole = Math.floor(seconds * scale + 1e-6);
  const rest = ((whole / scale) % 60).toFixed(digits).padStart(digits ? digits + 3 : 2, "0");
  return `${Math.floor(whole / scale / 60)}:${rest}`;
}
