/* The line to the kws tool and the clock of kws_port.h for ESP-IDF: UART 0, or USB Serial/JTAG. */
#include "esp_cpu.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "sdkconfig.h"

#if CONFIG_KWS_SERIAL_USB_JTAG
#include "driver/usb_serial_jtag.h"
#else
#include "driver/uart.h"
#endif

#include "kws_port.h"

#define LINE_BYTES 4096

/* ---- line ------------------------------------------------------------------------------------------------------ */

void kws_port_init(void)
{
#if CONFIG_KWS_SERIAL_USB_JTAG
    usb_serial_jtag_driver_config_t config = {.tx_buffer_size = LINE_BYTES, .rx_buffer_size = LINE_BYTES};
    (void)usb_serial_jtag_driver_install(&config);
#else
    (void)uart_driver_install(UART_NUM_0, LINE_BYTES, LINE_BYTES, 0, NULL, 0);
    (void)uart_set_baudrate(UART_NUM_0, CONFIG_KWS_UART_BAUD);
#endif
}

int kws_port_uart_read(void)
{
    uint8_t byte = 0;
#if CONFIG_KWS_SERIAL_USB_JTAG
    return usb_serial_jtag_read_bytes(&byte, 1, 0) == 1 ? byte : -1;
#else
    return uart_read_bytes(UART_NUM_0, &byte, 1, 0) == 1 ? byte : -1;
#endif
}

void kws_port_uart_write(const uint8_t *bytes, size_t len)
{
#if CONFIG_KWS_SERIAL_USB_JTAG
    while (len != 0) {
        const int sent = usb_serial_jtag_write_bytes(bytes, len, pdMS_TO_TICKS(100));
        if (sent <= 0) {
            return; /* nobody reads at the other end */
        }
        bytes += sent;
        len -= (size_t)sent;
    }
#else
    (void)uart_write_bytes(UART_NUM_0, bytes, len);
#endif
}

uint32_t kws_port_baud(void)
{
#if CONFIG_KWS_SERIAL_USB_JTAG
    return 0;
#else
    return CONFIG_KWS_UART_BAUD;
#endif
}

/* ---- the rest -------------------------------------------------------------------------------------------------- */

uint32_t kws_port_cycles(void)
{
    return (uint32_t)esp_cpu_get_cycle_count();
}

uint32_t kws_port_clock_hz(void)
{
    return (uint32_t)CONFIG_ESP_DEFAULT_CPU_FREQ_MHZ * 1000000u;
}

uint64_t kws_port_time_us(void)
{
    return (uint64_t)esp_timer_get_time();
}

void kws_port_alarm_us(uint32_t delay_us)
{
    (void)delay_us; /* kws_port_idle sleeps for a tick, whatever alarm is set */
}

void kws_port_idle(void)
{
    vTaskDelay(1);
}

const uint8_t *kws_port_image(size_t *len)
{
    *len = 0; /* mapped piece by piece: there is no one place to look at */
    return NULL;
}

uint32_t kws_port_traits(void)
{
    return 0;
}

const char *kws_port_board_name(void)
{
    return CONFIG_KWS_BOARD_NAME;
}
