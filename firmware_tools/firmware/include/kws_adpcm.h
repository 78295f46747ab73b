/* IMA ADPCM: 16-bit samples in 4 bits each, the same on every machine.
 *
 * The algorithm is the IMA Digital Audio Focus recommendation of 1992 (also DVI4). A byte holds two samples, the earlier
 * one in its low half. All arithmetic is in integers, so a decoder given the state at a block's start gives, bit for
 * bit, the samples that the encoder's own predictor went through.
 */
#ifndef KWS_ADPCM_H
#define KWS_ADPCM_H

#include <stddef.h>
#include <stdint.h>

#define KWS_ADPCM_STEPS 89u

typedef struct kws_adpcm {
    int16_t predictor; /* the last sample, as the decoder has it */
    uint8_t index;     /* of the step size, 0 to 88; larger ones are taken as 88 */
} kws_adpcm;

/* Encode count samples into (count + 1) / 2 bytes; of an odd count the last half byte is 0. The state moves on. */
void kws_adpcm_encode(kws_adpcm *state, const int16_t *samples, size_t count, uint8_t *bytes);

/* Decode count samples from (count + 1) / 2 bytes. The state moves on. */
void kws_adpcm_decode(kws_adpcm *state, const uint8_t *bytes, size_t count, int16_t *samples);

#endif
