/* Zephyr on the machine: the console is the line, whose interrupt is a thread; DMIC gives blocks of the slab. */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <zephyr/audio/dmic.h>
#include <zephyr/drivers/uart.h>
#include <zephyr/kernel.h>

#include "machine.h"

#define MAX_BLOCKS 16u

int zephyr_main(void); /* the sample's main, which the kernel calls */

const struct device dmic_dev = {"microphone"}, zephyr_console = {"line"};
static struct k_mem_slab *slab;
static volatile char used[MAX_BLOCKS];
static k_thread_entry_t entry;
static uart_irq_callback_user_data_t on_line;
static int byte = -1;

/* ---- microphone ------------------------------------------------------------------------------------------------ */

bool device_is_ready(const struct device *device)
{
    return device == &dmic_dev;
}

uint32_t dmic_build_channel_map(uint8_t channel, uint8_t pdm, enum pdm_lr side)
{
    return (uint32_t)channel + pdm + (uint32_t)side;
}

int dmic_configure(const struct device *device, struct dmic_cfg *config)
{
    const struct pcm_stream_cfg *stream = config->streams;
    slab = stream->mem_slab;
    const bool known = stream->pcm_rate == MACHINE_RATE_HZ && stream->pcm_width == 16;
    return known && device == &dmic_dev && stream->block_size == MACHINE_BLOCK * 2 && slab->count <= MAX_BLOCKS ? 0 : -22;
}

int dmic_trigger(const struct device *device, enum dmic_trigger command)
{
    return device == &dmic_dev && (command == DMIC_TRIGGER_START || command == DMIC_TRIGGER_STOP) ? 0 : -22;
}

int dmic_read(const struct device *device, uint8_t stream, void **buffer, size_t *bytes, int32_t timeout_ms)
{
    uint32_t block = 0;
    (void)device;
    (void)timeout_ms;
    while (block < slab->count && used[block]) {
        block++;
    }
    if (stream != 0 || block == slab->count || machine_wait_block() != 0) {
        return -11;
    }
    used[block] = 1;
    int16_t *samples = (int16_t *)((char *)slab->buffer + block * slab->block);
    for (size_t i = 0; i < MACHINE_BLOCK; i++) {
        samples[i] = machine_sample(i);
    }
    *buffer = samples;
    *bytes = MACHINE_BLOCK * 2;
    return 0;
}

void k_mem_slab_free(struct k_mem_slab *of, void *block)
{
    used[(size_t)((char *)block - (char *)of->buffer) / of->block] = 0;
}

/* ---- line ------------------------------------------------------------------------------------------------------ */

static void *interrupts(void *context)
{
    for (;;) {
        byte = machine_read();
        if (byte < 0) {
            (void)usleep(500);
        } else {
            on_line(&zephyr_console, context);
        }
    }
    return NULL;
}

int uart_irq_callback_user_data_set(const struct device *device, uart_irq_callback_user_data_t function, void *context)
{
    on_line = function;
    return device == &zephyr_console && context == NULL ? 0 : -22;
}

void uart_irq_rx_enable(const struct device *device)
{
    static pthread_t thread;
    (void)device;
    (void)pthread_create(&thread, NULL, interrupts, NULL);
}

int uart_irq_update(const struct device *device)
{
    return device == &zephyr_console;
}

int uart_irq_rx_ready(const struct device *device)
{
    return device == &zephyr_console && byte >= 0;
}

int uart_fifo_read(const struct device *device, uint8_t *to, int bytes)
{
    (void)device;
    (void)bytes;
    *to = (uint8_t)byte;
    byte = machine_read();
    return 1;
}

void uart_poll_out(const struct device *device, unsigned char sent)
{
    (void)device;
    machine_write(&sent, 1);
}

void printk(const char *form, ...)
{
    va_list values;
    va_start(values, form);
    (void)vprintf(form, values);
    va_end(values);
}

/* ---- threads and clock ----------------------------------------------------------------------------------------- */

static void run_thread(void)
{
    entry(NULL, NULL, NULL);
}

void *k_thread_create(struct k_thread *thread, k_thread_stack_t *stack, size_t bytes, k_thread_entry_t code, void *a,
                      void *b, void *c, int priority, uint32_t options, k_timeout_t delay)
{
    entry = code;
    machine_start(run_thread);
    const bool plain = a == NULL && b == NULL && c == NULL && options == 0 && delay.ticks == 0 && priority > 0;
    return plain && stack != NULL && bytes != 0 ? thread : NULL;
}

int64_t k_uptime_get(void)
{
    return (int64_t)machine_us() / 1000;
}

int64_t k_uptime_ticks(void)
{
    return (int64_t)machine_us();
}

uint64_t k_ticks_to_us_floor64(uint64_t ticks)
{
    return ticks;
}

uint32_t k_cycle_get_32(void)
{
    return (uint32_t)machine_us() * (CONFIG_KWS_CLOCK_HZ / 1000000u);
}

int32_t k_msleep(int32_t ms)
{
    machine_sleep_us((uint64_t)ms * 1000u);
    return 0;
}

int main(int argc, char **argv)
{
    return machine_open(argc, argv) != 0 ? 1 : zephyr_main();
}
