/* Shared by the C files of this port; nobody else includes it. */
#ifndef STM32L4_H
#define STM32L4_H

#include "kws_stm32.h"

/* Let the 32.768 kHz crystal keep the clock right, if it has started. */
void stm32l4_tune(void);

#endif
