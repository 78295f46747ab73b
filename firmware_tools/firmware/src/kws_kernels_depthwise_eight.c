/* Depthwise sums, eight at a time; see kws_depthwise.h. Sums, requantisation and stores stay in registers. */
#include "kws_depthwise.h"

#include "kws_fixed_point.h"

#if KWS_DSP_NATIVE
#define UNUSED __attribute__((unused))

/* On the stack: the filter, the arguments, nine registers. */
#define WEIGHTS "[sp]"
#define END "[sp, #4]"
#define JUMP "[sp, #8]"
#define ENTRY "[sp, #12]"
#define BIAS "[sp, #16]"
#define MULTIPLIER "[sp, #20]"
#define SHIFT "[sp, #24]"
#define ZERO "[sp, #28]"
#define STEP "[sp, #32]"
#define SAMPLES "[sp, #36]"
#define OUTPUT "[sp, #40]"
#define GROUPS "[sp, #44]"

/* r0 samples, r1 weights, r2 and r3 weights of even and odd places, r4 to r11 sums, r12 and lr samples. */
#define PAIR_BYTES "56"
#define PAIR                             \
    "ldr.w r12, [r0], #4\n"              \
    "ldr.w r2, [r1], #8\n"               \
    "ldr r3, [r1, #-4]\n"              \
    "ldr.w lr, [r0]\n"                   \
    "smlad r4, r12, r2, r4\n"            \
    "smlad r5, r12, r3, r5\n"            \
    "smlad r6, lr, r2, r6\n"             \
    "smlad r7, lr, r3, r7\n"             \
    "ldr.w r12, [r0, #4]\n"              \
    "ldr.w lr, [r0, #8]\n"               \
    "smlad r8, r12, r2, r8\n"            \
    "smlad r9, r12, r3, r9\n"            \
    "smlad r10, lr, r2, r10\n"           \
    "smlad r11, lr, r3, r11\n"

/* r0 multiplier, r1 shift, r2 zero, r3 step, r12 output */
#define FINISH(sum)                      \
    "smmulr " sum ", " sum ", r0\n"      \
    "add " sum ", " sum ", " sum ", asr #31\n" \
    "asrs " sum ", " sum ", r1\n"        \
    "adc " sum ", " sum ", r2\n"         \
    "ssat " sum ", #8, " sum "\n"        \
    "strb " sum ", [r12]\n"              \
    "add r12, r12, r3\n"

__attribute__((naked, aligned(4))) void kws_depthwise_eight(const kws_depthwise_filter *filter UNUSED,
                                                            const int16_t *samples UNUSED, int8_t *output UNUSED,
                                                            uint32_t groups UNUSED) {
    __asm__ volatile(
        "push {r1-r11, lr}\n"
        "ldm r0, {r4-r12}\n"
        "adr r0, 2f\n"
        "rsb r7, r7, #5\n"
        "movs r1, #" PAIR_BYTES "\n"
        "mla r7, r7, r1, r0\n"
        "orr r7, r7, #1\n"
        "push {r4-r12}\n"
        "1:\n"
        "ldr r4, " BIAS "\n"
        "ldr r1, " WEIGHTS "\n"
        "ldr r2, " ENTRY "\n"
        "ldr r0, " SAMPLES "\n"
        "mov r5, r4\n"
        "mov r6, r4\n"
        "mov r7, r4\n"
        "mov r8, r4\n"
        "mov r9, r4\n"
        "mov r10, r4\n"
        "mov r11, r4\n"
        "bx r2\n"
        ".balign 4\n"
        "2:\n"
        PAIR PAIR PAIR PAIR PAIR
        "ldr r3, " END "\n"
        "ldr r12, " JUMP "\n"
        "ldr r2, " ENTRY "\n"
        "cmp r1, r3\n"
        "add r0, r0, r12\n"
        "it ne\n"
        "bxne r2\n"
        "ldr r0, " MULTIPLIER "\n"
        "ldr r1, " SHIFT "\n"
        "ldr r2, " ZERO "\n"
        "ldr r3, " STEP "\n"
        "ldr r12, " OUTPUT "\n"
        FINISH("r4") FINISH("r5") FINISH("r6") FINISH("r7")
        FINISH("r8") FINISH("r9") FINISH("r10") FINISH("r11")
        "ldr r0, " GROUPS "\n"
        "ldr r1, " SAMPLES "\n"
        "subs r0, #1\n"
        "add r1, r1, #16\n" /* without flags */
        "str r0, " GROUPS "\n"
        "str r1, " SAMPLES "\n"
        "str r12, " OUTPUT "\n"
        "bne 1b\n"
        "add sp, sp, #48\n"
        "pop {r4-r11, pc}\n");
}

#elif KWS_DSP

void kws_depthwise_eight(const kws_depthwise_filter *filter, const int16_t *samples, int8_t *output, uint32_t groups) {
    for (; groups > 0; groups--, samples += 8) {
        for (uint32_t i = 0; i < 8; i++, output += filter->step) {
            const int16_t *next = samples + i / 2 * 2;
            int32_t sum = filter->bias;
            for (const int16_t *pair = filter->weights + i % 2 * 2; pair < filter->end; next += filter->jump / 2) {
                for (uint32_t left = filter->piece; left > 0; left--, next += 2, pair += 4) {
                    sum = kws_dual_multiply_add(kws_load_word(next), kws_load_word(pair), sum);
                }
            }
            const int32_t high = kws_multiply_high(sum, filter->multiplier);
            *output = kws_clamp(kws_shift_to(filter->zero, high, filter->shift), INT8_MIN, INT8_MAX);
        }
    }
}

#else
typedef int kws_depthwise_eight_is_for_dsp; /* a file must declare something */
#endif
