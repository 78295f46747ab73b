/* What the RP2350 has that the RP2040 has elsewhere or otherwise (shared/rp2/kws_rp2.h), each with its chapter of the
 * RP2350 Datasheet.
 */
#ifndef KWS_RP2_CHIP_H
#define KWS_RP2_CHIP_H

#if KWS_CLOCK_HZ != 150000000
#error "this port sets up 150 MHz: write clock_hz: 150000000 into the board file"
#endif

/* 3.2 Interrupts: those that are used, of 52 */
#define INTERRUPTS 52u
#define KWS_VECTORS_LIE __attribute__((section(".vectors"), used)) /* where the boot ROM looks for them (5.9) */
#define TIMER_IRQ_0 0u /* of TIMER0 */
#define TIMER_IRQ_1 1u
#define DMA_IRQ_0 10u
#define USBCTRL_IRQ 14u
#define UART0_IRQ 33u

/* 2.2 Where the blocks are */
#define CLOCKS 0x40010000u
#define RESETS 0x40020000u
#define IO_BANK0 0x40028000u
#define PADS_BANK0 0x40038000u
#define XOSC 0x40048000u
#define PLL_SYS 0x40050000u
#define PLL_USB 0x40058000u
#define UART0 0x40070000u
#define ADC 0x400A0000u
#define TIMER 0x400B0000u /* TIMER0 */
#define TICKS 0x40108000u

/* 7.5 Resets */
#define RESET_ADC (1u << 0)
#define RESET_DMA (1u << 2)
#define RESET_IO_BANK0 (1u << 6)
#define RESET_PADS_BANK0 (1u << 9)
#define RESET_PIO0 (1u << 11)
#define RESET_PLL_SYS (1u << 14)
#define RESET_PLL_USB (1u << 15)
#define RESET_SYSINFO (1u << 21)
#define RESET_TIMER (1u << 23)
#define RESET_UART0 (1u << 26)
#define RESET_USBCTRL (1u << 28)

/* 8.1 Clocks, and 8.6 PLL: 12 MHz x 125 / 5 / 2 */
#define CLK_USB_CTRL (CLOCKS + 0x60u)
#define CLK_ADC_CTRL (CLOCKS + 0x6Cu)
#define PLL_SYS_DIVIDER_1 5u
#define ROSC_HZ 11000000u /* 8.3: typical, before any setting */

/* 8.5 Ticks: the timer's microsecond */
#define TICKS_TIMER_CTRL (TICKS + 0x18u)
#define TICKS_TIMER_CYCLES (TICKS + 0x1Cu)
#define TICKS_ENABLE (1u << 0)

/* 9.7 Pads: each is cut off until its function is chosen. A microphone's data line is pulled up: an input that is pulled
 * down can hang half-way (erratum RP2350-E9). */
#define PAD_ISOLATED (1u << 8)
#define PAD_DATA_IDLE PAD_PULL_UP

/* 3.1 SIO */
#define SIO_GPIO_OUT_SET 0xD0000018u
#define SIO_GPIO_OE_SET 0xD0000038u

/* 12.6 DMA */
#define DMA_CHAN_ABORT 0x50000464u
#define DMA_INCR_WRITE (1u << 6)
#define DMA_RING_WRITE(log2_bytes) ((log2_bytes) << 8 | 1u << 12)
#define DMA_CHAIN_TO(channel) ((channel) << 13) /* to itself: to none */
#define DMA_TREQ(dreq) ((dreq) << 17)
#define DMA_COUNT_LOG2 27u /* a power of two that a transfer's count holds; the upper four bits are its mode */
#define DREQ_UART0_TX 28u
#define DREQ_ADC 48u

/* 12.15 System information */
#define SYSINFO_PLATFORM 0x40000008u

/* 12.8 Timers */
#define TIMER_INTR (TIMER + 0x3Cu)
#define TIMER_INTE (TIMER + 0x40u)

/* 12.7 USB: its transceiver is cut off after a reset. From all of an endpoint's state to its AVAILABLE; a Cortex-M33 may
 * do two of them in a cycle. */
#define USB_MAIN_CTRL_ISOLATED (1u << 2)
#define USB_SETTLE_NOPS 32

/* 5.4 Boot ROM: what begins it, where its look-up function is, what it is asked for */
#define ROM_MAGIC 0x10u /* 'M', 'u', 2 */
#define ROM_LOOKUP 0x16u
#define ROM_FUNCTION_ARM_SECURE 0x4u
#define ROM_INFO_CHIP 0x1u
#define ROM_REBOOT_TO_DRIVE 0x102u /* BOOTSEL, without coming back */

#endif
