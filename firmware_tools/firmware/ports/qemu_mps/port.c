/* kws_port.h for QEMU's MPS2 and MPS3 machines: CMSDK UART and SysTick. There is no microphone.
 *
 * Source: Arm Cortex-M System Design Kit Technical Reference Manual (DDI 0479), 4.3 "APB UART". QEMU has no DWT: cycles
 * are those of SysTick, the time is made of them. It interrupts as seldom as it can: on a busy machine QEMU serves some
 * interrupts of a fast one together. So nothing ends a sleep but a byte, and there is none while an alarm is set.
 */
#include "kws_port.h"

#include "kws_cortex_m.h"

#define UART_DATA (KWS_SERIAL_BASE + 0x0u)
#define UART_STATE (KWS_SERIAL_BASE + 0x4u)
#define UART_CONTROL (KWS_SERIAL_BASE + 0x8u)
#define UART_INTCLEAR (KWS_SERIAL_BASE + 0xCu)
#define UART_BAUDDIV (KWS_SERIAL_BASE + 0x10u)
#define STATE_TX_FULL 0x1u
#define STATE_RX_FULL 0x2u
#define CONTROL_TX_RX_RXIRQ 0xBu
#define INT_RX 0x2u

#define SCB_ICSR 0xE000ED04u
#define ICSR_SYSTICK_PENDING 0x04000000u
#define CYCLES_PER_US (KWS_CLOCK_HZ / 1000000u)
#define RING 2048u
#define EXCEPTIONS 15u
#define INTERRUPTS 48u

extern uint32_t kws_ld_stack_top; /* laid down by linker.ld; only its address means anything */

static uint8_t ring[RING];
static volatile uint32_t received, taken;
static uint64_t passed_cycles; /* whole turns of SysTick */
static int alarm_set;

/* ---- time ------------------------------------------------------------------------------------------------------- */

static void systick_handler(void)
{
    passed_cycles += KWS_SYSTICK_MOST;
}

/* With interrupts off. A turn that ends meanwhile is pending, and has not been counted. */
static uint64_t cycles(void)
{
    uint32_t left = KWS_REG(KWS_SYSTICK_VALUE);
    uint32_t turns = 0;
    if (KWS_REG(SCB_ICSR) & ICSR_SYSTICK_PENDING) {
        left = KWS_REG(KWS_SYSTICK_VALUE);
        turns = 1;
    }
    return passed_cycles + turns * KWS_SYSTICK_MOST + (KWS_SYSTICK_MOST - 1u - left);
}

static uint64_t now_cycles(void)
{
    kws_irq_off();
    const uint64_t now = cycles();
    kws_irq_on();
    return now;
}

uint32_t kws_port_cycles(void)
{
    return (uint32_t)now_cycles();
}

uint32_t kws_port_clock_hz(void)
{
    return KWS_CLOCK_HZ;
}

uint64_t kws_port_time_us(void)
{
    return now_cycles() / CYCLES_PER_US;
}

void kws_port_alarm_us(uint32_t delay_us)
{
    alarm_set = delay_us != 0;
}

/* ---- serial line ------------------------------------------------------------------------------------------------ */

static void uart_handler(void)
{
    KWS_REG(UART_INTCLEAR) = INT_RX;
    while (KWS_REG(UART_STATE) & STATE_RX_FULL) {
        const uint8_t byte = (uint8_t)KWS_REG(UART_DATA);
        if (received - taken < RING) {
            ring[received % RING] = byte;
            received++;
        }
    }
}

uint32_t kws_port_baud(void)
{
    return KWS_BAUD;
}

int kws_port_uart_read(void)
{
    if (received == taken) {
        return -1;
    }
    const uint8_t byte = ((volatile uint8_t *)ring)[taken % RING];
    taken++;
    return byte;
}

void kws_port_uart_write(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        while (KWS_REG(UART_STATE) & STATE_TX_FULL) {
        }
        KWS_REG(UART_DATA) = bytes[i];
    }
}

/* ---- the rest ---------------------------------------------------------------------------------------------------- */

void kws_port_init(void)
{
    kws_systick_every(KWS_SYSTICK_MOST);
    KWS_REG(UART_BAUDDIV) = KWS_CLOCK_HZ / KWS_BAUD < 16u ? 16u : KWS_CLOCK_HZ / KWS_BAUD;
    KWS_REG(UART_CONTROL) = CONTROL_TX_RX_RXIRQ;
    kws_irq_enable(KWS_SERIAL_RX_IRQ);
}

void kws_port_idle(void)
{
    kws_irq_off();
    if (received == taken && !alarm_set) {
        kws_wait_for_interrupt();
    }
    kws_irq_on();
}

uint32_t kws_port_traits(void)
{
    return 0;
}

__attribute__((section(".vectors"), used)) const struct {
    uint32_t *stack_top;
    kws_vector handlers[EXCEPTIONS + INTERRUPTS];
} kws_vectors = {
    &kws_ld_stack_top,
    {
        kws_reset_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler,
        kws_fault_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler,
        kws_fault_handler, kws_fault_handler, kws_fault_handler, kws_fault_handler, systick_handler,
        [EXCEPTIONS + KWS_SERIAL_RX_IRQ] = uart_handler,
    },
};
