/* A PDM microphone on DFSDM: the bit clock from the core's, a filter of the third order, 125 bits a sample.
 *
 * 2 MHz / 125 are 16,000 Hz exactly. In fast mode each sample is a new one after 125 bits; otherwise the filter would
 * be filled anew for each, and a third of the rate be left [RM0351, DFSDM: "Fast mode"]. Samples span 125^3: 21 bits
 * and a sign, less 0.6 dB.
 */
#include "stm32l4.h"

#define FUNCTION 6u /* of the pins: DFSDM1 [data sheet of the STM32L475, table of alternate functions] */
#define BIT_HZ 2000000u
#define BITS 125u
#define SINC3 3u
#define SHIFT (6 - KWS_MIC_GAIN_SHIFT) /* of 22 bits to 16 */
#define CLOCK_OUT 1u                   /* the bit clock is the one that the chip gives out */
#define RISING 0u                      /* a left microphone's bit is there when the clock rises */
#define FALLING 1u
#define THIRTY_TWO_BITS 2u

#define CHANNEL_STEP (STM32_DFSDM_CH1CFGR1 - STM32_DFSDM_CH0CFGR1)
#define CHANNEL_CFGR1 (STM32_DFSDM_CH0CFGR1 + KWS_MIC_CHANNEL * CHANNEL_STEP)
#define CHANNEL_CFGR2 (STM32_DFSDM_CH0CFGR2 + KWS_MIC_CHANNEL * CHANNEL_STEP)

static volatile uint32_t ring[STM32_MIC_RING];

static void start_dma(void)
{
    KWS_REG(STM32_DMA_CSELR) &= ~STM32_DMA_C4S; /* request 0 of the channel is that of filter 0 */
    KWS_REG(STM32_DMA_PAR) = STM32_DFSDM_FLT0RDATAR;
    KWS_REG(STM32_DMA_MAR) = (uint32_t)(uintptr_t)ring;
    KWS_REG(STM32_DMA_NDTR) = STM32_MIC_RING;
    KWS_REG(STM32_DMA_IFCR) = STM32_DMA_CGIF;
    KWS_REG(STM32_DMA_CR) = STM32_DMA_CIRC | STM32_DMA_MINC | STM32_DMA_HTIE | STM32_DMA_TCIE | STM32_DMA_PRIORITY |
                            THIRTY_TWO_BITS << STM32_DMA_PSIZE_SHIFT | THIRTY_TWO_BITS << STM32_DMA_MSIZE_SHIFT |
                            STM32_DMA_EN;
}

/* The divider may be written while DFSDM is off only, the rest while channel and filter are. */
static void start_filter(void)
{
    const uint32_t divider = (stm32_clock.core_hz / BIT_HZ - 1u) << STM32_DFSDM_CKOUTDIV_SHIFT;
    const uint32_t channel = CLOCK_OUT << STM32_DFSDM_SPICKSEL_SHIFT |
                             (KWS_MIC_RIGHT ? FALLING : RISING) << STM32_DFSDM_SITP_SHIFT;
    KWS_REG(STM32_DFSDM_CH0CFGR1) = divider;
    KWS_REG(CHANNEL_CFGR2) = 0; /* no offset, no shift */
    KWS_REG(CHANNEL_CFGR1) = channel | (KWS_MIC_CHANNEL == 0 ? divider : 0u);
    KWS_REG(CHANNEL_CFGR1) |= STM32_DFSDM_CHEN;
    KWS_REG(STM32_DFSDM_CH0CFGR1) |= STM32_DFSDM_DFSDMEN;
    KWS_REG(STM32_DFSDM_FLT0FCR) = SINC3 << STM32_DFSDM_FORD_SHIFT | (BITS - 1u) << STM32_DFSDM_FOSR_SHIFT;
    const uint32_t filter = STM32_DFSDM_FAST | STM32_DFSDM_RCONT | STM32_DFSDM_RDMAEN |
                            (uint32_t)KWS_MIC_CHANNEL << STM32_DFSDM_RCH_SHIFT;
    KWS_REG(STM32_DFSDM_FLT0CR1) = filter;
    KWS_REG(STM32_DFSDM_FLT0CR1) = filter | STM32_DFSDM_DFEN;
    KWS_REG(STM32_DFSDM_FLT0CR1) = filter | STM32_DFSDM_DFEN | STM32_DFSDM_RSWSTART;
}

void stm32_source_start(void)
{
    stm32l4_tune();
    stm32_pin_alternate(KWS_MIC_CLOCK_PIN, FUNCTION);
    stm32_pin_alternate(KWS_MIC_DATA_PIN, FUNCTION);
    KWS_REG(STM32_RCC_AHB1ENR) |= STM32_RCC_DMA1EN;
    KWS_REG(STM32_RCC_APB2ENR) |= STM32_RCC_DFSDMEN;
    (void)KWS_REG(STM32_RCC_APB2ENR);
    start_dma();
    kws_irq_enable(STM32_IRQ_MIC_DMA);
    start_filter();
}

void stm32_source_stop(void)
{
    kws_irq_disable(STM32_IRQ_MIC_DMA);
    KWS_REG(STM32_DFSDM_FLT0CR1) = 0;
    KWS_REG(CHANNEL_CFGR1) = 0;
    KWS_REG(STM32_DFSDM_CH0CFGR1) = 0;
    KWS_REG(STM32_DMA_CR) = 0;
}

uint32_t stm32_source_position(void)
{
    return (STM32_MIC_RING - KWS_REG(STM32_DMA_NDTR)) % STM32_MIC_RING;
}

int32_t stm32_source_sample(uint32_t place)
{
    return (int32_t)ring[place] >> (STM32_DFSDM_RDATA_SHIFT + SHIFT);
}

void stm32_source_acknowledge(void)
{
    KWS_REG(STM32_DMA_IFCR) = STM32_DMA_CGIF;
}
