// An RP2040 board in rp2040js (npm, MIT): node board.mjs CONTROL_FD SERIAL_FD. Its owner is ../rp2040.py.
//
// Over the control socket come the messages of ../messages.py; the serial socket carries the bytes of its serial line.
// What the package leaves out, or does otherwise than the chip, is added here (what the boot ROM does, the pace of
// time), in lines.mjs and in microphones.mjs.
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { connectUart, connectUsb } from './lines.mjs';
import { connectMicrophone, Sound } from './microphones.mjs';
import { Messages } from './messages.mjs';

const SLICE_MS = 10; // between looks at the sockets
const STEPS = 2000; // instructions between looks at the host's clock
const AHEAD_MS = 3; // of the host's time, when the pace is held
const BACKLOG_BYTES = 1 << 16; // then the board waits until the host has fetched them
const BOOT2_AT = 0x20041f00; // where the boot ROM puts it
const PLATFORM = 0x4;

const control = new net.Socket({ fd: Number(process.argv[2]) });
const serial = new net.Socket({ fd: Number(process.argv[3]) });
const messages = new Messages(control, carryOut);
serial.on('error', () => process.exit(0));
serial.on('end', () => process.exit(0));
serial.on('drain', wake);

let chip, line, sound, order, timer;
let failed = false;
const pace = { host: 0, board: 0 };

// ---- orders -------------------------------------------------------------------------------------------------------

async function carryOut(kind, body) {
  if (kind === 'B') {
    order = JSON.parse(body.toString());
    try {
      await powerOn();
      messages.send('R');
      wake();
    } catch (error) {
      fail(error.message);
    }
  } else if (kind === 'P') {
    sound.play(new Int16Array(body.buffer.slice(body.byteOffset, body.byteOffset + body.length)));
    messages.send('A');
    wake();
  } else if (kind === 'S') {
    const time = Math.floor(chip.clock.micros);
    messages.send('A', JSON.stringify({ cycles: chip.core.cycles, time_us: time, rx_lost: line.lost }));
  } else {
    process.exit(0);
  }
}

function fail(reason) {
  failed = true;
  messages.send('F', reason);
  control.end(() => process.exit(1)); // the owner has it, then the port vanishes
}

// ---- the chip -----------------------------------------------------------------------------------------------------

async function powerOn() {
  const { RP2040, USBCDC } = await import(pathToFileURL(path.join(order.package, 'dist', 'esm', 'index.js')).href);
  chip = new RP2040();
  chip.logger = {
    debug() {},
    info() {},
    warn: (who, what) => {
      if (who === 'CortexM0Core') throw new Error(what);
    },
    error: (who, what) => {
      throw new Error(`${who}: ${what}`);
    },
  };
  chip.onBreak = () => {
    throw new Error(`stopped${whereStopped()}`);
  };
  const sysinfo = chip.peripherals[0x40000];
  const read = sysinfo.readUint32.bind(sysinfo);
  sysinfo.readUint32 = (offset) => (offset === PLATFORM ? 0 : read(offset)); // this is no silicon
  line = order.serial === 'usb' ? connectUsb(chip, USBCDC) : connectUart(chip, order.baud);
  serial.on('data', (bytes) => {
    line.receive(bytes);
    wake();
  });
  sound = new Sound(order.settle);
  connectMicrophone(chip, sound, order);
  boot(fs.readFileSync(order.flash));
}

function whereStopped() {
  const { core } = chip;
  if (core.IPSR === 0) return ` at 0x${core.PC.toString(16)}`;
  return ` by exception ${core.IPSR} at 0x${chip.readUint32(core.SP + 24).toString(16)}`;
}

// RP2040 Datasheet 2.8.1: the second-stage boot loader runs from RAM when its checksum is right.
function boot(flash) {
  chip.flash.set(flash);
  let crc = 0xffffffff;
  for (const byte of flash.subarray(0, 252)) {
    crc ^= byte << 24;
    for (let i = 0; i < 8; i++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  if (flash.length < 256 || crc >>> 0 !== flash.readUInt32LE(252)) {
    throw new Error('the boot ROM finds no boot loader in flash: its checksum is wrong');
  }
  chip.sram.set(flash.subarray(0, 256), BOOT2_AT - 0x20000000);
  chip.core.SP = BOOT2_AT;
  chip.core.PC = BOOT2_AT;
}

// ---- time ---------------------------------------------------------------------------------------------------------

function wake() {
  if (chip === undefined || failed) return;
  clearTimeout(timer);
  timer = setTimeout(run, 0);
}

// How many milliseconds the board is ahead of the host; where it is behind, or need not wait, the two are made even.
function ahead() {
  const host = performance.now();
  const board = chip.clock.nanos / 1e6;
  const early = board - pace.board - (host - pace.host);
  const held = order.realtime ? sound.on || !line.busy : !sound.sounding && !line.busy;
  if (early < 0 || !held) {
    pace.host = host;
    pace.board = board;
    return 0;
  }
  return early;
}

function run() {
  const end = performance.now() + SLICE_MS;
  let pause = 0;
  try {
    while (pause < AHEAD_MS && serial.writableLength < BACKLOG_BYTES) {
      advance();
      flush();
      pause = ahead();
      if (performance.now() > end) break;
    }
  } catch (error) {
    flush();
    fail(error.message);
    return;
  }
  if (serial.writableLength < BACKLOG_BYTES) timer = setTimeout(run, pause);
}

function flush() {
  if (line.outgoing.length > 0) serial.write(Buffer.from(line.outgoing.splice(0)));
}

function advance() {
  const { core, clock } = chip;
  for (let i = 0; i < STEPS; i++) {
    if (!core.waiting) {
      clock.tick((core.executeInstruction() * 1e9) / chip.clkSys);
    } else if (core.checkForInterrupts()) {
      core.waiting = false; // one was pending when it went to sleep
    } else if (clock.nextAlarm) {
      clock.tick(clock.nanosToNextAlarm);
    } else {
      clock.tick(1e6);
      return;
    }
  }
}
