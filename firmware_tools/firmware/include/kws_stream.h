/* What the streaming engine keeps: columns in rows of memory, the newest last, and means over the columns of a window.
 *
 * Only the bookkeeping is here: a layer's column is computed by the kernel of the windowed engine (kws_kernels.h) over the
 * last few rows. The generator (firmware_tools/engine/streaming) plans the memory and writes the calls.
 */
#ifndef KWS_STREAM_H
#define KWS_STREAM_H

#include <stdint.h>

#include "kws_kernels.h"

/* Make room for a column: `count` rows of `row_bytes` each move up by one; the first is gone, the last may be written. */
void kws_stream_advance(int8_t *rows, uint32_t count, uint32_t row_bytes);

/* The same, and the last row is `column`. */
void kws_stream_keep(int8_t *rows, uint32_t count, uint32_t row_bytes, const int8_t *column);

/* `sums` sums over the last `columns` columns of `row_bytes` each; byte i of a column is part of sum i % sums.
 * kept: the row of the oldest column u32, the sums i32, the columns as they came; all zero in the beginning. */
typedef struct {
    uint16_t columns, row_bytes, sums;
} kws_stream_add_params;

/* Take a column in, and the oldest out. */
void kws_stream_add(const kws_stream_add_params *params, void *kept, const int8_t *column);

/* What kws_mean and kws_average_pool give for the columns that are kept. */
void kws_stream_mean(const kws_mean_params *params, const void *kept, int8_t *output);
void kws_stream_average(const kws_pool_params *params, const void *kept, int8_t *output);

#endif
