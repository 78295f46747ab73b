/* The serial number of a board with an RP2040: that of its flash chip, as everybody takes it, since the RP2040 has none.
 *
 * Flash cannot be read as memory meanwhile: all code of this port is in RAM. No other interrupt may read flash.
 */
#include "kws_rp2.h"

#if KWS_SERIAL_USB

#include "kws_usb_driver.h"
#include "usb_rp2040_regs.h"

#define UNIQUE_ID_COMMAND 0x4Bu /* then four bytes of nothing, then the number: as flash chips of Winbond and others do */
#define UNIQUE_ID_AT 5u
#define UNIQUE_ID_BYTES 8u
#define SLOW 8u            /* divider of the core clock */
#define SSI_TURNS 100000u  /* many times what it takes */

static uint8_t unique_id[UNIQUE_ID_BYTES];

static void exchange(void)
{
    const uint32_t all = UNIQUE_ID_AT + UNIQUE_ID_BYTES; /* fits the SSI's queues of 16 */
    uint32_t sent = 0, got = 0;
    for (uint32_t turn = 0; got < all && turn < SSI_TURNS; turn++) {
        const uint32_t state = REG(SSI_SR);
        if (sent < all && (state & SSI_SR_ROOM))
            REG(SSI_DR0) = sent++ == 0 ? UNIQUE_ID_COMMAND : 0;
        if (state & SSI_SR_RECEIVED) {
            const uint8_t byte = (uint8_t)REG(SSI_DR0);
            if (got >= UNIQUE_ID_AT)
                unique_id[got - UNIQUE_ID_AT] = byte;
            got++;
        }
    }
}

/* Afterwards the SSI is as boot2.S left it. */
static void read_unique_id(void)
{
    const uint32_t frames = REG(SSI_CTRLR0), count = REG(SSI_CTRLR1), divider = REG(SSI_BAUDR);
    const uint32_t select = REG(IO_QSPI_SS_CTRL);
    REG(SSI_SSIENR) = 0;
    REG(SSI_BAUDR) = SLOW;
    REG(SSI_CTRLR0) = SSI_CTRLR0_BYTES;
    REG(SSI_CTRLR1) = 0;
    REG(SSI_SER) = 1;
    REG(SSI_SSIENR) = 1;
    REG(IO_QSPI_SS_CTRL) = (select & ~IO_QSPI_SS_OVERRIDE) | IO_QSPI_SS_LOW;
    exchange();
    REG(IO_QSPI_SS_CTRL) = (select & ~IO_QSPI_SS_OVERRIDE) | IO_QSPI_SS_HIGH;
    REG(SSI_SSIENR) = 0;
    REG(SSI_CTRLR0) = frames;
    REG(SSI_CTRLR1) = count;
    REG(SSI_BAUDR) = divider;
    REG(SSI_SSIENR) = 1;
    REG(IO_QSPI_SS_CTRL) = select;
}

size_t kws_usb_driver_serial(char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    static bool known;
    if (!known)
        read_unique_id();
    known = true;
    for (size_t i = 0; i < UNIQUE_ID_BYTES; i++) {
        text[2 * i] = digits[unique_id[i] >> 4];
        text[2 * i + 1] = digits[unique_id[i] & 0xFu];
    }
    return 2 * UNIQUE_ID_BYTES;
}

#endif
