/* From a transform of pairs to powers, for cores with the DSP extension, in assembly. See kws_frontend_loops.h. */
#include "kws_frontend_loops.h"

#if KWS_DSP_NATIVE

#define UNUSED KWS_UNUSED

/* r0 low, r1 high, r2 and r3 the same from the middle, lr cosine, r12 sine, r8 and r9 these two in Q31.
 * Bins that mirror one another at the middle have the same two, swapped. */

#define SPLIT(low, high, wr, wi, low_step, high_step)     \
    "ldr r4, [" low "]\n"                                 \
    "ldr r5, [" low ", #4]\n"                             \
    "ldr r6, [" high "]\n"                                \
    "ldr r7, [" high ", #4]\n"                            \
    "asr r10, r6, #2\n"                                   \
    "add r10, r10, r4, asr #2\n" /* r10, r4: half of the even part */ \
    "asr r11, r4, #1\n"                                   \
    "sub r11, r11, r6, asr #1\n" /* r11, r5: the odd part */ \
    "asrs r4, r5, #2\n"                                   \
    "sub r4, r4, r7, asr #2\n"                            \
    "asrs r5, r5, #1\n"                                   \
    "add r5, r5, r7, asr #1\n"                            \
    "smmul r6, r5, " wr "\n"                              \
    "smmul r7, r11, " wi "\n"                             \
    "subs r6, r6, r7\n"                                   \
    "smmul r5, r5, " wi "\n"                              \
    "smmla r5, r11, " wr ", r5\n"                         \
    "add r7, r10, r6\n"                                   \
    "sub r10, r10, r6\n"                                  \
    "subs r6, r4, r5\n"                                   \
    "adds r4, r4, r5\n"                                   \
    "smull r5, r11, r7, r7\n"                             \
    "smlal r5, r11, r6, r6\n"                             \
    "smull r6, r7, r10, r10\n"                            \
    "smlal r6, r7, r4, r4\n"                              \
    "str r5, [" low "], #" low_step "\n"                  \
    "str r11, [" low ", #4 - " low_step "]\n"             \
    "str r6, [" high "], #" high_step "\n"                \
    "str r7, [" high ", #4 - " high_step "]\n"

KWS_ASSEMBLY void kws_frontend_split(int32_t *z UNUSED, const uint32_t *cosine UNUSED, uint32_t words UNUSED) {
    __asm__("push {r4-r11, lr}\n"
            "add lr, r1, #4\n"
            "add r12, r1, r2\n"
            "sub r12, r12, #4\n"
            "add r1, r0, r2, lsl #2\n"
            "add r2, r0, r2, lsl #1\n"
            "mov r3, r2\n"
            /* the middle: twiddle -i */
            "movs r8, #0\n"
            "mvn r9, #0x80000000\n"
            SPLIT("r2", "r3", "r8", "r9", "-8", "8")
            "adds r0, #8\n"
            "subs r1, #8\n"
            ".balign 4\n"
            "1:\n"
            "ldr r8, [lr], #4\n"
            "ldr r9, [r12], #-4\n"
            "lsrs r8, r8, #1\n"
            "sbc r8, r8, #0\n"
            "lsrs r9, r9, #1\n"
            "sbc r9, r9, #0\n"
            SPLIT("r0", "r1", "r8", "r9", "8", "-8")
            "cmp r0, r2\n"
            "bhi 2f\n"
            SPLIT("r2", "r3", "r9", "r8", "-8", "8")
            "b 1b\n"
            "2:\n"
            "pop {r4-r11, pc}\n");
}

#endif
