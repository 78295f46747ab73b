/* kws_port.h for Arduino boards whose core has PDM.h (Nano 33 BLE Sense, Nano RP2040 Connect, Nicla, Portenta).
 *
 * Include it once, in the sketch, after <PDM.h>. PDM.h gives 16 kHz mono only. Where nobody fetches its samples in time
 * it stops for good: this is seen by its silence, it is started anew, and the samples that are missing are counted by
 * the clock (exact to a few samples only, since PDM.h itself does not count).
 */
#ifndef KWS_ARDUINO_H
#define KWS_ARDUINO_H

#include "kws_err.h"
#include "kws_port.h"
#include "kws_ring.h"

#ifndef KWS_BOARD_NAME
#define KWS_BOARD_NAME "arduino"
#endif
#ifndef KWS_CLOCK_HZ
#ifdef F_CPU
#define KWS_CLOCK_HZ F_CPU
#else
#define KWS_CLOCK_HZ 64000000u
#endif
#endif

#define KWS_PDM_RATE_HZ 16000u
#define KWS_PDM_SILENT_US 100000u /* a block of PDM.h is 16 to 32 ms */
#define KWS_PDM_RING 4096u        /* samples, 256 ms */
#define KWS_PDM_BLOCK 256u        /* samples fetched at a time */

static kws_ring kws_pdm_ring;
static int16_t kws_pdm_samples[KWS_PDM_RING];
static volatile bool kws_pdm_wanted;      /* between kws_port_mic_start and _stop */
static volatile uint32_t kws_pdm_last_us; /* when samples came last */
static bool kws_pdm_runs;
static uint32_t kws_alarm_us;

/* PDM.h calls this when it has samples, from its interrupt. */
static void kws_pdm_received(void)
{
    static int16_t block[KWS_PDM_BLOCK];
    int left = PDM.available();
    while (left > 0) {
        const int bytes = PDM.read(block, left < (int)sizeof block ? left : (int)sizeof block);
        if (bytes <= 0) {
            break;
        }
        if (kws_pdm_wanted) {
            kws_ring_put(&kws_pdm_ring, block, (uint32_t)bytes / 2u);
        }
        left -= bytes;
    }
    kws_pdm_last_us = micros();
}

static bool kws_pdm_begin(void)
{
    PDM.onReceive(kws_pdm_received);
    kws_pdm_last_us = micros();
    kws_pdm_runs = PDM.begin(1, (int)KWS_PDM_RATE_HZ) != 0;
    return kws_pdm_runs;
}

/* PDM.h has stopped: count what is missing, and start it anew. */
static void kws_pdm_watch(void)
{
    const uint32_t silent_us = micros() - kws_pdm_last_us;
    if (!kws_pdm_runs || !kws_pdm_wanted || silent_us < KWS_PDM_SILENT_US) {
        return;
    }
    PDM.end();
    noInterrupts();
    kws_ring_drop(&kws_pdm_ring, (uint32_t)((uint64_t)silent_us * KWS_PDM_RATE_HZ / 1000000u));
    interrupts();
    (void)kws_pdm_begin();
}

extern "C" {

/* The microphone runs from here on, so that what it gives after it is switched on is over when somebody listens. */
void kws_port_init(void)
{
    Serial.begin(115200);
    kws_ring_init(&kws_pdm_ring, kws_pdm_samples, KWS_PDM_RING);
    (void)kws_pdm_begin();
}

uint64_t kws_port_time_us(void)
{
    static uint32_t high, last;
    const uint32_t now = micros(); /* wraps every 71 minutes; kws_port_idle looks more often than that */
    high += now < last ? 1u : 0u;
    last = now;
    return (uint64_t)high << 32 | now;
}

uint32_t kws_port_cycles(void) { return micros() * (uint32_t)(KWS_CLOCK_HZ / 1000000u); }
uint32_t kws_port_clock_hz(void) { return KWS_CLOCK_HZ; }
void kws_port_alarm_us(uint32_t delay_us) { kws_alarm_us = delay_us; }
uint32_t kws_port_baud(void) { return 0; } /* native USB */
int kws_port_uart_read(void) { return Serial.read(); }

void kws_port_uart_write(const uint8_t *bytes, size_t len)
{
    while (len != 0 && Serial) { /* without a host nobody takes them */
        const size_t sent = Serial.write(bytes, len);
        bytes += sent;
        len -= sent;
    }
}

int kws_port_mic_start(uint32_t rate_hz)
{
    if (rate_hz != KWS_PDM_RATE_HZ) {
        return KWS_ERR_ARG;
    }
    if (!kws_pdm_runs && !kws_pdm_begin()) {
        return KWS_ERR_BUSY;
    }
    noInterrupts();
    kws_ring_init(&kws_pdm_ring, kws_pdm_samples, KWS_PDM_RING);
    kws_pdm_last_us = micros();
    kws_pdm_wanted = true;
    interrupts();
    return KWS_OK;
}

void kws_port_mic_stop(void) { kws_pdm_wanted = false; }
int16_t kws_port_mic_gain_cdb(void) { return 0; }

size_t kws_port_mic_read(int16_t *samples, size_t max)
{
    kws_pdm_watch();
    return kws_ring_take(&kws_pdm_ring, samples, max);
}

uint32_t kws_port_mic_overruns(void) { return kws_ring_lost(&kws_pdm_ring); }

void kws_port_idle(void)
{
    (void)kws_port_time_us();
    delayMicroseconds(kws_alarm_us != 0 && kws_alarm_us < 500u ? kws_alarm_us : 500u);
}

const uint8_t *kws_port_image(size_t *len)
{
    *len = 0; /* the sketch does not know where it lies */
    return 0;
}

uint32_t kws_port_traits(void) { return 0; }
const char *kws_port_board_name(void) { return KWS_BOARD_NAME; }
}

#endif
