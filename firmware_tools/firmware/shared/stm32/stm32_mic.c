/* The microphone: a small ring that the DMA fills without end, and a queue of blocks that the main loop empties.
 *
 * The interrupt at each half of the ring makes a block of it. How many halves were filled is not counted by interrupts,
 * one of which may be late or missing, but follows from where the DMA stands and from the time, which tells how often it
 * has come round: blocks are numbered by that, so an overrun is known to the sample. A block that the DMA reached while
 * it was copied is given up. The transient after a start (KWS_MIC_SETTLE_MS) is dropped; sample 0 is the first after it.
 * The mean, slowly followed (2.5 Hz), is taken away.
 */
#include "kws_err.h"
#include "kws_port.h"
#include "kws_stm32.h"

#define BLOCKS 32u /* that wait: a quarter of a second */
#define SETTLING_BLOCKS ((KWS_MIC_SETTLE_MS * STM32_MIC_HZ / 1000u + STM32_MIC_BLOCK - 1u) / STM32_MIC_BLOCK)
#define US_PER_BLOCK (STM32_MIC_BLOCK * 1000000u / STM32_MIC_HZ)
#define MEAN_SHIFT 10
#define MEAN_SHIFT_SETTLING 5
#define MEAN_BITS 12
#define LOUDEST (1 << 17) /* far beyond 16 bits, and small enough for the mean */

static int16_t blocks[BLOCKS][STM32_MIC_BLOCK];
static uint32_t numbers[BLOCKS];          /* of the block in each place; the first one kept is 0 */
static volatile uint32_t queued, fetched; /* blocks that went in, and out */
static uint32_t read_samples;             /* of the oldest block */
static uint32_t lost_samples;             /* before it */
static uint32_t filled;                   /* halves, since the start */
static uint32_t filled_us;                /* when the last of these was */
static int32_t mean;                      /* << MEAN_BITS */

/* What the interrupt wrote is read after this, and what it waits for is written after what it stands for. */
static void in_order(void)
{
    __asm volatile("" ::: "memory");
}

/* ---- filling: in the interrupt ----------------------------------------------------------------------------------- */

/* Halves filled since the start. Time since the last one, less what the DMA has put into the next, is whole halves; of
 * these the DMA's place says whether they are even or odd, so the time need not be better than half a ring. */
static uint32_t halves_filled(void)
{
    const uint32_t position = stm32_source_position();
    const uint32_t since_us = stm32_time_low_us() - filled_us;
    const uint32_t into_us = position % STM32_MIC_BLOCK * 1000000u / STM32_MIC_HZ;
    const uint32_t odd = (position / STM32_MIC_BLOCK ^ filled) & 1u;
    const uint32_t expected_us = since_us + 2u * US_PER_BLOCK - into_us; /* two halves more, so as not to fall below 0 */
    const uint32_t pairs = (expected_us - odd * US_PER_BLOCK + US_PER_BLOCK) / (2u * US_PER_BLOCK);
    return filled + 2u * (pairs - 1u) + odd;
}

static int32_t within(int32_t value, int32_t least, int32_t most)
{
    return value > most ? most : value < least ? least : value;
}

static int32_t without_mean(int32_t sample, int shift)
{
    const int32_t value = within(sample, -LOUDEST, LOUDEST);
    const int32_t heard = value - (mean >> MEAN_BITS);
    mean += (value * (1 << MEAN_BITS) - mean) >> shift;
    return heard;
}

static void copy(int16_t *to, uint32_t half, int shift)
{
    for (uint32_t i = 0; i < STM32_MIC_BLOCK; i++)
        to[i] = (int16_t)within(without_mean(stm32_source_sample(half * STM32_MIC_BLOCK + i), shift), INT16_MIN, INT16_MAX);
}

void stm32_mic_handler(void)
{
    stm32_source_acknowledge();
    const uint32_t now_us = stm32_time_low_us(), halves = halves_filled();
    if (halves == filled)
        return;
    const uint32_t number = halves - 1u;
    filled = halves;
    filled_us = now_us - stm32_source_position() % STM32_MIC_BLOCK * 1000000u / STM32_MIC_HZ;
    const uint32_t place = queued % BLOCKS;
    if (queued - fetched == BLOCKS)
        return; /* its number will be missing */
    copy(blocks[place], number & 1u, number < SETTLING_BLOCKS ? MEAN_SHIFT_SETTLING : MEAN_SHIFT);
    if (number < SETTLING_BLOCKS || halves_filled() != halves)
        return;
    numbers[place] = number - SETTLING_BLOCKS;
    in_order();
    queued++;
}

/* ---- starting and stopping ---------------------------------------------------------------------------------------- */

int kws_port_mic_start(uint32_t rate_hz)
{
    if (rate_hz != STM32_MIC_HZ)
        return KWS_ERR_ARG;
    kws_port_mic_stop();
    queued = fetched = 0;
    read_samples = lost_samples = filled = 0;
    mean = 0;
    stm32_source_start();
    filled_us = stm32_time_low_us();
    return KWS_OK;
}

void kws_port_mic_stop(void)
{
    stm32_source_stop();
}

int16_t kws_port_mic_gain_cdb(void)
{
    return 602 * KWS_MIC_GAIN_SHIFT;
}

/* ---- reading: in the main loop ------------------------------------------------------------------------------------- */

int stm32_mic_waiting(void)
{
    return fetched != queued;
}

size_t kws_port_mic_read(int16_t *samples, size_t max)
{
    if (!stm32_mic_waiting())
        return 0;
    in_order();
    const uint32_t place = fetched % BLOCKS;
    const size_t left = STM32_MIC_BLOCK - read_samples;
    const size_t count = left < max ? left : max;
    for (size_t i = 0; i < count; i++)
        samples[i] = blocks[place][read_samples + i];
    read_samples += (uint32_t)count;
    if (read_samples == STM32_MIC_BLOCK) {
        read_samples = 0;
        in_order();
        fetched++;
    }
    return count;
}

/* Blocks are numbered with those that were lost: the oldest's number, less the blocks fetched before it. */
uint32_t kws_port_mic_overruns(void)
{
    if (stm32_mic_waiting()) {
        in_order();
        lost_samples = (numbers[fetched % BLOCKS] - fetched) * STM32_MIC_BLOCK;
    }
    return lost_samples;
}
