/* The one place where hardware enters: a board's port provides these functions.
 *
 * Every function may be called from the main loop only; none blocks unless it says so.
 */
#ifndef KWS_PORT_H
#define KWS_PORT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Set up clocks, UART, microphone and cycle counter. Called once, before anything else. */
void kws_port_init(void);

/* Free-running count of core clock cycles (wraps at 2^32). */
uint32_t kws_port_cycles(void);

/* Core clock in Hz. */
uint32_t kws_port_clock_hz(void);

/* Microseconds since reset. Never goes back, never wraps, goes on while the core sleeps. */
uint64_t kws_port_time_us(void);

/* Make kws_port_idle return at the latest delay_us from now; 0: no such limit. Replaces the limit set before. */
void kws_port_alarm_us(uint32_t delay_us);

/* Line rate of the UART in bits/s; 0 when no rate limits it (a USB port of the controller itself). */
uint32_t kws_port_baud(void);

/* One received byte, or -1 when none is waiting. */
int kws_port_uart_read(void);

/* Send len bytes; waits until the UART has taken them all. The microphone keeps filling its own buffer meanwhile. */
void kws_port_uart_write(const uint8_t *bytes, size_t len);

/* Start sampling at rate_hz (signed 16 bit, mono). Returns 0, or a negative kws_err. Clears the overrun counter. */
int kws_port_mic_start(uint32_t rate_hz);
void kws_port_mic_stop(void);

/* Gain of the microphone in hundredths of a dB, as set by the port; 0 when there is none. */
int16_t kws_port_mic_gain_cdb(void);

/* Take up to max samples that are waiting; returns how many were taken (0 when none). What one call returns is free of
 * gaps: where samples were lost, the samples after the loss come with a later call. */
size_t kws_port_mic_read(int16_t *samples, size_t max);

/* Samples lost since kws_port_mic_start because nobody fetched them in time: those that were lost before the sample
 * that kws_port_mic_read returns next. The place of a loss is known exactly this way. */
uint32_t kws_port_mic_overruns(void);

/* Sleep until there is something to do (a received byte, a sample, the alarm). May return early. */
void kws_port_idle(void);

/* The flashed image and its length, 0 when the port cannot tell; the CRC-32 over it is the firmware's identity. */
const uint8_t *kws_port_image(size_t *len);

/* What is special about the board: KWS_TRAIT_... or-ed. */
uint32_t kws_port_traits(void);

#define KWS_TRAIT_VIRTUAL_TIME 1u /* its time does not pass with the time of the world */

/* A short printable name of the board, NUL-terminated. */
const char *kws_port_board_name(void);

#ifdef __cplusplus
}
#endif

#endif
