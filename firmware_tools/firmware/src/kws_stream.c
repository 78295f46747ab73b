/* Columns that are kept, and running means. See kws_stream.h. */
#include "kws_stream.h"

void kws_stream_advance(int8_t *rows, uint32_t count, uint32_t row_bytes)
{
    const int8_t *from = rows + row_bytes;
    uint32_t left = (count - 1u) * row_bytes;
    if (row_bytes % 4u == 0) { /* forward, so that nothing is overwritten before it is read */
        for (; left >= 16u; left -= 16u, rows += 16, from += 16) {
            const uint32_t a = kws_load_word(from), b = kws_load_word(from + 4);
            const uint32_t c = kws_load_word(from + 8), d = kws_load_word(from + 12);
            kws_store_word(rows, a);
            kws_store_word(rows + 4, b);
            kws_store_word(rows + 8, c);
            kws_store_word(rows + 12, d);
        }
        for (; left != 0; left -= 4u, rows += 4, from += 4) {
            kws_store_word(rows, kws_load_word(from));
        }
    }
    for (; left != 0; left--) {
        *rows++ = *from++;
    }
}

void kws_stream_keep(int8_t *rows, uint32_t count, uint32_t row_bytes, const int8_t *column)
{
    kws_stream_advance(rows, count, row_bytes);
    __builtin_memcpy(rows + (count - 1u) * row_bytes, column, row_bytes);
}

void kws_stream_add(const kws_stream_add_params *params, void *kept, const int8_t *column)
{
    uint32_t *oldest = kept;
    int32_t *const sums = (int32_t *)kept + 1;
    int8_t *row = (int8_t *)(sums + params->sums) + *oldest * params->row_bytes;
    for (const int8_t *end = row + params->row_bytes; row != end;) {
        for (uint32_t i = 0; i < params->sums; i++) {
            sums[i] += *column - *row;
            *row++ = *column++;
        }
    }
    *oldest = *oldest + 1u == params->columns ? 0 : *oldest + 1u;
}

void kws_stream_mean(const kws_mean_params *params, const void *kept, int8_t *output)
{
    const int32_t *sums = (const int32_t *)kept + 1;
    const kws_range *range = &params->range;
    const int32_t zeros = range->in_zero * (int32_t)params->count;
    for (uint32_t i = 0; i < params->inner; i++) {
        const int32_t mean = kws_scale(sums[i] - zeros, params->multiplier, params->left, params->right);
        output[i] = kws_clamp(mean + range->out_zero, range->least, range->most);
    }
}

void kws_stream_average(const kws_pool_params *params, const void *kept, int8_t *output)
{
    const int32_t *sums = (const int32_t *)kept + 1;
    const kws_window *w = &params->window;
    const int32_t count = w->kernel_height * w->kernel_width;
    for (uint32_t i = 0; i < w->in_channels; i++) {
        const int32_t mean = (sums[i] > 0 ? sums[i] + count / 2 : sums[i] - count / 2) / count;
        output[i] = kws_clamp(mean, params->range.least, params->range.most);
    }
}
