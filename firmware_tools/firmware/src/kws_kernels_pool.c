/* Pooling and means. */
#include "kws_kernels.h"

/* The part of a window that lies inside the picture. */
typedef struct {
    int32_t top, bottom, left, right;
} extent;

static extent inside(const kws_window *w, int32_t row, int32_t column) {
    const int32_t top = row * w->stride_height - w->pad_top;
    const int32_t left = column * w->stride_width - w->pad_left;
    const int32_t bottom = top + w->kernel_height, right = left + w->kernel_width;
    const extent e = {
        top < 0 ? 0 : top,
        bottom > w->in_height ? w->in_height : bottom,
        left < 0 ? 0 : left,
        right > w->in_width ? w->in_width : right,
    };
    return e;
}

static int32_t maximum(const kws_window *w, const extent *e, const int8_t *channel) {
    int32_t largest = INT8_MIN;
    for (int32_t y = e->top; y < e->bottom; y++) {
        for (int32_t x = e->left; x < e->right; x++) {
            const int32_t value = channel[(uint32_t)(y * w->in_width + x) * w->in_channels];
            largest = value > largest ? value : largest;
        }
    }
    return largest;
}

/* Adds `count` groups of four neighbouring bytes, `step` bytes apart, to four sums. */
static KWS_APART void add_fours(const int8_t *bytes, uint32_t step, uint32_t count, int32_t sums[4]) {
#if KWS_DSP
    while (count > 0) {
        uint32_t even = 0, odd = 0; /* halfwords hold the sum of 256 bytes */
        const uint32_t slice = count < 256 ? count : 256;
        KWS_ROLLED
        for (uint32_t left = slice; left > 0; left--, bytes += step) {
            const uint32_t word = kws_load_word(bytes);
            even = kws_add_even_bytes(even, word);
            odd = kws_add_odd_bytes(odd, word);
        }
        sums[0] += (int16_t)even;
        sums[1] += (int16_t)odd;
        sums[2] += (int16_t)(even >> 16);
        sums[3] += (int16_t)(odd >> 16);
        count -= slice;
    }
#else
    int32_t a = sums[0], b = sums[1], c = sums[2], d = sums[3];
    KWS_ROLLED
    for (; count > 0; count--, bytes += step) {
        a += bytes[0];
        b += bytes[1];
        c += bytes[2];
        d += bytes[3];
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
#endif
}

/* Sums of one to four neighbours. */
static void add_some(const int8_t *bytes, uint32_t step, uint32_t count, uint32_t some, int32_t sums[4]) {
    if (some == 4) {
        add_fours(bytes, step, count, sums);
        return;
    }
    for (uint32_t i = 0; i < some; i++) {
        const int8_t *next = bytes + i;
        KWS_ROLLED
        for (uint32_t left = count; left > 0; left--, next += step) {
            sums[i] += *next;
        }
    }
}

/* Averages of the part of a window that lies inside the picture. */
static void average(const kws_pool_params *p, const extent *e, const int8_t *input, int8_t *output) {
    const kws_window *w = &p->window;
    const int32_t rows = e->bottom - e->top, across = e->right - e->left, count = rows * across;
    const int32_t together = across == w->in_width ? rows : 1; /* rows that are one piece */
    for (uint32_t c = 0; c < w->in_channels; c += 4) {
        const uint32_t left = w->in_channels - c, some = left < 4 ? left : 4;
        int32_t sums[4] = {0, 0, 0, 0};
        for (int32_t y = e->top; y < e->bottom; y += together) {
            const int8_t *pixel = input + (uint32_t)(y * w->in_width + e->left) * w->in_channels + c;
            add_some(pixel, w->in_channels, (uint32_t)(together * across), some, sums);
        }
        for (uint32_t i = 0; i < some; i++) {
            const int32_t mean = (sums[i] > 0 ? sums[i] + count / 2 : sums[i] - count / 2) / count;
            *output++ = kws_clamp(mean, p->range.least, p->range.most);
        }
    }
}

static void largest(const kws_pool_params *p, const extent *e, const int8_t *input, int8_t *output) {
    for (uint32_t c = 0; c < p->window.in_channels; c++) {
        *output++ = kws_clamp(maximum(&p->window, e, input + c), p->range.least, p->range.most);
    }
}

static inline void pool(const kws_pool_params *p, const int8_t *input, int8_t *output,
                        void (*reduce)(const kws_pool_params *, const extent *, const int8_t *, int8_t *)) {
    const kws_window *w = &p->window;
    for (int32_t row = 0; row < w->out_height; row++) {
        for (int32_t column = 0; column < w->out_width; column++, output += w->in_channels) {
            const extent e = inside(w, row, column);
            reduce(p, &e, input, output);
        }
    }
}

void kws_average_pool(const kws_pool_params *params, const int8_t *input, int8_t *output) {
    pool(params, input, output, average);
}

void kws_max_pool(const kws_pool_params *params, const int8_t *input, int8_t *output) {
    pool(params, input, output, largest);
}

void kws_means_of(const kws_mean_params *params, const int32_t *sums, uint32_t count, int8_t *output) {
    const kws_range *range = &params->range;
    const int32_t zeros = range->in_zero * (int32_t)params->count, zero = range->out_zero;
    const int32_t multiplier = params->multiplier, left = params->left, right = params->right;
    const int32_t simple = left == 0 && right > 0 && params->count < 1u << 22; /* twice a sum fits 32 bits */
    for (const int8_t *end = output + count; output != end;) {
        const int32_t sum = *sums++ - zeros;
        const int32_t mean = simple ? kws_shift_to(zero, kws_multiply_high(sum * 2, multiplier), right)
                                    : kws_scale(sum, multiplier, left, right) + zero;
        *output++ = kws_clamp(mean, range->least, range->most);
    }
}

void kws_mean(const kws_mean_params *params, const int8_t *input, int8_t *output) {
    const uint32_t inner = params->inner;
    for (uint32_t o = 0; o < params->outer; o++, input += params->count * inner) {
        for (uint32_t i = 0; i < inner; i += 4) {
            const uint32_t some = inner - i < 4 ? inner - i : 4;
            int32_t sums[4] = {0, 0, 0, 0};
            add_some(input + i, inner, params->count, some, sums);
            kws_means_of(params, sums, some, output);
            output += some;
        }
    }
}
