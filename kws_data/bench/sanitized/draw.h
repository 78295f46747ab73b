/* Random numbers for programs that try anything: the same for the same seed everywhere. */
#ifndef DRAW_H
#define DRAW_H

#include <stdint.h>

static uint64_t draw_state;

static inline void draw_seed(uint64_t seed)
{
    draw_state = seed * 2654435769u + 88172645463325252u;
}

/* xorshift64*; Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled", 2016. */
static inline uint32_t draw(void)
{
    draw_state ^= draw_state >> 12;
    draw_state ^= draw_state << 25;
    draw_state ^= draw_state >> 27;
    return (uint32_t)((draw_state * 2685821657736338717u) >> 32);
}

static inline uint32_t draw_below(uint32_t limit)
{
    return draw() % limit;
}

/* FNV-1a, to tell two runs apart. */
static inline uint32_t fold(uint32_t hash, const void *bytes, uint32_t count)
{
    const uint8_t *at = bytes;
    while (count-- != 0) {
        hash = (hash ^ *at++) * 16777619u;
    }
    return hash;
}

#endif
