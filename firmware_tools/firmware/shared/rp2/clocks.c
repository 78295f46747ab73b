/* Clocks, resets and pins. Every wait has an end: a board whose crystal does not start still answers, slowly. */
#include "kws_rp2.h"

#define CRYSTAL_MHZ 12u
#define WAIT_TURNS 200000u /* of some 4 cycles: more than 100 ms at the fastest that the ring oscillator may run */
#define CRYSTAL_START 376u /* x 256 cycles of 12 MHz: 8 ms, as some crystals take longer than the data sheet's 1 ms */

static uint32_t clock_hz;

/* Whether the bits come up in time. */
static int wait_for(uint32_t address, uint32_t bits)
{
    for (uint32_t i = 0; i < WAIT_TURNS; i++) {
        if ((REG(address) & bits) == bits)
            return 1;
    }
    return 0;
}

void kws_unreset(uint32_t resets)
{
    REG_CLEAR(RESETS_RESET) = resets;
    wait_for(RESETS_RESET_DONE, resets);
}

void kws_pin(uint32_t pin, uint32_t function, uint32_t pad)
{
    REG(PADS_BANK0_GPIO(pin)) = pad | PAD_ISOLATED;
    REG(IO_BANK0_CTRL(pin)) = function;
    if (PAD_ISOLATED != 0) /* until its function is chosen */
        REG(PADS_BANK0_GPIO(pin)) = pad;
}

static int start_crystal(void)
{
    REG(XOSC_STARTUP) = CRYSTAL_START;
    REG(XOSC_CTRL) = XOSC_CTRL_RANGE_1_15MHZ | XOSC_CTRL_ENABLE;
    return wait_for(XOSC_STATUS, XOSC_STATUS_STABLE);
}

/* 12 MHz x multiplier / divider1 / divider2. */
static int start_pll(uint32_t pll, uint32_t multiplier, uint32_t divider1, uint32_t divider2)
{
    REG(pll + PLL_CS) = 1; /* the crystal, undivided */
    REG(pll + PLL_FBDIV_INT) = multiplier;
    REG_CLEAR(pll + PLL_PWR) = PLL_PWR_PD | PLL_PWR_VCOPD;
    if (!wait_for(pll + PLL_CS, PLL_CS_LOCK))
        return 0;
    REG(pll + PLL_PRIM) = divider1 << 16 | divider2 << 12;
    REG_CLEAR(pll + PLL_PWR) = PLL_PWR_POSTDIVPD;
    return 1;
}

/* From the ring oscillator, as after a reset: what ran before, such as the ROM's USB drive, may have left others. */
static void back_to_rosc(void)
{
    REG(CLK_SYS_CTRL) = CLK_SYS_SRC_REF;
    wait_for(CLK_SYS_SELECTED, 1u << CLK_SYS_SRC_REF);
    REG(CLK_REF_CTRL) = CLK_REF_SRC_ROSC;
    wait_for(CLK_REF_SELECTED, 1u << CLK_REF_SRC_ROSC);
    REG_SET(RESETS_RESET) = RESET_PLL_SYS | RESET_PLL_USB;
    kws_unreset(RESET_PLL_SYS | RESET_PLL_USB);
}

static int start_fast(void)
{
    if (!start_crystal() || !start_pll(PLL_SYS, 125, PLL_SYS_DIVIDER_1, 2) || !start_pll(PLL_USB, 100, 5, 5))
        return 0;
    REG(CLK_REF_CTRL) = CLK_REF_SRC_XOSC;
    if (!wait_for(CLK_REF_SELECTED, 1u << CLK_REF_SRC_XOSC))
        return 0;
    REG(CLK_SYS_CTRL) = CLK_SYS_SRC_AUX_PLL_SYS;
    return wait_for(CLK_SYS_SELECTED, 2u);
}

void kws_clocks_init(void)
{
    back_to_rosc();
    const int fast = start_fast();
    if (!fast)
        back_to_rosc();
    clock_hz = fast ? KWS_CLOCK_HZ : ROSC_HZ;
    const uint32_t source = fast ? 0 : CLK_USB_ADC_AUXSRC_ROSC;
    REG(CLK_PERI_CTRL) = CLK_ENABLE; /* the core's */
    REG(CLK_USB_CTRL) = CLK_ENABLE | source;
    REG(CLK_ADC_CTRL) = CLK_ENABLE | source;
    kws_chip_time_init(fast ? CRYSTAL_MHZ : (ROSC_HZ + 500000u) / 1000000u);
    kws_unreset(RESET_TIMER | RESET_SYSINFO | RESET_IO_BANK0 | RESET_PADS_BANK0 | RESET_DMA);
}

uint32_t kws_clocks_hz(void)
{
    return clock_hz;
}
