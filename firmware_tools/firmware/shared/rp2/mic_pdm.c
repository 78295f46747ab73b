/* A PDM microphone on PIO: a clock of 2.048 MHz, a bit each period, 128 of them a sample (kws_pdm.h).
 *
 * The clock is the core's divided in steps of 1/256: 125 MHz by 30.52, 16,001.0 Hz, 64 millionths too fast; 150 MHz by
 * 36.62, 16,000 Hz exactly.
 */
#include "kws_err.h"
#include "kws_pdm.h"
#include "mic.h"
#include "pio.h"
#include "kws_rp2.h"

#ifdef KWS_MIC_PDM

#define RATE_HZ 16000u

/* A microphone whose L/R pin is low drives the line while the clock is low: its bit is taken as the clock rises, the
 * other's as it falls. Side-set takes one of the five delay bits. */
#define IN_PIN_1 0x4001u
#define NOP 0xA042u
#define CLOCK_HIGH 0x1000u
static const uint16_t program[] = {
    NOP | (KWS_MIC_RIGHT ? CLOCK_HIGH : 0),
    IN_PIN_1 | (KWS_MIC_RIGHT ? 0 : CLOCK_HIGH),
};

static kws_pdm filter;

int kws_source_prepare(uint32_t rate_hz, uint32_t *dreq, uint32_t *from)
{
    const kws_pio_program loaded = {
        .instructions = program,
        .length = sizeof program / sizeof program[0],
        .clock_pin = KWS_MIC_CLOCK_PIN,
        .clock_pins = 1,
        .data_pin = KWS_MIC_DATA_PIN,
        .instructions_hz = RATE_HZ * KWS_PDM_RATIO * 2u,
        .first = NOP,
    };
    if (rate_hz != RATE_HZ)
        return KWS_ERR_ARG;
    kws_pdm_init(&filter);
    kws_pio_prepare(&loaded);
    *dreq = DREQ_PIO0_RX0;
    *from = PIO_RXF0;
    return KWS_OK;
}

void kws_source_begin(void)
{
    kws_pio_begin();
}

void kws_source_end(void)
{
    kws_pio_end();
}

int32_t kws_source_sample(const volatile kws_mic_unit *units)
{
    return kws_pdm_sample(&filter, units) * (1 << KWS_MIC_GAIN_SHIFT) >> (KWS_PDM_BITS - 15);
}
#endif
