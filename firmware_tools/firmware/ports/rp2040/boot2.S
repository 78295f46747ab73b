/* Second-stage boot loader: flash becomes readable as memory, then the image's vectors are entered.
 *
 * The boot ROM copies these 256 bytes to RAM and jumps to them when the checksum in their last four, which
 * image/finish.py writes, is right (RP2040 Datasheet 2.8.1.3). Each read sends command 03h and 24 bits of address on
 * one line: every serial flash knows that, at up to 33 MHz and more. It is slow, which matters little to code that is
 * copied to RAM.
 */
    .syntax unified
    .cpu cortex-m0plus
    .thumb
    .section .boot2, "ax", %progbits

    .equ SSI, 0x18000000 /* 4.10.13; offsets: */
    .equ CTRLR0, 0x00
    .equ CTRLR1, 0x04
    .equ SSIENR, 0x08
    .equ BAUDR, 0x14
    .equ SPI_CTRLR0, 0xf4
    .equ FRAME_32_EEPROM_READ, (31 << 16) | (3 << 8)                  /* DFS_32, TMOD: send, then receive */
    .equ READ_03H, (0x03 << 24) | (2 << 8) | ((24 / 4) << 2)          /* XIP_CMD, INST_L 8 bits, ADDR_L in nibbles */
    .equ CLOCK_DIVIDER, 4                                             /* 31.25 MHz at 125 MHz */
    .equ VECTORS, 0x10000100
    .equ VTOR, 0xe000ed08

    .global kws_boot2
    .thumb_func
kws_boot2:
    ldr r3, =SSI
    movs r1, #0
    str r1, [r3, #SSIENR] /* off while it is set up */
    movs r1, #CLOCK_DIVIDER
    str r1, [r3, #BAUDR]
    ldr r1, =FRAME_32_EEPROM_READ
    str r1, [r3, #CTRLR0]
    movs r1, #0
    str r1, [r3, #CTRLR1] /* one frame a read */
    ldr r1, =READ_03H
    movs r0, #SPI_CTRLR0
    str r1, [r3, r0]
    movs r1, #1
    str r1, [r3, #SSIENR]
    ldr r0, =VECTORS
    ldr r1, =VTOR
    str r0, [r1]
    ldmia r0!, {r1, r2}
    msr msp, r1
    bx r2
    .pool
