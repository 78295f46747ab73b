/* From the powers of a spectrum to mel levels: octaves of energy, log2, Q9, relative to the middle of the usable range.
 * See kws_frontend_loops.h.
 *
 * Between two neighbouring mel centres every bin falls out of the lower filter as it rises into the upper one, so one
 * product a bin serves both: upper = sum(P) - sum(P * fall). A band's level takes the place of powers that were read: each
 * bin is in two bands at most, and each band has one at least.
 */
#include "kws_frontend_loops.h"

void kws_frontend_levels(const kws_frontend_tables *t, int32_t *work) {
    kws_frontend_mel(work, work + 2u * t->first_bin, t->segments, t->segments + t->mel_bands + 1u, t->log2_table,
                     t->first_offset, t->floor_octaves);
}

#if !KWS_DSP_NATIVE

/* log2 in Q15 of high * 2^32 + low > 0, by linear interpolation in 64 segments: at most 5e-5 octaves low. */
static int32_t log2_q15(uint32_t high, uint32_t low, const uint16_t *table) {
    int32_t whole = 63;
    if (high == 0) {
        high = low;
        low = 0;
        whole = 31;
    }
    const uint32_t zeros = (uint32_t)__builtin_clz(high);
    const uint32_t mantissa = high << zeros | low >> 1 >> (31u - zeros); /* 1.31 */
    const uint32_t segment = (mantissa >> 25) & 63u, within = (mantissa >> 9) & 0xFFFFu;
    const uint32_t from = table[segment], rise = table[segment + 1u] - from;
    return ((whole - (int32_t)zeros) << 15) + (int32_t)(from + ((rise * within + 0x8000u) >> 16));
}

void kws_frontend_mel(int32_t *levels, const int32_t *powers, const kws_mel_segment *segments,
                      const kws_mel_segment *end, const uint16_t *table, int32_t offset, int32_t floor) {
    const uint32_t *bin = (const uint32_t *)powers;
    uint64_t rising = 0; /* the part of the band's energy that came from the segment before */
    for (; segments < end; segments++) {
        uint64_t all = 0, fall_high = 0, fall_low = 0;
        uint32_t weight = segments->first;
        for (const uint32_t *last = bin + 2u * segments->bins; bin < last; bin += 2, weight -= segments->fall) {
            all += (uint64_t)bin[1] << 32 | bin[0];
            fall_high += kws_product(bin[1], weight >> 16);
            fall_low += kws_product(bin[0], weight >> 16);
        }
        const uint64_t falling = (fall_high << 16) + (fall_low >> 16), energy = rising + falling;
        int32_t level = floor;
        offset -= segments->drop;
        if (energy != 0) {
            const int32_t octaves = log2_q15((uint32_t)(energy >> 32), (uint32_t)energy, table) + offset;
            level = octaves > level ? octaves : level;
        }
        *levels++ = (level + 32) >> 6;
        rising = all - falling;
    }
}

#endif
