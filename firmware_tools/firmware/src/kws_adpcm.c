/* IMA ADPCM. See kws_adpcm.h. */
#include "kws_adpcm.h"

static const int16_t steps[KWS_ADPCM_STEPS] = {
    7,    8,    9,    10,   11,   12,   13,   14,   16,   17,   19,   21,    23,    25,    28,    31,    34,    37,
    41,   45,   50,   55,   60,   66,   73,   80,   88,   97,   107,  118,   130,   143,   157,   173,   190,   209,
    230,  253,  279,  307,  337,  371,  408,  449,  494,  544,  598,  658,   724,   796,   876,   963,   1060,  1166,
    1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660,  4026,  4428,  4871,  5358,  5894,  6484,
    7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767,
};

static const int8_t index_moves[8] = {-1, -1, -1, -1, 2, 4, 6, 8};

static uint8_t clamped_index(int32_t index)
{
    return (uint8_t)(index < 0 ? 0 : index >= (int32_t)KWS_ADPCM_STEPS ? (int32_t)KWS_ADPCM_STEPS - 1 : index);
}

/* What the decoder makes of a code: both sides take this step, so they never part. */
static void follow(kws_adpcm *state, uint8_t code)
{
    const int32_t step = steps[state->index];
    int32_t change = step >> 3;
    if (code & 4u) {
        change += step;
    }
    if (code & 2u) {
        change += step >> 1;
    }
    if (code & 1u) {
        change += step >> 2;
    }
    int32_t value = state->predictor + ((code & 8u) ? -change : change);
    value = value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value;
    state->predictor = (int16_t)value;
    state->index = clamped_index((int32_t)state->index + index_moves[code & 7u]);
}

static uint8_t nearest_code(const kws_adpcm *state, int16_t sample)
{
    int32_t step = steps[state->index];
    int32_t difference = (int32_t)sample - state->predictor;
    uint8_t code = 0;
    if (difference < 0) {
        code = 8;
        difference = -difference;
    }
    for (uint8_t bit = 4; bit != 0; bit >>= 1) {
        if (difference >= step) {
            code |= bit;
            difference -= step;
        }
        step >>= 1;
    }
    return code;
}

void kws_adpcm_encode(kws_adpcm *state, const int16_t *samples, size_t count, uint8_t *bytes)
{
    state->index = clamped_index(state->index);
    for (size_t i = 0; i < count; i++) {
        const uint8_t code = nearest_code(state, samples[i]);
        follow(state, code);
        if (i % 2 == 0) {
            bytes[i / 2] = code;
        } else {
            bytes[i / 2] |= (uint8_t)(code << 4);
        }
    }
}

void kws_adpcm_decode(kws_adpcm *state, const uint8_t *bytes, size_t count, int16_t *samples)
{
    state->index = clamped_index(state->index);
    for (size_t i = 0; i < count; i++) {
        follow(state, (uint8_t)(i % 2 == 0 ? bytes[i / 2] & 15u : bytes[i / 2] >> 4));
        samples[i] = state->predictor;
    }
}
