// An RP2040 in rp2040js whose USB host is that of the package (USBCDC), with what that leaves out: it asks for strings,
// sets the line's rate, refuses and waits, and closes the port.
//
//   node usb_host.mjs PACKAGE IMAGE INPUT OUTPUT
//
// Sends INPUT, writes what comes back to OUTPUT, then touches at 1200 baud; prints what it saw as JSON.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [packageFolder, image, input, output] = process.argv.slice(2);
const { RP2040, USBCDC } = await import(pathToFileURL(path.join(packageFolder, 'dist', 'esm', 'index.js')).href);

const BOOT2_AT = 0x20041f00;
const PACKET = 64;
const LIMIT_STEPS = 4e8;
const FRAME_NANOS = 1e6;
const SOF_RD = 0x48;
const SOF_INTERRUPT = 1 << 17;
const IN_STATE = 0x90; // of endpoint 2, in the controller's memory
const AVAILABLE = 1 << 10;

const chip = new RP2040();
const quiet = () => {};
chip.logger = { debug: quiet, info: quiet, warn: quiet, error: (who, what) => { throw new Error(`${who}: ${what}`); } };

// The boot ROM: its mark, where its functions are, one that finds any of them, and that one: it stops.
const rom = new DataView(chip.bootrom.buffer);
rom.setUint32(0x10, 0x0001754d, true);
rom.setUint16(0x14, 0x40, true);
rom.setUint16(0x18, 0x51, true);
new Uint8Array(chip.bootrom.buffer).set([0x01, 0x48, 0x70, 0x47, 0, 0, 0, 0, 0x61, 0, 0, 0], 0x50); // ldr r0, =0x61; bx lr
new Uint8Array(chip.bootrom.buffer).set([0x55, 0xbe], 0x60); // bkpt 0x55
let boot = 0;
chip.onBreak = (code) => { boot = code; };

const flash = fs.readFileSync(image);
chip.flash.set(flash);
chip.sram.set(flash.subarray(0, 256), BOOT2_AT - 0x20000000);
chip.core.SP = BOOT2_AT;
chip.core.PC = BOOT2_AT;

const seen = { frames: 0, given_late: 0, given: 0 };
const usb = chip.usbCtrl;
const cdc = new USBCDC(usb);

// ---- frames, which the package leaves out; and when in a frame the board offers a packet (erratum RP2040-E15)
let frameBegan = 0;
const frame = chip.clock.createAlarm(() => {
  frameBegan = chip.clock.nanos;
  seen.frames++;
  usb.intRaw |= SOF_INTERRUPT;
  usb.checkInterrupts();
  frame.schedule(FRAME_NANOS);
});
const readRegister = usb.readUint32.bind(usb);
usb.readUint32 = (offset) => {
  if (offset === SOF_RD) {
    usb.intRaw &= ~SOF_INTERRUPT;
    usb.checkInterrupts();
  }
  return readRegister(offset);
};
const memoryWritten = usb.DPRAMUpdated.bind(usb);
usb.DPRAMUpdated = (offset, value) => {
  const since = (chip.clock.nanos - frameBegan) / 1000;
  if (offset === IN_STATE && value & AVAILABLE) {
    seen.given++;
    if (since > 805 && since < 990) seen.given_late++;
  }
  memoryWritten(offset, value);
};

// ---- data: an OUT packet waits until there is one; now and then it waits longer
const data = fs.readFileSync(input);
let at = 0;
let random = 17;
const back = [];
let returned = 0;
const chance = (share) => { random = (Math.imul(random, 1103515245) + 12345) >>> 0; return random / 2 ** 32 < share; };
let waiting = false;
const later = chip.clock.createAlarm(send);

function send() {
  if (!waiting) return;
  if (at >= data.length || !seen.connected || chance(0.05)) {
    later.schedule(100000);
    return;
  }
  waiting = false;
  const packet = data.subarray(at, at + (chance(0.1) ? 1 + Math.floor((random >>> 8) % PACKET) : PACKET));
  at += packet.length;
  usb.endpointReadDone(cdc.outEndpoint, packet);
}

usb.onEndpointRead = (endpoint, size) => {
  if (endpoint === 0) {
    if (control) usb.endpointReadDone(0, control); // the data stage of a request
    control = null;
  } else if (endpoint === cdc.outEndpoint) {
    if (size !== PACKET) throw new Error(`OUT armed for ${size} bytes`);
    waiting = true;
    send();
  }
};
cdc.onSerialData = (bytes) => {
  back.push(Buffer.from(bytes));
  returned += bytes.length;
};
cdc.onDeviceConnected = () => { frame.schedule(FRAME_NANOS); seen.connected = true; seen.connected_us = Math.round(chip.clock.micros); };

// ---- control transfers of our own, once it is connected
let control = null;
let answer = null;
const enumerate = usb.onEndpointWrite;
usb.onEndpointWrite = (endpoint, bytes) => {
  if (endpoint === 0 && answer) answer.push(Buffer.from(bytes));
  else enumerate(endpoint, bytes);
};

function runUntil(done, what) {
  const { core, clock } = chip;
  for (let i = 0; i < LIMIT_STEPS; i++) {
    if (done()) return;
    if (boot) throw new Error(`stopped by ${boot} at 0x${core.PC.toString(16)} in the middle of ${what}`);
    if (!core.waiting) clock.tick((core.executeInstruction() * 1e9) / chip.clkSys);
    else if (core.checkForInterrupts()) core.waiting = false;
    else if (clock.nextAlarm) clock.tick(clock.nanosToNextAlarm);
    else throw new Error(`nothing happens any more: ${what}`);
  }
  throw new Error(`no end of ${what}`);
}

function stalled() {
  return (usb.epStallArm & 3) === 3;
}

function request(bytes, out = null) {
  control = out;
  answer = [];
  usb.epStallArm = 0; // as the controller does at each SETUP
  usb.sendSetupPacket(new Uint8Array(bytes));
  const wanted = bytes[6] | (bytes[7] << 8);
  const length = () => answer.reduce((sum, one) => sum + one.length, 0);
  const over = () => stalled() || (answer.length > 0 && (out || length() >= wanted || answer.at(-1).length < PACKET));
  runUntil(over, `request ${bytes}`);
  const all = stalled() ? 'stall' : Buffer.concat(answer);
  answer = null;
  const pause = chip.clock.nanos + 50000;
  runUntil(() => chip.clock.nanos > pause, 'a pause');
  return all;
}

const text = (index) => request([0x80, 6, index, 3, 9, 4, 255, 0]).subarray(2).toString('utf16le');
const lineState = (value) => request([0x21, 0x22, value, 0, 0, 0, 0, 0]);
const lineCoding = (baud) => {
  const coding = Buffer.alloc(7);
  coding.writeUInt32LE(baud);
  coding[6] = 8;
  request([0x21, 0x20, 0, 0, 0, 0, 7, 0], coding);
};

runUntil(() => seen.connected, 'enumeration');
const settled = chip.clock.nanos + 1e6;
runUntil(() => chip.clock.nanos > settled, 'the line state'); // which USBCDC sends last, and does not wait for
const device = request([0x80, 6, 0, 1, 0, 0, 18, 0]);
seen.ids = [device.readUInt16LE(8), device.readUInt16LE(10)];
seen.address = usb.addrEndp;
seen.texts = [1, 2, 3].map(text);
seen.refused = request([0x80, 6, 0, 6, 0, 0, 10, 0]);
lineCoding(921600);
seen.baud = request([0xa1, 0x21, 0, 0, 0, 0, 7, 0]).readUInt32LE(0);
const begin = chip.clock.micros;
runUntil(() => returned >= data.length, 'the echo');
seen.echo_us = Math.round(chip.clock.micros - begin);
fs.writeFileSync(output, Buffer.concat(back));
lineCoding(1200);
seen.boot_before = boot;
usb.sendSetupPacket(new Uint8Array([0x21, 0x22, 0, 0, 0, 0, 0, 0]));
try {
  runUntil(() => false, 'the touch');
} catch (error) {
  seen.boot = boot;
  seen.where = chip.core.PC;
}
console.log(JSON.stringify(seen));
