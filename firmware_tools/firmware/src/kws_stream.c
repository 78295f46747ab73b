/* Columns that are kept, and running means. See kws_stream.h. */
#include "kws_stream.h"

#include "kws_dots.h"

#if KWS_DSP_NATIVE
/* Words moved down, forward, so that nothing is overwritten before it is read; both addresses are word-aligned. */
static void move_words(int8_t *to, const int8_t *from, uint32_t bytes)
{
    KWS_ROLLED
    for (; bytes >= 32u; bytes -= 32u) {
        __asm__ volatile("ldm %1!, {r3-r6, r8-r10, r12}\n\tstm %0!, {r3-r6, r8-r10, r12}"
                         : "+r"(to), "+r"(from)
                         :
                         : "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r12", "memory");
    }
    if (bytes >= 16u) {
        __asm__ volatile("ldm %1!, {r3-r6}\n\tstm %0!, {r3-r6}"
                         : "+r"(to), "+r"(from)
                         :
                         : "r3", "r4", "r5", "r6", "memory");
        bytes -= 16u;
    }
    KWS_ROLLED
    for (; bytes != 0; bytes -= 4u, to += 4, from += 4) {
        kws_store_word(to, kws_load_word(from));
    }
}
#else
static void move_words(int8_t *to, const int8_t *from, uint32_t bytes)
{
    uint32_t *words = (uint32_t *)(void *)to;
    const uint32_t *next = (const uint32_t *)(const void *)from;
    KWS_ROLLED
    for (; bytes >= 16u; bytes -= 16u) {
        const uint32_t a = next[0], b = next[1], c = next[2], d = next[3];
        words[0] = a;
        words[1] = b;
        words[2] = c;
        words[3] = d;
        words += 4;
        next += 4;
    }
    KWS_ROLLED
    for (; bytes != 0; bytes -= 4u) {
        *words++ = *next++;
    }
}
#endif

KWS_APART void kws_stream_advance(int8_t *rows, uint32_t count, uint32_t row_bytes)
{
    const int8_t *from = rows + row_bytes;
    const uint32_t bytes = (count - 1u) * row_bytes;
    if (row_bytes % 4u == 0) {
        move_words(rows, from, bytes);
    } else {
        KWS_ROLLED
        for (const int8_t *end = from + bytes; from != end;) {
            *rows++ = *from++;
        }
    }
}

void kws_stream_keep(int8_t *rows, uint32_t count, uint32_t row_bytes, const int8_t *column)
{
    kws_stream_advance(rows, count, row_bytes);
    kws_copy_bytes(rows + (count - 1u) * row_bytes, column, (int32_t)row_bytes);
}

/* sums[i] += column[i] - row[i], and row[i] = column[i], four at a time where words are loaded from anywhere. */
static KWS_APART void replace(int32_t *sums, int8_t *row, const int8_t *column, uint32_t count)
{
#if KWS_DSP
    for (; count >= 4u; count -= 4u, sums += 4, row += 4, column += 4) {
        const uint32_t new = kws_load_word(column), old = kws_load_word(row);
        const uint32_t even = kws_subtract_halves(kws_even_bytes(new), kws_even_bytes(old));
        const uint32_t odd = kws_subtract_halves(kws_odd_bytes(new), kws_odd_bytes(old));
        const int32_t a = sums[0] + (int16_t)even, b = sums[1] + (int16_t)odd;
        const int32_t c = sums[2] + ((int32_t)even >> 16), d = sums[3] + ((int32_t)odd >> 16);
        sums[0] = a;
        sums[1] = b;
        sums[2] = c;
        sums[3] = d;
        kws_store_word(row, new);
    }
#endif
    KWS_ROLLED
    for (; count > 0; count--) {
        *sums++ += *column - *row;
        *row++ = *column++;
    }
}

void kws_stream_add(const kws_stream_add_params *params, void *kept, const int8_t *column)
{
    uint32_t *oldest = kept;
    int32_t *const sums = (int32_t *)kept + 1;
    int8_t *row = (int8_t *)(sums + params->sums) + *oldest * params->row_bytes;
    for (const int8_t *end = row + params->row_bytes; row != end; row += params->sums, column += params->sums) {
        replace(sums, row, column, params->sums);
    }
    *oldest = *oldest + 1u == params->columns ? 0 : *oldest + 1u;
}

void kws_stream_mean(const kws_mean_params *params, const void *kept, int8_t *output)
{
    kws_means_of(params, (const int32_t *)kept + 1, params->inner, output);
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
