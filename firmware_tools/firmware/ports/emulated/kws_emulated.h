/* Register map of the emulated board. The firmware's port and the machine that emulates it both include this file.
 *
 * The microphone and the UART's receiver put what arrives into memory of their own, as a DMA channel would, and raise
 * a level-triggered line; the core sleeps with WFI until a line named in KWS_WAKE is up.
 */
#ifndef KWS_EMULATED_H
#define KWS_EMULATED_H

/* ---- system ------------------------------------------------------------------------------------------------- */
#define KWS_SYS_BASE 0x40000000u
#define KWS_SYS_WAKE 0x000u  /* rw: lines that end a WFI, KWS_WAKE_... or-ed */
#define KWS_SYS_FAULT 0x004u /* w: the firmware reports that it cannot go on; the board halts */
#define KWS_SYS_LOG 0x008u   /* w: one character for the debugger's console */
#define KWS_SYS_TIME_LOW 0x00Cu  /* r: microseconds since reset; reading it keeps the upper half for the next register */
#define KWS_SYS_TIME_HIGH 0x010u /* r: upper half of the time read last */
#define KWS_SYS_ALARM 0x014u     /* w: raise a line so many microseconds from now, 0: never; takes back the last one */
#define KWS_SYS_TRAITS 0x018u    /* r: bit 0: time is virtual and passes as it likes */

#define KWS_WAKE_RX 0x1u  /* KWS_UART_RX_MARK bytes wait, or fewer and the line has gone idle */
#define KWS_WAKE_TX 0x2u  /* the transmitter is at most half full */
#define KWS_WAKE_MIC 0x4u /* KWS_MIC_MARK samples wait */
#define KWS_WAKE_ALARM 0x8u /* the alarm's time has come */

/* ---- UART: 8N1 with RTS/CTS flow control -------------------------------------------------------------------- */
#define KWS_UART_BASE 0x40001000u
#define KWS_UART_DATA 0x000u   /* r: next byte | KWS_UART_VALID, or 0 when none waits; w: send a byte */
#define KWS_UART_STATUS 0x004u /* r: bytes waiting << 16 | free places in the transmitter */
#define KWS_UART_BAUD 0x008u   /* rw: bits a second; 0 (at reset) switches the UART off */
#define KWS_UART_LOST 0x00Cu   /* r: bytes written to a full or switched-off transmitter, and lost */

#define KWS_UART_VALID 0x100u
#define KWS_UART_TX_FIFO 128u
#define KWS_UART_RX_FIFO 4096u
#define KWS_UART_RX_MARK 64u

/* ---- microphone: 16 bit, mono ------------------------------------------------------------------------------- */
#define KWS_MIC_BASE 0x40002000u
#define KWS_MIC_RATE 0x000u     /* rw: samples a second; writing starts afresh, 0 stops */
#define KWS_MIC_LEVEL 0x004u    /* r: samples waiting, up to the next place where some were lost */
#define KWS_MIC_DATA 0x008u     /* r: next sample, sign extended; 0 when none waits */
#define KWS_MIC_OVERRUNS 0x00Cu /* r: samples lost since the start, before the next one in DATA, by a full memory */
#define KWS_MIC_MARK 0x010u     /* rw: samples that raise the line, 1 at reset */

#define KWS_MIC_FIFO 4096u
#define KWS_MIC_MAX_HZ 192000u

/* ---- the core's own: System Control Space, Data Watchpoint and Trace ----------------------------------------- */
#define KWS_DWT_BASE 0xE0001000u
#define KWS_DWT_CTRL 0x000u
#define KWS_DWT_CYCCNT 0x004u
#define KWS_DWT_CTRL_CYCCNTENA 0x1u
#define KWS_SCS_BASE 0xE000E000u
#define KWS_SCS_CPUID 0xD00u
#define KWS_SCS_AIRCR 0xD0Cu
#define KWS_SCS_CPACR 0xD88u
#define KWS_SCS_DEMCR 0xDFCu
#define KWS_DEMCR_TRCENA 0x01000000u
#define KWS_AIRCR_KEY 0x05FA0000u
#define KWS_AIRCR_SYSRESETREQ 0x4u

#endif
