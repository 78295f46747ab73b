/* kws_port.h for Zephyr: a microphone by the DMIC interface (node label dmic_dev), the console's UART as the line.
 *
 * A thread reads the microphone's blocks. A driver that finds no free block stops or drops them without a count; the
 * samples that are missing are then counted by the clock, which is exact to a few samples only.
 */
#include <zephyr/audio/dmic.h>
#include <zephyr/device.h>
#include <zephyr/drivers/uart.h>
#include <zephyr/kernel.h>

#include "kws_err.h"
#include "kws_port.h"
#include "kws_ring.h"

#define BLOCK_MS 16u
#define MAX_RATE_HZ 16000u
#define BLOCK_BYTES (MAX_RATE_HZ * BLOCK_MS / 1000u * sizeof(int16_t))
#define BLOCKS 8
#define RING_SAMPLES 4096u
#define RX_BYTES 2048u /* a power of two */
#define TRANSIENT_MS 300u
#define SILENT_MS 100
#define STACK_BYTES 1024
#define PRIORITY 2

K_MEM_SLAB_DEFINE_STATIC(blocks, BLOCK_BYTES, BLOCKS, 4);
K_THREAD_STACK_DEFINE(stack, STACK_BYTES);

static const struct device *const microphone = DEVICE_DT_GET(DT_NODELABEL(dmic_dev));
static const struct device *const line = DEVICE_DT_GET(DT_CHOSEN(zephyr_console));
static struct k_thread thread;
static kws_ring ring;
static int16_t ring_samples[RING_SAMPLES];
static uint32_t rate_hz_now;
static volatile uint32_t asked, begun;
static volatile int wanted;
static uint8_t rx[RX_BYTES];
static volatile uint32_t rx_written, rx_taken;

/* ---- microphone ------------------------------------------------------------------------------------------------ */

static int configure(uint32_t rate_hz)
{
    struct pcm_stream_cfg stream = {
        .pcm_rate = rate_hz,
        .pcm_width = 16,
        .block_size = rate_hz * BLOCK_MS / 1000u * sizeof(int16_t),
        .mem_slab = &blocks,
    };
    struct dmic_cfg config = {
        .io = {.min_pdm_clk_freq = 1000000, .max_pdm_clk_freq = 3500000, .min_pdm_clk_dc = 40, .max_pdm_clk_dc = 60},
        .streams = &stream,
        .channel = {.req_num_streams = 1, .req_num_chan = 1, .req_chan_map_lo = dmic_build_channel_map(0, 0, PDM_CHAN_LEFT)},
    };
    if (!device_is_ready(microphone) || dmic_configure(microphone, &config) < 0) {
        return KWS_ERR_ARG;
    }
    return dmic_trigger(microphone, DMIC_TRIGGER_START) < 0 ? KWS_ERR_BUSY : KWS_OK;
}

/* The driver gave nothing: count what is missing and start it anew. */
static void start_again(int64_t *last_ms)
{
    const int64_t now_ms = k_uptime_get();
    kws_ring_drop(&ring, (uint32_t)(now_ms - *last_ms) * rate_hz_now / 1000u);
    *last_ms = now_ms;
    (void)dmic_trigger(microphone, DMIC_TRIGGER_STOP);
    (void)configure(rate_hz_now);
}

static void pass_on(const int16_t *samples, uint32_t count)
{
    if (begun != asked) { /* a new take: nobody else touches the ring while it is emptied */
        kws_ring_init(&ring, ring_samples, RING_SAMPLES);
        begun = asked;
    }
    kws_ring_put(&ring, samples, count);
}

static void listen(void *a, void *b, void *c)
{
    ARG_UNUSED(a);
    ARG_UNUSED(b);
    ARG_UNUSED(c);
    uint32_t skipped = 0;
    int64_t last_ms = k_uptime_get();
    for (;;) {
        void *block = NULL;
        size_t bytes = 0;
        if (dmic_read(microphone, 0, &block, &bytes, SILENT_MS) < 0) {
            start_again(&last_ms);
            continue;
        }
        last_ms = k_uptime_get();
        const uint32_t count = (uint32_t)(bytes / sizeof(int16_t));
        if (skipped < TRANSIENT_MS * rate_hz_now / 1000u) {
            skipped += count;
        } else if (wanted) {
            pass_on(block, count);
        }
        k_mem_slab_free(&blocks, block);
    }
}

/* The microphone runs on after the first start: its transient comes once only. */
int kws_port_mic_start(uint32_t rate_hz)
{
    if (rate_hz == 0 || rate_hz > MAX_RATE_HZ || (rate_hz_now != 0 && rate_hz != rate_hz_now)) {
        return KWS_ERR_ARG;
    }
    if (rate_hz_now == 0) {
        const int error = configure(rate_hz);
        if (error < 0) {
            return error;
        }
        rate_hz_now = rate_hz;
        (void)k_thread_create(&thread, stack, STACK_BYTES, listen, NULL, NULL, NULL, PRIORITY, 0, K_NO_WAIT);
    }
    asked++;
    wanted = 1;
    return KWS_OK;
}

void kws_port_mic_stop(void)
{
    wanted = 0;
}

int16_t kws_port_mic_gain_cdb(void)
{
    return 0;
}

size_t kws_port_mic_read(int16_t *samples, size_t max)
{
    return begun == asked ? kws_ring_take(&ring, samples, max) : 0; /* the ring is the reader's from then on */
}

uint32_t kws_port_mic_overruns(void)
{
    return begun == asked ? kws_ring_lost(&ring) : 0;
}

/* ---- line ------------------------------------------------------------------------------------------------------ */

/* What came in goes to a ring; where that is full, bytes are dropped, and the host asks again. */
static void on_line(const struct device *device, void *context)
{
    ARG_UNUSED(context);
    while (uart_irq_update(device) && uart_irq_rx_ready(device)) {
        uint8_t byte = 0;
        if (uart_fifo_read(device, &byte, 1) != 1) {
            return;
        }
        if (rx_written - rx_taken < RX_BYTES) {
            rx[rx_written % RX_BYTES] = byte;
            rx_written++;
        }
    }
}

void kws_port_init(void)
{
    (void)uart_irq_callback_user_data_set(line, on_line, NULL);
    uart_irq_rx_enable(line);
}

int kws_port_uart_read(void)
{
    if (rx_taken == rx_written) {
        return -1;
    }
    const uint8_t byte = rx[rx_taken % RX_BYTES];
    rx_taken++;
    return byte;
}

void kws_port_uart_write(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        uart_poll_out(line, bytes[i]);
    }
}

uint32_t kws_port_baud(void)
{
    return DT_PROP_OR(DT_CHOSEN(zephyr_console), current_speed, 0);
}

/* ---- the rest -------------------------------------------------------------------------------------------------- */

uint32_t kws_port_cycles(void)
{
    return k_cycle_get_32();
}

uint32_t kws_port_clock_hz(void)
{
    return CONFIG_KWS_CLOCK_HZ;
}

uint64_t kws_port_time_us(void)
{
    return k_ticks_to_us_floor64((uint64_t)k_uptime_ticks());
}

void kws_port_alarm_us(uint32_t delay_us)
{
    ARG_UNUSED(delay_us); /* kws_port_idle sleeps for a millisecond, whatever alarm is set */
}

void kws_port_idle(void)
{
    k_msleep(1);
}

const uint8_t *kws_port_image(size_t *len)
{
    *len = 0;
    return NULL;
}

uint32_t kws_port_traits(void)
{
    return 0;
}

const char *kws_port_board_name(void)
{
    return CONFIG_BOARD;
}
