/* Shared by the C files of this port; nobody else includes it. */
#ifndef NRF52840_PORT_H
#define NRF52840_PORT_H

#include <stdint.h>

#include "kws_cortex_m.h"
#include "nrf52840.h"

/* ---- nrf52840_time.c -------------------------------------------------------------------------------------------- */

/* The high-frequency clock from its crystal, where one answers; the timer that counts microseconds. */
void nrf_time_init(void);

/* Whether the time of the last kws_port_alarm_us has come. */
int nrf_alarm_due(void);

/* A 32-bit timer (NRF_TIMER1, NRF_TIMER2) that counts an event, through a PPI channel, from 0 on. */
void nrf_counter_start(uint32_t timer, uint32_t channel, uint32_t event);
void nrf_counter_stop(uint32_t timer, uint32_t channel);
uint32_t nrf_counter(uint32_t timer);

void nrf_timer0_handler(void);

/* ---- nrf52840_pins.c -------------------------------------------------------------------------------------------- */

/* Pins are 32 x port + pin. */
void nrf_pin_configure(uint32_t pin, uint32_t configuration);
void nrf_pin_write(uint32_t pin, uint32_t high);

/* ---- nrf52840_uart.c -------------------------------------------------------------------------------------------- */

void nrf_uart_init(void);
int nrf_uart_read(void);
void nrf_uart_write(const uint8_t *bytes, uint32_t len);

/* Before and after a sleep: bytes that come end it. */
int nrf_uart_before_sleep(void);
void nrf_uart_after_sleep(void);

void nrf_uarte0_handler(void);

/* ---- nrf52840_pdm.c --------------------------------------------------------------------------------------------- */

/* Whether samples wait to be read. */
int nrf_pdm_waiting(void);

void nrf_pdm_handler(void);

#endif
