/* An I2S microphone on SPI2, which makes the clocks: two slots of 32 bits a sample, Philips' standard.
 *
 * 51.2 MHz of the PLL of I2S (1 MHz x 256 / 5), divided by 50, are 64 bit clocks at 16,000 Hz exactly. A slot comes as
 * two 16-bit words, the upper one first, and the left slot before the right [RM0090, 28.4.2 and 28.4.3].
 */
#include "stm32f4.h"

#define FUNCTION 5u /* of the pins: SPI2 and I2S2 [data sheets, alternate functions] */
/* Mask of the divider of F411, F412 and F446 [RM0383, 6.3.23; PLLI2SM in bits 0 to 5 of ST's stm32f411xe.h]. On the
 * others the main PLL's divides for both. */
#define PLL_M 0x3Fu
#define PLL_N 256u
#define PLL_R 5u
#define HALF_DIVIDER 25u
#define WORDS 4u /* a sample: two slots */
#define SIXTEEN_BITS 1u
#define THIRTY_TWO_BITS 2u
#define FLAGS (STM32_DMA_CFEIF | STM32_DMA_CDMEIF | STM32_DMA_CTEIF | STM32_DMA_CHTIF | STM32_DMA_CTCIF)
#define STOP_POLLS 10000u

static volatile uint16_t ring[STM32_MIC_RING * WORDS];

static void start_clock(void)
{
    const int own = stm32f4_has_i2s_divider();
    const uint32_t others = KWS_REG(STM32_RCC_PLLI2SCFGR) & ~(STM32_RCC_PLLI2SN | STM32_RCC_PLLI2SR | (own ? PLL_M : 0u));
    KWS_REG(STM32_RCC_PLLI2SCFGR) = others | (own ? stm32f4_pll_divider() : 0u) | PLL_N << STM32_RCC_PLLI2SN_SHIFT |
                                    PLL_R << STM32_RCC_PLLI2SR_SHIFT;
    KWS_REG(STM32_RCC_CR) |= STM32_RCC_PLLI2SON;
    (void)stm32_becomes(STM32_RCC_CR, STM32_RCC_PLLI2SRDY);
}

static void start_dma(void)
{
    KWS_REG(STM32_DMA_PAR) = STM32_SPI2_DR;
    KWS_REG(STM32_DMA_MAR) = (uint32_t)(uintptr_t)ring;
    KWS_REG(STM32_DMA_NDTR) = STM32_MIC_RING * WORDS;
    KWS_REG(STM32_DMA_LIFCR) = FLAGS;
    const uint32_t mode = STM32_DMA_CIRC | STM32_DMA_MINC | STM32_DMA_HTIE | STM32_DMA_TCIE | STM32_DMA_PRIORITY |
                          SIXTEEN_BITS << STM32_DMA_PSIZE_SHIFT | SIXTEEN_BITS << STM32_DMA_MSIZE_SHIFT;
    KWS_REG(STM32_DMA_CR) = mode; /* channel 0 of the stream is SPI2's */
    KWS_REG(STM32_DMA_CR) = mode | STM32_DMA_EN;
}

void stm32_source_start(void)
{
    stm32_pin_alternate(KWS_MIC_CLOCK_PIN, FUNCTION);
    stm32_pin_alternate(KWS_MIC_WORD_PIN, FUNCTION);
    stm32_pin_alternate(KWS_MIC_DATA_PIN, FUNCTION);
    KWS_REG(STM32_RCC_AHB1ENR) |= STM32_RCC_DMA1EN;
    KWS_REG(STM32_RCC_APB1ENR) |= STM32_RCC_SPI2EN;
    (void)KWS_REG(STM32_RCC_APB1ENR);
    start_clock();
    const uint32_t mode =
        STM32_I2S_MOD | STM32_I2S_RECEIVE | THIRTY_TWO_BITS << STM32_I2S_DATLEN_SHIFT | STM32_I2S_CHLEN_32;
    KWS_REG(STM32_SPI2_I2SPR) = HALF_DIVIDER;
    KWS_REG(STM32_SPI2_I2SCFGR) = mode;
    KWS_REG(STM32_SPI2_CR2) = STM32_SPI_RXDMAEN;
    start_dma();
    kws_irq_enable(STM32_IRQ_MIC_DMA);
    KWS_REG(STM32_SPI2_I2SCFGR) = mode | STM32_I2S_E;
}

/* A stream that is switched off finishes the transfer that it is at, and only then may be set up anew. */
void stm32_source_stop(void)
{
    kws_irq_disable(STM32_IRQ_MIC_DMA);
    KWS_REG(STM32_DMA_CR) = KWS_REG(STM32_DMA_CR) & ~STM32_DMA_EN;
    for (uint32_t polls = STOP_POLLS; polls != 0 && (KWS_REG(STM32_DMA_CR) & STM32_DMA_EN); polls--) {
    }
    KWS_REG(STM32_SPI2_CR2) = 0;
    KWS_REG(STM32_SPI2_I2SCFGR) = 0;
    KWS_REG(STM32_RCC_CR) = KWS_REG(STM32_RCC_CR) & ~STM32_RCC_PLLI2SON;
}

uint32_t stm32_source_position(void)
{
    return (STM32_MIC_RING * WORDS - KWS_REG(STM32_DMA_NDTR)) / WORDS % STM32_MIC_RING;
}

int32_t stm32_source_sample(uint32_t place)
{
    const volatile uint16_t *slot = ring + place * WORDS + 2u * KWS_MIC_RIGHT;
    const uint32_t word = (uint32_t)slot[0] << 16 | slot[1];
    return (int32_t)word >> (16 - KWS_MIC_GAIN_SHIFT);
}

void stm32_source_acknowledge(void)
{
    KWS_REG(STM32_DMA_LIFCR) = FLAGS;
}
