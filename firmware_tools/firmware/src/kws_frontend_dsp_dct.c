/* Rows of the DCT for cores with the DSP extension, in assembly. See kws_frontend_loops.h. The same in C is in kws_frontend_features.c. */
#include "kws_frontend_loops.h"

#if KWS_DSP_NATIVE

#define UNUSED KWS_UNUSED

/* Of the cosine's angle r1, where a circle has 2^32 units, its place in half a circle: r12. */
#define NEXT_COSINE                            \
    "eor r12, r1, r1, asr #31\n"               \
    "add r1, r1, r6\n"                         \
    "smmulr r12, r12, r5\n"                    \
    "ldr lr, [r7, #-4]!\n"                     \
    "ldrsh r12, [r4, r12, lsl #1]\n"           \
    "ldr r0, [r2], #4\n"                       \
    "smlal r8, r9, r12, lr\n"

/* On the stack; the last two are arguments. */
#define CIRCLE "[sp]"
#define DIFFERENCES "[sp, #4]"
#define SIGN "[sp, #8]"
#define COUNT "[sp, #12]"
#define CEPSTRUM "[sp, #16]"
#define OTHER "[sp, #20]"
#define ANGLE "[sp, #24]"
#define FIRST "[sp, #64]"
#define LAST "[sp, #68]"

/* The 64 bits of low and high, shifted by r6 = 32 - r12: the last bit that goes rounds. */
#define ROUNDED(low, high)                         \
    "lsl " high ", " high ", r6\n"                 \
    "lsrs " low ", " low ", r12\n"                 \
    "orr " low ", " low ", " high "\n"             \
    "adc " low ", " low ", #0\n"

/* r2 differences upwards, r7 downwards, r3 pairs left, r4 table, r5 units of a circle, r6 step of the angle; r8:r9 row k,
 * r10:r11 the other one. */
KWS_ASSEMBLY void kws_frontend_odd_rows(const kws_circle *circle UNUSED, const int32_t *differences UNUSED,
                                        uint32_t count UNUSED, int32_t *cepstra UNUSED, uint32_t first UNUSED,
                                        uint32_t last UNUSED) {
    __asm__("push {r4-r11, lr}\n"
            "sub sp, sp, #28\n"
            "strd r0, r1, " CIRCLE "\n"
            "ldr r4, " FIRST "\n"
            "ldr r5, [r0, #8]\n"
            "movs r1, #0\n"
            "strd r1, r2, " SIGN "\n"
            "mul r1, r4, r2\n" /* half of the bands */
            "mul r5, r5, r4\n"
            "add r3, r3, r4, lsl #2\n"
            "str r5, " ANGLE "\n"
            "ldr r5, " LAST "\n"
            "cmp r4, r5\n"
            "bhi 4f\n"
            "sub r1, r1, r4\n"
            "add r1, r3, r1, lsl #3\n"
            "strd r3, r1, " CEPSTRUM "\n"
            "sub r5, r5, r4\n" /* the rows to come: the last less the first */
            "str r5, " LAST "\n"
            "1:\n"
            "ldrd r0, r2, " CIRCLE "\n"
            "ldr r3, " COUNT "\n"
            "ldr r1, " ANGLE "\n"
            "ldm r0, {r4, r5}\n"
            "add r7, r2, r3, lsl #2\n"
            "movs r8, #0\n"
            "mov r9, #0\n"
            "mov r10, #0\n"
            "mov r11, #0\n"
            "lsl r6, r1, #1\n"
            "adds r3, r3, #1\n"
            "lsrs r3, r3, #1\n"
            "bcc 3f\n" /* their number is odd: the signs begin with plus */
            ".balign 4\n"
            "2:\n"
            NEXT_COSINE
            "rsb r12, r12, #0\n"
            "smlal r10, r11, r12, r0\n"
            "3:\n"
            NEXT_COSINE
            "smlal r10, r11, r12, r0\n"
            "subs r3, r3, #1\n"
            "bne 2b\n"
            "ldr r0, " CIRCLE "\n"
            "ldr r4, " SIGN "\n"
            "ldr r1, " FIRST "\n"
            "ldr r12, [r0, #12]\n"
            "ldr r7, [r0, #8]\n"
            "ldr r0, " ANGLE "\n"
            "ldr r3, " LAST "\n"
            "eor r10, r10, r4\n"
            "eor r11, r11, r4\n"
            "subs r10, r10, r4\n"
            "sbc r11, r11, r4\n"
            "mvns r4, r4\n"
            "str r4, " SIGN "\n"
            "rsb r6, r12, #32\n"
            "ldrd r4, r5, " CEPSTRUM "\n"
            ROUNDED("r8", "r9")
            ROUNDED("r10", "r11")
            "mul r7, r7, r1\n"
            "str r8, [r4]\n"
            "str r10, [r5]\n"
            "add r4, r4, r1, lsl #3\n"
            "sub r5, r5, r1, lsl #3\n"
            "strd r4, r5, " CEPSTRUM "\n"
            "add r0, r0, r7, lsl #1\n"
            "str r0, " ANGLE "\n"
            "subs r3, r3, r1, lsl #1\n"
            "str r3, " LAST "\n"
            "bhs 1b\n"
            "4:\n"
            "add sp, sp, #28\n"
            "pop {r4-r11, pc}\n");
}

#if KWS_FRONTEND_ODD_TABLE
/* r0 cosines, r1 pairs, r2 quads left, r4:r5 row k, r6:r7 the other one, r8 to lr what is multiplied. */
KWS_ASSEMBLY void kws_frontend_pair_rows(const int16_t *cosines UNUSED, const uint32_t *pairs UNUSED,
                                         uint32_t quads UNUSED, int32_t *row UNUSED, int32_t *other UNUSED,
                                         const int32_t *end UNUSED, uint32_t shift UNUSED) {
    __asm__("push {r1-r11, lr}\n" /* [sp] pairs, #4 quads, #8 row, #48 other, #52 its end, #56 shift */
            "movs r3, #0\n"
            "push {r3, r4}\n" /* [sp] sign */
            "b 3f\n"
            "1:\n"
            "ldr r1, [sp, #8]\n"
            "ldr r2, [sp, #12]\n"
            "movs r4, #0\n"
            "movs r5, #0\n"
            "movs r6, #0\n"
            "movs r7, #0\n"
            ".balign 4\n"
            "2:\n"
            "ldr r8, [r0], #4\n"
            "ldr r9, [r0], #4\n"
            "ldr r10, [r1], #4\n"
            "ldr r11, [r1], #4\n"
            "ldr r12, [r1], #4\n"
            "ldr lr, [r1], #4\n"
            "smlald r4, r5, r8, r10\n"
            "smlald r6, r7, r8, r11\n"
            "smlald r4, r5, r9, r12\n"
            "smlald r6, r7, r9, lr\n"
            "subs r2, #1\n"
            "bne 2b\n"
            "ldr r3, [sp]\n"
            "ldr r12, [sp, #64]\n"
            "ldr r1, [sp, #16]\n"
            "ldr r2, [sp, #56]\n"
            "eors r6, r3\n"
            "eors r7, r3\n"
            "subs r6, r6, r3\n"
            "sbcs r7, r3\n"
            "mvns r3, r3\n"
            "str r3, [sp]\n"
            "rsb r8, r12, #32\n"
            "lsls r5, r8\n"
            "lsls r7, r8\n"
            "lsrs r4, r4, r12\n"
            "orr r4, r4, r5\n"
            "adc r4, r4, #0\n"
            "lsrs r6, r6, r12\n"
            "orr r6, r6, r7\n"
            "adc r6, r6, #0\n"
            "str r4, [r1], #8\n"
            "str r6, [r2], #-8\n"
            "str r1, [sp, #16]\n"
            "str r2, [sp, #56]\n"
            "3:\n"
            "ldr r1, [sp, #16]\n"
            "ldr r2, [sp, #60]\n"
            "cmp r1, r2\n"
            "bls 1b\n"
            "add sp, sp, #20\n"
            "pop {r4-r11, pc}\n");
}
#endif

#endif
