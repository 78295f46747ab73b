/* kws_port.h for QEMU's RISC-V machine "virt": 16550 UART, CLINT for the time. There is no microphone.
 *
 * QEMU gives the UART a byte only when there is room in its FIFO, so bytes are fetched from there; an interrupt only
 * ends the sleep, and is never taken. Source: The RISC-V Instruction Set Manual, volume II; QEMU's hw/riscv/virt.c names
 * the addresses.
 */
#include "kws_port.h"

#define REG(address) (*(volatile uint32_t *)(address))
#define REG8(address) (*(volatile uint8_t *)(address))

#define UART 0x10000000u
#define UART_INTERRUPT 10u
#define UART_IER (UART + 1u)
#define UART_FCR (UART + 2u)
#define UART_LSR (UART + 5u)
#define IER_RECEIVED 0x1u
#define FCR_ON 0x1u
#define LSR_RECEIVED 0x1u
#define LSR_ROOM 0x20u

#define CLINT_MTIMECMP 0x02004000u
#define CLINT_MTIME 0x0200BFF8u
#define TICKS_PER_US 10u

#define PLIC_PRIORITY 0x0C000000u
#define PLIC_ENABLE 0x0C002000u
#define PLIC_CLAIM 0x0C200004u

#define MIE_TIMER_AND_EXTERNAL 0x880u

/* Laid down by linker.ld; only their addresses mean anything. */
extern uint32_t kws_ld_data_load, kws_ld_data_start, kws_ld_data_end, kws_ld_bss_start, kws_ld_bss_end;

int main(void);

void kws_start(void)
{
    const uint32_t *load = &kws_ld_data_load;
    for (volatile uint32_t *to = &kws_ld_data_start; to < &kws_ld_data_end; to++)
        *to = *load++;
    for (volatile uint32_t *to = &kws_ld_bss_start; to < &kws_ld_bss_end; to++)
        *to = 0;
    main();
}

void kws_port_init(void)
{
    REG8(UART_FCR) = FCR_ON;
    REG8(UART_IER) = IER_RECEIVED;
    REG(PLIC_PRIORITY + 4u * UART_INTERRUPT) = 1;
    REG(PLIC_ENABLE) = 1u << UART_INTERRUPT;
    kws_port_alarm_us(0);
    __asm volatile("csrw mie, %0" ::"r"(MIE_TIMER_AND_EXTERNAL));
}

/* ---- time ------------------------------------------------------------------------------------------------------- */

uint32_t kws_port_cycles(void)
{
    uint32_t cycles;
    __asm volatile("csrr %0, mcycle" : "=r"(cycles));
    return cycles;
}

uint32_t kws_port_clock_hz(void)
{
    return KWS_CLOCK_HZ;
}

static uint64_t ticks(void)
{
    uint32_t high, low;
    do {
        high = REG(CLINT_MTIME + 4u);
        low = REG(CLINT_MTIME);
    } while (REG(CLINT_MTIME + 4u) != high);
    return (uint64_t)high << 32 | low;
}

uint64_t kws_port_time_us(void)
{
    return ticks() / TICKS_PER_US;
}

void kws_port_alarm_us(uint32_t delay_us)
{
    const uint64_t at = delay_us != 0 ? ticks() + (uint64_t)delay_us * TICKS_PER_US : ~0ull;
    REG(CLINT_MTIMECMP + 4u) = 0xFFFFFFFFu; /* not reached while half of it is written */
    REG(CLINT_MTIMECMP) = (uint32_t)at;
    REG(CLINT_MTIMECMP + 4u) = (uint32_t)(at >> 32);
}

/* ---- serial line ------------------------------------------------------------------------------------------------ */

uint32_t kws_port_baud(void)
{
    return KWS_BAUD;
}

int kws_port_uart_read(void)
{
    return REG8(UART_LSR) & LSR_RECEIVED ? REG8(UART) : -1;
}

void kws_port_uart_write(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        while (!(REG8(UART_LSR) & LSR_ROOM)) {
        }
        REG8(UART) = bytes[i];
    }
}

/* ---- the rest ---------------------------------------------------------------------------------------------------- */

/* What ends the sleep is claimed and given back at once: it comes again as long as a byte waits. */
void kws_port_idle(void)
{
    if (!(REG8(UART_LSR) & LSR_RECEIVED))
        __asm volatile("wfi" ::: "memory");
    REG(PLIC_CLAIM) = REG(PLIC_CLAIM);
}

uint32_t kws_port_traits(void)
{
    return 0;
}
