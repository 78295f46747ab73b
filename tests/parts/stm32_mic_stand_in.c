/* A DMA that fills the ring of stm32_mic.c: sample n is known by n, time and place by how many came. */
#include "kws_stm32.h"

#define STEPS 97u /* of loudness, one a block */

static uint32_t came, begun_us = 0xFFFF0000u; /* the timer's 32 bits end in the middle of the test */
static int running;

void stand_in_pass(uint32_t samples)
{
    came += running ? samples : 0u;
}

uint32_t stm32_time_low_us(void)
{
    return begun_us + (uint32_t)((uint64_t)came * 1000000u / STM32_MIC_HZ);
}

void stm32_source_start(void)
{
    came = 0;
    running = 1;
}

void stm32_source_stop(void)
{
    running = 0;
}

void stm32_source_acknowledge(void)
{
}

uint32_t stm32_source_position(void)
{
    return came % STM32_MIC_RING;
}

/* The last sample that was put there: as loud as its block is numbered, with changing sign. */
int32_t stm32_source_sample(uint32_t place)
{
    const uint32_t back = (came - 1u - place) % STM32_MIC_RING;
    const uint32_t sample = came - 1u - back;
    const int32_t loudness = (int32_t)(1000u + 200u * (sample / STM32_MIC_BLOCK % STEPS));
    return sample % 2u ? -loudness : loudness;
}
