/* What boot2.S finds in flash; all other vectors are in RAM (shared/rp2/vectors.c). */
#include "kws_rp2.h"

__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack_top;
    kws_vector reset;
} first = {&kws_ld_stack_top, kws_reset_handler};
