/* Samples on their way from an interrupt or a task to the main loop, with every loss at its place.
 *
 * One writer, one reader, no lock. When the ring is full, what comes is dropped and counted until the reader has taken
 * all that lies before the loss; so the loss is known to the sample, as kws_port_mic_overruns wants it.
 */
#ifndef KWS_RING_H
#define KWS_RING_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct kws_ring {
    int16_t *samples;  /* the caller's */
    uint32_t capacity; /* of these, a power of two */
    uint32_t written;  /* the writer's, as is dropped; both wrap */
    uint32_t dropped;
    uint32_t taken; /* the reader's, as is told */
    uint32_t told;
} kws_ring;

/* Empty the ring and clear its counts, while no writer runs. capacity must be a power of two. */
void kws_ring_init(kws_ring *ring, int16_t *samples, uint32_t capacity);

/* The writer: samples that came, and samples known to be lost before those that come next. */
void kws_ring_put(kws_ring *ring, const int16_t *samples, uint32_t count);
void kws_ring_drop(kws_ring *ring, uint32_t count);

/* The reader: up to max samples without a gap between them; returns how many. */
size_t kws_ring_take(kws_ring *ring, int16_t *samples, size_t max);

/* The reader: samples lost before the one that kws_ring_take returns next. */
uint32_t kws_ring_lost(kws_ring *ring);

#ifdef __cplusplus
}
#endif

#endif
