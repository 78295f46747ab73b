/* Vector table and start-up of a Cortex-M4F: memory made ready for C, float unit on, main called. */
#include <stdint.h>

#include "kws_emulated.h"
#include "kws_small.h"

/* Laid down by linker.ld; only their addresses mean anything. */
extern uint32_t kws_ld_stack_top, kws_ld_data_load, kws_ld_data_start, kws_ld_data_end, kws_ld_bss_start,
    kws_ld_bss_end;

int main(void);
void kws_reset_handler(void);
void kws_fault_handler(void);

#define REG(base, offset) (*(volatile uint32_t *)((base) + (offset)))

KWS_SMALL_BEGIN

/* Any exception: nothing here uses interrupts, so each one is a fault. Its number is reported, the board halts. */
void kws_fault_handler(void)
{
    uint32_t number;
    __asm volatile("mrs %0, ipsr" : "=r"(number));
    REG(KWS_SYS_BASE, KWS_SYS_FAULT) = number;
    for (;;)
        __asm volatile("wfi");
}

void kws_reset_handler(void)
{
    REG(KWS_SCS_BASE, KWS_SCS_CPACR) |= 0xFu << 20; /* CP10 and CP11: the float unit */
    __asm volatile("dsb\n\tisb" ::: "memory");
    const uint32_t *load = &kws_ld_data_load;
    for (volatile uint32_t *to = &kws_ld_data_start; to < &kws_ld_data_end; to++)
        *to = *load++;
    for (volatile uint32_t *to = &kws_ld_bss_start; to < &kws_ld_bss_end; to++)
        *to = 0;
    main();
    kws_fault_handler(); /* main of a board never returns */
}

KWS_SMALL_END

typedef void (*vector)(void);

__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack_top;
    vector handlers[15];
} vectors = {
    &kws_ld_stack_top,
    {
        kws_reset_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler,
        kws_fault_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler,
        kws_fault_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler,
    },
};
