/* From the bits of a PDM microphone to samples: decimation by 128, in integers.
 *
 * Four integrators and combs bring 128 bits to four values (a CIC filter of order 4: what would fold into the band that
 * is kept is 68 dB down), two half-band filters those to one. Flat to 7 kHz but for the CIC's slope, 0.7 dB there; from
 * 9 kHz on at least 69 dB down. Delay: 1.3 ms.
 */
#ifndef KWS_PDM_H
#define KWS_PDM_H

#include <stdint.h>

#define KWS_PDM_RATIO 128u /* bits a sample */
#define KWS_PDM_BITS 16    /* of a sample, besides the sign: 65,536 would be all ones */
#define KWS_PDM_FIRST 4u   /* taps on each side of the first half-band filter, and of the second */
#define KWS_PDM_SECOND 18u

typedef struct kws_pdm {
    uint32_t integrators[4];
    uint32_t combs[4];
    uint16_t steps[256][4]; /* what eight bits add to the integrators */
    uint32_t at[2];
    int32_t first_taps[4u * KWS_PDM_FIRST], first_middle[KWS_PDM_FIRST];
    int32_t second_taps[4u * KWS_PDM_SECOND], second_middle[KWS_PDM_SECOND];
} kws_pdm;

void kws_pdm_init(kws_pdm *pdm);

/* The next sample, from four words of bits, the first of each the highest. */
int32_t kws_pdm_sample(kws_pdm *pdm, const volatile uint32_t *words);

#endif
