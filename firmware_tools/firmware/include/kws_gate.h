/* A gate of energy before the network: while it stays as quiet as it was, frames are not shown to the model.
 *
 * The energy of a frame is that of the differences between its new samples and those before them, which leaves out an
 * offset and low rumble and keeps the hiss of an "s". The floor falls at once to a quieter frame, and rises by a
 * 2^-rise_shift of itself a frame. A frame opens the gate when its energy is more than open_sixteenths / 16 of the floor;
 * it stays open for hold_frames from the last one that did.
 *
 * While it is closed the model stands still, and the last frames are kept; when it opens they are shown first. So the model
 * hears a stream from which quiet is cut out, and says what it says of any other stream. A window begins open.
 */
#ifndef KWS_GATE_H
#define KWS_GATE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct kws_gate_config {
    uint16_t open_sixteenths;
    uint16_t hold_frames;
    uint16_t preroll_frames; /* shown when it opens, at least 1 */
    uint8_t rise_shift;      /* 1 .. 16 */
} kws_gate_config;

/* State of one gate. Its members are private. */
typedef struct kws_gate {
    const kws_gate_config *config;
    uint64_t energy; /* of the frame that is being made */
    uint64_t floor;
    int16_t last;    /* sample */
    uint16_t left;   /* frames that it stays open */
    uint16_t kept;   /* frames in the ring */
    uint16_t next;   /* row that is written next */
    uint8_t begun;   /* there is a floor */
} kws_gate;

/* Forget all. config must outlive the gate. */
void kws_gate_reset(kws_gate *gate, const kws_gate_config *config);

/* Samples of the frame that is being made. */
void kws_gate_hear(kws_gate *gate, const int16_t *samples, size_t count);

/* The frame is complete. Returns 1 where the gate is open, 0 where it is closed. */
int kws_gate_frame(kws_gate *gate);

#ifdef __cplusplus
}
#endif

#endif
