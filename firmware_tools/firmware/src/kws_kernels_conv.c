/* Convolutions as dot products of the bytes under each output pixel with all filters.
 *
 * With the DSP extension three pixels are worked on at a time, their bytes widened to int16 once. What is left over, and
 * every pixel elsewhere, meets four filters at a time as the bytes it is, without a copy where they lie side by side.
 */
#include "kws_dots.h"

/* Whether an output pixel that is written while its input is read would be written over it. */
static int meets(const int8_t *bytes, uint32_t taps, const int8_t *output, uint32_t channels) {
    return (uintptr_t)bytes < (uintptr_t)(output + channels) && (uintptr_t)output < (uintptr_t)(bytes + taps);
}

void kws_conv(const kws_conv_params *params, const int8_t *input, int8_t *output, int16_t *scratch) {
    const kws_window *w = &params->window;
    const kws_dots *dots = params->dots;
    const uint32_t depth = params->depth, channels = w->out_channels, pixels = (uint32_t)w->out_height * w->out_width;
    const int32_t across = w->stride_width, down = w->stride_height, width = w->out_width;
    int32_t y = -w->pad_top, x = -w->pad_left, left = width;
    int8_t *stage = (int8_t *)scratch;
    const int8_t *next = input;
#if KWS_DSP
    const int32_t in_blocks = dots->three != 0 && pixels >= KWS_PIXELS;
    uint32_t together = 0;
    stage += in_blocks && !params->plain ? 2 * KWS_PIXELS * depth : 0;
#endif
    for (uint32_t pixel = pixels; pixel > 0; pixel--, output += channels) {
        const int8_t *bytes = params->plain ? next : kws_window_at(params, input, y, x, stage);
        uint32_t absent = bytes == stage ? 0 : depth - params->taps; /* what lies there meets weights of zero */
#if KWS_DSP
        if (in_blocks && pixel + together >= KWS_PIXELS) {
            kws_widen(bytes, scratch + 2 * together, depth / 4, absent);
            if (++together == KWS_PIXELS) {
                dots->three(params, scratch, output - (KWS_PIXELS - 1) * channels);
                together = 0;
            }
        } else
#endif
        {
            if (meets(bytes, params->taps, output, channels)) {
                kws_copy_bytes(stage, bytes, params->taps);
                bytes = stage;
                absent = 0;
            }
            dots->pixel(params, bytes, absent, output);
        }
        x += across;
        next += across * w->in_channels;
        if (--left == 0) {
            left = width;
            x = -w->pad_left;
            y += down;
            next = input + y * w->in_width * w->in_channels;
        }
    }
}
