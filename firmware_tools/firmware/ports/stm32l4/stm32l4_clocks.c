/* The PLL from the chip's own 4 MHz (MSI), which a 32.768 kHz crystal keeps right where there is one [RM0351, 6.2].
 *
 * A PLL that does not start leaves the core on the HSI (16 MHz): the board then speaks all the same, and says its
 * clock. The crystal may take two seconds to start: nobody waits for it, the microphone looks for it at each start.
 */
#include "stm32l4.h"

#define MSI_HZ 4000000u /* after a reset */
#define HSI_HZ 16000000u

#if KWS_CLOCK_HZ % 2000000u != 0 || KWS_CLOCK_HZ < 32000000u || KWS_CLOCK_HZ > 80000000u
#error "clock_hz of an STM32L4 board is 32 to 80 MHz in steps of 2 MHz"
#endif

#define SOURCE_MSI 1u
#define SW_HSI 1u
#define SW_PLL 3u
#define HZ_PER_WAIT_STATE 16000000u /* in range 1, the voltage after a reset */

stm32_clocks stm32_clock = {MSI_HZ, MSI_HZ, MSI_HZ, MSI_HZ};

static void run_from(uint32_t source, uint32_t hz)
{
    KWS_REG(STM32_FLASH_ACR) = (KWS_REG(STM32_FLASH_ACR) & ~STM32_FLASH_LATENCY) | (hz - 1u) / HZ_PER_WAIT_STATE |
                               STM32_FLASH_PRFTEN | STM32_FLASH_ICEN | STM32_FLASH_DCEN;
    KWS_REG(STM32_RCC_CFGR) = (KWS_REG(STM32_RCC_CFGR) & ~STM32_RCC_SW) | source;
    (void)stm32_becomes(STM32_RCC_CFGR, source << STM32_RCC_SWS_SHIFT);
    stm32_clock = (stm32_clocks){hz, hz, hz, hz};
}

static void start_crystal(void)
{
#if KWS_OSCILLATOR_LSE
    KWS_REG(STM32_RCC_APB1ENR) |= STM32_RCC_PWREN;
    (void)KWS_REG(STM32_RCC_APB1ENR);
    KWS_REG(STM32_PWR_CR1) |= STM32_PWR_DBP; /* its registers are locked after a reset */
    (void)stm32_becomes(STM32_PWR_CR1, STM32_PWR_DBP);
    KWS_REG(STM32_RCC_BDCR) |= STM32_RCC_LSEDRV;
    KWS_REG(STM32_RCC_BDCR) |= STM32_RCC_LSEON;
#endif
}

void stm32l4_tune(void)
{
    if (KWS_REG(STM32_RCC_BDCR) & STM32_RCC_LSERDY)
        KWS_REG(STM32_RCC_CR) |= STM32_RCC_MSIPLLEN;
}

void stm32_clocks_init(void)
{
    start_crystal();
    KWS_REG(STM32_RCC_PLLCFGR) = SOURCE_MSI << STM32_RCC_PLLSRC_SHIFT | /* 4 MHz, not divided; the output is halved */
                                 KWS_CLOCK_HZ / (MSI_HZ / 2u) << STM32_RCC_PLLN_SHIFT | STM32_RCC_PLLREN;
    KWS_REG(STM32_RCC_CR) |= STM32_RCC_PLLON;
    if (stm32_becomes(STM32_RCC_CR, STM32_RCC_PLLRDY)) {
        run_from(SW_PLL, KWS_CLOCK_HZ);
        return;
    }
    KWS_REG(STM32_RCC_CR) |= STM32_RCC_HSION;
    if (stm32_becomes(STM32_RCC_CR, STM32_RCC_HSIRDY))
        run_from(SW_HSI, HSI_HZ);
}
