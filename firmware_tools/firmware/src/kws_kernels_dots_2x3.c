/* Dot products of blocks for cores with the DSP extension, in assembly: sums, requantisation and stores stay in
 * registers. The loops are unrolled to eight inputs; their first group has no sums to add to.
 */
#include "kws_dots.h"

#if KWS_DSP_NATIVE
#include "kws_dots_dsp.h"

/* ---- two filters at three pixels ----
 * r0 windows, r1 weights, r3 weights of two inputs, r4 to r6 two inputs of each pixel, r7 to r9 the second filter's
 * sums, r10 to r12 the first one's.
 */
#define WINDOWS "[sp]"
#define ROW_END "[sp, #4]"
#define STEP "[sp, #52]"
#define END "[sp, #64]"

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

/* The same where there are no sums yet. */
#define SECOND_FILTER_NEW(weights)             \
    "smuad r7, " weights ", r4\n"              \
    "smuad r8, " weights ", r5\n"              \
    "smuad r9, " weights ", r6\n"

#define FIRST_FILTER_NEW(weights)              \
    "smuad r10, " weights ", r4\n"             \
    "smuad r11, " weights ", r5\n"             \
    "smuad r12, " weights ", r6\n"

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
#define TWO_LOADED(sums)                           \
    SECOND_FILTER##sums("r3")                      \
    "sxtb16 r3, r3\n"                              \
    FIRST_FILTER##sums("r3")

#define TWO(weights, inputs)                       \
    "ldr r3, [r1, #" #weights "]\n"                \
    INPUTS(inputs)

__attribute__((naked, aligned(4))) void kws_dots_2x3(const int16_t *windows UNUSED, const int16_t *weights UNUSED,
                                                     const kws_channel *channels UNUSED, int8_t *output UNUSED,
                                                     uint32_t step UNUSED, int32_t zero UNUSED, uint32_t groups UNUSED,
                                                     const int16_t *end UNUSED) {
    __asm__ volatile(
        ENTER
        ".balign 4\n"
        "1:\n"
        "ldr r0, " WINDOWS "\n"
        "ldr r2, " GROUPS "\n"
        TWO(0, 0) TWO_LOADED(_NEW)
        TWO(4, 12) TWO_LOADED()
        "lsrs r2, r2, #1\n"
        "bcc 3f\n"
        "add r0, r0, #24\n" /* without flags */
        "add r1, r1, #8\n"
        "beq 4f\n"
        ".balign 4\n"
        "2:\n"
        TWO(0, 0) TWO_LOADED()
        TWO(4, 12) TWO_LOADED()
        "3:\n"
        TWO(8, 24) TWO_LOADED()
        TWO(12, 36)
        "adds r0, #48\n"
        "adds r1, #16\n"
        "subs r2, #1\n"
        TWO_LOADED()
        "bne 2b\n"
        "4:\n"
        "subs r7, r7, r10\n"
        "sub r8, r8, r11\n"
        "sub r9, r9, r12\n"
        FINISH("lsl #1", "asr #7")
        LEAVE);
}

/* Four inputs: the mask is in r2. */
#define FOUR(sums, weights, inputs, last)          \
    "ldr r3, [r1, #" #weights "]\n"                \
    INPUTS(inputs)                                 \
    "and lr, r2, r3\n"                             \
    SECOND_FILTER##sums("lr")                      \
    "and lr, r2, r3, lsl #4\n"                     \
    FIRST_FILTER##sums("lr")                       \
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
        ENTER
        ".balign 4\n"
        "1:\n"
        "ldr r0, " WINDOWS "\n"
        "ldr r3, " GROUPS "\n"
        "mov r2, #0xF000F000\n"
        "add lr, r1, r3, lsl #2\n"
        "str lr, " ROW_END "\n"
        "lsrs r3, r3, #1\n"
        FOUR(_NEW, 0, 0, "")
        "bcc 3f\n"
        "add r0, r0, #24\n" /* without flags */
        "add r1, r1, #4\n"
        "beq 4f\n"
        ".balign 4\n"
        "2:\n"
        FOUR(, 0, 0, "")
        "3:\n"
        FOUR(, 4, 24, "ldr lr, " ROW_END "\n adds r0, #48\n adds r1, #8\n cmp r1, lr\n")
        "bne 2b\n"
        "4:\n"
        FINISH("asr #11", "asr #11")
        LEAVE);
}

/* ---- a window, widened ---- */

#define WIDEN(word, first, second)                 \
    "sxtb16 r5, " word "\n"                        \
    "sxtb16 " word ", " word ", ror #8\n"          \
    "str r5, [r1, #" #first "]\n"                  \
    "str " word ", [r1, #" #second "]\n"

__attribute__((naked, aligned(4))) void kws_widen(const int8_t *bytes UNUSED, int16_t *window UNUSED,
                                                  uint32_t groups UNUSED, uint32_t absent UNUSED) {
    __asm__ volatile(
        "push {r4-r6, lr}\n"
        "subs r2, #1\n"
        "lsrs r2, r2, #1\n"
        "bcc 1f\n"
        "ldr r4, [r0], #4\n"
        WIDEN("r4", 0, 12)
        "adds r1, #24\n"
        "1:\n"
        "cbz r2, 3f\n"
        ".balign 4\n"
        "2:\n"
        "ldr r4, [r0, #0]\n"
        "ldr r6, [r0, #4]\n"
        "adds r0, #8\n"
        WIDEN("r4", 0, 12)
        WIDEN("r6", 24, 36)
        "adds r1, #48\n"
        "subs r2, #1\n"
        "bne 2b\n"
        "3:\n" /* the last: the word that ends with the last byte there is is moved down */
        "subs r0, r0, r3\n"
        "lsls r3, r3, #3\n"
        "ldr r4, [r0]\n"
        "lsrs r4, r3\n"
        WIDEN("r4", 0, 12)
        "pop {r4-r6, pc}\n");
}

#else
typedef int kws_dots_2x3_is_in_c; /* a file must declare something */
#endif
