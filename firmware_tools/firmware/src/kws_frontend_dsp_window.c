/* The window for cores with the DSP extension, in assembly. See kws_frontend_loops.h. */
#include "kws_frontend_loops.h"

#if KWS_DSP_NATIVE

#define UNUSED KWS_UNUSED

/* r0 work, r1 samples, r2 their end, r3 number of a pair whose next one lies r4 bytes behind it, r5 what the
 * number after that is more, r6 cosine, r7 one half */

#define WINDOW_PAIR(minus_or_plus, step, place)           \
    "ldr r8, [r6], #" step "\n"                           \
    "ldr r9, [r6], #" step "\n"                           \
    "ldr r10, [r1], #4\n"                                 \
    minus_or_plus " r8, r7, r8, lsr #2\n"                 \
    minus_or_plus " r9, r7, r9, lsr #2\n"                 \
    place                                                 \
    "smulwb r8, r8, r10\n"                                \
    "smulwt r9, r9, r10\n"                                \
    "str r8, [r12]\n"                                     \
    "str r9, [r12, #4]\n"

#define WINDOW(minus_or_plus, step)                       \
    ".balign 4\n"                                         \
    "1:\n"                                                \
    "rbit r12, r3\n"                                      \
    "add r3, r3, r5\n"                                    \
    WINDOW_PAIR(minus_or_plus, step, "add r12, r12, r0\n") \
    WINDOW_PAIR(minus_or_plus, step, "add r12, r12, r4\n") \
    "cmp r1, r2\n"                                        \
    "bne 1b\n"                                            \
    "pop {r4-r10, pc}\n"

KWS_ASSEMBLY void kws_frontend_window_pairs(int32_t *work UNUSED, const int16_t *samples UNUSED,
                                            const int16_t *end UNUSED, kws_places places UNUSED,
                                            const uint32_t *cosine UNUSED, int back UNUSED, int middle UNUSED) {
    __asm__("push {r4-r10, lr}\n"
            "ldrd r4, r5, [sp, #32]\n"
            "ldrd r6, r8, [sp, #40]\n"
            "ldr r9, [sp, #48]\n"
            "mov r7, #0x40000000\n"
            "cmp r9, #0\n"
            "bne 3f\n"
            "cmp r8, #0\n"
            "bne 2f\n"
            WINDOW("sub", "4")
            "2:\n"
            WINDOW("sub", "-4")
            "3:\n"
            "cmp r8, #0\n"
            "bne 2f\n"
            WINDOW("add", "4")
            "2:\n"
            WINDOW("add", "-4"));
}

#endif
