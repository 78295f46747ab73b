// The sound at a microphone's pins: a voltage at the ADC, bits at a pin that a PDM clock or I2S clocks ask for.

const BATCH = 64; // PIO instructions at once: a word of PDM

// What is played, value after value; silence around it. Values come at the rate at which the microphone takes them.
export class Sound {
  constructor(settle) {
    this.settle = settle; // values that the firmware drops after a start: sound begins after them
    this.on = false;
    this.waiting = [];
    this.begin();
  }

  get sounding() {
    return this.on && (this.before > 0 || this.now.length > 0);
  }

  play(values) {
    if (this.on) this.now.push(values);
    else this.waiting = [values];
  }

  begin() {
    this.now = this.waiting;
    this.waiting = [];
    this.before = this.settle;
    this.at = 0;
  }

  start() {
    if (!this.on) this.begin();
    this.on = true;
  }

  stop() {
    this.on = false;
    this.now = [];
  }

  next() {
    if (this.before > 0) {
      this.before--;
      return 0;
    }
    if (this.now.length === 0) return 0;
    const value = this.now[0][this.at++];
    if (this.at === this.now[0].length) {
      this.now.shift();
      this.at = 0;
    }
    return value;
  }
}

export function connectMicrophone(chip, sound, order) {
  const { kind } = order.microphone;
  if (kind === 'analog') connectAdc(chip, sound, order);
  else connectPio(chip, sound, order, kind === 'pdm' ? pdm(sound, order) : i2s(sound, order));
}

// ---- ADC ----------------------------------------------------------------------------------------------------------

const CS = 0x00;
const START_MANY = 1 << 3;

function connectAdc(chip, sound, order) {
  const { adc } = chip;
  const channel = order.microphone.pin - 26;
  const write = adc.writeUint32.bind(adc);
  adc.writeUint32 = (offset, value) => {
    if (offset === CS) value & START_MANY ? sound.start() : sound.stop();
    write(offset, value);
  };
  adc.onADCRead = (read) => {
    adc.currentChannel = read;
    const value = read === channel && adc.cs & START_MANY ? sound.next() : 0;
    adc.channelValues[read] = Math.min(4095, Math.max(0, 2048 + Math.round(value / 16)));
    adc.sampleAlarm.schedule(adc.sampleTime * 1000);
  };
  const divider = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(adc), 'divider').get;
  Object.defineProperty(adc, 'divider', { get: () => divider.call(adc) / order.speed });
}

// ---- PIO ----------------------------------------------------------------------------------------------------------

// rp2040js steps its state machines as the host finds time; here they are in time with the clock and their divider.
function connectPio(chip, sound, order, microphone) {
  const [pio] = chip.pio;
  const [machine] = pio.machines;
  const data = chip.gpio[order.microphone.data_pin];
  let began = 0;
  let steps = 0;
  let pins = 0;
  Object.defineProperty(chip, 'gpioValues', { get: () => (data.inputValue ? 1 << data.index : 0) });
  const period = () => (1e9 / chip.clkSys / order.speed) * (machine.clockDivInt + machine.clockDivFrac / 256);
  const turn = chip.clock.createAlarm(() => {
    if (pio.stopped) {
      sound.stop();
      return;
    }
    for (let i = 0; i < BATCH; i++) {
      machine.step();
      if (pio.pinValues !== pins) {
        data.rawInputValue = microphone(pio.pinValues, pins, data.rawInputValue);
        pins = pio.pinValues;
      }
    }
    steps += BATCH;
    turn.schedule(Math.max(0, began + steps * period() - chip.clock.nanos));
  });
  pio.run = () => {
    sound.start();
    if (order.microphone.kind === 'i2s' && !order.microphone.right) sound.next(); // no edge announced the first slot
    began = chip.clock.nanos;
    steps = 0;
    turn.schedule(BATCH * period());
  };
}

// A modulator of second order. It drives the line in one phase of the clock; in the other a second microphone might.
function pdm(sound, order) {
  const { clock_pin: pin, right, gain_shift: gain } = order.microphone;
  const clock = 1 << pin;
  const scale = 1 / (32768 * (1 << gain));
  const bits = 128 / order.factor; // a value
  let [from, to, bit, last, before] = [0, 0, 0, 0, 0];
  return (pins) => {
    if (!!(pins & clock) !== !!right) return false;
    if (bit === bits) {
      [from, to, bit] = [to, sound.next() * scale, 0];
    }
    const wanted = from + ((to - from) * bit++) / bits + 2 * last - before;
    const value = wanted >= 0;
    before = last;
    last = Math.max(-4, Math.min(4, wanted - (value ? 1 : -1)));
    return value;
  };
}

// 24 bits in a slot of 32, from the second bit clock after the word clock's change on; the other slot is silent.
function i2s(sound, order) {
  const { clock_pin: pin, right, gain_shift: gain } = order.microphone;
  const clock = 1 << pin;
  const word = clock << 1;
  let [slot, shifted, fresh] = [0, 0, false];
  return (pins, before, line) => {
    if (pins & clock || !(before & clock)) return line; // the line changes as the bit clock falls
    if (fresh) shifted = !!slot === !!right ? (sound.next() << 16) >> gain : 0;
    const value = shifted < 0;
    shifted <<= 1;
    fresh = (pins & word) !== slot;
    slot = pins & word;
    return value;
  };
}
