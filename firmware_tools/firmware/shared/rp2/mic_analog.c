/* A microphone with an amplifier on a pin of the ADC: 12 bits, of which an RP2040's own faults leave some 9 (erratum
 * RP2040-E11). The constant that comes with it, half of the supply or so, mic.c takes away.
 */
#include "kws_err.h"
#include "mic.h"
#include "kws_rp2.h"

#ifdef KWS_MIC_ANALOG

#define LEAST_HZ 1000u /* the divider is 16 bit: 733 Hz */
#define MOST_HZ 100000u
#define NO_PIN 30u
#define MIDDLE 2048
#define TO_16_BIT 4

/* 2 us after it was switched on, or began a conversion. */
static void wait_ready(void)
{
    for (uint32_t i = 0; i < 1000 && !(REG(ADC_CS) & ADC_CS_READY); i++) {
    }
}

int kws_source_prepare(uint32_t rate_hz, uint32_t *dreq, uint32_t *from)
{
    if (rate_hz < LEAST_HZ || rate_hz > MOST_HZ)
        return KWS_ERR_ARG;
    kws_unreset(RESET_ADC);
    kws_pin(KWS_MIC_PIN, FUNCTION_NULL, PAD_OUTPUT_OFF); /* no pulls, no digital input: 4.9 */
    if (KWS_MIC_SMPS_PIN != NO_PIN) {
        REG(SIO_GPIO_OUT_SET) = 1u << KWS_MIC_SMPS_PIN;
        REG(SIO_GPIO_OE_SET) = 1u << KWS_MIC_SMPS_PIN;
        kws_pin(KWS_MIC_SMPS_PIN, FUNCTION_SIO, PAD_DRIVE_4MA | PAD_INPUT);
    }
    REG(ADC_CS) = ADC_CS_EN | ADC_CS_AINSEL(KWS_MIC_PIN - 26u);
    wait_ready();
    const uint32_t cycles = (ADC_CLOCK_HZ * 2u / rate_hz + 1u) / 2u;
    REG(ADC_DIV) = (cycles - 1u) << 8;
    REG(ADC_FCS) = ADC_FCS_EN | ADC_FCS_DREQ | ADC_FCS_THRESHOLD(1u) | ADC_FCS_ERRORS;
    *dreq = DREQ_ADC;
    *from = ADC_FIFO;
    return KWS_OK;
}

void kws_source_begin(void)
{
    REG(ADC_CS) = ADC_CS_EN | ADC_CS_AINSEL(KWS_MIC_PIN - 26u) | ADC_CS_START_MANY;
}

void kws_source_end(void)
{
    REG(ADC_CS) = ADC_CS_EN | ADC_CS_AINSEL(KWS_MIC_PIN - 26u);
    wait_ready();
    while (!(REG(ADC_FCS) & ADC_FCS_EMPTY))
        (void)REG(ADC_FIFO);
}

int32_t kws_source_sample(const volatile kws_mic_unit *units)
{
    return ((int32_t)(*units & 0xFFFu) - MIDDLE) * (1 << TO_16_BIT);
}
#endif
