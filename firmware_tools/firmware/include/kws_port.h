/* The one place where hardware enters: a board's port provides these functions.
 *
 * Every function may be called from the main loop only; none blocks unless it says so.
 */
#ifndef KWS_PORT_H
#define KWS_PORT_H

#include <stddef.h>
#include <stdint.h>

/* Set up clocks, UART, microphone and cycle counter. Called once, before anything else. */
void kws_port_init(void);

/* Free-running count of core clock cycles (wraps at 2^32). */
uint32_t kws_port_cycles(void);

/* Core clock in Hz. */
uint32_t kws_port_clock_hz(void);

/* One received byte, or -1 when none is waiting. */
int kws_port_uart_read(void);

/* Send len bytes; waits until the UART has taken them all. The microphone keeps filling its own buffer meanwhile. */
void kws_port_uart_write(const uint8_t *bytes, size_t len);

/* Start sampling at rate_hz (signed 16 bit, mono). Returns 0, or a negative kws_err. Clears the overrun counter. */
int kws_port_mic_start(uint32_t rate_hz);
void kws_port_mic_stop(void);

/* Take up to max samples that are waiting; returns how many were taken (0 when none). */
size_t kws_port_mic_read(int16_t *samples, size_t max);

/* Samples lost since kws_port_mic_start because nobody fetched them in time. */
uint32_t kws_port_mic_overruns(void);

/* Sleep until there is something to do (a received byte, a sample). May return early. */
void kws_port_idle(void);

/* A short printable name of the board, NUL-terminated. */
const char *kws_port_board_name(void);

#endif
