/* QEMU's "virt" machine: prints on its 16550, then powers off. */
#include <stdint.h>

#include "bare_listener.h"

void bare_put(char byte)
{
    *(volatile uint8_t *)0x10000000u = (uint8_t)byte;
}

void begin(void);
void begin(void)
{
    bare_run();
    *(volatile uint32_t *)0x100000u = 0x5555u;
    for (;;) {
    }
}

__asm__(".section .text.start,\"ax\"\n.globl start\nstart:\n la sp, stack_top\n call begin\n");
