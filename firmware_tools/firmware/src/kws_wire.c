/* Frames on a serial line: COBS, CRC-32, sequence numbers. See kws_wire.h. */
#include "kws_wire.h"
#include "kws_small.h"

KWS_SMALL_BEGIN

#define COBS_LONGEST 254u /* bytes that one code byte can announce */

uint32_t kws_crc32(uint32_t crc, const uint8_t *bytes, size_t len)
{
    /* A nibble at a time: 64 bytes of table instead of 1,024. */
    static const uint32_t table[16] = {
        0x00000000u, 0x1DB71064u, 0x3B6E20C8u, 0x26D930ACu, 0x76DC4190u, 0x6B6B51F4u, 0x4DB26158u, 0x5005713Cu,
        0xEDB88320u, 0xF00F9344u, 0xD6D6A3E8u, 0xCB61B38Cu, 0x9B64C2B0u, 0x86D3D2D4u, 0xA00AE278u, 0xBDBDF21Cu,
    };
    crc = ~crc;
    for (size_t i = 0; i < len; i++) {
        crc ^= bytes[i];
        crc = (crc >> 4) ^ table[crc & 15u];
        crc = (crc >> 4) ^ table[crc & 15u];
    }
    return ~crc;
}

/* ---- receiving -------------------------------------------------------------------------------------------- */

static void restart(kws_wire_rx *rx)
{
    rx->len = 0;
    rx->left = 0;
    rx->zero = 0;
    rx->broken = 0;
}

void kws_wire_rx_init(kws_wire_rx *rx, uint8_t *bytes, size_t capacity)
{
    rx->bytes = bytes;
    rx->capacity = capacity;
    rx->errors = 0;
    restart(rx);
}

static void store(kws_wire_rx *rx, uint8_t byte)
{
    if (rx->len >= rx->capacity) {
        rx->broken = 1;
        return;
    }
    rx->bytes[rx->len++] = byte;
}

static int check(const kws_wire_rx *rx, kws_wire_frame *frame)
{
    if (rx->broken || rx->left != 0 || rx->len < KWS_WIRE_HEADER_BYTES + KWS_WIRE_CRC_BYTES) {
        return KWS_ERR_FRAME;
    }
    const size_t body = rx->len - KWS_WIRE_CRC_BYTES;
    if (kws_wire_get_u32(rx->bytes + body) != kws_crc32(0, rx->bytes, body)) {
        return KWS_ERR_FRAME;
    }
    if ((rx->bytes[0] >> 6) != KWS_WIRE_VERSION) {
        return KWS_ERR_FRAME;
    }
    frame->type = rx->bytes[0] & 0x3Fu;
    frame->sequence = kws_wire_get_u16(rx->bytes + 1);
    frame->payload = rx->bytes + KWS_WIRE_HEADER_BYTES;
    frame->len = body - KWS_WIRE_HEADER_BYTES;
    return 1;
}

static int delimiter(kws_wire_rx *rx, kws_wire_frame *frame)
{
    const int empty = rx->len == 0 && rx->left == 0 && !rx->zero && !rx->broken;
    const int result = empty ? 0 : check(rx, frame);
    if (result < 0) {
        rx->errors++;
    }
    restart(rx);
    return result;
}

int kws_wire_push(kws_wire_rx *rx, uint8_t byte, kws_wire_frame *frame)
{
    if (byte == 0) {
        return delimiter(rx, frame);
    }
    if (rx->broken) {
        return 0;
    }
    if (rx->left != 0) {
        store(rx, byte);
        rx->left--;
        return 0;
    }
    if (rx->zero) {
        store(rx, 0); /* the previous block's zero is real only if another block follows */
    }
    rx->left = (uint8_t)(byte - 1u);
    rx->zero = byte != COBS_LONGEST + 1u;
    return 0;
}

uint16_t kws_wire_get_u16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | (unsigned)bytes[1] << 8);
}

uint32_t kws_wire_get_u32(const uint8_t *bytes)
{
    return (uint32_t)kws_wire_get_u16(bytes) | (uint32_t)kws_wire_get_u16(bytes + 2) << 16;
}

/* ---- sending ---------------------------------------------------------------------------------------------- */

void kws_wire_begin(kws_wire_tx *tx, uint8_t *bytes, size_t capacity, uint8_t type, uint16_t sequence)
{
    tx->bytes = bytes;
    tx->capacity = capacity;
    tx->len = 0;
    tx->full = 0;
    kws_wire_put_u8(tx, (uint8_t)(KWS_WIRE_VERSION << 6 | type));
    kws_wire_put_u16(tx, sequence);
}

void kws_wire_put_u8(kws_wire_tx *tx, uint8_t value)
{
    if (tx->len >= tx->capacity) {
        tx->full = 1;
        return;
    }
    tx->bytes[tx->len++] = value;
}

void kws_wire_put_u16(kws_wire_tx *tx, uint16_t value)
{
    kws_wire_put_u8(tx, (uint8_t)value);
    kws_wire_put_u8(tx, (uint8_t)(value >> 8));
}

void kws_wire_put_u32(kws_wire_tx *tx, uint32_t value)
{
    kws_wire_put_u16(tx, (uint16_t)value);
    kws_wire_put_u16(tx, (uint16_t)(value >> 16));
}

void kws_wire_put_u64(kws_wire_tx *tx, uint64_t value)
{
    kws_wire_put_u32(tx, (uint32_t)value);
    kws_wire_put_u32(tx, (uint32_t)(value >> 32));
}

void kws_wire_put_bytes(kws_wire_tx *tx, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        kws_wire_put_u8(tx, bytes[i]);
    }
}

void kws_wire_put_samples(kws_wire_tx *tx, const int16_t *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        kws_wire_put_u16(tx, (uint16_t)samples[i]);
    }
}

void kws_wire_put_text(kws_wire_tx *tx, const char *text)
{
    do {
        kws_wire_put_u8(tx, (uint8_t)*text);
    } while (*text++ != '\0');
}

/* Encode bytes: blocks of up to 254 bytes that are not zero, each announced by its length + 1. */
static void emit(const uint8_t *bytes, size_t len, kws_wire_sink sink, void *context)
{
    size_t at = 0;
    for (;;) {
        size_t run = 0;
        while (run < COBS_LONGEST && at + run < len && bytes[at + run] != 0) {
            run++;
        }
        const uint8_t code = (uint8_t)(run + 1u);
        sink(context, &code, 1);
        sink(context, bytes + at, run);
        at += run;
        if (at == len) {
            return;
        }
        if (run < COBS_LONGEST) {
            at++; /* the zero that the code stands for */
        }
    }
}

int kws_wire_send(kws_wire_tx *tx, kws_wire_sink sink, void *context)
{
    static const uint8_t zero = 0;
    kws_wire_put_u32(tx, kws_crc32(0, tx->bytes, tx->len));
    if (tx->full) {
        return KWS_ERR_SPACE;
    }
    sink(context, &zero, 1);
    emit(tx->bytes, tx->len, sink, context);
    sink(context, &zero, 1);
    return KWS_OK;
}

KWS_SMALL_END
