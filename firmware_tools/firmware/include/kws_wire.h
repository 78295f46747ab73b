/* Frames on a serial line, the same as firmware_tools/protocol/frames.py.
 *
 * A frame is   header | sequence | payload | CRC-32   and travels COBS-encoded between two zero bytes, so that boot
 * text, noise or a cut frame never costs more than themselves:
 *
 *     header    u8    protocol version << 6 | type
 *     sequence  u16   counts the frames of one direction
 *     payload   0 to KWS_WIRE_MAX_PAYLOAD bytes
 *     CRC-32    u32   IEEE 802.3, over all that stands before it
 *
 * All numbers are little endian. Nothing is allocated: the caller owns every buffer.
 */
#ifndef KWS_WIRE_H
#define KWS_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "kws_err.h"

#define KWS_WIRE_VERSION 1u
#define KWS_WIRE_HEADER_BYTES 3u
#define KWS_WIRE_CRC_BYTES 4u
#define KWS_WIRE_MAX_PAYLOAD 1040u
#define KWS_WIRE_MAX_FRAME (KWS_WIRE_HEADER_BYTES + KWS_WIRE_MAX_PAYLOAD + KWS_WIRE_CRC_BYTES)

/* Commands, host to board. */
#define KWS_CMD_HELLO 0x01u       /* -> HELLO */
#define KWS_CMD_RECORD 0x02u      /* see kws_link.h -> ACK, then AUDIO frames and END */
#define KWS_CMD_STOP 0x03u        /* -> ACK, after END when something was running */
#define KWS_CMD_CLIP_BEGIN 0x04u  /* samples u32 -> ACK */
#define KWS_CMD_CLIP_DATA 0x05u   /* offset u32, pcm16 -> ACK with the next offset */
#define KWS_CMD_CLIP_END 0x06u    /* -> RESULT */
#define KWS_CMD_FEATURES 0x07u    /* first frame u32 -> FEATURES */
#define KWS_CMD_LISTEN 0x08u      /* source u8, flags u8 -> ACK, then SCORES and DETECTION frames until STOP */
#define KWS_CMD_STREAM_DATA 0x09u /* offset u32 (wraps), pcm16 -> ACK with the next offset */
#define KWS_CMD_STATUS 0x0Au      /* see kws_link.h */
#define KWS_CMD_LAYERS 0x0Bu      /* -> LAYERS; the layers app only */
#define KWS_CMD_STACK 0x0Cu       /* -> STACK; the stack app only */

/* Replies, board to host: each begins with the command's type u8 and sequence u16. */
#define KWS_REPLY_HELLO 0x20u
#define KWS_REPLY_ACK 0x21u      /* value u32 */
#define KWS_REPLY_NAK 0x22u      /* kws_err i8, value u32 */
#define KWS_REPLY_RESULT 0x23u   /* see apps/spotter.c */
#define KWS_REPLY_FEATURES 0x24u /* first frame u16, frames u16, frames in all u16, features u16, int8 values */
#define KWS_REPLY_STATUS 0x25u   /* see kws_link.h */
#define KWS_REPLY_LAYERS 0x26u   /* see apps/layers.c */
#define KWS_REPLY_STACK 0x27u    /* see apps/stack.c */

/* Events, board to host: they answer no command. */
#define KWS_EVENT_AUDIO 0x30u     /* see kws_link.h */
#define KWS_EVENT_END 0x31u       /* see kws_link.h */
#define KWS_EVENT_SCORES 0x32u    /* sample u64, cycles u32, int8 scores */
#define KWS_EVENT_DETECTION 0x33u /* sample u64, cycles u32, label u8, score i8 */
#define KWS_EVENT_BEAT 0x34u      /* see kws_link.h */

#define KWS_AUDIO_LOST 0x01u /* flag of AUDIO: samples were lost before this frame */

#define KWS_LISTEN_MICROPHONE 0u
#define KWS_LISTEN_HOST 1u       /* samples come as STREAM_DATA */
#define KWS_LISTEN_SCORES 0x01u  /* flag of LISTEN: send SCORES as well as DETECTION */

/* CRC-32 (IEEE 802.3, reflected) of len bytes. Begin with crc = 0; feed the result back in to continue. */
uint32_t kws_crc32(uint32_t crc, const uint8_t *bytes, size_t len);

/* ---- receiving -------------------------------------------------------------------------------------------- */

typedef struct kws_wire_rx {
    uint8_t *bytes;  /* decoded frame, capacity KWS_WIRE_MAX_FRAME for any legal frame */
    size_t capacity;
    size_t len;
    uint8_t left;    /* bytes until the next COBS code byte */
    uint8_t zero;    /* the block that ends next is followed by a zero */
    uint8_t broken;  /* too long or malformed: skip to the next delimiter */
    uint32_t errors; /* blocks that were no frame */
} kws_wire_rx;

typedef struct kws_wire_frame {
    uint8_t type;
    uint16_t sequence;
    const uint8_t *payload; /* inside the receiver's buffer, valid until the next push */
    size_t len;
} kws_wire_frame;

void kws_wire_rx_init(kws_wire_rx *rx, uint8_t *bytes, size_t capacity);

/* One received byte. Returns 1 when it completes a frame, 0 when more are needed, KWS_ERR_FRAME when the bytes since
 * the last delimiter were no frame (they are dropped and counted). */
int kws_wire_push(kws_wire_rx *rx, uint8_t byte, kws_wire_frame *frame);

uint16_t kws_wire_get_u16(const uint8_t *bytes);
uint32_t kws_wire_get_u32(const uint8_t *bytes);

/* ---- sending ---------------------------------------------------------------------------------------------- */

typedef struct kws_wire_tx {
    uint8_t *bytes; /* frame under construction, not yet encoded */
    size_t capacity;
    size_t len;
    uint8_t full; /* something did not fit */
} kws_wire_tx;

void kws_wire_begin(kws_wire_tx *tx, uint8_t *bytes, size_t capacity, uint8_t type, uint16_t sequence);
void kws_wire_put_u8(kws_wire_tx *tx, uint8_t value);
void kws_wire_put_u16(kws_wire_tx *tx, uint16_t value);
void kws_wire_put_u32(kws_wire_tx *tx, uint32_t value);
void kws_wire_put_u64(kws_wire_tx *tx, uint64_t value);
void kws_wire_put_bytes(kws_wire_tx *tx, const uint8_t *bytes, size_t len);
void kws_wire_put_samples(kws_wire_tx *tx, const int16_t *samples, size_t count);
void kws_wire_put_text(kws_wire_tx *tx, const char *text); /* with its NUL */

/* Where encoded bytes go. */
typedef void (*kws_wire_sink)(void *context, const uint8_t *bytes, size_t len);

/* Append the CRC and hand the encoded frame to sink, in pieces. Returns 0, or KWS_ERR_SPACE when it did not fit. */
int kws_wire_send(kws_wire_tx *tx, kws_wire_sink sink, void *context);

#endif
