/* Sums of four filters for Cortex-M0 and M0+, in assembly: these have eight registers for most of their instructions, and
 * compilers put the sums into memory. Here sums stay in the other registers, which can be added to.
 */
#include "kws_dots.h"

#if KWS_SHORT_MULTIPLY_NATIVE
#define UNUSED __attribute__((unused))

/* ---- groups of four inputs up to an end: see add_function in kws_kernels_dots.c ----
 * r0 inputs, r1 and r2 weights of the two pairs, r3 and r4 two inputs, r5 weights, r6 a product, r8 to r11 the sums:
 * first and second filter, third and fourth; r12 the inputs' end.
 */
/* GCC takes the older syntax for Thumb-1 where it is not told. */
#define ENTER                    \
    ".syntax unified\n"          \
    "push {r4-r7, lr}\n"         \
    "mov r4, r8\n"               \
    "mov r5, r9\n"               \
    "mov r6, r10\n"              \
    "mov r7, r11\n"              \
    "push {r4-r7}\n"             \
    "mov r12, r1\n"              \
    "movs r1, r2\n"              \
    "movs r2, r3\n"              \
    "ldr r7, [sp, #36]\n"        \
    "ldm r7!, {r3-r6}\n"         \
    "mov r8, r3\n"               \
    "mov r9, r4\n"               \
    "mov r10, r5\n"              \
    "mov r11, r6\n"             \
    "subs r7, #16\n"

#define LEAVE                    \
    "mov r3, r8\n"               \
    "mov r4, r9\n"               \
    "mov r5, r10\n"              \
    "mov r6, r11\n"              \
    "stm r7!, {r3-r6}\n"         \
    "pop {r4-r7}\n"              \
    "mov r8, r4\n"               \
    "mov r9, r5\n"               \
    "mov r10, r6\n"              \
    "mov r11, r7\n"              \
    "pop {r4-r7, pc}\n"

#define INPUTS(first, second)            \
    "ldrb r3, [r0, #" #first "]\n"       \
    "ldrb r4, [r0, #" #second "]\n"      \
    "sxtb r3, r3\n"                      \
    "sxtb r4, r4\n"

/* Two inputs and a pair's halfwords of weights. */
#define MEET(weights, at, first, second)    \
    "ldr r5, [" weights ", #" #at "]\n"     \
    "sxtb r6, r5\n"                         \
    "muls r6, r3, r6\n"                     \
    "add " first ", r6\n"                   \
    "sxth r6, r5\n"                         \
    "muls r6, r3, r6\n"                     \
    "add " second ", r6\n"                  \
    "asrs r5, r5, #16\n"                    \
    "sxtb r6, r5\n"                         \
    "muls r6, r4, r6\n"                     \
    "add " first ", r6\n"                   \
    "muls r5, r4, r5\n"                     \
    "add " second ", r5\n"

#define NEXT_GROUP(bytes)                \
    "adds r0, #4\n"                      \
    "adds r1, #" #bytes "\n"             \
    "adds r2, #" #bytes "\n"             \
    "cmp r0, r12\n"                      \
    "bne 1b\n"

__attribute__((naked)) void kws_add_groups_8bit(const int8_t *bytes UNUSED, const int8_t *end UNUSED,
                                                const int16_t *pair UNUSED, const int16_t *other UNUSED,
                                                int32_t sums[4] UNUSED) {
    __asm__ volatile(
        ENTER
        "1:\n"
        INPUTS(0, 2)
        MEET("r1", 0, "r8", "r9")
        MEET("r2", 0, "r10", "r11")
        INPUTS(1, 3)
        MEET("r1", 4, "r8", "r9")
        MEET("r2", 4, "r10", "r11")
        NEXT_GROUP(8)
        LEAVE);
}

#define NIBBLE(up, input, sum)           \
    "lsls r6, r5, #" #up "\n"            \
    "asrs r6, r6, #28\n"                 \
    "muls r6, " input ", r6\n"           \
    "add " sum ", r6\n"

/* Two inputs and a pair's weights of 4 bits in a halfword that begins `up` bits below the top. */
#define MEET_4BIT(weights, first, second, a, b, c, d)    \
    "ldr r5, [" weights "]\n"                            \
    NIBBLE(a, "r3", second)                              \
    NIBBLE(b, "r3", first)                               \
    NIBBLE(c, "r4", second)                              \
    NIBBLE(d, "r4", first)

__attribute__((naked)) void kws_add_groups_4bit(const int8_t *bytes UNUSED, const int8_t *end UNUSED,
                                                const int16_t *pair UNUSED, const int16_t *other UNUSED,
                                                int32_t sums[4] UNUSED) {
    __asm__ volatile(
        ENTER
        "1:\n"
        INPUTS(0, 1)
        MEET_4BIT("r1", "r8", "r9", 16, 20, 24, 28)
        MEET_4BIT("r2", "r10", "r11", 16, 20, 24, 28)
        INPUTS(2, 3)
        MEET_4BIT("r1", "r8", "r9", 0, 4, 8, 12)
        MEET_4BIT("r2", "r10", "r11", 0, 4, 8, 12)
        NEXT_GROUP(4)
        LEAVE);
}

#else
typedef int kws_dots_short_is_in_c; /* a file must declare something */
#endif
