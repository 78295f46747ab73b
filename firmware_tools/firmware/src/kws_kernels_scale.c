/* The one step of requantisation that takes 64 bits: a function of its own, since it is rare and large. */
#include "kws_fixed_point.h"

int32_t kws_scale(int32_t value, int32_t multiplier, int32_t left, int32_t right) {
    const int32_t shifted = (int32_t)((uint32_t)value << left);
    const int32_t high = (int32_t)(((int64_t)shifted * multiplier + ((int64_t)1 << 30)) >> 31);
    return right == 0 ? high : kws_shift_to(0, high, right);
}
