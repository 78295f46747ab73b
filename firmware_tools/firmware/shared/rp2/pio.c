/* PIO0's state machine 0: loaded, started, stopped (RP2040 Datasheet 3.5). */
#include "pio.h"

#include "kws_rp2.h"

#define SET_PINDIRS 0xE080u

void kws_pio_prepare(const kws_pio_program *program)
{
    kws_unreset(RESET_PIO0);
    REG(PIO_CTRL) = 0;
    for (size_t i = 0; i < program->length; i++)
        REG(PIO_INSTR_MEM(i)) = program->instructions[i];
    const uint32_t divider = (uint32_t)(((uint64_t)kws_clocks_hz() * 512u / program->instructions_hz + 1u) / 2u);
    REG(PIO_SM0_CLKDIV) = divider << 8;
    REG(PIO_SM0_EXECCTRL) = (uint32_t)(program->length - 1u) << 12;
    REG(PIO_SM0_SHIFTCTRL) = PIO_SHIFTCTRL_AUTOPUSH | PIO_SHIFTCTRL_JOIN_RX;
    REG(PIO_SM0_PINCTRL) = program->clock_pins << 29 | program->clock_pins << 26 | program->data_pin << 15 |
                           program->clock_pin << 10 | program->clock_pin << 5;
    for (uint32_t i = 0; i < program->clock_pins; i++)
        kws_pin(program->clock_pin + i, FUNCTION_PIO0, PAD_DRIVE_4MA | PAD_INPUT);
    kws_pin(program->data_pin, FUNCTION_PIO0, PAD_SCHMITT | PAD_DATA_IDLE | PAD_INPUT);
    REG(PIO_CTRL) = PIO_CTRL_SM0_RESTART | PIO_CTRL_CLKDIV0_RESTART;
    REG(PIO_SM0_INSTR) = SET_PINDIRS | ((1u << program->clock_pins) - 1u);
    REG(PIO_SM0_INSTR) = program->first;
    REG(PIO_SM0_INSTR) = 0; /* jmp 0 */
}

void kws_pio_begin(void)
{
    REG(PIO_CTRL) = PIO_CTRL_SM0_ENABLE;
}

void kws_pio_end(void)
{
    REG(PIO_CTRL) = 0;
    while (!(REG(PIO_FSTAT) & PIO_FSTAT_RXEMPTY0))
        (void)REG(PIO_RXF0);
}
