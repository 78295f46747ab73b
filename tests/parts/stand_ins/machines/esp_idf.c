/* ESP-IDF on the machine: UART 0 and USB Serial/JTAG are the line, I2S gives 32-bit slots whose low bits are not the sample's. */
#include "driver/i2s_std.h"
#include "driver/uart.h"
#include "driver/usb_serial_jtag.h"
#include "esp_cpu.h"
#include "esp_log.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "sdkconfig.h"

#include "machine.h"

void app_main(void);

static i2s_event_callbacks_t on;
static void (*task)(void *context);
static void *task_context;

/* ---- microphone ------------------------------------------------------------------------------------------------ */

int i2s_new_channel(const i2s_chan_config_t *config, i2s_chan_handle_t *tx, i2s_chan_handle_t *rx)
{
    *rx = (i2s_chan_handle_t)&on;
    return tx == NULL && config->dma_frame_num == MACHINE_BLOCK ? ESP_OK : -1;
}

int i2s_channel_init_std_mode(i2s_chan_handle_t handle, const i2s_std_config_t *config)
{
    const i2s_std_slot_config_t *slot = &config->slot_cfg;
    const bool mono = slot->data_bit_width == I2S_DATA_BIT_WIDTH_32BIT && slot->slot_mode == I2S_SLOT_MODE_MONO;
    return handle != NULL && mono && config->clk_cfg.sample_rate_hz == MACHINE_RATE_HZ ? ESP_OK : -1;
}

int i2s_channel_register_event_callback(i2s_chan_handle_t handle, const i2s_event_callbacks_t *events, void *context)
{
    on = *events;
    return handle != NULL && context == NULL ? ESP_OK : -1;
}

int i2s_channel_enable(i2s_chan_handle_t handle)
{
    return handle != NULL ? ESP_OK : -1;
}

int i2s_channel_read(i2s_chan_handle_t handle, void *to, size_t bytes, size_t *got, uint32_t timeout_ms)
{
    const int lost = machine_wait_block();
    (void)timeout_ms;
    if (lost < 0 || bytes != MACHINE_BLOCK * sizeof(int32_t)) {
        return -1;
    }
    for (int i = 0; i < lost; i++) {
        (void)on.on_recv_q_ovf(handle, NULL, NULL);
    }
    for (size_t i = 0; i < MACHINE_BLOCK; i++) {
        ((int32_t *)to)[i] = machine_sample(i) * (1 << CONFIG_KWS_I2S_SHIFT) + (int32_t)(i * 37u % (1u << CONFIG_KWS_I2S_SHIFT));
    }
    *got = bytes;
    return ESP_OK;
}

/* ---- line, tasks and clock ------------------------------------------------------------------------------------- */

int uart_driver_install(int port, int rx_bytes, int tx_bytes, int queue, void *handle, int flags)
{
    return port == UART_NUM_0 && rx_bytes > 0 && tx_bytes > 0 && queue == 0 && handle == NULL && flags == 0 ? ESP_OK : -1;
}

int uart_set_baudrate(int port, uint32_t baud)
{
    return port == UART_NUM_0 && baud != 0 ? ESP_OK : -1;
}

int uart_read_bytes(int port, void *to, uint32_t bytes, uint32_t ticks)
{
    const int byte = machine_read();
    (void)ticks;
    if (port != UART_NUM_0 || bytes == 0 || byte < 0) {
        return 0;
    }
    *(uint8_t *)to = (uint8_t)byte;
    return 1;
}

int uart_write_bytes(int port, const void *from, size_t bytes)
{
    machine_write(from, bytes);
    return port == UART_NUM_0 ? (int)bytes : -1;
}

int usb_serial_jtag_driver_install(usb_serial_jtag_driver_config_t *config)
{
    return config->tx_buffer_size != 0 && config->rx_buffer_size != 0 ? ESP_OK : -1;
}

int usb_serial_jtag_read_bytes(void *to, uint32_t bytes, uint32_t ticks)
{
    return uart_read_bytes(UART_NUM_0, to, bytes, ticks);
}

int usb_serial_jtag_write_bytes(const void *from, size_t bytes, uint32_t ticks)
{
    const size_t taken = bytes < 100 ? bytes : 100; /* not all at once, as a full buffer takes them */
    machine_write(from, taken);
    return ticks != 0 ? (int)taken : 0;
}

static void run_task(void)
{
    task(task_context);
}

BaseType_t xTaskCreate(void (*code)(void *), const char *name, uint32_t stack, void *context, UBaseType_t priority,
                       TaskHandle_t *made)
{
    task = code;
    task_context = context;
    machine_start(run_task);
    return name != NULL && stack != 0 && priority < configMAX_PRIORITIES && made == NULL ? pdPASS : 0;
}

void vTaskDelay(TickType_t ticks)
{
    machine_sleep_us(ticks * 10000u);
}

int64_t esp_timer_get_time(void)
{
    return (int64_t)machine_us();
}

uint32_t esp_cpu_get_cycle_count(void)
{
    return (uint32_t)machine_us() * CONFIG_ESP_DEFAULT_CPU_FREQ_MHZ;
}

void esp_log_level_set(const char *tag, int level)
{
    (void)tag;
    (void)level;
}

int main(int argc, char **argv)
{
    if (machine_open(argc, argv) != 0) {
        return 1;
    }
    app_main();
    return 0;
}
