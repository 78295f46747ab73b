/* What the RP2350's boot ROM does for the USB line: it knows the chip's number, and it comes back as a drive (RP2350
 * Datasheet 5.4).
 */
#include "kws_rp2.h"

#if KWS_SERIAL_USB

#include "kws_usb_driver.h"

#define CODE(first, second) ((uint32_t)(first) | (uint32_t)(second) << 8)
#define SOON_MS 10u /* 0 would be never */
#define CHIP_WORDS 4u /* what was asked for, the package, and the chip's number, its lower word first */

typedef uintptr_t (*rom_lookup)(uint32_t code, uint32_t kind);
typedef int (*rom_system_info)(uint32_t *words, uint32_t count, uint32_t what);
typedef int (*rom_reboot)(uint32_t how, uint32_t delay_ms, uint32_t parameter_0, uint32_t parameter_1);

static uintptr_t rom_word(uintptr_t at)
{
    __asm__("" : "+r"(at)); /* GCC takes constants below 4096 for members of a null pointer */
    return *(const volatile uint16_t *)at;
}

/* 0 where there is none, or no such ROM. */
static uintptr_t rom_function(uint32_t code)
{
    if (rom_word(ROM_MAGIC) != CODE('M', 'u') || (rom_word(ROM_MAGIC + 2) & 0xFFu) != 2)
        return 0;
    const rom_lookup lookup = (rom_lookup)rom_word(ROM_LOOKUP);
    return lookup(code, ROM_FUNCTION_ARM_SECURE);
}

size_t kws_usb_driver_serial(char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    uint32_t words[CHIP_WORDS] = {0};
    const rom_system_info info = (rom_system_info)rom_function(CODE('G', 'S'));
    if (info)
        info(words, CHIP_WORDS, ROM_INFO_CHIP);
    for (size_t i = 0; i < 16; i++)
        text[i] = digits[words[i < 8 ? 3 : 2] >> (28 - 4 * (i % 8)) & 0xFu];
    return 16;
}

void kws_usb_driver_boot_loader(void)
{
    const rom_reboot reboot = (rom_reboot)rom_function(CODE('R', 'B'));
    if (reboot)
        reboot(ROM_REBOOT_TO_DRIVE, SOON_MS, 0, 0); /* no pin blinks, both the drive and PICOBOOT are there */
}

#endif
