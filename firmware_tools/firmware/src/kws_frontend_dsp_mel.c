/* Mel levels and rows of the DCT for cores with the DSP extension, in assembly. See kws_frontend_loops.h; the same in C is
 * in kws_frontend_levels.c and kws_frontend_features.c. */
#include "kws_frontend_loops.h"

#if KWS_DSP_NATIVE

#define UNUSED KWS_UNUSED

/* On the stack. */
#define RISING "[sp]"
#define LEVELS "[sp, #8]"
#define LAST_SEGMENT "[sp, #12]"
#define TABLE "[sp, #52]"
#define OFFSET "[sp, #56]"
#define FLOOR "[sp, #60]"

/* r1 bin, r2 segments; of a segment: r0 its last bin, r3 weight, r4 fall, r5:r6 sum of powers, of their products with the
 * weight r7:r8 that of the high words, r9:r10 that of the low ones. */
KWS_ASSEMBLY void kws_frontend_mel(int32_t *levels UNUSED, const int32_t *powers UNUSED,
                                   const kws_mel_segment *segments UNUSED, const kws_mel_segment *end UNUSED,
                                   const uint16_t *table UNUSED, int32_t offset UNUSED, int32_t floor UNUSED) {
    __asm__("push {r0, r3-r11, lr}\n"
            "movs r4, #0\n"
            "movs r5, #0\n"
            "push {r4, r5}\n"
            "1:\n"
            "ldm r2!, {r3, r4, r12}\n"
            "ldr lr, " OFFSET "\n"
            "uxth r0, r12\n"
            "sub lr, lr, r12, lsr #16\n"
            "str lr, " OFFSET "\n"
            "cmp r0, #0\n"
            "beq 5f\n"
            "add r0, r1, r0, lsl #3\n"
            "ldr r5, [r1], #8\n"
            "ldr r6, [r1, #-4]\n"
            "lsr lr, r3, #16\n"
            "umull r7, r8, r6, lr\n"
            "umull r9, r10, r5, lr\n"
            "subs r3, r3, r4\n"
            "cmp r1, r0\n"
            "beq 3f\n"
            ".balign 4\n"
            "2:\n"
            "ldr r11, [r1], #8\n"
            "ldr r12, [r1, #-4]\n"
            "lsr lr, r3, #16\n"
            "adds r5, r5, r11\n"
            "adc r6, r6, r12\n"
            "umlal r7, r8, r12, lr\n"
            "umlal r9, r10, r11, lr\n"
            "subs r3, r3, r4\n"
            "cmp r1, r0\n"
            "bne 2b\n"
            "3:\n"
            /* r9:r10 what falls; r3:r4 the band's energy, with what rose in the segment before */
            "ldrd r3, r4, " RISING "\n"
            "lsr r9, r9, #16\n"
            "orr r9, r9, r10, lsl #16\n"
            "lsr r10, r10, #16\n"
            "lsr r11, r7, #16\n"
            "orr r11, r11, r8, lsl #16\n"
            "adds r9, r9, r7, lsl #16\n"
            "adc r10, r10, r11\n"
            "adds r3, r3, r9\n"
            "adc r4, r4, r10\n"
            "subs r5, r5, r9\n"
            "sbc r6, r6, r10\n"
            "strd r5, r6, " RISING "\n"
            /* log2: r7 its whole part, r4 the rest from bit 30 on */
            "movs r7, #63\n"
            "cmp r4, #0\n"
            "beq 6f\n"
            "7:\n"
            "ldr r12, " TABLE "\n"
            "ldr r5, " FLOOR "\n"
            "ldr r11, " OFFSET "\n"
            "clz r8, r4\n"
            "lsl r4, r4, r8\n"
            "rsb r9, r8, #32\n"
            "lsr r3, r3, r9\n"
            "orrs r4, r4, r3\n"
            "sub r7, r7, r8\n"
            "ubfx r9, r4, #25, #6\n"
            "add r12, r12, r9, lsl #1\n"
            "ubfx r4, r4, #9, #16\n"
            "ldrh r9, [r12]\n"
            "ldrh r10, [r12, #2]\n"
            "add r11, r11, r7, lsl #15\n"
            "sub r10, r10, r9\n"
            "mul r10, r10, r4\n"
            "add r9, r9, r11\n"
            "add r10, r10, #0x8000\n"
            "add r9, r9, r10, lsr #16\n"
            "cmp r5, r9\n"
            "it lt\n"
            "movlt r5, r9\n"
            "4:\n"
            "ldr r0, " LEVELS "\n"
            "ldr r3, " LAST_SEGMENT "\n"
            "adds r5, #32\n"
            "asrs r5, r5, #6\n"
            "str r5, [r0], #4\n"
            "str r0, " LEVELS "\n"
            "cmp r2, r3\n"
            "bne 1b\n"
            "add sp, sp, #16\n"
            "pop {r4-r11, pc}\n"
            "5:\n" /* no bins */
            "movs r5, #0\n"
            "movs r6, #0\n"
            "movs r7, #0\n"
            "mov r8, #0\n"
            "mov r9, #0\n"
            "mov r10, #0\n"
            "b 3b\n"
            "6:\n" /* less than 2^32 */
            "movs r7, #31\n"
            "mov r4, r3\n"
            "mov r3, #0\n"
            "cmp r4, #0\n"
            "bne 7b\n"
            "ldr r5, " FLOOR "\n"
            "b 4b\n");
}

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
