/* The microphone of kws_port.h for ESP-IDF, by I2S. See kws_esp32.h; the rest is in kws_esp32_line.c. */
#include "kws_esp32.h"

#include "driver/i2s_std.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "sdkconfig.h"

#include "kws_err.h"
#include "kws_port.h"
#include "kws_ring.h"

#define RING_SAMPLES 8192u
#define DMA_FRAMES 256u /* slots of a buffer: 16 ms at 16 kHz */
#define DMA_BUFFERS 6u
#define TASK_STACK_BYTES 4096
#define TASK_PRIORITY (configMAX_PRIORITIES - 2)
#define TRANSIENT_MS 300u /* of a microphone that was switched on just now */

static kws_ring ring;
static int16_t ring_samples[RING_SAMPLES];
static i2s_chan_handle_t microphone;
static uint32_t rate_hz_now;
static volatile uint32_t overflows; /* DMA buffers that were lost */
static volatile uint32_t asked;     /* grows with each kws_port_mic_start */
static volatile uint32_t begun;     /* the start that the task has answered */
static volatile int wanted;

int16_t kws_esp32_sample(int32_t slot, unsigned shift)
{
    const int32_t value = slot >> shift;
    return (int16_t)(value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value);
}

static bool IRAM_ATTR on_overflow(i2s_chan_handle_t handle, i2s_event_data_t *event, void *context)
{
    (void)handle;
    (void)event;
    (void)context;
    overflows++;
    return false;
}

static void pass_on(const int32_t *slots, size_t count)
{
    static uint32_t counted;
    static int16_t samples[DMA_FRAMES];
    const uint32_t lost = overflows;
    if (begun != asked) { /* a new take: the ring is the task's alone while it is emptied */
        kws_ring_init(&ring, ring_samples, RING_SAMPLES);
        counted = lost;
        begun = asked;
    }
    if (lost != counted) {
        kws_ring_drop(&ring, (lost - counted) * DMA_FRAMES);
        counted = lost;
    }
    for (size_t i = 0; i < count; i++) {
        samples[i] = kws_esp32_sample(slots[i], CONFIG_KWS_I2S_SHIFT);
    }
    kws_ring_put(&ring, samples, (uint32_t)count);
}

static void listen(void *context)
{
    static int32_t slots[DMA_FRAMES];
    (void)context;
    for (uint32_t skipped = 0;;) {
        size_t bytes = 0;
        if (i2s_channel_read(microphone, slots, sizeof slots, &bytes, 1000) != ESP_OK) {
            continue;
        }
        if (skipped < TRANSIENT_MS * rate_hz_now / 1000u) {
            skipped += (uint32_t)(bytes / sizeof slots[0]);
        } else if (wanted) {
            pass_on(slots, bytes / sizeof slots[0]);
        }
    }
}

static int open_microphone(uint32_t rate_hz)
{
    i2s_chan_config_t channel = I2S_CHANNEL_DEFAULT_CONFIG(I2S_NUM_AUTO, I2S_ROLE_MASTER);
    channel.dma_desc_num = DMA_BUFFERS;
    channel.dma_frame_num = DMA_FRAMES;
    i2s_std_config_t config = {
        .clk_cfg = I2S_STD_CLK_DEFAULT_CONFIG(rate_hz),
        .slot_cfg = I2S_STD_PHILIPS_SLOT_DEFAULT_CONFIG(I2S_DATA_BIT_WIDTH_32BIT, I2S_SLOT_MODE_MONO),
        .gpio_cfg =
            {
                .mclk = I2S_GPIO_UNUSED,
                .bclk = CONFIG_KWS_I2S_BCLK,
                .ws = CONFIG_KWS_I2S_WS,
                .dout = I2S_GPIO_UNUSED,
                .din = CONFIG_KWS_I2S_DIN,
            },
    };
#if CONFIG_KWS_I2S_RIGHT
    config.slot_cfg.slot_mask = I2S_STD_SLOT_RIGHT;
#else
    config.slot_cfg.slot_mask = I2S_STD_SLOT_LEFT;
#endif
    const i2s_event_callbacks_t events = {.on_recv_q_ovf = on_overflow};
    if (i2s_new_channel(&channel, NULL, &microphone) != ESP_OK ||
        i2s_channel_init_std_mode(microphone, &config) != ESP_OK ||
        i2s_channel_register_event_callback(microphone, &events, NULL) != ESP_OK ||
        i2s_channel_enable(microphone) != ESP_OK) {
        return KWS_ERR_BUSY;
    }
    rate_hz_now = rate_hz;
    const BaseType_t made = xTaskCreate(listen, "kws_mic", TASK_STACK_BYTES, NULL, TASK_PRIORITY, NULL);
    return made == pdPASS ? KWS_OK : KWS_ERR_SPACE;
}

/* The microphone runs on after the first start: its transient comes once only. */
int kws_port_mic_start(uint32_t rate_hz)
{
    if (rate_hz_now == 0) {
        const int error = open_microphone(rate_hz);
        if (error < 0) {
            return error;
        }
    }
    if (rate_hz != rate_hz_now) {
        return KWS_ERR_ARG;
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
    return (int16_t)(602 * (16 - CONFIG_KWS_I2S_SHIFT));
}

size_t kws_port_mic_read(int16_t *samples, size_t max)
{
    return begun == asked ? kws_ring_take(&ring, samples, max) : 0; /* the ring is the reader's from then on */
}

uint32_t kws_port_mic_overruns(void)
{
    return begun == asked ? kws_ring_lost(&ring) : 0;
}
