/* The front end's inner loops: assembly where the core has the DSP extension (kws_frontend_dsp_*.c), the same in C for all
 * others. `z` are complex numbers, int32 real and imaginary part; `bytes` lie between the four
 * points of a butterfly. */
#ifndef KWS_FRONTEND_LOOPS_H
#define KWS_FRONTEND_LOOPS_H

#include "kws_frontend_parts.h"

/* Of the functions in assembly. */
#define KWS_ASSEMBLY __attribute__((naked, noinline))
#define KWS_UNUSED __attribute__((unused))

/* Where pairs of samples go: the first one's number, which is even, so shifted that its bits reversed are the place's
 * offset in bytes; what the next one's offset is more; and what the number of the pair after that is more. */
typedef struct {
    uint32_t number, bytes, step;
} kws_places;

/* Window pairs of samples, twice as many as two, until `end`. A weight is one half less half the cosine, or more in the
 * window's middle; the next sample's cosine comes next, or before where it falls back to the window's zero or middle. */
void kws_frontend_window_pairs(int32_t *work, const int16_t *samples, const int16_t *end, kws_places places,
                               const uint32_t *cosine, int back, int middle);

/* Butterflies of radix 4 without twiddles: the first of each group of 4 * bytes, from z on; all divide by four. The points
 * are sub-sequences 0, 2, 1, 3. */
void kws_frontend_plain(int32_t *z, const int32_t *end, uint32_t bytes);

/* All others of a stage. Twiddles are exp(-i angle), its square and its cube, where the angle grows by `unit` (bytes in
 * `cosine`); `right` (bytes) is the place of 90 degrees. */
void kws_frontend_turned(int32_t *z, const int32_t *end, uint32_t bytes, uint32_t unit, const uint32_t *cosine,
                         uint32_t right);

/* From the transform of pairs, of `words`, to powers. */
void kws_frontend_split(int32_t *z, const uint32_t *cosine, uint32_t words);

/* Levels of the mel bands, from the powers of bins; before the first one comes what is below the first centre, which is
 * no band's. `table` is of log2. */
void kws_frontend_mel(int32_t *levels, const int32_t *powers, const kws_mel_segment *segments,
                      const kws_mel_segment *end, const uint16_t *table, int32_t offset, int32_t floor);

/* A DCT: half a circle of cosines, units of a circle, how many of 2^32 each is, and by what sums are shifted. */
typedef struct {
    const int16_t *table;
    int32_t whole;
    uint32_t unit, shift;
} kws_circle;

/* Rows first, 3 * first, ... last of the DCT over `count` differences, of which the first comes last, and rows bands - k,
 * where `first` times `count` is half of the bands. */
void kws_frontend_odd_rows(const kws_circle *circle, const int32_t *differences, uint32_t count, int32_t *cepstra,
                           uint32_t first, uint32_t last);

#if KWS_FRONTEND_ODD_TABLE
/* Rows from `row` to `end`, every second one, and those from `other` downwards, over differences in pairs: two in their
 * order, then two in the other order with alternating signs, of which the last is plus. There are `quads` times two. */
void kws_frontend_pair_rows(const int16_t *cosines, const uint32_t *pairs, uint32_t quads, int32_t *row, int32_t *other,
                            const int32_t *end, uint32_t shift);
#endif

#endif
