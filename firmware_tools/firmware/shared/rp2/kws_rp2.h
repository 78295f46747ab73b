/* The registers of the RP2040 and of the RP2350 that their ports use, and what the ports' files offer each other.
 *
 * What lies elsewhere or is numbered otherwise in one of the two stands in the port's own rp2_chip.h. Sections are those
 * of the RP2040 Datasheet; the RP2350 Datasheet describes the same blocks.
 */
#ifndef KWS_RP2_H
#define KWS_RP2_H

#include <stddef.h>
#include <stdint.h>

#include "kws_cortex_m.h"
#include "rp2_chip.h"

#ifndef KWS_SERIAL_USB
#define KWS_SERIAL_USB 0 /* the line is UART0 */
#endif

#define REG(address) (*(volatile uint32_t *)(uintptr_t)(address))
/* 2.1.2: writes here set or clear the bits that are 1. */
#define REG_SET(address) REG((address) + 0x2000u)
#define REG_CLEAR(address) REG((address) + 0x3000u)

/* 2.14.3 Subsystem resets */
#define RESETS_RESET (RESETS + 0x0u)
#define RESETS_RESET_DONE (RESETS + 0x8u)

/* 2.15.7 Clocks */
#define CLK_REF_CTRL (CLOCKS + 0x30u)
#define CLK_REF_SELECTED (CLOCKS + 0x38u)
#define CLK_SYS_CTRL (CLOCKS + 0x3Cu)
#define CLK_SYS_SELECTED (CLOCKS + 0x44u)
#define CLK_PERI_CTRL (CLOCKS + 0x48u)
#define CLK_REF_SRC_ROSC 0u
#define CLK_REF_SRC_XOSC 2u
#define CLK_SYS_SRC_REF 0u
#define CLK_SYS_SRC_AUX_PLL_SYS 1u      /* SRC aux, AUXSRC 0 */
#define CLK_ENABLE (1u << 11)           /* of PERI, USB, ADC */
#define CLK_USB_ADC_AUXSRC_ROSC (2u << 5) /* AUXSRC 0 is PLL_USB */

/* 2.16.7 Crystal oscillator */
#define XOSC_CTRL (XOSC + 0x00u)
#define XOSC_STATUS (XOSC + 0x04u)
#define XOSC_STARTUP (XOSC + 0x0Cu)
#define XOSC_CTRL_RANGE_1_15MHZ 0xAA0u
#define XOSC_CTRL_ENABLE (0xFABu << 12)
#define XOSC_STATUS_STABLE (1u << 31)

/* 2.18.4 PLLs */
#define PLL_CS 0x00u
#define PLL_PWR 0x04u
#define PLL_FBDIV_INT 0x08u
#define PLL_PRIM 0x0Cu
#define PLL_CS_LOCK (1u << 31)
#define PLL_PWR_PD (1u << 0)
#define PLL_PWR_POSTDIVPD (1u << 3)
#define PLL_PWR_VCOPD (1u << 5)

/* 2.19.6 GPIO: functions and pads */
#define IO_BANK0_CTRL(pin) (IO_BANK0 + 0x4u + 8u * (pin))
#define PADS_BANK0_GPIO(pin) (PADS_BANK0 + 0x4u + 4u * (pin))
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

/* 2.5.7 DMA */
#define DMA_READ_ADDR(channel) (0x50000000u + 0x40u * (channel))
#define DMA_WRITE_ADDR(channel) (0x50000004u + 0x40u * (channel))
#define DMA_TRANS_COUNT(channel) (0x50000008u + 0x40u * (channel))
#define DMA_CTRL_TRIG(channel) (0x5000000Cu + 0x40u * (channel))
#define DMA_AL1_CTRL(channel) (0x50000010u + 0x40u * (channel))
#define DMA_AL1_TRANS_COUNT_TRIG(channel) (0x5000001Cu + 0x40u * (channel))
#define DMA_INTE0 0x50000404u
#define DMA_INTS0 0x5000040Cu
#define DMA_EN (1u << 0)
#define DMA_HIGH_PRIORITY (1u << 1)
#define DMA_SIZE(log2_bytes) ((log2_bytes) << 2)
#define DMA_INCR_READ (1u << 4)
#define DREQ_PIO0_RX0 4u

/* 2.20 System information */
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
#define UART0_DR (UART0 + 0x00u)
#define UART0_FR (UART0 + 0x18u)
#define UART0_IBRD (UART0 + 0x24u)
#define UART0_FBRD (UART0 + 0x28u)
#define UART0_LCR_H (UART0 + 0x2Cu)
#define UART0_CR (UART0 + 0x30u)
#define UART0_IFLS (UART0 + 0x34u)
#define UART0_IMSC (UART0 + 0x38u)
#define UART0_ICR (UART0 + 0x44u)
#define UART0_DMACR (UART0 + 0x48u)
#define UART_FR_RXFE (1u << 4)
#define UART_LCR_8N1_FIFO (3u << 5 | 1u << 4)
#define UART_CR_ON (1u << 9 | 1u << 8 | 1u << 0) /* RXE, TXE, UARTEN */
#define UART_IFLS_LEAST 0u                       /* interrupt from an eighth of the FIFO on */
#define UART_INT_RX (1u << 4)
#define UART_INT_RX_TIMEOUT (1u << 6)
#define UART_DMACR_TX (1u << 1)

/* 4.6.5 Timer */
#define TIMER_ALARM(n) (TIMER + 0x10u + 4u * (n))
#define TIMER_ARMED (TIMER + 0x20u)
#define TIMER_RAWH (TIMER + 0x24u)
#define TIMER_RAWL (TIMER + 0x28u)

/* 4.9.6 ADC */
#define ADC_CS (ADC + 0x00u)
#define ADC_FCS (ADC + 0x08u)
#define ADC_FIFO (ADC + 0x0Cu)
#define ADC_DIV (ADC + 0x10u)
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

/* Start the clocks: KWS_CLOCK_HZ from the crystal, or the ring oscillator where that does not start. */
void kws_clocks_init(void);

/* Start what tells time: the timer's microseconds, of a reference that runs at that many MHz, and cycles. */
void kws_chip_time_init(uint32_t reference_mhz);

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

#endif
