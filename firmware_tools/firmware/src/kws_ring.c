/* Samples from an interrupt to the main loop. See kws_ring.h. */
#include "kws_ring.h"

/* Each count has one writer; the other side must see the samples before it sees the count. Loads and stores of a word are
 * whole on every core; atomic ones would call a library on those without the instructions for it. */
static uint32_t seen(const uint32_t *count)
{
    const uint32_t value = *(const volatile uint32_t *)count;
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return value;
}

static void show(uint32_t *count, uint32_t value)
{
    __atomic_thread_fence(__ATOMIC_RELEASE);
    *(volatile uint32_t *)count = value;
}

void kws_ring_init(kws_ring *ring, int16_t *samples, uint32_t capacity)
{
    ring->samples = samples;
    ring->capacity = capacity;
    ring->written = 0;
    ring->dropped = 0;
    ring->taken = 0;
    show(&ring->told, 0);
}

void kws_ring_drop(kws_ring *ring, uint32_t count)
{
    show(&ring->dropped, ring->dropped + count);
}

void kws_ring_put(kws_ring *ring, const int16_t *samples, uint32_t count)
{
    const uint32_t written = ring->written;
    const uint32_t room = ring->capacity - (written - seen(&ring->taken));
    const uint32_t kept = ring->dropped != seen(&ring->told) ? 0 : count < room ? count : room;
    for (uint32_t i = 0; i < kept; i++) {
        ring->samples[(written + i) & (ring->capacity - 1u)] = samples[i];
    }
    show(&ring->written, written + kept);
    if (kept != count) {
        kws_ring_drop(ring, count - kept);
    }
}

/* A loss lies behind all that was written before it: when that is taken, the loss is told and the writer goes on.
 * Returns whether one was told just now. */
static int tell(kws_ring *ring)
{
    const uint32_t dropped = seen(&ring->dropped);
    if (dropped == ring->told || seen(&ring->written) != ring->taken) {
        return 0;
    }
    show(&ring->told, dropped);
    return 1;
}

size_t kws_ring_take(kws_ring *ring, int16_t *samples, size_t max)
{
    if (tell(ring)) {
        return 0; /* what comes behind the loss is for a later call */
    }
    const uint32_t taken = ring->taken;
    const uint32_t waiting = seen(&ring->written) - taken;
    const size_t count = waiting < max ? waiting : max;
    for (size_t i = 0; i < count; i++) {
        samples[i] = ring->samples[(taken + (uint32_t)i) & (ring->capacity - 1u)];
    }
    show(&ring->taken, taken + (uint32_t)count);
    return count;
}

uint32_t kws_ring_lost(kws_ring *ring)
{
    (void)tell(ring);
    return ring->told;
}
