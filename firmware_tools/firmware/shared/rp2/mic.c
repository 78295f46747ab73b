/* The microphone of kws_port.h, whatever kind it is: a ring that the DMA fills without end, and who has fetched what.
 *
 * How many units came follows from how many the DMA has yet to move, so a loss is known to the sample: units that were
 * not fetched before the ring came round to them. After a start the microphone's transient (KWS_MIC_SETTLE_MS) is
 * dropped: sample 0 is the first after it. Its mean, slowly followed (2.5 Hz at 16 kHz), is taken away.
 */
#include "mic.h"

#include "kws_err.h"
#include "kws_port.h"
#include "kws_rp2.h"

#ifndef KWS_MIC_BLOCK
#define KWS_MIC_BLOCK (1u << DMA_COUNT_LOG2) /* units until the DMA is started again; a multiple of the ring */
#endif
/* A call takes what is in the first three quarters of the ring: the DMA cannot reach it meanwhile (32 ms and more). */
#define USABLE (KWS_MIC_RING - KWS_MIC_RING / 4u)
#define UNIT_LOG2 (sizeof(kws_mic_unit) == 2 ? 1u : 2u)
#define MEAN_SHIFT 10
#define MEAN_SHIFT_SETTLING 5
#define MEAN_BITS 12

static volatile kws_mic_unit ring[KWS_MIC_RING]
    __attribute__((section(".ring"), aligned(1u << KWS_MIC_RING_LOG2)));
static volatile uint32_t blocks; /* that the DMA has finished */
static int running;
static uint32_t taken; /* units, of all that came */
static uint32_t lost;
static uint32_t settling; /* samples yet to be dropped */
static int32_t mean;      /* << MEAN_BITS */

/* ---- the DMA ----------------------------------------------------------------------------------------------------- */

/* Its FIFO holds what comes while this interrupt is on its way: 4 conversions or 8 words, 120 us. */
void kws_mic_dma_done(void)
{
    blocks++;
    REG(DMA_AL1_TRANS_COUNT_TRIG(DMA_MICROPHONE)) = KWS_MIC_BLOCK;
}

void kws_dma_interrupt(void)
{
    const uint32_t done = REG(DMA_INTS0);
    REG(DMA_INTS0) = done;
    if (done & 1u << DMA_MICROPHONE)
        kws_mic_dma_done();
    if (done & 1u << DMA_UART)
        kws_uart_dma_done();
}

/* Units that came since the start. */
static uint32_t came(void)
{
    uint32_t before, left;
    do {
        before = blocks;
        left = REG(DMA_TRANS_COUNT(DMA_MICROPHONE));
    } while (before != blocks);
    return before * KWS_MIC_BLOCK + (KWS_MIC_BLOCK - left);
}

static void start_dma(uint32_t dreq, uint32_t from)
{
    blocks = 0;
    REG(DMA_READ_ADDR(DMA_MICROPHONE)) = from;
    REG(DMA_WRITE_ADDR(DMA_MICROPHONE)) = (uint32_t)(uintptr_t)ring;
    REG(DMA_TRANS_COUNT(DMA_MICROPHONE)) = KWS_MIC_BLOCK;
    REG_SET(DMA_INTE0) = 1u << DMA_MICROPHONE;
    REG(DMA_CTRL_TRIG(DMA_MICROPHONE)) = DMA_EN | DMA_HIGH_PRIORITY | DMA_SIZE(UNIT_LOG2) | DMA_INCR_WRITE |
                                         DMA_RING_WRITE(KWS_MIC_RING_LOG2) | DMA_CHAIN_TO(DMA_MICROPHONE) |
                                         DMA_TREQ(dreq);
}

/* The interrupt goes first: an aborted channel may raise it (erratum RP2040-E13). */
static void stop_dma(void)
{
    REG_CLEAR(DMA_INTE0) = 1u << DMA_MICROPHONE;
    REG_CLEAR(DMA_AL1_CTRL(DMA_MICROPHONE)) = DMA_EN;
    REG(DMA_CHAN_ABORT) = 1u << DMA_MICROPHONE;
    for (uint32_t i = 0; i < 1000 && (REG(DMA_CHAN_ABORT) & 1u << DMA_MICROPHONE); i++) {
    }
    REG(DMA_INTS0) = 1u << DMA_MICROPHONE;
}

/* ---- samples ----------------------------------------------------------------------------------------------------- */

static int16_t saturated(int32_t value)
{
    return (int16_t)(value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value);
}

/* What is larger than this is cut: it saturates all the same, and the mean's fraction has room for no more. */
#define MOST_VALUE (1 << 17)

static int32_t without_mean(int32_t value, int shift)
{
    value = value > MOST_VALUE ? MOST_VALUE : value < -MOST_VALUE ? -MOST_VALUE : value;
    const int32_t heard = value - (mean >> MEAN_BITS);
    mean += (value * (1 << MEAN_BITS) - mean) >> shift;
    return heard;
}

static int32_t next(void)
{
    const int32_t value = kws_source_sample(ring + taken % KWS_MIC_RING);
    taken += KWS_MIC_UNITS;
    return value;
}

/* When the ring has run full: the older half is given up. Returns how many samples those were. */
static uint32_t give_up(void)
{
    const uint32_t waiting = came() - taken;
    if (waiting <= USABLE)
        return 0;
    const uint32_t samples = (waiting - KWS_MIC_RING / 2u) / KWS_MIC_UNITS;
    taken += samples * KWS_MIC_UNITS;
    return samples;
}

static void settle(void)
{
    const uint32_t missed = give_up();
    settling -= missed < settling ? missed : settling;
    for (uint32_t i = (came() - taken) / KWS_MIC_UNITS; i > 0 && settling > 0; i--, settling--)
        (void)without_mean(next(), MEAN_SHIFT_SETTLING);
}

int kws_port_mic_start(uint32_t rate_hz)
{
    uint32_t dreq, from;
    kws_port_mic_stop();
    const int error = kws_source_prepare(rate_hz, &dreq, &from);
    if (error < 0)
        return error;
    taken = 0;
    lost = 0;
    mean = 0;
    settling = rate_hz * KWS_MIC_SETTLE_MS / 1000u;
    start_dma(dreq, from);
    kws_source_begin();
    running = 1;
    return KWS_OK;
}

void kws_port_mic_stop(void)
{
    if (!running)
        return;
    running = 0;
    stop_dma();
    kws_source_end();
}

int16_t kws_port_mic_gain_cdb(void)
{
    return 602 * KWS_MIC_GAIN_SHIFT;
}

size_t kws_port_mic_read(int16_t *samples, size_t max)
{
    if (!running)
        return 0;
    if (settling > 0) {
        settle();
        return 0;
    }
    const uint32_t waiting = came() - taken;
    if (waiting > USABLE) { /* what comes after the loss waits until it has been told */
        (void)kws_port_mic_overruns();
        return 0;
    }
    const size_t whole = waiting / KWS_MIC_UNITS;
    const size_t count = whole < max ? whole : max;
    for (size_t i = 0; i < count; i++)
        samples[i] = saturated(without_mean(next(), MEAN_SHIFT));
    return count;
}

uint32_t kws_port_mic_overruns(void)
{
    if (running && settling == 0)
        lost += give_up();
    return lost;
}

int kws_mic_running(void)
{
    return running;
}

int kws_mic_waiting(void)
{
    return running && came() - taken >= KWS_MIC_UNITS * 16u;
}
