/* QEMU's "sim" machine with a little-endian core: prints and ends by the simulator's own calls. */
#include <stddef.h>
#include <stdint.h>

#include "bare_listener.h"

enum { CALL_EXIT = 1, CALL_WRITE = 4, OUTPUT = 1 };

static void call(int number, int first, const char *second, size_t third)
{
    register int a2 __asm__("a2") = number;
    register int a3 __asm__("a3") = first;
    register const char *a4 __asm__("a4") = second;
    register size_t a5 __asm__("a5") = third;
    __asm__ volatile("simcall" : "+r"(a2), "+r"(a3) : "r"(a4), "r"(a5) : "memory");
}

void bare_put(char byte)
{
    call(CALL_WRITE, OUTPUT, &byte, 1);
}

/* What the compiler calls and no library here gives it. */
void *memcpy(void *to, const void *from, size_t len);
void *memset(void *to, int value, size_t len);

void *memcpy(void *to, const void *from, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        ((volatile char *)to)[i] = ((const char *)from)[i];
    }
    return to;
}

void *memset(void *to, int value, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        ((volatile char *)to)[i] = (char)value;
    }
    return to;
}

void begin(void);
void begin(void)
{
    bare_run();
    call(CALL_EXIT, 0, NULL, 0);
}

__asm__(".section .text.reset,\"ax\"\n.globl reset\nreset:\n j past\n .align 4\n .literal_position\npast:\n"
        " movi a1, stack_top\n movi a0, begin\n callx0 a0\n");
