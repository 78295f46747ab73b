/* Dot products for cores with the DSP extension, in assembly: sums, requantisation and stores stay in registers.
 *
 * kws_kernels_dots.c has the same in C. The loops are unrolled to eight inputs and entered in the middle where the
 * number of groups is odd.
 */
#include "kws_dots.h"

#if KWS_DSP_NATIVE

#define UNUSED __attribute__((unused))

/* ---- two filters at three pixels ----
 * r0 windows, r1 weights, r3 weights of two inputs, r4 to r6 two inputs of each pixel, r7 to r9 the second filter's
 * sums, r10 to r12 the first one's. On the stack: windows, (end of a row of weights), channels, output, nine registers,
 * then the arguments step, zero, groups, end.
 */
#define WINDOWS "[sp]"
#define ROW_END "[sp, #4]"
#define CHANNELS "[sp, #8]"
#define OUTPUT "[sp, #12]"
#define STEP "[sp, #52]"
#define ZERO "[sp, #56]"
#define GROUPS "[sp, #60]"
#define END "[sp, #64]"

#define ENTER_2X3 "push {r0-r11, lr}\n"
#define LEAVE_2X3           \
    "add sp, sp, #16\n"     \
    "pop {r4-r11, pc}\n"

#define NO_SUMS      \
    "movs r7, #0\n"  \
    "mov r8, r7\n"   \
    "mov r9, r7\n"   \
    "mov r10, r7\n"  \
    "mov r11, r7\n"  \
    "mov r12, r7\n"

#define INPUTS(at)                        \
    "ldr r4, [r0, #" #at "]\n"            \
    "ldr r5, [r0, #" #at " + 4]\n"        \
    "ldr r6, [r0, #" #at " + 8]\n"

#define SECOND_FILTER(weights)                 \
    "smlad r7, " weights ", r4, r7\n"          \
    "smlad r8, " weights ", r5, r8\n"          \
    "smlad r9, " weights ", r6, r9\n"

#define FIRST_FILTER(weights)                  \
    "smlad r10, " weights ", r4, r10\n"        \
    "smlad r11, " weights ", r5, r11\n"        \
    "smlad r12, " weights ", r6, r12\n"

/* A channel's doubled sums, requantised: lr its shift, r6 the zero point. */
#define REQUANTISE(sum, multiplier)                   \
    "smmulr " sum ", " sum ", " multiplier "\n"       \
    "add " sum ", " sum ", " sum ", asr #31\n"        \
    "asrs " sum ", " sum ", lr\n"                     \
    "adc " sum ", " sum ", r6\n"                      \
    "ssat " sum ", #8, " sum "\n"

/* Twice (bias + sum), where `doubled` shifts what the register holds to twice the sum; then requantised. */
#define OUTPUTS(a, b, c, doubled, bias, multiplier)   \
    "add " a ", " bias ", " a ", " doubled "\n"       \
    "add " b ", " bias ", " b ", " doubled "\n"       \
    "add " c ", " bias ", " c ", " doubled "\n"       \
    REQUANTISE(a, multiplier)                         \
    REQUANTISE(b, multiplier)                         \
    REQUANTISE(c, multiplier)

#define FINISH(first_doubled, second_doubled)                               \
    "ldr r0, " CHANNELS "\n"                                                \
    "ldr r6, " ZERO "\n"                                                    \
    "ldm r0!, {r2, r3, r4, r5}\n"                                           \
    "str r0, " CHANNELS "\n"                                                \
    "and lr, r2, #31\n"                                                     \
    "asrs r2, r2, #5\n"                                                     \
    OUTPUTS("r10", "r11", "r12", first_doubled, "r2", "r3")                 \
    "and lr, r4, #31\n"                                                     \
    "asrs r4, r4, #5\n"                                                     \
    OUTPUTS("r7", "r8", "r9", second_doubled, "r4", "r5")                   \
    "ldr r2, " OUTPUT "\n"                                                  \
    "ldr r3, " STEP "\n"                                                    \
    "ldr r6, " END "\n"                                                     \
    "adds r4, r2, r3\n"                                                     \
    "adds r5, r4, r3\n"                                                     \
    "strb r10, [r2]\n"                                                      \
    "strb r7, [r2, #1]\n"                                                   \
    "strb r11, [r4]\n"                                                      \
    "strb r8, [r4, #1]\n"                                                   \
    "strb r12, [r5]\n"                                                      \
    "strb r9, [r5, #1]\n"                                                   \
    "adds r2, #2\n"                                                         \
    "str r2, " OUTPUT "\n"                                                  \
    "cmp r1, r6\n"                                                          \
    "bne 1b\n"

/* Two inputs: the halfwords as they are meet the second filter's sums, their low bytes the first's. */
#define TWO(weights, inputs, last)                 \
    "ldr r3, [r1, #" #weights "]\n"                \
    INPUTS(inputs)                                 \
    last                                           \
    SECOND_FILTER("r3")                            \
    "sxtb16 r3, r3\n"                              \
    FIRST_FILTER("r3")

__attribute__((naked, aligned(4))) void kws_dots_2x3(const int16_t *windows UNUSED, const int16_t *weights UNUSED,
                                                     const kws_channel *channels UNUSED, int8_t *output UNUSED,
                                                     uint32_t step UNUSED, int32_t zero UNUSED, uint32_t groups UNUSED,
                                                     const int16_t *end UNUSED) {
    __asm__ volatile(
        ENTER_2X3
        ".balign 4\n"
        "1:\n"
        "ldr r0, " WINDOWS "\n"
        "ldr r2, " GROUPS "\n"
        NO_SUMS
        "lsrs r2, r2, #1\n"
        "bcc 2f\n"
        "adds r2, #1\n"
        "subs r0, #24\n"
        "subs r1, #8\n"
        "b 3f\n"
        ".balign 4\n"
        "2:\n"
        TWO(0, 0, "")
        TWO(4, 12, "")
        "3:\n"
        TWO(8, 24, "")
        TWO(12, 36, "adds r0, #48\n adds r1, #16\n subs r2, #1\n")
        "bne 2b\n"
        "subs r7, r7, r10\n"
        "sub r8, r8, r11\n"
        "sub r9, r9, r12\n"
        FINISH("lsl #1", "asr #7")
        LEAVE_2X3);
}

/* Four inputs: the mask is in r2. */
#define FOUR(weights, inputs, last)                \
    "ldr r3, [r1, #" #weights "]\n"                \
    INPUTS(inputs)                                 \
    "and lr, r2, r3\n"                             \
    SECOND_FILTER("lr")                            \
    "and lr, r2, r3, lsl #4\n"                     \
    FIRST_FILTER("lr")                             \
    INPUTS(inputs + 12)                            \
    last                                           \
    "and lr, r2, r3, lsl #8\n"                     \
    SECOND_FILTER("lr")                            \
    "and lr, r2, r3, lsl #12\n"                    \
    FIRST_FILTER("lr")

__attribute__((naked, aligned(4))) void kws_dots_2x3_4bit(const int16_t *windows UNUSED, const int16_t *weights UNUSED,
                                                          const kws_channel *channels UNUSED, int8_t *output UNUSED,
                                                          uint32_t step UNUSED, int32_t zero UNUSED,
                                                          uint32_t groups UNUSED, const int16_t *end UNUSED) {
    __asm__ volatile(
        ENTER_2X3
        ".balign 4\n"
        "1:\n"
        "ldr r0, " WINDOWS "\n"
        "ldr r3, " GROUPS "\n"
        "mov r2, #0xF000F000\n"
        NO_SUMS
        "add lr, r1, r3, lsl #2\n"
        "str lr, " ROW_END "\n"
        "lsrs r3, r3, #1\n"
        "bcc 2f\n"
        "subs r0, #24\n"
        "subs r1, #4\n"
        "b 3f\n"
        ".balign 4\n"
        "2:\n"
        FOUR(0, 0, "")
        "3:\n"
        FOUR(4, 24, "ldr lr, " ROW_END "\n adds r0, #48\n adds r1, #8\n cmp r1, lr\n")
        "bne 2b\n"
        FINISH("asr #11", "asr #11")
        LEAVE_2X3);
}

/* ---- four filters at one pixel ----
 * r0 bytes, r1 and r2 the two pairs' weights, r3 groups left, r4 to r7 the sums: first, second, third, fourth filter.
 */
#define ENTER_4X1                                  \
    "push {r4-r11, lr}\n"                          \
    "add r2, r1, r2, lsl #1\n"                     \
    "movs r4, #0\n"                                \
    "movs r5, #0\n"                                \
    "movs r6, #0\n"                                \
    "movs r7, #0\n"

#define LEAVE_4X1                                  \
    "ldr r0, [sp, #40]\n"                          \
    "stm r0!, {r4, r5, r6, r7}\n"                  \
    "pop {r4-r11, pc}\n"

/* The last group, of which some bytes are absent: the word that ends with its last byte is moved down. */
#define LAST_BYTES                                 \
    "ldr r3, [sp, #36]\n"                          \
    "subs r0, r0, r3\n"                            \
    "lsls r3, r3, #3\n"                            \
    "ldr r12, [r0]\n"                              \
    "lsr r12, r12, r3\n"

#define NEXT_BYTES "ldr r12, [r0], #4\n"

#define WIDEN_BYTES                                \
    "sxtb16 lr, r12, ror #8\n"                     \
    "sxtb16 r12, r12\n"

/* All groups but the last, two at a time, then the last. */
#define GROUPS_4X1(next, last)                     \
    "subs r3, #1\n"                                \
    "beq 3f\n"                                     \
    "lsrs r3, r3, #1\n"                            \
    "bcc 1f\n"                                     \
    "adds r3, #1\n"                                \
    "b 2f\n"                                       \
    ".balign 4\n"                                  \
    "1:\n"                                         \
    next                                           \
    "2:\n"                                         \
    next                                           \
    "subs r3, #1\n"                                \
    "bne 1b\n"                                     \
    "3:\n"                                         \
    last

#define MEET(weights, inputs, first, second)                       \
    "smlad " second ", " weights ", " inputs ", " second "\n"      \
    "sxtb16 " weights ", " weights "\n"                            \
    "smlad " first ", " weights ", " inputs ", " first "\n"

#define FOUR_BY_4(bytes)                           \
    bytes                                          \
    "ldr r8, [r1], #8\n"                           \
    "ldr r10, [r2], #8\n"                          \
    "ldr r9, [r1, #-4]\n"                          \
    "ldr r11, [r2, #-4]\n"                         \
    WIDEN_BYTES                                    \
    MEET("r8", "r12", "r4", "r5")                  \
    MEET("r9", "lr", "r4", "r5")                   \
    MEET("r10", "r12", "r6", "r7")                 \
    MEET("r11", "lr", "r6", "r7")

__attribute__((naked, aligned(4))) void kws_dots_4x1(const int8_t *bytes UNUSED, const int16_t *weights UNUSED,
                                                     uint32_t apart UNUSED, uint32_t groups UNUSED,
                                                     uint32_t absent UNUSED, int32_t sums[4] UNUSED) {
    __asm__ volatile(
        ENTER_4X1
        GROUPS_4X1(FOUR_BY_4(NEXT_BYTES), FOUR_BY_4(LAST_BYTES))
        "subs r5, r5, r4\n"
        "asrs r5, r5, #8\n"
        "subs r7, r7, r6\n"
        "asrs r7, r7, #8\n"
        LEAVE_4X1);
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

#define FOUR_BY_4_4BIT(bytes)                      \
    bytes                                          \
    "ldr r8, [r1], #4\n"                           \
    "ldr r11, [r2], #4\n"                          \
    WIDEN_BYTES                                    \
    MEET_4BIT("r8", "r4", "r5")                    \
    MEET_4BIT("r11", "r6", "r7")

__attribute__((naked, aligned(4))) void kws_dots_4x1_4bit(const int8_t *bytes UNUSED, const int16_t *weights UNUSED,
                                                          uint32_t apart UNUSED, uint32_t groups UNUSED,
                                                          uint32_t absent UNUSED, int32_t sums[4] UNUSED) {
    __asm__ volatile(
        ENTER_4X1
        "mov r10, #0xF000F000\n"
        GROUPS_4X1(FOUR_BY_4_4BIT(NEXT_BYTES), FOUR_BY_4_4BIT(LAST_BYTES))
        "asrs r4, r4, #12\n"
        "asrs r5, r5, #12\n"
        "asrs r6, r6, #12\n"
        "asrs r7, r7, #12\n"
        LEAVE_4X1);
}

#else
typedef int kws_no_dsp_here; /* a file must declare something */
#endif
