/* A board for an app that is given anything: program SEED TURNS; ends when the app has slept so often.
 *
 * The line brings whole commands, sensible ones and others, in any order, some with a byte that is another, and noise.
 * What the app sends must be whole frames. With TEXT the app understands text as well (apps/mlperf.c).
 */
#ifndef TEXT
#define TEXT 0
#endif
#include <stdio.h>
#include <stdlib.h>

#include "draw.h"
#include "kws_err.h"
#include "kws_port.h"
#include "kws_wire.h"

int app_main(void);

static uint32_t turns;
static uint8_t line[4 * KWS_WIRE_MAX_FRAME];
static size_t line_bytes, line_at;
static uint16_t sequence;
static uint32_t frames, commands;
static uint64_t now_us;
static uint32_t lost, told_lost;
static int microphone;
static kws_wire_rx replies;
static uint8_t reply_bytes[KWS_WIRE_MAX_FRAME];
static const uint8_t image[] = {1, 2, 3, 4, 5};
static uint32_t offset;

static void onto_line(void *context, const uint8_t *bytes, size_t len)
{
    (void)context;
    for (size_t i = 0; i < len && line_bytes < sizeof line; i++) {
        line[line_bytes++] = bytes[i];
    }
}

static void draw_payload(kws_wire_tx *tx, uint32_t type)
{
    const uint32_t sensible = draw_below(8) != 0;
    if (sensible && type == KWS_CMD_RECORD) {
        kws_wire_put_u32(tx, draw_below(3) * draw_below(2000));
        kws_wire_put_u8(tx, (uint8_t)draw_below(3));
        kws_wire_put_u8(tx, (uint8_t)draw_below(4));
        kws_wire_put_u16(tx, (uint16_t)draw());
    } else if (sensible && type == KWS_CMD_CLIP_BEGIN) {
        kws_wire_put_u32(tx, draw_below(8) ? 16000u : draw());
        offset = 0;
    } else if (sensible && (type == KWS_CMD_CLIP_DATA || type == KWS_CMD_STREAM_DATA)) {
        const uint32_t count = draw_below(8) ? 512u : draw_below(513);
        kws_wire_put_u32(tx, offset);
        for (uint32_t i = 0; i < count; i++) {
            kws_wire_put_u16(tx, (uint16_t)draw());
        }
        offset += count;
    } else if (sensible && type == KWS_CMD_LISTEN) {
        kws_wire_put_u8(tx, (uint8_t)draw_below(2));
        kws_wire_put_u8(tx, (uint8_t)draw_below(4));
        offset = 0;
    } else if (sensible && type == KWS_CMD_STATUS) {
        kws_wire_put_u16(tx, (uint16_t)draw_below(300));
    } else if (sensible && (type == KWS_CMD_FEATURES || type == KWS_CMD_LAYERS)) {
        kws_wire_put_u32(tx, draw_below(60));
    } else if (!sensible) {
        for (uint32_t left = draw_below(8) ? draw_below(12) : draw_below(KWS_WIRE_MAX_PAYLOAD + 1); left != 0; left--) {
            kws_wire_put_u8(tx, (uint8_t)draw());
        }
    }
}

/* What comes next: mostly the command that an orderly host would send, so that clips and streams get on. */
static uint32_t draw_type(void)
{
    static const uint8_t orderly[] = {KWS_CMD_CLIP_DATA, KWS_CMD_STREAM_DATA, KWS_CMD_LISTEN, KWS_CMD_RECORD};
    static uint32_t type = KWS_CMD_HELLO;
    const uint32_t what = draw_below(16);
    if (what == 0) {
        type = draw_below(64);
    } else if (what < 4) {
        type = 1u + draw_below(KWS_CMD_LAYERS);
    } else if (what == 4) {
        type = orderly[draw_below(sizeof orderly)];
    }
    return type == KWS_CMD_CLIP_DATA && offset >= 16000u ? KWS_CMD_CLIP_END : type;
}

static void onto_line_text(const char *text)
{
    for (; *text != 0; text++) {
        onto_line(0, (const uint8_t *)text, 1);
    }
}

static void next_text(void)
{
    static const char *const words[] = {"name%",  "profile%", "timestamp%", "db print%", "results%", "infer 1 0%",
                                        "infer%", "infer 2 1%", "help%",    "db%",       "%",        "infer -1 x%"};
    char text[96];
    const uint32_t what = draw_below(24);
    if (what < 12) {
        onto_line_text(words[what]);
    } else if (what < 14) { /* all of the model's input, or nearly */
        (void)sprintf(text, "db load %u%%", (unsigned)(TEXT + (draw_below(4) ? 0 : draw_below(9) - 4u)));
        onto_line_text(text);
    } else {
        size_t at = (size_t)sprintf(text, "db ");
        for (uint32_t left = draw_below(4) ? 36u : draw_below(44); left != 0; left--) {
            at += (size_t)sprintf(text + at, "%02X", (unsigned)draw_below(256));
        }
        onto_line_text(text);
        onto_line_text("%");
    }
}

static void next_of_line(void)
{
    static uint8_t bytes[KWS_WIRE_MAX_FRAME];
    kws_wire_tx tx;
    line_bytes = line_at = 0;
    if (TEXT && draw_below(32) != 0) {
        next_text();
        commands++;
        if (draw_below(64) == 0) {
            line[draw_below((uint32_t)line_bytes)] = (uint8_t)draw();
        }
        return;
    }
    if (draw_below(16) == 0) { /* noise */
        for (uint32_t left = draw_below(2000); left != 0; left--) {
            line[line_bytes++] = (uint8_t)draw();
        }
        return;
    }
    const uint32_t type = draw_type();
    kws_wire_begin(&tx, bytes, sizeof bytes, (uint8_t)(type & 63u), draw_below(16) ? sequence++ : (uint16_t)draw());
    draw_payload(&tx, type);
    (void)kws_wire_send(&tx, onto_line, 0);
    commands++;
    if (draw_below(16) == 0) {
        line[draw_below((uint32_t)line_bytes)] = (uint8_t)draw();
    }
}

void kws_port_init(void)
{
    kws_wire_rx_init(&replies, reply_bytes, sizeof reply_bytes);
}

int kws_port_uart_read(void)
{
    if (line_at == line_bytes) {
        if (draw_below(3) == 0) {
            return -1;
        }
        next_of_line();
        return -1;
    }
    return line[line_at++];
}

void kws_port_uart_write(const uint8_t *bytes, size_t len)
{
    kws_wire_frame frame;
    for (size_t i = 0; i < len; i++) {
        const int made = kws_wire_push(&replies, bytes[i], &frame);
        if (made < 0 && !TEXT) {
            printf("the board sent what is no frame\n");
            exit(2);
        }
        frames += made > 0;
    }
}

void kws_port_idle(void)
{
    now_us += draw_below(20000);
    if (turns-- == 0) {
        printf("%u commands, %u frames\n", (unsigned)commands, (unsigned)frames);
        exit(0);
    }
}

int kws_port_mic_start(uint32_t rate_hz)
{
    (void)rate_hz;
    lost = told_lost = 0;
    microphone = draw_below(16) != 0;
    return microphone ? KWS_OK : KWS_ERR_ARG;
}

void kws_port_mic_stop(void)
{
    microphone = 0;
}

size_t kws_port_mic_read(int16_t *samples, size_t max)
{
    if (!microphone || draw_below(4) == 0) {
        return 0;
    }
    told_lost = lost;
    lost += draw_below(32) ? 0 : draw_below(5000);
    const size_t count = draw_below((uint32_t)max + 1u), loud = draw_below(2);
    for (size_t i = 0; i < count; i++) {
        samples[i] = (int16_t)(loud ? draw() : draw_below(9));
    }
    return count;
}

uint32_t kws_port_mic_overruns(void)
{
    return told_lost;
}

uint32_t kws_port_cycles(void)
{
    return (uint32_t)(now_us += draw_below(50)) * 64u;
}

uint64_t kws_port_time_us(void)
{
    return now_us += draw_below(50);
}

const uint8_t *kws_port_image(size_t *len)
{
    *len = sizeof image;
    return image;
}

uint32_t kws_port_clock_hz(void) { return 64000000u; }
uint32_t kws_port_baud(void) { return 115200u; }
uint32_t kws_port_traits(void) { return 0; }
int16_t kws_port_mic_gain_cdb(void) { return -150; }
const char *kws_port_board_name(void) { return "any"; }
void kws_port_alarm_us(uint32_t delay_us) { (void)delay_us; }

int main(int argc, char **argv)
{
    draw_seed(argc > 1 ? (uint64_t)atol(argv[1]) : 0);
    turns = argc > 2 ? (uint32_t)atol(argv[2]) : 1000u;
    return app_main();
}
