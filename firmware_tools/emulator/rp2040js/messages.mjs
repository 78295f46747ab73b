// Messages between an emulated board and its owner, as in ../messages.py: a letter, a length, bytes.

export class Messages {
  constructor(socket, receive) {
    this.socket = socket;
    this.receive = receive;
    this.bytes = Buffer.alloc(0);
    socket.on('data', (bytes) => this.take(bytes));
    socket.on('end', () => process.exit(0)); // the owner is gone
    socket.on('error', () => process.exit(0));
  }

  take(bytes) {
    this.bytes = Buffer.concat([this.bytes, bytes]);
    while (this.bytes.length >= 5) {
      const end = 5 + this.bytes.readUInt32LE(1);
      if (this.bytes.length < end) return;
      const kind = String.fromCharCode(this.bytes[0]);
      const body = this.bytes.subarray(5, end);
      this.bytes = this.bytes.subarray(end);
      this.receive(kind, body);
    }
  }

  send(kind, body = '') {
    const text = Buffer.from(body);
    const header = Buffer.alloc(5);
    header.write(kind, 0);
    header.writeUInt32LE(text.length, 1);
    this.socket.write(Buffer.concat([header, text]));
  }
}
