/* An I2S microphone on PIO, which makes the clocks: 64 bit clocks a sample, 32 for each of the two slots.
 *
 * The word clock changes a bit before the slot does; the first bit is the highest (Philips' I2S bus specification). The
 * core's clock is divided in steps of 1/256, 125 MHz by 61.035, 150 MHz by 73.242: 16,000 Hz exactly.
 */
#include "kws_err.h"
#include "mic.h"
#include "pio.h"
#include "kws_rp2.h"

#ifdef KWS_MIC_I2S

#define RATE_HZ 16000u
#define INSTRUCTIONS 128u /* a sample: two slots of 32 bits of two */

#define IN_PIN_1 0x4001u
#define NOP 0xA042u
#define SET_X(n) (0xE020u | (n))
#define JMP_X_DEC(to) (0x0040u | (to))
#define BIT_CLOCK 0x0800u  /* side-set, two of the five delay bits */
#define WORD_CLOCK 0x1000u /* high: the right slot */
#define LEFT_BIT (KWS_MIC_RIGHT ? NOP : IN_PIN_1)
#define RIGHT_BIT (KWS_MIC_RIGHT ? IN_PIN_1 : NOP)
#define BITS_IN_LOOP 30u /* bits 31 to 2; then bit 1, and bit 0, at which the word clock is the next slot's already */

static const uint16_t program[] = {
    LEFT_BIT | BIT_CLOCK,
    JMP_X_DEC(0),
    LEFT_BIT | BIT_CLOCK,
    SET_X(BITS_IN_LOOP - 1) | WORD_CLOCK,
    LEFT_BIT | BIT_CLOCK | WORD_CLOCK,
    NOP | WORD_CLOCK,
    RIGHT_BIT | BIT_CLOCK | WORD_CLOCK,
    JMP_X_DEC(6) | WORD_CLOCK,
    RIGHT_BIT | BIT_CLOCK | WORD_CLOCK,
    SET_X(BITS_IN_LOOP - 1),
    RIGHT_BIT | BIT_CLOCK,
    NOP,
};

int kws_source_prepare(uint32_t rate_hz, uint32_t *dreq, uint32_t *from)
{
    const kws_pio_program loaded = {
        .instructions = program,
        .length = sizeof program / sizeof program[0],
        .clock_pin = KWS_MIC_CLOCK_PIN,
        .clock_pins = 2,
        .data_pin = KWS_MIC_DATA_PIN,
        .instructions_hz = RATE_HZ * INSTRUCTIONS,
        .first = SET_X(BITS_IN_LOOP - 1),
    };
    if (rate_hz != RATE_HZ)
        return KWS_ERR_ARG;
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
    return (int32_t)*units >> (16 - KWS_MIC_GAIN_SHIFT);
}
#endif
