/* What every Cortex-M has, whoever made the chip: interrupts, sleep, the cycle counter.
 *
 * Source: ARMv7-M Architecture Reference Manual (DDI 0403E), B3.2 System Control Block, B3.4 NVIC, C1.6 and C1.8 debug
 * and DWT. A Cortex-M0+ has neither the float unit nor DWT; writes to their registers are ignored there.
 */
#ifndef KWS_CORTEX_M_H
#define KWS_CORTEX_M_H

#include <stdint.h>

#define KWS_REG(address) (*(volatile uint32_t *)(uintptr_t)(address))

#define KWS_SYSTICK_CONTROL 0xE000E010u
#define KWS_SYSTICK_RELOAD 0xE000E014u
#define KWS_SYSTICK_VALUE 0xE000E018u
#define KWS_NVIC_ENABLE 0xE000E100u  /* one bit an interrupt, 32 a word; write 1 to enable */
#define KWS_NVIC_DISABLE 0xE000E180u
#define KWS_NVIC_UNPEND 0xE000E280u
#define KWS_SCB_VTOR 0xE000ED08u
#define KWS_SCB_AIRCR 0xE000ED0Cu
#define KWS_SCB_CPACR 0xE000ED88u
#define KWS_DEBUG_DEMCR 0xE000EDFCu
#define KWS_DWT_CTRL 0xE0001000u
#define KWS_DWT_CYCCNT 0xE0001004u

#define KWS_AIRCR_RESET 0x05FA0004u      /* key and SYSRESETREQ */
#define KWS_CPACR_FLOAT 0x00F00000u      /* CP10 and CP11: full access */
#define KWS_DEMCR_TRCENA 0x01000000u
#define KWS_DWT_CTRL_CYCCNTENA 0x1u
#define KWS_SYSTICK_ON 0x7u              /* it counts cycles of the core, and interrupts at 0 */
#define KWS_SYSTICK_MOST 0x1000000u      /* cycles between two interrupts */

/* Names of the start-up code in kws_cortex_m_start.c, for a port's vector table. */
void kws_reset_handler(void);
void kws_fault_handler(void);

typedef void (*kws_vector)(void);

extern uint32_t kws_ld_stack_top; /* laid down by linker.ld; only its address means anything */

/* The vector table: where the core finds its stack, its start and who serves an exception or an interrupt. */
#define KWS_EXCEPTIONS 15u /* before the first interrupt, with the reset */
#define KWS_AT(interrupt) (KWS_EXCEPTIONS + (interrupt))
#define KWS_VECTORS(interrupts) \
    const struct { uint32_t *stack_top; kws_vector handlers[KWS_EXCEPTIONS + (interrupts)]; } kws_vectors
#define KWS_EXCEPTION_HANDLERS(systick) \
    kws_reset_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler, \
    kws_fault_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler, \
    kws_fault_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler, systick

static inline void kws_irq_enable(uint32_t number)
{
    KWS_REG(KWS_NVIC_ENABLE + 4u * (number / 32u)) = 1u << number % 32u;
}

/* Off, and none pending. */
static inline void kws_irq_disable(uint32_t number)
{
    KWS_REG(KWS_NVIC_DISABLE + 4u * (number / 32u)) = 1u << number % 32u;
    __asm volatile("dsb\n\tisb" ::: "memory");
    KWS_REG(KWS_NVIC_UNPEND + 4u * (number / 32u)) = 1u << number % 32u;
}

/* Interrupts off and on again. The main loop runs with interrupts on, so this does not nest. */
static inline void kws_irq_off(void)
{
    __asm volatile("cpsid i" ::: "memory");
}

static inline void kws_irq_on(void)
{
    __asm volatile("cpsie i" ::: "memory");
}

/* Until an enabled interrupt is pending, also while interrupts are off: it is served when they are on again. */
static inline void kws_wait_for_interrupt(void)
{
    __asm volatile("dsb\n\twfi" ::: "memory");
}

static inline void kws_cycles_start(void)
{
    KWS_REG(KWS_DEBUG_DEMCR) |= KWS_DEMCR_TRCENA;
    KWS_REG(KWS_DWT_CYCCNT) = 0;
    KWS_REG(KWS_DWT_CTRL) |= KWS_DWT_CTRL_CYCCNTENA;
}

/* SysTick interrupts every that many cycles of the core, or as often as it can; 0: never. */
static inline void kws_systick_every(uint32_t cycles)
{
    KWS_REG(KWS_SYSTICK_CONTROL) = 0;
    if (cycles == 0)
        return;
    KWS_REG(KWS_SYSTICK_RELOAD) = (cycles < KWS_SYSTICK_MOST ? cycles : KWS_SYSTICK_MOST) - 1u;
    KWS_REG(KWS_SYSTICK_VALUE) = 0;
    KWS_REG(KWS_SYSTICK_CONTROL) = KWS_SYSTICK_ON;
}

static inline void kws_system_reset(void)
{
    __asm volatile("dsb" ::: "memory");
    KWS_REG(KWS_SCB_AIRCR) = KWS_AIRCR_RESET;
    for (;;)
        __asm volatile("nop");
}

#endif
