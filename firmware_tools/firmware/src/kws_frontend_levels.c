/* From the powers of a spectrum to mel levels: octaves of energy, log2, Q9, relative to the middle of the usable range.
 * See kws_frontend_parts.h. */
#include "kws_frontend_parts.h"

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

/* Between two neighbouring mel centres every bin falls out of the lower filter as it rises into the upper one, so one
 * product a bin serves both: upper = sum(P) - sum(P * fall). The fall is a straight line. A band's level takes the place
 * of powers that were read: each bin is in two bands at most, and each band has one at least. */
void kws_frontend_levels(const kws_frontend_tables *t, int32_t *work) {
    const uint32_t *bin = (const uint32_t *)work + 2u * t->first_bin;
    const uint8_t *bins = t->segments;
    const uint32_t *line = t->falls;
    int32_t offset = t->first_offset;
    uint64_t rising = 0; /* the part of the band's energy that came from the segment before */
    for (uint32_t segment = 0; segment <= t->mel_bands; segment++) {
        uint64_t all = 0, fall_high = 0, fall_low = 0;
        uint32_t left = 0, fall = line[0];
        const uint32_t step = line[1];
        line += 2;
        do {
            left += *bins;
        } while (*bins++ == 255u);
        for (const uint32_t *end = bin + 2u * left; bin < end; bin += 2, fall -= step) {
            all += (uint64_t)bin[1] << 32 | bin[0];
            fall_high += kws_product(bin[1], fall >> 16);
            fall_low += kws_product(bin[0], fall >> 16);
        }
        const uint64_t falling = (fall_high << 16) + (fall_low >> 16);
        if (segment > 0) {
            const uint64_t energy = rising + falling;
            int32_t level = t->floor_octaves;
            if (energy != 0) {
                const int32_t octaves = log2_q15((uint32_t)(energy >> 32), (uint32_t)energy, t->log2_table) + offset;
                level = octaves > level ? octaves : level;
            }
            work[segment - 1u] = (level + 32) >> 6;
            offset -= t->offset_drops[segment - 1u];
        }
        rising = all - falling;
    }
}
