/* The transform's butterflies for cores with the DSP extension, in assembly. See kws_frontend_loops.h.
 *
 * A product's high word is rounded down before a sum is made of it, so SMMLA serves where one is added, but SMMLS, which
 * rounds the difference, does not where one is taken away.
 */
#include "kws_frontend_loops.h"

#if KWS_DSP_NATIVE

#define UNUSED KWS_UNUSED

/* r0, r12, r11, lr the four points, r2 bytes between them. The sum of two registers and their difference
 * take the place of both: x - y first, then 2x less that. */

KWS_ASSEMBLY void kws_frontend_plain(int32_t *z UNUSED, const int32_t *end UNUSED, uint32_t bytes UNUSED) {
    __asm__("push {r4-r11, lr}\n"
            ".balign 4\n"
            "1:\n"
            "add r12, r0, r2\n"
            "add r11, r0, r2, lsl #1\n"
            "add lr, r11, r2\n"
            "ldr r3, [r0]\n" /* a: r3, r4; b: r7, r8; c: r5, r6; d: r9, r10 */
            "ldr r4, [r0, #4]\n"
            "ldr r5, [r12]\n"
            "ldr r6, [r12, #4]\n"
            "ldr r7, [r11]\n"
            "ldr r8, [r11, #4]\n"
            "ldr r9, [lr]\n"
            "ldr r10, [lr, #4]\n"
            "asrs r3, r3, #2\n"
            "asrs r4, r4, #2\n"
            "asrs r7, r7, #2\n"
            "asr r8, r8, #2\n"
            "sub r5, r3, r5, asr #2\n" /* a - c */
            "sub r6, r4, r6, asr #2\n"
            "sub r9, r7, r9, asr #2\n" /* b - d */
            "sub r10, r8, r10, asr #2\n"
            "rsb r3, r5, r3, lsl #1\n" /* a + c */
            "rsb r4, r6, r4, lsl #1\n"
            "rsb r7, r9, r7, lsl #1\n" /* b + d */
            "rsb r8, r10, r8, lsl #1\n"
            "subs r7, r3, r7\n"
            "sub r8, r4, r8\n"
            "sub r10, r5, r10\n"
            "add r9, r6, r9\n"
            "rsb r3, r7, r3, lsl #1\n"
            "rsb r4, r8, r4, lsl #1\n"
            "rsb r5, r10, r5, lsl #1\n"
            "rsb r6, r9, r6, lsl #1\n"
            "str r3, [r0]\n"
            "str r4, [r0, #4]\n"
            "add r0, lr, r2\n"
            "str r5, [r12]\n"
            "str r6, [r12, #4]\n"
            "str r7, [r11]\n"
            "str r8, [r11, #4]\n"
            "cmp r0, r1\n"
            "str r10, [lr]\n"
            "str r9, [lr, #4]\n"
            "blo 1b\n"
            "pop {r4-r11, pc}\n");
}

/* z times w, z in registers r and i, w in wr and wi: the product takes the place of z. */
#define TURN(r, i, wr, wi)                   \
    "smmul r1, " r ", " wr "\n"              \
    "smmul " r ", " r ", " wi "\n"           \
    "smmul " wi ", " i ", " wi "\n"          \
    "smmla " i ", " i ", " wr ", " r "\n"    \
    "sub " r ", r1, " wi "\n"

#define LOAD_POINT(r, i, at, wr, wi, twiddle_r, twiddle_i)     \
    "ldr " r ", [" at "]\n"                                    \
    "ldr " i ", [" at ", #4]\n"                                \
    "ldr " wr ", " twiddle_r "\n"                              \
    "ldr " wi ", " twiddle_i "\n"

/* All butterflies of a stage that have the same three twiddles. */
#define BUTTERFLIES(r1, i1, r2, i2, r3, i3)                    \
    ".balign 4\n"                                              \
    "9:\n"                                                     \
    "add r12, r0, r2\n"                                        \
    "add r11, r0, r2, lsl #1\n"                                \
    "add lr, r11, r2\n"                                        \
    LOAD_POINT("r3", "r4", "r11", "r5", "r6", r1, i1)          \
    LOAD_POINT("r7", "r8", "lr", "r9", "r10", r3, i3)          \
    TURN("r3", "r4", "r5", "r6")  /* b */                      \
    TURN("r7", "r8", "r9", "r10") /* d */                      \
    LOAD_POINT("r5", "r6", "r12", "r9", "r10", r2, i2)         \
    "subs r7, r3, r7\n" /* b - d */                            \
    "sub r8, r4, r8\n"                                         \
    "rsb r3, r7, r3, lsl #1\n" /* b + d */                     \
    "rsb r4, r8, r4, lsl #1\n"                                 \
    TURN("r5", "r6", "r9", "r10") /* c */                      \
    "ldr r9, [r0]\n"                                           \
    "ldr r10, [r0, #4]\n"                                      \
    "add r1, r5, r9, asr #2\n" /* a + c */                     \
    "rsb r5, r5, r9, asr #2\n" /* a - c */                     \
    "add r9, r6, r10, asr #2\n"                                \
    "rsb r6, r6, r10, asr #2\n"                                \
    "sub r10, r1, r3\n"                                        \
    "adds r3, r1, r3\n"                                        \
    "str r10, [r11]\n"                                         \
    "sub r1, r9, r4\n"                                         \
    "add r4, r9, r4\n"                                         \
    "str r1, [r11, #4]\n"                                      \
    "ldr r1, " END "\n"                                        \
    "str r3, [r0]\n"                                           \
    "str r4, [r0, #4]\n"                                       \
    "add r9, r5, r8\n"                                         \
    "sub r8, r5, r8\n"                                         \
    "subs r5, r6, r7\n"                                        \
    "adds r7, r6, r7\n"                                        \
    "add r0, lr, r2\n"                                         \
    "str r9, [r12]\n"                                          \
    "str r5, [r12, #4]\n"                                      \
    "str r8, [lr]\n"                                           \
    "str r7, [lr, #4]\n"                                       \
    "cmp r0, r1\n"                                             \
    "blo 9b\n"

/* On the stack. The twiddles of two angles that mirror one another at 45 degrees, cos - i sin and sin - i cos, and their
 * powers are made of the same numbers. */
#define END "[sp]"
#define UNIT "[sp, #4]"
#define BOTH "[sp, #8]" /* the sum of the two places */
#define PLACE "[sp, #12]"
#define ANGLE "[sp, #16]"
#define COS1 "[sp, #20]"
#define MINUS_SIN1 "[sp, #24]"
#define SIN1 "[sp, #28]"
#define MINUS_COS1 "[sp, #32]"
#define COS2 "[sp, #36]"
#define MINUS_COS2 "[sp, #40]"
#define MINUS_SIN2 "[sp, #44]"
#define COS3 "[sp, #48]"
#define MINUS_SIN3 "[sp, #52]"
#define COSINE "[sp, #92]"
#define RIGHT "[sp, #96]"

/* Cosine of the angle to r7, and that of the rest to 90 degrees (r6) to r8; r5 the table. */
#define COSINE_AND_SINE(angle)       \
    "sub r8, r6, " angle "\n"        \
    "ldr r7, [r5, " angle "]\n"      \
    "ldr r8, [r5, r8]\n"

KWS_ASSEMBLY void kws_frontend_turned(int32_t *z UNUSED, const int32_t *end UNUSED, uint32_t bytes UNUSED,
                                      uint32_t unit UNUSED, const uint32_t *cosine UNUSED, uint32_t right UNUSED) {
    __asm__("push {r4-r11, lr}\n"
            "sub sp, sp, #56\n"
            "str r1, " END "\n"
            "str r3, " UNIT "\n"
            "add r1, r2, r0, lsl #1\n"
            "str r1, " BOTH "\n"
            "movs r10, #0\n"
            "str r0, " PLACE "\n"
            "str r10, " ANGLE "\n"
            "1:\n"
            "ldr r0, " PLACE "\n"
            "ldr r10, " ANGLE "\n"
            "ldr r3, " UNIT "\n"
            "ldr r1, " BOTH "\n"
            "ldr r5, " COSINE "\n"
            "ldr r6, " RIGHT "\n"
            "adds r0, #8\n"
            "add r10, r10, r3\n"
            "subs r1, r1, r0\n"
            "cmp r0, r1\n"
            "bhi 8f\n"
            "str r0, " PLACE "\n"
            "str r10, " ANGLE "\n"
            COSINE_AND_SINE("r10")
            "mov r9, #0\n"
            "lsr r3, r7, #2\n"
            "sub r4, r9, r8, lsr #2\n"
            "lsr r8, r8, #2\n"
            "sub r7, r9, r7, lsr #2\n"
            "str r3, " COS1 "\n"
            "str r4, " MINUS_SIN1 "\n"
            "str r8, " SIN1 "\n"
            "str r7, " MINUS_COS1 "\n"
            "add r4, r10, r10\n"
            "beq 3f\n"
            COSINE_AND_SINE("r4")
            "sub r8, r9, r8, lsr #2\n"
            "lsr r3, r7, #2\n"
            "sub r7, r9, r7, lsr #2\n"
            "str r7, " MINUS_COS2 "\n"
            "2:\n"
            "str r3, " COS2 "\n"
            "str r8, " MINUS_SIN2 "\n"
            "add r10, r10, r4\n"
            "subs r4, r10, r6\n"
            "bhs 4f\n"
            COSINE_AND_SINE("r10")
            "lsrs r7, r7, #2\n"
            "sub r8, r9, r8, lsr #2\n"
            "str r7, " COS3 "\n"
            "str r8, " MINUS_SIN3 "\n"
            "5:\n"
            BUTTERFLIES(COS1, MINUS_SIN1, COS2, MINUS_SIN2, COS3, MINUS_SIN3)
            "ldr r0, " BOTH "\n"
            "ldr r1, " PLACE "\n"
            "subs r0, r0, r1\n"
            "cmp r0, r1\n"
            "beq 8f\n"
            BUTTERFLIES(SIN1, MINUS_COS1, MINUS_COS2, MINUS_SIN2, MINUS_SIN3, COS3)
            "b 1b\n"
            "3:\n" /* 45 degrees, and twice that: the table's 1 is a little less. There is no mirror */
            "movs r3, #0\n"
            "mov r8, #0xC0000000\n"
            "b 2b\n"
            "4:\n" /* more than 90 degrees */
            COSINE_AND_SINE("r4")
            "sub r7, r9, r7, lsr #2\n"
            "sub r8, r9, r8, lsr #2\n"
            "str r8, " COS3 "\n"
            "str r7, " MINUS_SIN3 "\n"
            "b 5b\n"
            "8:\n"
            "add sp, sp, #56\n"
            "pop {r4-r11, pc}\n");
}

#endif
