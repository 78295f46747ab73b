// Waveform and spectrogram of a clip, computed here from its samples.

const BINS = 512; // of the transform: 32 ms at 16 kHz
const STEP_S = 0.004;
const MOST_COLUMNS = 1_500; // of long clips
const RANGE_DB = 70;
// From quiet to loud: dark blue, violet, orange, pale yellow.
const COLOURS = [[8, 6, 22], [60, 20, 90], [140, 41, 99], [222, 73, 70], [252, 150, 60], [252, 253, 191]];

// A canvas of one column a step and one row a frequency, 0 Hz at the bottom; null of a clip without samples.
export function spectrogramOf(samples, rate) {
  if (samples.length < 2) {
    return null;
  }
  const step = Math.max(1, Math.round(STEP_S * rate), Math.ceil(samples.length / MOST_COLUMNS));
  const columns = Math.max(1, Math.ceil(samples.length / step));
  const rows = BINS / 2;
  const levels = new Float32Array(columns * rows);
  let most = -Infinity;
  for (let column = 0; column < columns; column += 1) {
    const power = powerAt(samples, column * step);
    for (let row = 0; row < rows; row += 1) {
      const db = 10 * Math.log10(power[row] + 1e-10);
      levels[column * rows + row] = db;
      most = Math.max(most, db);
    }
  }
  const image = new ImageData(columns, rows);
  const table = colourTable();
  for (let column = 0; column < columns; column += 1) {
    for (let row = 0; row < rows; row += 1) {
      const share = 1 + (levels[column * rows + row] - most) / RANGE_DB;
      const colour = 3 * Math.max(0, Math.min(255, Math.round(255 * share)));
      const at = 4 * ((rows - 1 - row) * columns + column);
      image.data[at] = table[colour];
      image.data[at + 1] = table[colour + 1];
      image.data[at + 2] = table[colour + 2];
      image.data[at + 3] = 255;
    }
  }
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

const WINDOW = Float32Array.from({ length: BINS }, (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * at) / BINS));
const COS = Float64Array.from({ length: BINS / 2 }, (_, at) => Math.cos((2 * Math.PI * at) / BINS));
const SIN = Float64Array.from({ length: BINS / 2 }, (_, at) => -Math.sin((2 * Math.PI * at) / BINS));
const REAL = new Float64Array(BINS);
const IMAGINARY = new Float64Array(BINS);
const REVERSED = Uint16Array.from({ length: BINS }, (_, at) => reversed(at));

function reversed(value) {
  let result = 0;
  for (let bit = 1; bit < BINS; bit <<= 1) {
    result = (result << 1) | (value & bit ? 1 : 0);
  }
  return result;
}

// Power of the BINS samples around a place; radix-2 transform (Cooley and Tukey 1965) in place.
function powerAt(samples, middle) {
  const first = middle - BINS / 2;
  for (let at = 0; at < BINS; at += 1) {
    const place = first + at;
    REAL[REVERSED[at]] = place >= 0 && place < samples.length ? samples[place] * WINDOW[at] : 0;
  }
  IMAGINARY.fill(0);
  for (let half = 1; half < BINS; half *= 2) {
    const stride = BINS / (2 * half);
    for (let start = 0; start < BINS; start += 2 * half) {
      for (let k = 0; k < half; k += 1) {
        const a = start + k;
        const b = a + half;
        const c = COS[k * stride];
        const s = SIN[k * stride];
        const re = REAL[b] * c - IMAGINARY[b] * s;
        const im = REAL[b] * s + IMAGINARY[b] * c;
        REAL[b] = REAL[a] - re;
        IMAGINARY[b] = IMAGINARY[a] - im;
        REAL[a] += re;
        IMAGINARY[a] += im;
      }
    }
  }
  const power = new Float32Array(BINS / 2);
  for (let row = 0; row < power.length; row += 1) {
    power[row] = REAL[row] ** 2 + IMAGINARY[row] ** 2;
  }
  return power;
}

let table = null;

function colourTable() {
  if (table === null) {
    table = new Uint8Array(3 * 256);
    for (let level = 0; level < 256; level += 1) {
      const place = (level / 255) * (COLOURS.length - 1);
      const low = Math.min(COLOURS.length - 2, Math.floor(place));
      for (let part = 0; part < 3; part += 1) {
        table[3 * level + part] = Math.round(COLOURS[low][part] + (place - low) * (COLOURS[low + 1][part] - COLOURS[low][part]));
      }
    }
  }
  return table;
}

// Both pictures of a clip, as large as their elements are.
export function draw(clip, wave, spectrogram) {
  const ratio = window.devicePixelRatio || 1;
  for (const canvas of [wave, spectrogram]) {
    const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
    if (canvas.width !== width || canvas.height !== height) {
      [canvas.width, canvas.height] = [width, height];
    }
  }
  drawWave(clip.samples, clip.peak, wave);
  const brush = spectrogram.getContext("2d");
  brush.fillStyle = "rgb(8, 6, 22)";
  brush.fillRect(0, 0, spectrogram.width, spectrogram.height);
  if (clip.spectrogram !== null) {
    brush.imageSmoothingEnabled = true;
    brush.drawImage(clip.spectrogram, 0, 0, spectrogram.width, spectrogram.height);
  }
}

function drawWave(samples, peak, canvas) {
  const { width, height } = canvas;
  const brush = canvas.getContext("2d");
  brush.clearRect(0, 0, width, height);
  brush.fillStyle = getComputedStyle(canvas).color;
  const scale = height / 2 / Math.max(peak, 0.02) / 1.05; // a quiet clip fills the picture, silence does not
  for (let x = 0; x < width; x += 1) {
    let [low, high] = [0, 0];
    const last = Math.ceil(((x + 1) * samples.length) / width);
    for (let at = Math.floor((x * samples.length) / width); at < last; at += 1) {
      const value = samples[at];
      if (value < low) {
        low = value;
      } else if (value > high) {
        high = value;
      }
    }
    brush.fillRect(x, height / 2 - high * scale, 1, Math.max(1, (high - low) * scale));
  }
}
