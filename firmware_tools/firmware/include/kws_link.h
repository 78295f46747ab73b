/* What every app says on its serial line: commands in, replies out, over the port's UART. The protocol is described in
 * ../PROTOCOL.md.
 */
#ifndef KWS_LINK_H
#define KWS_LINK_H

#include "kws_wire.h"

#define KWS_PROTOCOL 2u /* version of the payloads; that of the frames is KWS_WIRE_VERSION */

/* CMD_STATUS: heart-beat interval ms u16 (0 = none) -> REPLY_STATUS, which holds what BEAT does
 * BEAT:   board time us u64, state u8, take u16, position u64, lost u32
 * RECORD: samples u32 (0 = until STOP), codec u8, source u8, take u16 -> ACK with the samples, AUDIO frames, END
 * AUDIO:  take u16, codec u8, flags u8, first sample u64, board time us u64, lost u32, samples as coded
 * END:    take u16, position u64, lost u32, board time us u64, busy cycles u32, AUDIO frames sent u32 */
#define KWS_CODEC_PCM16 0u /* int16, little endian */
#define KWS_CODEC_ADPCM 1u /* predictor i16, step index u8, odd u8 (1: the last half byte is no sample), IMA codes */
#define KWS_SOURCE_MICROPHONE 0u
#define KWS_SOURCE_RAMP 1u /* sample n is n modulo 65,536, as int16 */
#define KWS_SOURCE_TONE 2u /* a sixteenth of the rate (1 kHz at 16 kHz), half of full scale, from a table */
#define KWS_SOURCES 3u

typedef enum kws_state { KWS_STATE_IDLE = 0, KWS_STATE_RECORDING = 1, KWS_STATE_LISTENING = 2 } kws_state;

/* What a heart-beat tells. */
typedef struct kws_status {
    uint8_t state;     /* kws_state */
    uint16_t take;     /* of the last RECORD */
    uint32_t lost;     /* samples lost by the microphone since it was started */
    uint64_t position; /* samples since then, with those lost */
} kws_status;

typedef struct kws_link {
    kws_wire_rx rx;
    kws_wire_tx tx;
    uint16_t sequence; /* of the next frame sent */
    uint32_t beat_us;  /* interval of heart-beats, 0: none */
    uint64_t next_beat_us;
    uint8_t rx_bytes[KWS_WIRE_MAX_FRAME];
    uint8_t tx_bytes[KWS_WIRE_MAX_FRAME];
} kws_link;

/* What an app tells about itself in reply to HELLO. */
typedef struct kws_hello {
    const char *app;
    const char *build;         /* hash of the model bundle; "" when there is none */
    uint32_t sample_rate_hz;
    uint8_t codecs;            /* 1 << KWS_CODEC_..., or-ed; 0 when the app does not record */
    uint32_t clip_samples;     /* 0 when the app takes no clips */
    uint16_t clip_frames;
    uint16_t features;
    uint16_t stride_frames;    /* frames between two inferences while listening */
    int8_t threshold;
    uint8_t labels;
    const char *const *label_names;
} kws_hello;

void kws_link_init(kws_link *link);

/* Next command, when one is complete. Returns 1 with the frame (valid until the next poll), otherwise 0. */
int kws_link_poll(kws_link *link, kws_wire_frame *command);

/* Begin a frame in link->tx: an event, or a reply that names its command. Add to it with kws_wire_put_*. */
void kws_link_event(kws_link *link, uint8_t type);
void kws_link_reply(kws_link *link, uint8_t type, const kws_wire_frame *command);

/* Send the frame that was begun; waits until the UART has taken it. */
void kws_link_send(kws_link *link);

void kws_link_ack(kws_link *link, const kws_wire_frame *command, uint32_t value);
void kws_link_nak(kws_link *link, const kws_wire_frame *command, int error, uint32_t value);
void kws_link_hello(kws_link *link, const kws_wire_frame *command, const kws_hello *hello);

/* Answer STATUS: the heart-beat's interval is set, the status told. */
void kws_link_status(kws_link *link, const kws_wire_frame *command, const kws_status *status);

/* Send a heart-beat if one is due. To be called from the main loop. */
void kws_link_beat(kws_link *link, const kws_status *status);

/* Sleep until there is something to do, a heart-beat is due, or most_us have passed (0: no such limit). */
void kws_link_idle(kws_link *link, uint32_t most_us);

/* The life of an app that knows one command besides HELLO and STATUS, and answers it itself. Never returns. */
void kws_link_serve(kws_link *link, const kws_hello *hello, uint8_t type, void (*answer)(const kws_wire_frame *command))
    __attribute__((noreturn));

#endif
