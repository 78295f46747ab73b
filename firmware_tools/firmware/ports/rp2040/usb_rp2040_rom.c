/* The RP2040's own boot loader: how a board comes into it (RP2040 Datasheet 2.8.3). */
#include "kws_rp2.h"

#if KWS_SERIAL_USB

#include "kws_usb_driver.h"
#include "usb_rp2040_regs.h"

typedef uintptr_t (*rom_lookup)(const uint16_t *table, uint32_t code);
typedef void (*rom_usb_boot)(uint32_t activity_pin, uint32_t without);

/* 2.8.3.1: half-words in the ROM say where its functions are. */
static uintptr_t rom_word(uintptr_t at)
{
    __asm__("" : "+r"(at)); /* GCC takes constants below 4096 for members of a null pointer */
    return *(const volatile uint16_t *)at;
}

/* The ROM's own drive (2.8.3.1.5, reset_usb_boot): no pin blinks, both the drive and PICOBOOT are there. */
void kws_usb_driver_boot_loader(void)
{
    if (rom_word(ROM_MAGIC) != ('M' | 'u' << 8) || (rom_word(ROM_MAGIC + 2) & 0xFFu) != 1)
        return; /* an emulator without the ROM */
    const rom_lookup lookup = (rom_lookup)rom_word(ROM_LOOKUP);
    const uint16_t *functions = (const uint16_t *)rom_word(ROM_FUNCTIONS);
    const rom_usb_boot usb_boot = (rom_usb_boot)lookup(functions, 'U' | (uint32_t)'B' << 8);
    if (usb_boot)
        usb_boot(0, 0);
}

#endif
