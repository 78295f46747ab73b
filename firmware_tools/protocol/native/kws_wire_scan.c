/* The host's fast receiver: all frames of a piece of the line in one call. Runs on the host only.
 *
 * It keeps the very rules of firmware_tools/protocol/frames.py, its counters included; tests and `kws bench record` compare the
 * two on damaged lines. The caller owns the state and every buffer.
 */
#include <string.h>

#include "kws_wire.h"

#define COBS_LONGEST 255u
#define MAX_ENCODED (KWS_WIRE_MAX_FRAME + KWS_WIRE_MAX_FRAME / 254u + 1u)

typedef struct kws_scan {
    uint64_t bad_cobs;
    uint64_t bad_crc;
    uint64_t bad_version;
    uint64_t bad_length;
    uint64_t garbage_bytes;
    uint32_t len;      /* bytes of the block that is still open */
    uint32_t overlong; /* it has outgrown every frame */
    uint8_t block[MAX_ENCODED];
} kws_scan;

typedef struct kws_scan_frame {
    uint32_t type;
    uint32_t sequence;
    uint32_t offset; /* of the payload in the caller's buffer */
    uint32_t len;
} kws_scan_frame;

size_t kws_scan_bytes(void)
{
    return sizeof(kws_scan);
}

void kws_scan_init(kws_scan *s)
{
    memset(s, 0, sizeof *s);
}

/* CRC-32 of eight bytes a step; the tables follow from the one of a byte (Kounavis and Berry, 2005). */
static uint32_t crc_tables[8][256];

void kws_scan_prepare(void)
{
    for (uint32_t i = 0; i < 256u; i++) {
        const uint8_t byte = (uint8_t)i;
        crc_tables[0][i] = ~kws_crc32(0xFFFFFFFFu, &byte, 1);
    }
    for (uint32_t i = 0; i < 256u; i++) {
        for (uint32_t k = 1; k < 8u; k++) {
            const uint32_t before = crc_tables[k - 1u][i];
            crc_tables[k][i] = (before >> 8) ^ crc_tables[0][before & 255u];
        }
    }
}

static uint32_t crc32_of(const uint8_t *bytes, size_t len)
{
    uint32_t crc = 0xFFFFFFFFu;
    for (; len >= 8u; bytes += 8, len -= 8u) {
        const uint32_t low = crc ^ kws_wire_get_u32(bytes);
        crc = crc_tables[7][low & 255u] ^ crc_tables[6][low >> 8 & 255u] ^ crc_tables[5][low >> 16 & 255u] ^
              crc_tables[4][low >> 24] ^ crc_tables[3][bytes[4]] ^ crc_tables[2][bytes[5]] ^
              crc_tables[1][bytes[6]] ^ crc_tables[0][bytes[7]];
    }
    for (; len > 0; bytes++, len--) {
        crc = (crc >> 8) ^ crc_tables[0][(crc ^ *bytes) & 255u];
    }
    return ~crc;
}

/* Undo COBS. out needs room for len bytes. Returns how many came out, or a negative kws_err. */
static int32_t decode(const uint8_t *block, uint32_t len, uint8_t *out)
{
    uint32_t at = 0, filled = 0;
    for (;;) {
        const uint32_t code = block[at++];
        const uint32_t run = code - 1u;
        if (run > len - at) {
            return KWS_ERR_FRAME;
        }
        memcpy(out + filled, block + at, run);
        filled += run;
        at += run;
        if (at == len) {
            return (int32_t)filled;
        }
        if (code != COBS_LONGEST) {
            out[filled++] = 0;
        }
    }
}

/* One block between delimiters. Returns 1 when it is a frame, 0 when not (counted). */
static int parse(kws_scan *s, const uint8_t *block, uint32_t len, uint8_t *out, kws_scan_frame *frame)
{
    const int32_t raw = decode(block, len, out);
    if (raw < 0) {
        s->bad_cobs++;
        return 0;
    }
    const uint32_t all = (uint32_t)raw;
    if (all < KWS_WIRE_HEADER_BYTES + KWS_WIRE_CRC_BYTES || all > KWS_WIRE_MAX_FRAME) {
        s->bad_length++;
        return 0;
    }
    const uint32_t body = all - KWS_WIRE_CRC_BYTES;
    if (kws_wire_get_u32(out + body) != crc32_of(out, body)) {
        s->bad_crc++;
        return 0;
    }
    if ((out[0] >> 6) != KWS_WIRE_VERSION) {
        s->bad_version++;
        return 0;
    }
    frame->type = out[0] & 0x3Fu;
    frame->sequence = kws_wire_get_u16(out + 1);
    frame->len = body - KWS_WIRE_HEADER_BYTES;
    return 1;
}

static void keep(kws_scan *s, const uint8_t *piece, size_t len)
{
    const size_t room = MAX_ENCODED - s->len;
    if (len > room) {
        s->overlong = 1;
        s->garbage_bytes += len - room;
        len = room;
    }
    memcpy(s->block + s->len, piece, len);
    s->len += (uint32_t)len;
}

/* The piece ends a block. Returns 1 when that is a frame, whose bytes are then at out. */
static int finish(kws_scan *s, const uint8_t *piece, size_t len, uint8_t *out, kws_scan_frame *frame)
{
    if (s->len != 0 || len > MAX_ENCODED) {
        keep(s, piece, len);
        piece = s->block;
        len = s->len;
    }
    const uint32_t overlong = s->overlong;
    s->len = 0;
    s->overlong = 0;
    if (len == 0) {
        return 0;
    }
    const int good = overlong ? 0 : parse(s, piece, (uint32_t)len, out, frame);
    s->bad_length += overlong;
    if (!good) {
        s->garbage_bytes += len;
    }
    return good;
}

/* Scan len bytes of the line.
 *
 * out:    room for len + MAX_ENCODED bytes; payloads are put there.
 * frames: room for len / 8 + 1 of them (the shortest frame takes 8 bytes and a delimiter).
 * Returns the number of frames found.
 */
size_t kws_scan_feed(kws_scan *s, const uint8_t *data, size_t len, uint8_t *out, kws_scan_frame *frames)
{
    const uint8_t *const end = data + len;
    size_t found = 0;
    uint32_t filled = 0;
    for (;;) {
        const uint8_t *zero = data == end ? NULL : memchr(data, 0, (size_t)(end - data));
        if (zero == NULL) {
            keep(s, data, (size_t)(end - data));
            return found;
        }
        kws_scan_frame *frame = &frames[found];
        if (finish(s, data, (size_t)(zero - data), out + filled, frame)) {
            frame->offset = filled + KWS_WIRE_HEADER_BYTES;
            filled = frame->offset + frame->len;
            found++;
        }
        data = zero + 1;
    }
}
