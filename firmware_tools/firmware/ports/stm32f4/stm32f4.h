/* Shared by the C files of this port; nobody else includes it. */
#ifndef STM32F4_H
#define STM32F4_H

#include "kws_stm32.h"

/* What both PLLs divide their source by: 1 MHz comes to them. */
uint32_t stm32f4_pll_divider(void);

/* Whether the PLL of I2S has its own divider: F411, F412 and F446. */
int stm32f4_has_i2s_divider(void);

#endif
