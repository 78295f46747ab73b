/* What the assembly of the dot products shares (kws_kernels_dots_2x3.c, kws_kernels_dots_4x1.c): where arguments lie.
 *
 * kws_kernels_dots.c has the same functions in C.
 */
#ifndef KWS_DOTS_DSP_H
#define KWS_DOTS_DSP_H

#define UNUSED __attribute__((unused))

/* On the stack: the first four arguments (the second one's place is free for use), nine registers, then the other
 * arguments from [sp, #52] on. */
#define ENTER "push {r0-r11, lr}\n"
#define LEAVE               \
    "add sp, sp, #16\n"     \
    "pop {r4-r11, pc}\n"

#define CHANNELS "[sp, #8]"
#define OUTPUT "[sp, #12]"
#define ZERO "[sp, #56]"
#define GROUPS "[sp, #60]"

#endif
