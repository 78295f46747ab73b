/* What the STM32 ports have in common, and what each family brings: its registers, its clocks, its microphone.
 *
 * The families differ in where registers lie and what the status of a USART is called, less in how they are used. Each
 * port has a stm32_family.h that gives the registers the same names (STM32_...).
 */
#ifndef KWS_STM32_H
#define KWS_STM32_H

#include <stdint.h>

#include "kws_cortex_m.h"
#include "stm32_family.h"

/* ---- the family: clocks ----------------------------------------------------------------------------------------- */

typedef struct stm32_clocks {
    uint32_t core_hz, apb1_hz, apb2_hz;
    uint32_t timer_hz; /* of TIM2 before its prescaler */
} stm32_clocks;

/* The PLL as the board file wants it; where it does not start, what the chip runs on without it. Waits are bounded. */
void stm32_clocks_init(void);

extern stm32_clocks stm32_clock;

/* Until a bit of a register is set, for some tens of milliseconds at most. Returns whether it is. */
static inline int stm32_becomes(uint32_t address, uint32_t bit)
{
    uint32_t polls = 100000u; /* a register takes some 10 cycles to read; the clock is 4 or 16 MHz when this is called */
    while (polls != 0 && (KWS_REG(address) & bit) == 0)
        polls--;
    return polls != 0;
}

/* ---- the family: microphone ------------------------------------------------------------------------------------- */

#define STM32_MIC_BLOCK 128u                       /* samples: 8 ms; half of what the DMA fills in turn */
#define STM32_MIC_RING (2u * STM32_MIC_BLOCK)      /* samples */
#define STM32_MIC_HZ 16000u

/* Start to fill the ring from its beginning, without end, with an interrupt at each half of it. */
void stm32_source_start(void);
void stm32_source_stop(void);

/* Where in the ring the next sample will lie. */
uint32_t stm32_source_position(void);

/* A sample of the ring, with the gain of the board file, wider than 16 bits. */
int32_t stm32_source_sample(uint32_t place);

/* Forget what raised the interrupt. */
void stm32_source_acknowledge(void);

/* ---- stm32_mic.c ------------------------------------------------------------------------------------------------ */

/* Whether samples wait to be read. */
int stm32_mic_waiting(void);

void stm32_mic_handler(void);

/* ---- stm32_time.c ----------------------------------------------------------------------------------------------- */

void stm32_time_init(void);

/* The lower half of the time; may be called from interrupts. */
uint32_t stm32_time_low_us(void);

/* Whether the time of the last kws_port_alarm_us has come; with interrupts off. */
int stm32_alarm_due(void);

void stm32_tim2_handler(void);

/* ---- stm32_pins.c ----------------------------------------------------------------------------------------------- */

/* Give a pin (16 x port + pin: PB6 is 22) to a peripheral. */
void stm32_pin_alternate(uint32_t pin, uint32_t function);

/* ---- stm32_usart.c ---------------------------------------------------------------------------------------------- */

void stm32_usart_init(void);

/* Whether a byte waits. */
int stm32_usart_waiting(void);

void stm32_usart_handler(void);

#endif
