/* The microphone: PDM with EasyDMA, 16,000 samples a second from a 1.280 MHz clock and a ratio of 80, exactly.
 *
 * While one block is being filled the controller holds the address of the next; the interrupt at a block's start names
 * the one after. Blocks come from a pool; with no free one left the controller fills a spare, which is thrown away. A
 * timer counts the blocks that ended, without the core, so each block has its number however late the interrupt is
 * served: an overrun is known to the sample. The first 0.3 s after a start are thrown away: the decimation filter and
 * the microphone need up to that to settle, and users see a click there [RIOT pull request 22710].
 */
#include "nrf52840_port.h"

#include "kws_err.h"
#include "kws_port.h"

#define RATE_HZ 16000u
#define BLOCK 128u           /* samples: 8 ms */
#define BLOCKS 32u           /* a bit each in a word: a quarter of a second */
#define SPARE BLOCKS         /* the place of what is thrown away */
#define SETTLING_BLOCKS 38u  /* 304 ms */
#define END_CHANNEL 1u       /* of PPI */
#define END_POLLS 200u       /* some 20 us */
#define STOP_POLLS 100000u   /* more than a block lasts; the controller is switched off in any case */
#define GAIN_CDB (50 * (KWS_MIC_GAIN_HALF_DB))

static int16_t blocks[BLOCKS + 1u][BLOCK];
static uint32_t numbers[BLOCKS];          /* of the block in each place; the first one kept is 0 */
static uint32_t free_places;              /* a bit each; with interrupts off */
static uint8_t queue[BLOCKS];             /* ring: places that are full, oldest first */
static volatile uint32_t queued, fetched; /* blocks that went in, and out */
static uint32_t filling, named;           /* places: of the block that has begun, and of the next */
static uint32_t begun;                    /* whether the first block has */
static uint32_t unsure;                   /* blocks to be given up, since they may lie in another place */
static uint32_t read_samples;             /* of the oldest block */
static uint32_t lost_samples;             /* before it */

/* What the controller wrote is read after this, and what others wait for is written after what it stands for. */
static void in_order(void)
{
    __asm volatile("" ::: "memory");
}

/* ---- filling: in the interrupt ----------------------------------------------------------------------------------- */

static uint32_t take_place(void)
{
    for (uint32_t place = 0; place < BLOCKS; place++) {
        if (free_places & 1u << place) {
            free_places &= ~(1u << place);
            return place;
        }
    }
    return SPARE;
}

static void name_next(uint32_t place)
{
    named = place;
    KWS_REG(NRF_PDM_SAMPLE_PTR) = (uint32_t)(uintptr_t)blocks[place];
}

/* The block in `filling` has ended. */
static void end_block(void)
{
    if (unsure != 0) {
        unsure--;
        free_places |= filling != SPARE ? 1u << filling : 0u;
    } else if (filling != SPARE) {
        queue[queued % BLOCKS] = (uint8_t)filling;
        in_order();
        queued++;
    }
}

/* The block before has ended, and was counted: the controller may tell that a moment after the start of the next. */
static void await_end(void)
{
    for (uint32_t polls = begun ? END_POLLS : 0; polls != 0 && KWS_REG(NRF_PDM_EVENTS_END) == 0; polls--) {
    }
    KWS_REG(NRF_PDM_EVENTS_END) = 0;
    begun = 1;
}

/* A block has begun. However late this is: the block before is whole, the place named last is being filled, and blocks
 * that came and went meanwhile lay there too, one over the other; their numbers are missing in the end. Only if one
 * begins while this runs it is not known which of two places it went to: both are given up. */
void nrf_pdm_handler(void)
{
    KWS_REG(NRF_PDM_EVENTS_STARTED) = 0;
    await_end();
    const uint32_t number = nrf_counter(NRF_TIMER2);
    end_block();
    filling = named;
    if (filling != SPARE) {
        numbers[filling] = number - SETTLING_BLOCKS;
    }
    name_next(number + 1u < SETTLING_BLOCKS ? SPARE : take_place());
    if (KWS_REG(NRF_PDM_EVENTS_STARTED) != 0) {
        unsure = 2;
    }
}

/* ---- starting and stopping ---------------------------------------------------------------------------------------- */

static void power(uint32_t on)
{
#if KWS_MIC_PWR_PIN >= 0
    nrf_pin_write(KWS_MIC_PWR_PIN, on);
    nrf_pin_configure(KWS_MIC_PWR_PIN, NRF_PIN_OUTPUT | NRF_PIN_NO_INPUT | NRF_PIN_STRONG);
#else
    (void)on;
#endif
}

static void connect(void)
{
    nrf_pin_write(KWS_MIC_CLK_PIN, 0);
    nrf_pin_configure(KWS_MIC_CLK_PIN, NRF_PIN_OUTPUT | NRF_PIN_NO_INPUT);
    nrf_pin_configure(KWS_MIC_DIN_PIN, 0);
    KWS_REG(NRF_PDM_PSEL_CLK) = KWS_MIC_CLK_PIN;
    KWS_REG(NRF_PDM_PSEL_DIN) = KWS_MIC_DIN_PIN;
    KWS_REG(NRF_PDM_PDMCLKCTRL) = NRF_PDM_CLK_1280K;
    KWS_REG(NRF_PDM_RATIO) = NRF_PDM_RATIO_80;
    /* The makers' own libraries read these boards' microphones so: PDM.cpp of arduino/ArduinoCore-mbed on the Nano 33 BLE
     * Sense, nrf52840_adc.cpp of Seeed-Studio/Seeed_Arduino_Mic on the XIAO: mono, left on the falling edge, 1.28 MHz / 80. */
    KWS_REG(NRF_PDM_MODE) = NRF_PDM_MONO | NRF_PDM_LEFT_FALLING;
    KWS_REG(NRF_PDM_GAINL) = NRF_PDM_GAIN_0_DB + (uint32_t)(KWS_MIC_GAIN_HALF_DB);
    KWS_REG(NRF_PDM_GAINR) = NRF_PDM_GAIN_0_DB + (uint32_t)(KWS_MIC_GAIN_HALF_DB);
    KWS_REG(NRF_PDM_SAMPLE_MAXCNT) = BLOCK;
}

int kws_port_mic_start(uint32_t rate_hz)
{
    if (rate_hz != RATE_HZ) {
        return KWS_ERR_ARG;
    }
    kws_port_mic_stop();
    free_places = 0xFFFFFFFFu;
    queued = fetched = 0;
    begun = unsure = read_samples = lost_samples = 0;
    filling = SPARE;
    power(1);
    connect();
    nrf_counter_start(NRF_TIMER2, END_CHANNEL, NRF_PDM_EVENTS_END);
    KWS_REG(NRF_PDM_ENABLE) = NRF_PDM_ENABLED;
    name_next(SPARE);
    KWS_REG(NRF_PDM_EVENTS_STARTED) = 0;
    KWS_REG(NRF_PDM_EVENTS_END) = 0;
    KWS_REG(NRF_PDM_INTENSET) = NRF_PDM_INT_STARTED;
    kws_irq_enable(NRF_IRQ_PDM);
    KWS_REG(NRF_PDM_TASKS_START) = 1;
    return KWS_OK;
}

void kws_port_mic_stop(void)
{
    KWS_REG(NRF_PDM_INTENCLR) = 0xFFFFFFFFu;
    if (KWS_REG(NRF_PDM_ENABLE) == NRF_PDM_ENABLED) {
        KWS_REG(NRF_PDM_EVENTS_STOPPED) = 0;
        KWS_REG(NRF_PDM_TASKS_STOP) = 1;
        for (uint32_t polls = STOP_POLLS; polls != 0 && KWS_REG(NRF_PDM_EVENTS_STOPPED) == 0; polls--) {
        }
    }
    KWS_REG(NRF_PDM_ENABLE) = 0;
    nrf_counter_stop(NRF_TIMER2, END_CHANNEL);
    power(0);
}

int16_t kws_port_mic_gain_cdb(void)
{
    return GAIN_CDB;
}

/* ---- reading: in the main loop ------------------------------------------------------------------------------------- */

int nrf_pdm_waiting(void)
{
    return fetched != queued;
}

size_t kws_port_mic_read(int16_t *samples, size_t max)
{
    if (!nrf_pdm_waiting()) {
        return 0;
    }
    in_order();
    const uint32_t place = queue[fetched % BLOCKS];
    const size_t left = BLOCK - read_samples;
    const size_t count = left < max ? left : max;
    for (size_t i = 0; i < count; i++) {
        samples[i] = blocks[place][read_samples + i];
    }
    read_samples += (uint32_t)count;
    if (read_samples == BLOCK) {
        read_samples = 0;
        kws_irq_off();
        free_places |= 1u << place;
        fetched++;
        kws_irq_on();
    }
    return count;
}

/* Blocks are numbered with those that were lost: the oldest's number, less the blocks fetched before it. */
uint32_t kws_port_mic_overruns(void)
{
    if (nrf_pdm_waiting()) {
        in_order();
        lost_samples = (numbers[queue[fetched % BLOCKS]] - fetched) * BLOCK;
    }
    return lost_samples;
}
