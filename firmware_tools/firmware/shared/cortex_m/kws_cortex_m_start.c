/* From reset to main: memory made ready for C, vectors and float unit set, what a boot loader left behind put away.
 *
 * A port lays down kws_vectors (its first entries are kws_ld_stack_top and kws_reset_handler) and the kws_ld_ symbols.
 */
#include "kws_cortex_m.h"

#define NVIC_WORDS 8u /* of 32 interrupts; more than any board here has */

extern uint32_t kws_ld_data_load, kws_ld_data_start, kws_ld_data_end, kws_ld_bss_start, kws_ld_bss_end;
extern const uint32_t kws_vectors[];

int main(void);

/* An exception that nobody serves, or the end of main: the board stands still until it is reset. */
void kws_fault_handler(void)
{
    kws_irq_off();
    for (;;)
        kws_wait_for_interrupt();
}

static void take_over_from_loader(void)
{
    kws_irq_off();
    for (uint32_t word = 0; word < NVIC_WORDS; word++) {
        KWS_REG(KWS_NVIC_DISABLE + 4u * word) = 0xFFFFFFFFu;
        KWS_REG(KWS_NVIC_UNPEND + 4u * word) = 0xFFFFFFFFu;
    }
    KWS_REG(KWS_SCB_VTOR) = (uint32_t)(uintptr_t)kws_vectors;
    KWS_REG(KWS_SCB_CPACR) |= KWS_CPACR_FLOAT;
    __asm volatile("dsb\n\tisb" ::: "memory");
}

void kws_reset_handler(void)
{
    take_over_from_loader();
    const uint32_t *load = &kws_ld_data_load;
    for (volatile uint32_t *to = &kws_ld_data_start; to < &kws_ld_data_end; to++)
        *to = *load++;
    for (volatile uint32_t *to = &kws_ld_bss_start; to < &kws_ld_bss_end; to++)
        *to = 0;
    kws_irq_on();
    main();
    kws_fault_handler();
}
