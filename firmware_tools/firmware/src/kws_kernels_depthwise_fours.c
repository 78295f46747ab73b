/* Depthwise sums, four channels at a time; see kws_depthwise.h. In the assembly sums, requantisation and stores stay in
 * registers. */
#include "kws_depthwise.h"

#if KWS_DSP_NATIVE
#define UNUSED __attribute__((unused))

/* Products of four channels, whose samples and weights are widened: first and third in one word, the others in another. */
#define MEET(a, b, c, d, x, x_odd, w, w_odd)          \
    "smlabb " a ", " x ", " w ", " a "\n"             \
    "smlabb " b ", " x_odd ", " w_odd ", " b "\n"     \
    "smlatt " c ", " x ", " w ", " c "\n"             \
    "smlatt " d ", " x_odd ", " w_odd ", " d "\n"

#define WIDEN(word, odd)                              \
    "sxtb16 " odd ", " word ", ror #8\n"              \
    "sxtb16 " word ", " word "\n"

#define REQUANTISE(sum, multiplier, shift, zero)      \
    "lsl " sum ", " sum ", #1\n"                      \
    "smmulr " sum ", " sum ", " multiplier "\n"       \
    "add " sum ", " sum ", " sum ", asr #31\n"        \
    "asrs " sum ", " sum ", " shift "\n"              \
    "adc " sum ", " sum ", " zero "\n"                \
    "ssat " sum ", #8, " sum "\n"

/* ---- two outputs ----
 * r0 samples, r1 weights, r2 and r3 a sample widened, r4 to r7 sums of the first output, r8 to r11 of the second, r12 and
 * lr a weight widened. Each sample meets a weight for the first output, then the weight before it for the second.
 */
#define CHANNELS "[sp]"
#define END "[sp, #4]"
#define JUMP "[sp, #8]"
#define ENTRY "[sp, #12]"
#define ZERO "[sp, #16]"
#define STEP "[sp, #20]"
#define COUNT "[sp, #24]"
#define SAMPLES "[sp, #32]"
#define WEIGHTS "[sp, #36]"
#define OUTPUT "[sp, #40]"

#define NEXT_SAMPLE                                   \
    "ldr r2, [r0], #4\n"                              \
    WIDEN("r2", "r3")

#define TAP_BYTES "56"
#define TAP                                           \
    "ldr r12, [r1], #4\n"                             \
    WIDEN("r12", "lr")                                \
    MEET("r4", "r5", "r6", "r7", "r2", "r3", "r12", "lr")    \
    NEXT_SAMPLE                                       \
    MEET("r8", "r9", "r10", "r11", "r2", "r3", "r12", "lr")

#define TWO_OUTPUTS(channel, first, second)           \
    "ldr r12, [r0, #8 * " #channel "]\n"              \
    "ldr lr, [r0, #8 * " #channel " + 4]\n"           \
    "and r12, r12, #31\n"                             \
    REQUANTISE(second, "lr", "r12", "r1")             \
    REQUANTISE(first, "lr", "r12", "r1")              \
    "strb " second ", [r3, #" #channel "]\n"          \
    "strb " first ", [r2, #" #channel "]\n"

__attribute__((naked, aligned(4))) void kws_depthwise_2x4(const kws_depthwise_row *row UNUSED,
                                                          const int8_t *samples UNUSED, const int8_t *weights UNUSED,
                                                          int8_t *output UNUSED) {
    __asm__ volatile(
        "push {r0-r11, lr}\n"
        "ldm r0, {r4-r10}\n"
        "add r5, r5, r2\n"
        "adr r0, 3f\n"
        "rsb r7, r7, #9\n"
        "movs r1, #" TAP_BYTES "\n"
        "mla r7, r7, r1, r0\n"
        "orr r7, r7, #1\n"
        "push {r4-r10}\n"
        "1:\n"
        "ldr r2, " CHANNELS "\n"
        "ldr r0, " SAMPLES "\n"
        "ldr r1, " WEIGHTS "\n"
        "ldr r12, " ENTRY "\n"
        "ldr r4, [r2]\n"
        "ldr r5, [r2, #8]\n"
        "ldr r6, [r2, #16]\n"
        "ldr r7, [r2, #24]\n"
        "asrs r4, r4, #6\n"
        "asrs r5, r5, #6\n"
        "asrs r6, r6, #6\n"
        "asrs r7, r7, #6\n"
        "mov r8, r4\n"
        "mov r9, r5\n"
        "mov r10, r6\n"
        "mov r11, r7\n"
        ".balign 4\n"
        "2:\n"
        NEXT_SAMPLE
        "bx r12\n"
        ".balign 4\n"
        "3:\n"
        TAP TAP TAP TAP TAP TAP TAP TAP TAP
        "ldr r2, " END "\n"
        "ldr r3, " JUMP "\n"
        "ldr r12, " ENTRY "\n"
        "cmp r1, r2\n"
        "add r0, r0, r3\n"
        "bne 2b\n"
        "ldr r0, " CHANNELS "\n"
        "ldr r1, " ZERO "\n"
        "ldr r12, " COUNT "\n"
        "ldr r3, " STEP "\n"
        "ldr r2, " OUTPUT "\n"
        "cmp r12, #1\n" /* no second output: the first one's place is written twice */
        "it eq\n"
        "moveq r3, #0\n"
        "add r3, r3, r2\n"
        TWO_OUTPUTS(0, "r4", "r8")
        TWO_OUTPUTS(1, "r5", "r9")
        TWO_OUTPUTS(2, "r6", "r10")
        TWO_OUTPUTS(3, "r7", "r11")
        "ldr r12, " COUNT "\n"
        "ldr r0, " SAMPLES "\n"
        "rsb r2, r2, r3, lsl #1\n"
        "subs r12, r12, #2\n"
        "add r0, r0, #8\n" /* without flags */
        "str r12, " COUNT "\n"
        "str r0, " SAMPLES "\n"
        "str r2, " OUTPUT "\n"
        "bgt 1b\n"
        "add sp, sp, #44\n"
        "pop {r4-r11, pc}\n");
}

/* ---- one output ----
 * r0 samples, r1 weights, r2 channels, r3 output, r4 to r7 sums, r8 to r11 a sample and a weight widened, r12 step, lr
 * taps left.
 */
#define ONE_STEP "[sp, #52]"
#define ONE_TAPS "[sp, #56]"
#define ONE_ZERO "[sp, #60]"
#define ONE_BLOCKS "[sp, #64]"

#define ONE_OUTPUT(sum, word, multiplier)             \
    "and " word ", " word ", #31\n"                   \
    REQUANTISE(sum, multiplier, word, "r12")          \
    "strb " sum ", [r3], #1\n"

__attribute__((naked, aligned(4))) void kws_depthwise_1x4(const int8_t *samples UNUSED, const int8_t *weights UNUSED,
                                                          const kws_channel *channels UNUSED, int8_t *output UNUSED,
                                                          uint32_t step UNUSED, uint32_t taps UNUSED,
                                                          int32_t zero UNUSED, uint32_t blocks UNUSED) {
    __asm__ volatile(
        "push {r0-r11, lr}\n"
        "1:\n"
        "ldr r0, [sp]\n"
        "ldr r12, " ONE_STEP "\n"
        "ldr lr, " ONE_TAPS "\n"
        "ldr r4, [r2]\n"
        "ldr r5, [r2, #8]\n"
        "ldr r6, [r2, #16]\n"
        "ldr r7, [r2, #24]\n"
        "asrs r4, r4, #6\n"
        "asrs r5, r5, #6\n"
        "asrs r6, r6, #6\n"
        "asrs r7, r7, #6\n"
        ".balign 4\n"
        "2:\n"
        "ldr r8, [r0]\n"
        "ldr r10, [r1], #4\n"
        "add r0, r0, r12\n"
        WIDEN("r8", "r9")
        WIDEN("r10", "r11")
        MEET("r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11")
        "subs lr, lr, #1\n"
        "bne 2b\n"
        "ldr r0, [sp]\n"
        "ldr r12, " ONE_ZERO "\n"
        "adds r0, #4\n"
        "str r0, [sp]\n"
        "ldm r2!, {r8-r11}\n"
        ONE_OUTPUT("r4", "r8", "r9")
        ONE_OUTPUT("r5", "r10", "r11")
        "ldm r2!, {r8-r11}\n"
        ONE_OUTPUT("r6", "r8", "r9")
        ONE_OUTPUT("r7", "r10", "r11")
        "ldr lr, " ONE_BLOCKS "\n"
        "subs lr, lr, #1\n"
        "str lr, " ONE_BLOCKS "\n"
        "bne 1b\n"
        "add sp, sp, #16\n"
        "pop {r4-r11, pc}\n");
}

#elif KWS_DSP

static int8_t requantised(const kws_channel *channel, int32_t sum, int32_t zero) {
    const int32_t high = kws_multiply_high((kws_channel_bias(channel) + sum) * 2, channel->multiplier);
    return kws_clamp(kws_shift_to(zero, high, kws_channel_shift(channel)), INT8_MIN, INT8_MAX);
}

void kws_depthwise_2x4(const kws_depthwise_row *row, const int8_t *samples, const int8_t *weights, int8_t *output) {
    for (uint32_t i = 0; i < row->count; i++, samples += 4, output += row->step) {
        for (uint32_t c = 0; c < 4; c++) {
            const int8_t *next = samples + c;
            int32_t sum = 0;
            for (uint32_t at = 0; at < row->size; at += 4 * row->piece, next += 4 + row->jump) {
                for (uint32_t tap = 0; tap < row->piece; tap++, next += 4) {
                    sum += weights[at + 4 * tap + c] * *next;
                }
            }
            output[c] = requantised(row->channels + c, sum, row->zero);
        }
    }
}

void kws_depthwise_1x4(const int8_t *samples, const int8_t *weights, const kws_channel *channels, int8_t *output,
                       uint32_t step, uint32_t taps, int32_t zero, uint32_t blocks) {
    for (uint32_t c = 0; c < 4 * blocks; c++) {
        int32_t sum = 0;
        for (uint32_t tap = 0; tap < taps; tap++) {
            sum += weights[(c / 4 * taps + tap) * 4 + c % 4] * samples[tap * step + c];
        }
        output[c] = requantised(channels + c, sum, zero);
    }
}

#else
typedef int kws_depthwise_fours_are_for_dsp; /* a file must declare something */
#endif
