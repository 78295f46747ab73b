/* Answers a byte of flags (N, Z, C, V) with the conditions that held, a bit each. A word of flash is read for each that
 * did, and a second one for each of those that are opposites of others. */
#include "kws_port.h"

#define TRY(condition, more) \
    "it" more " " condition "\n\tldr" condition " %2, [%4]\n\torr" condition " %0, %0, %1\n\t"
#define NEXT "add.w %1, %1, %1\n\t"
#define PAIR(condition, opposite) \
    TRY(condition, "t") NEXT TRY(opposite, "tt") "ldr" opposite " %2, [%4, #4]\n\t" NEXT

static uint32_t held_under(uint32_t flags)
{
    uint32_t held = 0, bit = 1, word;
    __asm volatile("msr APSR_nzcvq, %3\n\t" PAIR("eq", "ne") PAIR("cs", "cc") PAIR("mi", "pl") PAIR("vs", "vc")
                       PAIR("hi", "ls") PAIR("ge", "lt") PAIR("gt", "le")
                   : "+r"(held), "+r"(bit), "=&r"(word)
                   : "r"(flags << 28), "r"(0)
                   : "cc");
    return held;
}

int main(void)
{
    kws_port_init();
    kws_port_uart_write((const uint8_t *)"up\n", 3);
    for (;;) {
        int flags = kws_port_uart_read();
        if (flags < 0) {
            kws_port_idle();
            continue;
        }
        uint32_t held = held_under((uint32_t)flags);
        kws_port_uart_write((const uint8_t *)&held, 4);
    }
}
