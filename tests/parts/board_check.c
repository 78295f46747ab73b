/* Exercises a board's port, one command letter at a time; see tests/firmware_tools/test_emulator.py. */
#include <string.h>

#include "kws_port.h"

static uint8_t bytes[8192];
static int16_t samples[512];
static uint32_t counter = 41; /* .data */
static uint32_t cleared[64];  /* .bss */

static uint8_t read_byte(void)
{
    for (;;) {
        int byte = kws_port_uart_read();
        if (byte >= 0)
            return (uint8_t)byte;
        kws_port_idle();
    }
}

static uint32_t read_u32(void)
{
    uint32_t value = 0;
    for (uint32_t i = 0; i < 4; i++)
        value |= (uint32_t)read_byte() << (8 * i);
    return value;
}

static void write_u32(uint32_t value)
{
    uint8_t out[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), (uint8_t)(value >> 24)};
    kws_port_uart_write(out, 4);
}

static void echo(uint32_t count)
{
    for (uint32_t done = 0; done < count;) {
        uint32_t part = 0;
        while (part < sizeof bytes && done + part < count)
            bytes[part++] = read_byte();
        kws_port_uart_write(bytes, part);
        done += part;
    }
}

static void record(uint32_t rate_hz, uint32_t count, uint32_t pause_cycles)
{
    write_u32((uint32_t)kws_port_mic_start(rate_hz));
    uint32_t start = kws_port_cycles();
    while (kws_port_cycles() - start < pause_cycles) {
    }
    while (count > 0) {
        size_t max = count < 512 ? count : 512;
        size_t got = kws_port_mic_read(samples, max);
        if (got == 0)
            kws_port_idle();
        for (size_t i = 0; i < got; i++) {
            bytes[2 * i] = (uint8_t)samples[i];
            bytes[2 * i + 1] = (uint8_t)((uint16_t)samples[i] >> 8);
        }
        kws_port_uart_write(bytes, 2 * got);
        count -= (uint32_t)got;
    }
    kws_port_mic_stop();
    write_u32(kws_port_mic_overruns());
}

/* 4 instructions, `count` times: subs, nop, nop, taken bne. */
static uint32_t timed_loop(uint32_t count)
{
    uint32_t start = kws_port_cycles();
    __asm volatile(".balign 4\n1: subs %0, #1\n\tnop\n\tnop\n\tbne 1b" : "+r"(count)::"cc");
    return kws_port_cycles() - start;
}

/* Reads of a word at an address, `count` times. */
static uint32_t timed_reads(uint32_t address, uint32_t count)
{
    uint32_t start = kws_port_cycles(), value;
    __asm volatile(".balign 16\n1: ldr %1, [%2]\n\tsubs %0, #1\n\tbne 1b" : "+l"(count), "=&l"(value) : "l"(address) : "cc");
    return kws_port_cycles() - start;
}

static uint32_t recurse(volatile uint32_t *caller, uint32_t depth)
{
    volatile uint32_t frame[16];
    frame[0] = depth + *caller;
    if (depth == 0)
        return frame[0];
    return recurse(frame, depth - 1) + frame[0];
}

static float half_of(volatile float value)
{
    return value * 0.5f;
}

static void constants(void)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < 64; i++)
        sum += cleared[i];
    write_u32(++counter);
    write_u32(sum);
    write_u32((uint32_t)half_of(84.0f));
    write_u32(kws_port_clock_hz());
    kws_port_uart_write((const uint8_t *)kws_port_board_name(), strlen(kws_port_board_name()));
}

static void break_down(uint8_t how)
{
    volatile uint32_t zero = 0;
    switch (how) {
    case 'n':
        *(volatile uint32_t *)zero = 1;
        break;
    case 'r':
        write_u32(*(volatile uint32_t *)0x60000000u);
        break;
    case 'u':
        __asm volatile("udf #1");
        break;
    case 't':
        __asm volatile(".inst.w 0xe840f100" ::: "r1"); /* tt r1, r0: ARMv8-M has it, a Cortex-M4 has not */
        break;
    case 's':
        write_u32(recurse(&zero, 1000));
        break;
    case 'x':
        ((void (*)(void))(0x20000101u))();
        break;
    case 'd':
        *(volatile uint32_t *)0x40001040u = 1;
        break;
    case 'l':
        write_u32(*(const volatile uint32_t *)(const volatile void *)(bytes + 1)); /* allowed */
        __asm volatile("ldrd r2, r3, [%0]" ::"r"(bytes + 1) : "r2", "r3");        /* not allowed */
        break;
    case 'z':
        *(volatile uint32_t *)0xE000ED0Cu = 0x05FA0004u;
        break;
    default:
        break;
    }
}

int main(void)
{
    kws_port_init();
    kws_port_uart_write((const uint8_t *)"up\n", 3);
    for (;;) {
        uint32_t a, b, c;
        switch (read_byte()) {
        case 'e':
            echo(read_u32());
            break;
        case 'm':
            a = read_u32();
            b = read_u32();
            c = read_u32();
            record(a, b, c);
            break;
        case 'c':
            write_u32(timed_loop(read_u32()));
            break;
        case 'r':
            a = read_u32();
            write_u32(timed_reads(a, read_u32()));
            break;
        case 'k':
            constants();
            break;
        case 'b':
            break_down(read_byte());
            break;
        case 'q':
            return 0;
        default:
            break;
        }
    }
}
