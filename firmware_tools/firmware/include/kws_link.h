/* What every app says on its serial line: commands in, replies out, over the port's UART. */
#ifndef KWS_LINK_H
#define KWS_LINK_H

#include "kws_wire.h"

typedef struct kws_link {
    kws_wire_rx rx;
    kws_wire_tx tx;
    uint16_t sequence; /* of the next frame sent */
    uint8_t rx_bytes[KWS_WIRE_MAX_FRAME];
    uint8_t tx_bytes[KWS_WIRE_MAX_FRAME];
} kws_link;

/* What an app tells about itself in reply to HELLO. */
typedef struct kws_hello {
    const char *app;
    const char *build;         /* hash of the model bundle; "" when there is none */
    uint32_t sample_rate_hz;
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

#endif
