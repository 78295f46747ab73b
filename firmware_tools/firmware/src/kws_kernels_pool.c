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

static int32_t average(const kws_window *w, const extent *e, const int8_t *channel) {
    int32_t sum = 0;
    for (int32_t y = e->top; y < e->bottom; y++) {
        for (int32_t x = e->left; x < e->right; x++) {
            sum += channel[(uint32_t)(y * w->in_width + x) * w->in_channels];
        }
    }
    const int32_t count = (e->bottom - e->top) * (e->right - e->left);
    return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
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

static inline void pool(const kws_pool_params *p, const int8_t *input, int8_t *output,
                        int32_t (*reduce)(const kws_window *, const extent *, const int8_t *)) {
    const kws_window *w = &p->window;
    for (int32_t row = 0; row < w->out_height; row++) {
        for (int32_t column = 0; column < w->out_width; column++) {
            const extent e = inside(w, row, column);
            for (uint32_t c = 0; c < w->in_channels; c++) {
                *output++ = kws_clamp(reduce(w, &e, input + c), p->range.least, p->range.most);
            }
        }
    }
}

void kws_average_pool(const kws_pool_params *params, const int8_t *input, int8_t *output) {
    pool(params, input, output, average);
}

void kws_max_pool(const kws_pool_params *params, const int8_t *input, int8_t *output) {
    pool(params, input, output, maximum);
}

void kws_mean(const kws_mean_params *params, const int8_t *input, int8_t *output) {
    const kws_range *range = &params->range;
    const int32_t count = (int32_t)params->count;
    for (uint32_t o = 0; o < params->outer; o++, input += params->count * params->inner) {
        for (uint32_t i = 0; i < params->inner; i++) {
            int32_t sum = 0;
            const int8_t *value = input + i;
            for (uint32_t k = 0; k < params->count; k++, value += params->inner) {
                sum += *value;
            }
            sum -= range->in_zero * count;
            sum = kws_scale(sum, params->multiplier, params->left, params->right) + range->out_zero;
            *output++ = kws_clamp(sum, range->least, range->most);
        }
    }
}
