// The serial lines of a board: UART0 at its pace both ways, or the controller's own USB with a host at its other end.

const UART_FIFO = 32;
const FRAME_NANOS = 1e6; // USB at full speed
const SOF_RD = 0x48;
const SOF_INTERRUPT = 1 << 17;

// Bytes to and from the board; `lost` counts those that came to a full UART.
export class Line {
  constructor() {
    this.incoming = [];
    this.outgoing = [];
    this.lost = 0;
  }

  get busy() {
    return this.incoming.length > 0;
  }

  receive(bytes) {
    this.incoming.push(bytes);
    this.arrived();
  }

  // At most so many of the bytes that came.
  take(most) {
    const [first] = this.incoming;
    if (first.length > most) this.incoming[0] = first.subarray(most);
    else this.incoming.shift();
    return first.subarray(0, most);
  }
}

export function connectUart(chip, baud) {
  const line = new Line();
  const uart = chip.uart[0];
  const byteNanos = 1e10 / baud;
  let arriving = false;
  let sending = 0;
  const arrival = chip.clock.createAlarm(() => {
    const [byte] = line.take(1);
    if (uart.rxFIFO.full) line.lost++;
    else uart.feedByte(byte);
    arriving = line.busy;
    if (arriving) arrival.schedule(byteNanos);
  });
  const departure = chip.clock.createAlarm(() => {
    sending--;
    chip.dma.setDREQ(uart.dreq.tx);
    if (sending > 0) departure.schedule(byteNanos);
  });
  uart.onByte = (byte) => {
    line.outgoing.push(byte);
    sending++;
    if (sending === 1) departure.schedule(byteNanos);
    if (sending >= UART_FIFO) chip.dma.clearDREQ(uart.dreq.tx);
  };
  line.arrived = () => {
    if (!arriving) arrival.schedule(byteNanos);
    arriving = true;
  };
  return line;
}

// The package's host enumerates the board and opens the port; frames, which it leaves out, are added.
export function connectUsb(chip, USBCDC) {
  const line = new Line();
  const usb = chip.usbCtrl;
  const host = new USBCDC(usb);
  let room = 0; // the board waits for a packet of at most so many bytes
  const frame = chip.clock.createAlarm(() => {
    usb.intRaw |= SOF_INTERRUPT;
    usb.checkInterrupts();
    frame.schedule(FRAME_NANOS);
  });
  const read = usb.readUint32.bind(usb);
  usb.readUint32 = (offset) => {
    if (offset === SOF_RD) {
      usb.intRaw &= ~SOF_INTERRUPT;
      usb.checkInterrupts();
    }
    return read(offset);
  };
  usb.onEndpointRead = (endpoint, size) => {
    if (endpoint !== host.outEndpoint) return;
    room = size;
    line.arrived();
  };
  host.onSerialData = (bytes) => line.outgoing.push(...bytes);
  host.onDeviceConnected = () => frame.schedule(FRAME_NANOS);
  line.arrived = () => {
    if (room === 0 || !line.busy) return;
    const packet = line.take(room);
    room = 0;
    usb.endpointReadDone(host.outEndpoint, packet);
  };
  return line;
}
