/* A listener that hears anything: program SEED STEPS prints a hash of what it decided and of the scores.
 *
 * Samples lie in memory of just their size. A streaming and a windowed listener of the same model print the same.
 */
#include <stdio.h>
#include <stdlib.h>

#include "draw.h"
#include "kws_bundle.h"
#include "kws_listener.h"

#define KINDS 6u
#define MOST_SAMPLES 3000u

static int16_t drawn_sample(uint32_t kind, uint32_t at)
{
    switch (kind) {
    case 0: return (int16_t)draw();                               /* anything */
    case 1: return (at / 16u) % 2u ? INT16_MAX : INT16_MIN;       /* the largest square wave */
    case 2: return INT16_MIN;
    case 3: return 0;
    case 4: return (int16_t)((int32_t)draw_below(65u) - 32);      /* quiet noise */
    default: return (int16_t)(at * 977u);                         /* a loud saw-tooth */
    }
}

static uint32_t count_of_samples(void)
{
    switch (draw_below(4)) {
    case 0: return draw_below(4);
    case 1: return draw_below(64);
    case 2: return 320;
    default: return draw_below(MOST_SAMPLES);
    }
}

static uint32_t hear(kws_listener *listener, uint32_t hash)
{
    const uint32_t count = count_of_samples(), kind = draw_below(KINDS);
    int16_t *samples = malloc(count * sizeof *samples + (count == 0));
    for (uint32_t i = 0; i < count; i++) {
        samples[i] = drawn_sample(kind, i);
    }
    for (size_t at = 0; at < count;) {
        kws_detection found;
        size_t used = 0;
        const int heard = kws_listener_hear(listener, samples + at, count - at, &used, &found);
        if (heard < 0 || used == 0) {
            printf("heard %d, used %u\n", heard, (unsigned)used);
            exit(2);
        }
        at += used;
        if (heard == 1) {
            hash = fold(hash, &found.sample, sizeof found.sample);
            hash = fold(hash, &found.label, 1);
            hash = fold(hash, &found.score, 1);
        }
    }
    free(samples);
    return hash;
}

int main(int argc, char **argv)
{
    static kws_listener listener;
    uint32_t hash = 2166136261u, steps = argc > 2 ? (uint32_t)atol(argv[2]) : 100u;
    draw_seed(argc > 1 ? (uint64_t)atol(argv[1]) : 0);
    if (kws_listener_init(&listener, &kws_bundle) < 0) {
        return 2;
    }
    while (steps-- != 0) {
        const uint32_t what = draw_below(64);
        if (what == 0) {
            kws_listener_reset(&listener);
        } else if (what == 1) {
            kws_listener_lost(&listener, draw());
        } else {
            hash = hear(&listener, hash);
            if (listener.frames >= kws_bundle.window_frames) {
                hash = fold(hash, kws_bundle.scores, kws_bundle.decision.labels);
            }
        }
    }
    printf("%08x\n", (unsigned)hash);
    return 0;
}
