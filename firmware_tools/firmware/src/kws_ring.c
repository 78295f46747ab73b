/* Samples from an interrupt to the main loop. See kws_ring.h. */
#include "kws_ring.h"

/* Each count has one writer; the other side must see the samples before it sees the count. */
#define SEEN(count) __atomic_load_n(&(count), __ATOMIC_ACQUIRE)
#define SHOW(count, value) __atomic_store_n(&(count), (value), __ATOMIC_RELEASE)

void kws_ring_init(kws_ring *ring, int16_t *samples, uint32_t capacity)
{
    ring->samples = samples;
    ring->capacity = capacity;
    ring->written = 0;
    ring->dropped = 0;
    ring->taken = 0;
    SHOW(ring->told, 0);
}

void kws_ring_drop(kws_ring *ring, uint32_t count)
{
    SHOW(ring->dropped, ring->dropped + count);
}

void kws_ring_put(kws_ring *ring, const int16_t *samples, uint32_t count)
{
    const uint32_t written = ring->written;
    const uint32_t room = ring->capacity - (written - SEEN(ring->taken));
    const uint32_t kept = ring->dropped != SEEN(ring->told) ? 0 : count < room ? count : room;
    for (uint32_t i = 0; i < kept; i++) {
        ring->samples[(written + i) & (ring->capacity - 1u)] = samples[i];
    }
    SHOW(ring->written, written + kept);
    if (kept != count) {
        kws_ring_drop(ring, count - kept);
    }
}

/* A loss lies behind all that was written before it: when that is taken, the loss is told and the writer goes on.
 * Returns whether one was told just now. */
static int tell(kws_ring *ring)
{
    const uint32_t dropped = SEEN(ring->dropped);
    if (dropped == ring->told || SEEN(ring->written) != ring->taken) {
        return 0;
    }
    SHOW(ring->told, dropped);
    return 1;
}

size_t kws_ring_take(kws_ring *ring, int16_t *samples, size_t max)
{
    if (tell(ring)) {
        return 0; /* what comes behind the loss is for a later call */
    }
    const uint32_t taken = ring->taken;
    const uint32_t waiting = SEEN(ring->written) - taken;
    const size_t count = waiting < max ? waiting : max;
    for (size_t i = 0; i < count; i++) {
        samples[i] = ring->samples[(taken + (uint32_t)i) & (ring->capacity - 1u)];
    }
    SHOW(ring->taken, taken + (uint32_t)count);
    return count;
}

uint32_t kws_ring_lost(kws_ring *ring)
{
    (void)tell(ring);
    return ring->told;
}
