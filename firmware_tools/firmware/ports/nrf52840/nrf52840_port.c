/* kws_port.h for the nRF52840: what is neither time nor microphone. */
#include "kws_port.h"

#include "nrf52840_port.h"

#ifdef KWS_SERIAL_USB
#include "kws_usb.h"
#endif

#ifndef KWS_CLOCK_HZ
#error "KWS_CLOCK_HZ comes from the board file"
#endif

void kws_port_init(void)
{
    KWS_REG(NRF_NVMC_ICACHECNF) = NRF_ICACHE_ON; /* without it each jump waits for flash */
    kws_cycles_start();
    nrf_time_init();
#ifdef KWS_SERIAL_USB
    kws_usb_init();
#else
    nrf_uart_init();
#endif
}

uint32_t kws_port_cycles(void)
{
    return KWS_REG(KWS_DWT_CYCCNT);
}

uint32_t kws_port_clock_hz(void)
{
    return KWS_CLOCK_HZ;
}

/* ---- serial line ------------------------------------------------------------------------------------------------ */

#ifdef KWS_SERIAL_USB

uint32_t kws_port_baud(void)
{
    return 0;
}

int kws_port_uart_read(void)
{
    return kws_usb_read();
}

void kws_port_uart_write(const uint8_t *bytes, size_t len)
{
    kws_usb_write(bytes, len);
}

static int line_has_news(void)
{
    return kws_usb_waiting();
}

static void after_sleep(void)
{
}

#else

uint32_t kws_port_baud(void)
{
    return KWS_BAUD;
}

int kws_port_uart_read(void)
{
    return nrf_uart_read();
}

void kws_port_uart_write(const uint8_t *bytes, size_t len)
{
    nrf_uart_write(bytes, (uint32_t)len);
}

static int line_has_news(void)
{
    return nrf_uart_before_sleep();
}

static void after_sleep(void)
{
    nrf_uart_after_sleep();
}

#endif

/* ---- the rest ---------------------------------------------------------------------------------------------------- */

/* Interrupts are off from the look to the sleep, so that what comes in between ends the sleep at once. */
void kws_port_idle(void)
{
    kws_irq_off();
    if (!line_has_news() && !nrf_pdm_waiting() && !nrf_alarm_due()) {
        kws_wait_for_interrupt();
    }
    after_sleep();
    kws_irq_on();
}

uint32_t kws_port_traits(void)
{
    return 0;
}
