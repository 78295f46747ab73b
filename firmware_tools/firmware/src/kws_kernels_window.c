/* The bytes under an output pixel of a convolution, side by side. */
#include "kws_dots.h"

int8_t *kws_copy_bytes(int8_t *to, const int8_t *from, int32_t count) {
    KWS_ROLLED
    for (; count >= 4; count -= 4, to += 4, from += 4) {
        kws_store_word(to, kws_load_word(from));
    }
    KWS_ROLLED
    for (; count > 0; count--) {
        *to++ = *from++;
    }
    return to;
}

static inline int8_t *fill(int8_t *to, int8_t value, int32_t count) {
    KWS_ROLLED
    for (; count > 0; count--) {
        *to++ = value;
    }
    return to;
}

static int32_t between(int32_t least, int32_t value, int32_t most) {
    return value < least ? least : value > most ? most : value;
}

/* Copies `together` neighbouring columns of the window whose first tap is at row `y`, column `x`; outside of the
 * picture in_zero. */
static void gather_columns(const kws_conv_params *p, const int8_t *input, int32_t y, int32_t x, int32_t together,
                           int8_t *to) {
    const kws_window *w = &p->window;
    const int32_t channels = w->in_channels, height = w->in_height, dilation = w->dilation_height;
    const int32_t end = between(0, w->in_width - x, together), first = between(0, -x, end);
    const int32_t before = first * channels, inside = (end - first) * channels, after = (together - end) * channels;
    const int32_t step = dilation * w->in_width * channels, gap = (w->kernel_width - together) * channels;
    const int8_t zero = (int8_t)p->range.in_zero;
    int32_t place = (y * w->in_width + x) * channels + before;
    for (int32_t row = w->kernel_height; row > 0; row--, y += dilation, place += step, to += gap) {
        if (y < 0 || y >= height) {
            to = fill(to, zero, together * channels);
        } else {
            to = fill(to, zero, before);
            to = kws_copy_bytes(to, input + (inside > 0 ? place : 0), inside);
            to = fill(to, zero, after);
        }
    }
}

const int8_t *kws_window_at(const kws_conv_params *p, const int8_t *input, int32_t y, int32_t x, int8_t *stage) {
    const kws_window *w = &p->window;
    const int32_t side_by_side = (w->kernel_width == 1 || w->dilation_width == 1) &&
                                 (w->kernel_height == 1 || (w->kernel_width == w->in_width && w->dilation_height == 1));
    if (side_by_side && p->taps >= 4 && y >= 0 && y + w->kernel_height <= w->in_height && x >= 0 &&
        x + w->kernel_width <= w->in_width) {
        return input + (y * w->in_width + x) * w->in_channels;
    }
    /* Neighbours in the picture are taken at once, the taps of a dilated kernel one by one. */
    const int32_t together = w->dilation_width == 1 ? w->kernel_width : 1;
    for (int32_t tap = 0; tap < w->kernel_width; tap += together) {
        gather_columns(p, input, y, x + tap * w->dilation_width, together, stage + tap * w->in_channels);
    }
    return stage;
}
