/* Arithmetic that gcc calls on Xtensa. Debian's libgcc for the LX106 leaves it out: that chip has it in its ROM, the
 * simulator has no ROM. */
#include <stddef.h>
#include <stdint.h>

uint32_t __udivsi3(uint32_t number, uint32_t by);
uint32_t __umodsi3(uint32_t number, uint32_t by);
int32_t __divsi3(int32_t number, int32_t by);
uint64_t __umulsidi3(uint32_t a, uint32_t b);
uint64_t __muldi3(uint64_t a, uint64_t b);
uint64_t __udivmoddi4(uint64_t number, uint64_t by, uint64_t *rest); /* libgcc has it */
uint64_t __udivdi3(uint64_t number, uint64_t by);
int64_t __divdi3(int64_t number, int64_t by);

static uint32_t divide(uint32_t number, uint32_t by, uint32_t *rest)
{
    uint32_t result = 0, left = 0;
    for (int bit = 31; bit >= 0; bit--) {
        const uint32_t over = left >> 31;
        left = left << 1 | (number >> bit & 1u);
        result <<= 1;
        if (over != 0 || left >= by) {
            left -= by;
            result |= 1u;
        }
    }
    *rest = left;
    return result;
}

uint32_t __udivsi3(uint32_t number, uint32_t by)
{
    uint32_t rest;
    return divide(number, by, &rest);
}

uint32_t __umodsi3(uint32_t number, uint32_t by)
{
    uint32_t rest;
    (void)divide(number, by, &rest);
    return rest;
}

int32_t __divsi3(int32_t number, int32_t by)
{
    const uint32_t plain = number < 0 ? 0u - (uint32_t)number : (uint32_t)number;
    const uint32_t result = __udivsi3(plain, by < 0 ? 0u - (uint32_t)by : (uint32_t)by);
    return (int32_t)((number < 0) != (by < 0) ? 0u - result : result);
}

uint64_t __umulsidi3(uint32_t a, uint32_t b)
{
    const uint32_t al = a & 0xFFFFu, ah = a >> 16, bl = b & 0xFFFFu, bh = b >> 16;
    const uint32_t low = al * bl, middle = ah * bl + (low >> 16), other = al * bh + (middle & 0xFFFFu);
    const uint32_t high = ah * bh + (middle >> 16) + (other >> 16);
    return (uint64_t)high << 32 | (other << 16 | (low & 0xFFFFu));
}

uint64_t __muldi3(uint64_t a, uint64_t b)
{
    const uint32_t al = (uint32_t)a, ah = (uint32_t)(a >> 32), bl = (uint32_t)b, bh = (uint32_t)(b >> 32);
    return __umulsidi3(al, bl) + ((uint64_t)(al * bh + ah * bl) << 32);
}

uint64_t __udivdi3(uint64_t number, uint64_t by)
{
    return __udivmoddi4(number, by, NULL);
}

int64_t __divdi3(int64_t number, int64_t by)
{
    const uint64_t plain = number < 0 ? 0u - (uint64_t)number : (uint64_t)number;
    const uint64_t result = __udivdi3(plain, by < 0 ? 0u - (uint64_t)by : (uint64_t)by);
    return (int64_t)((number < 0) != (by < 0) ? 0u - result : result);
}
