/* The PLL from a crystal (HSE) or the chip's own oscillator (HSI, 16 MHz) [RM0090 and RM0383, 6.3; RM0390, 6.3].
 *
 * A crystal that does not start leaves the PLL to the HSI; a PLL that does not start leaves the core on the HSI alone:
 * the board then speaks all the same, and says its clock.
 */
#include "stm32f4.h"

#define HSI_MHZ 16u
#define MHZ (KWS_CLOCK_HZ / 1000000u)
#define DIVIDER (MHZ >= 96u ? 2u : 4u) /* the PLL itself runs at 192 to 432 MHz */

#if KWS_CLOCK_HZ % 1000000u != 0 || KWS_CLOCK_HZ < 48000000u || KWS_CLOCK_HZ > 168000000u
#error "clock_hz of an STM32F4 board is 48 to 168 MHz in steps of 1 MHz"
#endif

#define APB1_DIVIDER (MHZ > 100u ? 4u : 2u) /* at most 42 MHz (F405), 50 MHz (F411) */
#define APB2_DIVIDER (MHZ > 100u ? 2u : 1u)
#define PRESCALE(divider) ((divider) == 4u ? 5u : (divider) == 2u ? 4u : 0u)
#define HZ_PER_WAIT_STATE 30000000u /* at 2.7 V and more */

#define PLLQ 8u /* for USB and SDIO, which nobody uses */
#define PLLCFGR_OTHERS 0xF0000000u /* the F446's PLLR; reserved elsewhere */

/* Families by DBGMCU_IDCODE. */
#define F411 0x431u
#define F412 0x441u
#define F446 0x421u

stm32_clocks stm32_clock = {HSI_MHZ * 1000000u, HSI_MHZ * 1000000u, HSI_MHZ * 1000000u, HSI_MHZ * 1000000u};
static uint32_t source_mhz = HSI_MHZ;

uint32_t stm32f4_pll_divider(void)
{
    return source_mhz;
}

int stm32f4_has_i2s_divider(void)
{
    const uint32_t chip = KWS_REG(STM32_DBGMCU_IDCODE) & STM32_DBGMCU_DEV_ID;
    return chip == F411 || chip == F412 || chip == F446;
}

/* Returns the bit of PLLCFGR that chooses the source. */
static uint32_t start_source(void)
{
#ifdef KWS_OSCILLATOR_HSE
    KWS_REG(STM32_RCC_CR) |= KWS_OSCILLATOR_BYPASS ? STM32_RCC_HSEBYP : 0u;
    KWS_REG(STM32_RCC_CR) |= STM32_RCC_HSEON;
    if (stm32_becomes(STM32_RCC_CR, STM32_RCC_HSERDY)) {
        source_mhz = KWS_OSCILLATOR_MHZ;
        return STM32_RCC_PLLSRC_HSE;
    }
#endif
    return 0;
}

static int start_pll(uint32_t source)
{
    if (stm32f4_has_i2s_divider()) { /* these chips start at less than full voltage; the others have but one bit, set */
        KWS_REG(STM32_RCC_APB1ENR) |= STM32_RCC_PWREN;
        (void)KWS_REG(STM32_RCC_APB1ENR);
        KWS_REG(STM32_PWR_CR) |= STM32_PWR_VOS;
    }
    const uint32_t others = KWS_REG(STM32_RCC_PLLCFGR) & PLLCFGR_OTHERS;
    KWS_REG(STM32_RCC_PLLCFGR) = others | source | source_mhz | MHZ * DIVIDER << STM32_RCC_PLLN_SHIFT |
                                 (DIVIDER / 2u - 1u) << STM32_RCC_PLLP_SHIFT | PLLQ << STM32_RCC_PLLQ_SHIFT;
    KWS_REG(STM32_RCC_CR) |= STM32_RCC_PLLON;
    return stm32_becomes(STM32_RCC_CR, STM32_RCC_PLLRDY);
}

static void run_from_pll(void)
{
    KWS_REG(STM32_FLASH_ACR) =
        (KWS_CLOCK_HZ - 1u) / HZ_PER_WAIT_STATE | STM32_FLASH_PRFTEN | STM32_FLASH_ICEN | STM32_FLASH_DCEN;
    const uint32_t prescalers =
        PRESCALE(APB1_DIVIDER) << STM32_RCC_PPRE1_SHIFT | PRESCALE(APB2_DIVIDER) << STM32_RCC_PPRE2_SHIFT;
    KWS_REG(STM32_RCC_CFGR) = prescalers;
    KWS_REG(STM32_RCC_CFGR) = prescalers | STM32_RCC_SW_PLL;
    (void)stm32_becomes(STM32_RCC_CFGR, STM32_RCC_SWS_PLL);
    stm32_clock = (stm32_clocks){
        .core_hz = KWS_CLOCK_HZ,
        .apb1_hz = KWS_CLOCK_HZ / APB1_DIVIDER,
        .apb2_hz = KWS_CLOCK_HZ / APB2_DIVIDER,
        .timer_hz = KWS_CLOCK_HZ / APB1_DIVIDER * 2u, /* twice the bus where that is divided */
    };
}

void stm32_clocks_init(void)
{
    if (start_pll(start_source()))
        run_from_pll();
}
