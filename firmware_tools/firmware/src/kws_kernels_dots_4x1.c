/* Dot products of one pixel for cores with the DSP extension, in assembly. */
#include "kws_dots.h"

#if KWS_DSP_NATIVE
#include "kws_dots_dsp.h"

/* ---- four filters at one pixel ----
 * r0 bytes, r1 and r2 the two pairs' weights, r3 groups left, r4 to r7 the sums: first, second, third, fourth filter.
 */
#define BYTES "[sp]"
#define APART "[sp, #52]"
#define ABSENT "[sp, #64]"
#define END "[sp, #68]"

#define BEGIN_4X1                                  \
    "ldr r0, " BYTES "\n"                          \
    "ldr r2, " APART "\n"                          \
    "ldr r3, " GROUPS "\n"                         \
    "add r2, r1, r2, lsl #1\n"

#define LAST_BYTES                                 \
    "ldr r3, " ABSENT "\n"                         \
    "subs r0, r0, r3\n"                            \
    "lsls r3, r3, #3\n"                            \
    "ldr r12, [r0]\n"                              \
    "lsr r12, r12, r3\n"

#define NEXT_BYTES "ldr r12, [r0], #4\n"

#define WIDEN_BYTES                                \
    "sxtb16 lr, r12, ror #8\n"                     \
    "sxtb16 r12, r12\n"

/* All groups but the last, the first of which has no sums to add to, then two at a time; then the last. */
#define GROUPS_4X1(first, next, last)              \
    "subs r3, #1\n"                                \
    "beq 5f\n"                                     \
    "lsrs r3, r3, #1\n"                            \
    first                                          \
    "bcc 6f\n"                                     \
    "beq 3f\n"                                     \
    ".balign 4\n"                                  \
    "2:\n"                                         \
    next                                           \
    "6:\n"                                         \
    "subs r3, #1\n"                                \
    next                                           \
    "bne 2b\n"                                     \
    "3:\n"                                         \
    last

/* No group but the last. */
#define ONE_GROUP_4X1                              \
    "5:\n"                                         \
    "movs r4, #0\n"                                \
    "movs r5, #0\n"                                \
    "movs r6, #0\n"                                \
    "movs r7, #0\n"                                \
    "b 3b\n"

/* One of two channels whose words and multipliers are loaded. */
#define OUTPUT_4X1(sum, doubled, word, multiplier)     \
    "and lr, " word ", #31\n"                          \
    "asr " word ", " word ", #5\n"                     \
    "add " sum ", " word ", " sum ", " doubled "\n"    \
    "smmulr " sum ", " sum ", " multiplier "\n"        \
    "add " sum ", " sum ", " sum ", asr #31\n"         \
    "asrs " sum ", " sum ", lr\n"                      \
    "adc " sum ", " sum ", r3\n"                       \
    "ssat " sum ", #8, " sum "\n"

/* To the outputs, or to sums where there are no channels. */
#define FINISH_4X1(sums, first_doubled, second_doubled)             \
    "ldr r0, " CHANNELS "\n"                                        \
    "ldr r3, " ZERO "\n"                                            \
    "cmp r0, #0\n"                                                  \
    "beq 4f\n"                                                      \
    "ldm r0!, {r8-r11}\n"                                           \
    OUTPUT_4X1("r4", first_doubled, "r8", "r9")                     \
    OUTPUT_4X1("r5", second_doubled, "r10", "r11")                  \
    "ldm r0!, {r8-r11}\n"                                           \
    "str r0, " CHANNELS "\n"                                        \
    OUTPUT_4X1("r6", first_doubled, "r8", "r9")                     \
    OUTPUT_4X1("r7", second_doubled, "r10", "r11")                  \
    "ldr r0, " OUTPUT "\n"                                          \
    "ldr r3, " END "\n"                                      \
    "strb r4, [r0], #1\n"                                           \
    "strb r5, [r0], #1\n"                                           \
    "strb r6, [r0], #1\n"                                           \
    "strb r7, [r0], #1\n"                                           \
    "mov r1, r2\n"                                                  \
    "cmp r2, r3\n"                                                  \
    "str r0, " OUTPUT "\n"                                          \
    "bne 1b\n"                                                      \
    LEAVE                                                       \
    "4:\n"                                                          \
    sums                                                            \
    "ldr r0, " OUTPUT "\n"                                          \
    "stm r0!, {r4-r7}\n"                                            \
    LEAVE

#define MEET(weights, inputs, first, second)                       \
    "smlad " second ", " weights ", " inputs ", " second "\n"      \
    "sxtb16 " weights ", " weights "\n"                            \
    "smlad " first ", " weights ", " inputs ", " first "\n"

#define MEET_NEW(weights, inputs, first, second)                   \
    "smuad " second ", " weights ", " inputs "\n"                  \
    "sxtb16 " weights ", " weights "\n"                            \
    "smuad " first ", " weights ", " inputs "\n"

#define FOUR_BY_4(bytes, sums)                     \
    bytes                                          \
    "ldr r8, [r1], #8\n"                           \
    "ldr r10, [r2], #8\n"                          \
    "ldr r9, [r1, #-4]\n"                          \
    "ldr r11, [r2, #-4]\n"                         \
    WIDEN_BYTES                                    \
    MEET##sums("r8", "r12", "r4", "r5")            \
    MEET("r9", "lr", "r4", "r5")                   \
    MEET##sums("r10", "r12", "r6", "r7")           \
    MEET("r11", "lr", "r6", "r7")

__attribute__((naked, aligned(4))) void kws_dots_4x1(const int8_t *bytes UNUSED, const int16_t *weights UNUSED,
                                                     const kws_channel *channels UNUSED, int8_t *output UNUSED,
                                                     uint32_t apart UNUSED, int32_t zero UNUSED, uint32_t groups UNUSED,
                                                     uint32_t absent UNUSED, const int16_t *end UNUSED) {
    __asm__ volatile(
        ENTER
        ".balign 4\n"
        "1:\n"
        BEGIN_4X1
        GROUPS_4X1(FOUR_BY_4(NEXT_BYTES, _NEW), FOUR_BY_4(NEXT_BYTES, ), FOUR_BY_4(LAST_BYTES, ))
        "subs r5, r5, r4\n"
        "subs r7, r7, r6\n"
        FINISH_4X1("asrs r5, r5, #8\n asrs r7, r7, #8\n", "lsl #1", "asr #7")
        ONE_GROUP_4X1);
}

#define MEET_4BIT(weights, first, second)                \
    "and r9, r10, " weights "\n"                         \
    "smlad " second ", r9, r12, " second "\n"            \
    "and r9, r10, " weights ", lsl #4\n"                 \
    "smlad " first ", r9, r12, " first "\n"              \
    "and r9, r10, " weights ", lsl #8\n"                 \
    "smlad " second ", r9, lr, " second "\n"             \
    "and r9, r10, " weights ", lsl #12\n"                \
    "smlad " first ", r9, lr, " first "\n"

#define MEET_4BIT_NEW(weights, first, second)            \
    "and r9, r10, " weights "\n"                         \
    "smuad " second ", r9, r12\n"                        \
    "and r9, r10, " weights ", lsl #4\n"                 \
    "smuad " first ", r9, r12\n"                         \
    "and r9, r10, " weights ", lsl #8\n"                 \
    "smlad " second ", r9, lr, " second "\n"             \
    "and r9, r10, " weights ", lsl #12\n"                \
    "smlad " first ", r9, lr, " first "\n"

#define FOUR_BY_4_4BIT(bytes, sums)                \
    bytes                                          \
    "ldr r8, [r1], #4\n"                           \
    "ldr r11, [r2], #4\n"                          \
    WIDEN_BYTES                                    \
    MEET_4BIT##sums("r8", "r4", "r5")              \
    MEET_4BIT##sums("r11", "r6", "r7")

__attribute__((naked, aligned(4))) void kws_dots_4x1_4bit(const int8_t *bytes UNUSED, const int16_t *weights UNUSED,
                                                          const kws_channel *channels UNUSED, int8_t *output UNUSED,
                                                          uint32_t apart UNUSED, int32_t zero UNUSED,
                                                          uint32_t groups UNUSED, uint32_t absent UNUSED,
                                                          const int16_t *end UNUSED) {
    __asm__ volatile(
        ENTER
        ".balign 4\n"
        "1:\n"
        BEGIN_4X1
        "mov r10, #0xF000F000\n"
        GROUPS_4X1(FOUR_BY_4_4BIT(NEXT_BYTES, _NEW), FOUR_BY_4_4BIT(NEXT_BYTES, ), FOUR_BY_4_4BIT(LAST_BYTES, ))
        FINISH_4X1("asrs r4, r4, #12\n asrs r5, r5, #12\n asrs r6, r6, #12\n asrs r7, r7, #12\n", "asr #11", "asr #11")
        ONE_GROUP_4X1);
}

#else
typedef int kws_dots_4x1_is_in_c; /* a file must declare something */
#endif
