/* What the RP2040 has that the RP2350 has elsewhere or otherwise (shared/rp2/kws_rp2.h), each with its section of the
 * RP2040 Datasheet.
 */
#ifndef KWS_RP2_CHIP_H
#define KWS_RP2_CHIP_H

#if KWS_CLOCK_HZ != 125000000
#error "this port sets up 125 MHz: write clock_hz: 125000000 into the board file"
#endif

/* 2.3.2 Interrupts */
enum {
    TIMER_IRQ_0 = 0, TIMER_IRQ_1, TIMER_IRQ_2, TIMER_IRQ_3, PWM_IRQ, USBCTRL_IRQ, XIP_IRQ, PIO0_IRQ_0, PIO0_IRQ_1,
    PIO1_IRQ_0, PIO1_IRQ_1, DMA_IRQ_0, DMA_IRQ_1, IO_IRQ_BANK0, IO_IRQ_QSPI, SIO_IRQ_PROC0, SIO_IRQ_PROC1, CLOCKS_IRQ,
    SPI0_IRQ, SPI1_IRQ, UART0_IRQ, UART1_IRQ, ADC_IRQ_FIFO, I2C0_IRQ, I2C1_IRQ, RTC_IRQ, INTERRUPTS = 32,
};

#define KWS_VECTORS_LIE __attribute__((aligned(256))) /* in RAM, as all constants, where an interrupt finds it at once */

/* 2.2 Where the blocks are */
#define CLOCKS 0x40008000u
#define RESETS 0x4000C000u
#define IO_BANK0 0x40014000u
#define PADS_BANK0 0x4001C000u
#define XOSC 0x40024000u
#define PLL_SYS 0x40028000u
#define PLL_USB 0x4002C000u
#define UART0 0x40034000u
#define ADC 0x4004C000u
#define TIMER 0x40054000u

/* 2.14.3 Subsystem resets */
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
#define RESET_USBCTRL (1u << 24)

/* 2.15.7 Clocks, and 2.18.2: 12 MHz x 125 / 6 / 2 */
#define CLK_USB_CTRL (CLOCKS + 0x54u)
#define CLK_ADC_CTRL (CLOCKS + 0x60u)
#define PLL_SYS_DIVIDER_1 6u
#define ROSC_HZ 6500000u /* 2.17.1: typical, before any setting */

/* 2.19.6 Pads: they are connected from the start */
#define PAD_ISOLATED 0u
#define PAD_DATA_IDLE PAD_PULL_DOWN

/* 2.3.1.7 SIO */
#define SIO_GPIO_OUT_SET 0xD0000014u
#define SIO_GPIO_OE_SET 0xD0000024u

/* 2.5.7 DMA */
#define DMA_CHAN_ABORT 0x50000444u
#define DMA_INCR_WRITE (1u << 5)
#define DMA_RING_WRITE(log2_bytes) ((log2_bytes) << 6 | 1u << 10)
#define DMA_CHAIN_TO(channel) ((channel) << 11) /* to itself: to none */
#define DMA_TREQ(dreq) ((dreq) << 15)
#define DMA_COUNT_LOG2 28u /* a power of two that a transfer's count holds */
#define DREQ_UART0_TX 20u
#define DREQ_ADC 36u

/* 2.20 System information */
#define SYSINFO_PLATFORM 0x40000004u

/* 4.6.5 Timer */
#define TIMER_INTR (TIMER + 0x34u)
#define TIMER_INTE (TIMER + 0x38u)

/* 4.7.6 Watchdog: its tick is the timer's microsecond */
#define WATCHDOG_TICK 0x4005802Cu
#define WATCHDOG_TICK_ENABLE (1u << 9)

/* 4.1 USB: its transceiver is connected from the start. From all of an endpoint's state to its AVAILABLE, cycles of the
 * core (4.1.2.5.1). */
#define USB_MAIN_CTRL_ISOLATED 0u
#define USB_SETTLE_NOPS 12

#endif
