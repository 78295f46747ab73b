/* See kws_pdm.h. E. B. Hogenauer, "An economical class of digital filters for decimation and interpolation", 1981. */
#include "kws_pdm.h"

#define HALF_BAND_BITS 14
#define CIC_BITS 19 /* of its output around zero: 32^4 / 2 */

/* Every second coefficient from the middle on, the others are zero and the middle is a half: Remez, 2^14 times. */
static const int16_t first[KWS_PDM_FIRST] = {4984, -1144, 304, -49};
static const int16_t second[KWS_PDM_SECOND] = {5202, -1701, 982, -662, 475, -352, 264, -198, 148,
                                               -109, 79,    -56, 38,   -25, 16,   -10, 5,    -3};

void kws_pdm_init(kws_pdm *pdm)
{
    *pdm = (kws_pdm){{0}, {0}, {{0}}, {0}, {0}, {0}, {0}, {0}};
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t sums[4] = {0, 0, 0, 0};
        for (uint32_t bit = 0; bit < 8; bit++) {
            sums[0] += byte >> (7u - bit) & 1u;
            for (uint32_t i = 1; i < 4; i++)
                sums[i] += sums[i - 1];
        }
        for (uint32_t i = 0; i < 4; i++)
            pdm->steps[byte][i] = (uint16_t)sums[i];
    }
}

/* Eight bits at once: n, n (n + 1) / 2 and n (n + 1) (n + 2) / 6 with n = 8 are what one stage becomes in the next. */
static void integrate(uint32_t *stages, const uint16_t *step)
{
    const uint32_t one = stages[0], two = stages[1], three = stages[2];
    stages[3] += 8u * three + 36u * two + 120u * one + step[3];
    stages[2] += 8u * two + 36u * one + step[2];
    stages[1] += 8u * one + step[1];
    stages[0] += step[0];
}

/* 32 bits to a value of KWS_PDM_BITS. */
static int32_t cic(kws_pdm *pdm, uint32_t word)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        integrate(pdm->integrators, pdm->steps[word >> shift & 0xFFu]);
    uint32_t value = pdm->integrators[3];
    for (uint32_t i = 0; i < 4; i++) {
        const uint32_t before = pdm->combs[i];
        pdm->combs[i] = value;
        value -= before;
    }
    return ((int32_t)value - (1 << CIC_BITS)) >> (CIC_BITS - KWS_PDM_BITS);
}

/* Two values to one. The taps meet every second value, the middle the others. Each of the former is kept twice, so that
 * the last 2 n of them always stand in a row. */
static int32_t half_band(const int16_t *coefficients, uint32_t n, int32_t *taps, int32_t *middle, uint32_t *at,
                         int32_t older, int32_t newer)
{
    const uint32_t place = *at;
    const uint32_t next = place + 1u < 2u * n ? place + 1u : 0;
    taps[place] = newer;
    taps[place + 2u * n] = newer;
    *at = next;
    const int32_t *right = taps + next + n, *left = right - 1;
    int32_t sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += coefficients[i] * (*right++ + *left--);
    const uint32_t turn = place < n ? place : place - n;
    const uint32_t oldest = turn + 1u < n ? turn + 1u : 0;
    middle[turn] = older;
    return (middle[oldest] >> 1) + (sum >> HALF_BAND_BITS);
}

static int32_t two_words(kws_pdm *pdm, const volatile uint32_t *words)
{
    const int32_t older = cic(pdm, words[0]), newer = cic(pdm, words[1]);
    return half_band(first, KWS_PDM_FIRST, pdm->first_taps, pdm->first_middle, &pdm->at[0], older, newer);
}

int32_t kws_pdm_sample(kws_pdm *pdm, const volatile uint32_t *words)
{
    const int32_t older = two_words(pdm, words), newer = two_words(pdm, words + 2);
    return half_band(second, KWS_PDM_SECOND, pdm->second_taps, pdm->second_middle, &pdm->at[1], older, newer);
}
