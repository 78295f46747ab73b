/* The registers of the RP2040 that this port uses, each group with its section of the RP2040 Datasheet, and what the
 * port's files offer each other.
 */
#ifndef KWS_RP2040_H
#define KWS_RP2040_H

#include <stddef.h>
#include <stdint.h>

#ifndef KWS_SERIAL_USB
#define KWS_SERIAL_USB 0 /* the line is UART0 */
#endif

#define REG(address) (*(volatile uint32_t *)(uintptr_t)(address))
/* 2.1.2: writes here set or clear the bits that are 1. */
#define REG_SET(address) REG((address) + 0x2000u)
#define REG_CLEAR(address) REG((address) + 0x3000u)

/* 2.3.2 Interrupts */
enum {
    TIMER_IRQ_0 = 0, TIMER_IRQ_1, TIMER_IRQ_2, TIMER_IRQ_3, PWM_IRQ, USBCTRL_IRQ, XIP_IRQ, PIO0_IRQ_0, PIO0_IRQ_1,
    PIO1_IRQ_0, PIO1_IRQ_1, DMA_IRQ_0, DMA_IRQ_1, IO_IRQ_BANK0, IO_IRQ_QSPI, SIO_IRQ_PROC0, SIO_IRQ_PROC1, CLOCKS_IRQ,
    SPI0_IRQ, SPI1_IRQ, UART0_IRQ, UART1_IRQ, ADC_IRQ_FIFO, I2C0_IRQ, I2C1_IRQ, RTC_IRQ,
};

/* 2.4.8 Cortex-M0+: NVIC and system control */
#define NVIC_ISER 0xE000E100u
#define SCB_VTOR 0xE000ED08u

/* 2.14.3 Subsystem resets */
#define RESETS_RESET 0x4000C000u
#define RESETS_RESET_DONE 0x4000C008u
#define RESET_ADC (1u << 0)
#define RESET_DMA (1u << 2)
#define RESET_IO_BANK0 (1u << 5)
#define RESET_PADS_BANK0 (1u << 8)
#define RESET_PIO0 (1u << 10)
#define RESET_PLL_SYS (1u << 12)
#define RESET_PLL_USB (1u << 13)
#define RESET_SYSINFO (1u << 19)
#define RESET_TIMER (1u << 21)
#define RESET_UART0 (1u << 22)

/* 2.15.7 Clocks */
#define CLK_REF_CTRL 0x40008030u
#define CLK_REF_SELECTED 0x40008038u
#define CLK_SYS_CTRL 0x4000803Cu
#define CLK_SYS_SELECTED 0x40008044u
#define CLK_PERI_CTRL 0x40008048u
#define CLK_USB_CTRL 0x40008054u
#define CLK_ADC_CTRL 0x40008060u
#define CLK_REF_SRC_ROSC 0u
#define CLK_REF_SRC_XOSC 2u
#define CLK_SYS_SRC_REF 0u
#define CLK_SYS_SRC_AUX_PLL_SYS 1u      /* SRC aux, AUXSRC 0 */
#define CLK_ENABLE (1u << 11)           /* of PERI, USB, ADC */
#define CLK_USB_ADC_AUXSRC_ROSC (2u << 5) /* AUXSRC 0 is PLL_USB */

/* 2.16.7 Crystal oscillator */
#define XOSC_CTRL 0x40024000u
#define XOSC_STATUS 0x40024004u
#define XOSC_STARTUP 0x4002400Cu
#define XOSC_CTRL_RANGE_1_15MHZ 0xAA0u
#define XOSC_CTRL_ENABLE (0xFABu << 12)
#define XOSC_STATUS_STABLE (1u << 31)

/* 2.18.4 PLLs */
#define PLL_SYS 0x40028000u
#define PLL_USB 0x4002C000u
#define PLL_CS 0x00u
#define PLL_PWR 0x04u
#define PLL_FBDIV_INT 0x08u
#define PLL_PRIM 0x0Cu
#define PLL_CS_LOCK (1u << 31)
#define PLL_PWR_PD (1u << 0)
#define PLL_PWR_POSTDIVPD (1u << 3)
#define PLL_PWR_VCOPD (1u << 5)

/* 2.19.6 GPIO: functions and pads */
#define IO_BANK0_CTRL(pin) (0x40014004u + 8u * (pin))
#define PADS_BANK0_GPIO(pin) (0x4001C004u + 4u * (pin))
#define FUNCTION_UART 2u
#define FUNCTION_SIO 5u
#define FUNCTION_PIO0 6u
#define FUNCTION_NULL 31u
#define PAD_SCHMITT (1u << 1)
#define PAD_PULL_DOWN (1u << 2)
#define PAD_PULL_UP (1u << 3)
#define PAD_DRIVE_4MA (1u << 4)
#define PAD_INPUT (1u << 6)
#define PAD_OUTPUT_OFF (1u << 7)

/* 2.3.1.7 SIO */
#define SIO_GPIO_OUT_SET 0xD0000014u
#define SIO_GPIO_OE_SET 0xD0000024u

/* 2.5.7 DMA */
#define DMA_READ_ADDR(channel) (0x50000000u + 0x40u * (channel))
#define DMA_WRITE_ADDR(channel) (0x50000004u + 0x40u * (channel))
#define DMA_TRANS_COUNT(channel) (0x50000008u + 0x40u * (channel))
#define DMA_CTRL_TRIG(channel) (0x5000000Cu + 0x40u * (channel))
#define DMA_AL1_CTRL(channel) (0x50000010u + 0x40u * (channel))
#define DMA_AL1_TRANS_COUNT_TRIG(channel) (0x5000001Cu + 0x40u * (channel))
#define DMA_INTE0 0x50000404u
#define DMA_INTS0 0x5000040Cu
#define DMA_CHAN_ABORT 0x50000444u
#define DMA_EN (1u << 0)
#define DMA_HIGH_PRIORITY (1u << 1)
#define DMA_SIZE(log2_bytes) ((log2_bytes) << 2)
#define DMA_INCR_READ (1u << 4)
#define DMA_INCR_WRITE (1u << 5)
#define DMA_RING_WRITE(log2_bytes) ((log2_bytes) << 6 | 1u << 10)
#define DMA_CHAIN_TO(channel) ((channel) << 11) /* to itself: to none */
#define DMA_TREQ(dreq) ((dreq) << 15)
#define DMA_BUSY (1u << 24)
#define DREQ_PIO0_RX0 4u
#define DREQ_UART0_TX 20u
#define DREQ_ADC 36u

/* 2.20 System information */
#define SYSINFO_PLATFORM 0x40000004u
#define SYSINFO_PLATFORM_ASIC (1u << 1)

/* 3.7 PIO; state machine 0 of PIO0 */
#define PIO_CTRL 0x50200000u
#define PIO_FSTAT 0x50200004u
#define PIO_RXF0 0x50200020u
#define PIO_INSTR_MEM(at) (0x50200048u + 4u * (at))
#define PIO_SM0_CLKDIV 0x502000C8u
#define PIO_SM0_EXECCTRL 0x502000CCu
#define PIO_SM0_SHIFTCTRL 0x502000D0u
#define PIO_SM0_INSTR 0x502000D8u
#define PIO_SM0_PINCTRL 0x502000DCu
#define PIO_CTRL_SM0_ENABLE (1u << 0)
#define PIO_CTRL_SM0_RESTART (1u << 4)
#define PIO_CTRL_CLKDIV0_RESTART (1u << 8)
#define PIO_FSTAT_RXEMPTY0 (1u << 8)
#define PIO_SHIFTCTRL_AUTOPUSH (1u << 16)  /* PUSH_THRESH 0: 32 bits; IN_SHIFTDIR 0: first bit ends up highest */
#define PIO_SHIFTCTRL_JOIN_RX (1u << 31)

/* 4.2.8 UART0 */
#define UART0_DR 0x40034000u
#define UART0_FR 0x40034018u
#define UART0_IBRD 0x40034024u
#define UART0_FBRD 0x40034028u
#define UART0_LCR_H 0x4003402Cu
#define UART0_CR 0x40034030u
#define UART0_IFLS 0x40034034u
#define UART0_IMSC 0x40034038u
#define UART0_ICR 0x40034044u
#define UART0_DMACR 0x40034048u
#define UART_FR_RXFE (1u << 4)
#define UART_LCR_8N1_FIFO (3u << 5 | 1u << 4)
#define UART_CR_ON (1u << 9 | 1u << 8 | 1u << 0) /* RXE, TXE, UARTEN */
#define UART_IFLS_LEAST 0u                       /* interrupt from an eighth of the FIFO on */
#define UART_INT_RX (1u << 4)
#define UART_INT_RX_TIMEOUT (1u << 6)
#define UART_DMACR_TX (1u << 1)

/* 4.6.5 Timer */
#define TIMER_ALARM(n) (0x40054010u + 4u * (n))
#define TIMER_ARMED 0x40054020u
#define TIMER_RAWH 0x40054024u
#define TIMER_RAWL 0x40054028u
#define TIMER_INTR 0x40054034u
#define TIMER_INTE 0x40054038u

/* 4.7.6 Watchdog: its tick is the timer's microsecond */
#define WATCHDOG_TICK 0x4005802Cu
#define WATCHDOG_TICK_ENABLE (1u << 9)

/* 4.9.6 ADC */
#define ADC_CS 0x4004C000u
#define ADC_FCS 0x4004C008u
#define ADC_FIFO 0x4004C00Cu
#define ADC_DIV 0x4004C010u
#define ADC_CS_EN (1u << 0)
#define ADC_CS_START_MANY (1u << 3)
#define ADC_CS_READY (1u << 8)
#define ADC_CS_AINSEL(channel) ((channel) << 12)
#define ADC_FCS_EN (1u << 0)
#define ADC_FCS_DREQ (1u << 3)
#define ADC_FCS_EMPTY (1u << 8)
#define ADC_FCS_ERRORS (3u << 10) /* OVER, UNDER: cleared by writing */
#define ADC_FCS_THRESHOLD(n) ((n) << 24)
#define ADC_CLOCK_HZ 48000000u

/* ---- what the port's files offer each other ------------------------------------------------------------------- */

#define DMA_MICROPHONE 0u
#define DMA_UART 1u

/* Start the clocks: 125 MHz from the crystal, or the ring oscillator where that does not start. */
void kws_clocks_init(void);

/* Core clock in Hz, as kws_clocks_init left it. */
uint32_t kws_clocks_hz(void);

/* Let a peripheral out of reset; waits for it, but never for ever. */
void kws_unreset(uint32_t resets);

/* Give a pin to a peripheral. pad: PAD_... or-ed. */
void kws_pin(uint32_t pin, uint32_t function, uint32_t pad);

/* The serial line, and whether a byte waits. */
void kws_serial_init(void);
int kws_serial_waiting(void);

/* Whether the microphone runs, and whether a sample waits. */
int kws_mic_running(void);
int kws_mic_waiting(void);

/* Interrupt handlers. */
void kws_timer_interrupt(void);
void kws_dma_interrupt(void);
void kws_uart_interrupt(void);

/* Those of the DMA's channels; the interrupt is already cleared. */
void kws_uart_dma_done(void);
void kws_mic_dma_done(void);

static inline void kws_interrupt_on(uint32_t irq)
{
    REG(NVIC_ISER) = 1u << irq;
}

static inline void kws_interrupts_off(void)
{
    __asm volatile("cpsid i" ::: "memory");
}

static inline void kws_interrupts_on(void)
{
    __asm volatile("cpsie i" ::: "memory");
}

/* With interrupts off: sleep until one is pending. */
static inline void kws_sleep(void)
{
    __asm volatile("dsb\n\twfi" ::: "memory");
}

#endif
