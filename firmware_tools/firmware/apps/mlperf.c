/* MLPerf: the model of a bundle behind the serial commands of MLPerf Tiny, so that EEMBC's runner can drive the board.
 *
 * A command is text that ends with '%', words are separated by blanks; each is answered by lines that end with CR LF,
 * the last one "m-ready":
 *
 *     name%            m-name-dut-[kws]
 *     profile%         m-profile-[...], m-model-[kws01]
 *     timestamp%       m-lap-us-T, microseconds since reset, modulo 2^32
 *     db load N%       m-[Expecting N bytes]
 *     db HH...%        bytes in hexadecimal; m-load-done after the N-th, what comes behind it is not read
 *     db print%        m-buffer-HH-HH-..., eight a line
 *     infer N W%       W runs of the model for warming up (10 when not said), then N (1) between two time stamps,
 *                      then the results
 *     results%         m-results-[0.xxx,...], a probability a label, cut to three digits
 *     help%
 *
 * The input is the model's own: int8 features, as the front end of the bundle gives them. Frames of the protocol of kws
 * are understood between the commands: HELLO and STATUS are answered, so that kws knows what was flashed. A zero byte,
 * which no text holds, begins a frame.
 */
#include "kws_app_config.h"
#include "kws_link.h"
#include "kws_model.h"
#include "kws_port.h"

#ifndef KWS_MLPERF_MODEL
#define KWS_MLPERF_MODEL "kws01" /* the benchmark's name of keyword spotting */
#endif

#define COMMAND_BYTES 80u
#define DEFAULT_WARMUP 10u
#define PRINTED_A_LINE 8u
#define MOST_RUNS 1000000u

static kws_link serial_line;
static int8_t buffer[KWS_MODEL_INPUT_BYTES] __attribute__((aligned(4))); /* what db filled */
static int8_t input[KWS_MODEL_INPUT_BYTES] __attribute__((aligned(4)));
static int8_t scores[KWS_MODEL_OUTPUT_BYTES];

static struct {
    char command[COMMAND_BYTES + 1u];
    size_t len;
    uint32_t expected; /* bytes that db load announced; 0: none */
    uint32_t loaded;
    uint32_t framed; /* bytes since the zero that began a frame; 0: text */
} app;

static const kws_hello hello = {
    .app = "mlperf",
    .build = kws_app_bundle_hash,
    .labels = KWS_APP_LABELS,
    .label_names = kws_app_labels,
};

/* ---- text ------------------------------------------------------------------------------------------------------- */

static void say(const char *text)
{
    size_t len = 0;
    while (text[len] != 0) {
        len++;
    }
    kws_port_uart_write((const uint8_t *)text, len);
}

static void say_number(uint32_t value)
{
    char digits[11];
    size_t at = sizeof digits - 1u;
    digits[at] = 0;
    do {
        digits[--at] = (char)('0' + value % 10u);
        value /= 10u;
    } while (value != 0);
    say(digits + at);
}

static void say_hex(uint8_t value)
{
    static const char digit[] = "0123456789abcdef";
    const char text[3] = {digit[value >> 4], digit[value & 15u], 0};
    say(text);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char small = (char)(c | 0x20);
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

/* The next word of a command, ended by a NUL that is written over the blank behind it; empty at the end. */
static char *next_word(char **rest)
{
    char *word = *rest;
    while (*word == ' ') {
        word++;
    }
    char *end = word;
    while (*end != ' ' && *end != 0) {
        end++;
    }
    *rest = *end == 0 ? end : end + 1;
    *end = 0;
    return word;
}

static int same(const char *a, const char *b)
{
    while (*a == *b && *a != 0) {
        a++;
        b++;
    }
    return *a == *b;
}

/* A decimal number up to MOST_RUNS, or -1. */
static int32_t number(const char *word)
{
    uint32_t value = 0;
    const char *c = word;
    while (*c >= '0' && *c <= '9' && value <= MOST_RUNS) {
        value = value * 10u + (uint32_t)(*c++ - '0');
    }
    return c == word || *c != 0 || value > MOST_RUNS ? -1 : (int32_t)value;
}

/* ---- commands --------------------------------------------------------------------------------------------------- */

static void say_time(uint64_t time_us)
{
    say("m-lap-us-");
    say_number((uint32_t)time_us);
    say("\r\n");
}

static void say_results(void)
{
    say("m-results-[");
    for (size_t i = 0; i < KWS_MODEL_OUTPUT_BYTES; i++) {
        const uint32_t thousandths = (uint32_t)(scores[i] + 128) * 1000u / 256u;
        say(i == 0 ? "0." : ",0.");
        say(thousandths < 10u ? "00" : thousandths < 100u ? "0" : "");
        say_number(thousandths);
    }
    say("]\r\n");
}

static void expect(const char *bytes)
{
    const int32_t wanted = number(bytes);
    app.expected = 0;
    app.loaded = 0;
    if (wanted <= 0) {
        say("e-[db load: number of bytes expected]\r\n");
    } else if ((uint32_t)wanted > sizeof buffer) {
        say("e-[db load: the model takes ");
        say_number(sizeof buffer);
        say(" bytes]\r\n");
    } else {
        app.expected = (uint32_t)wanted;
        say("m-[Expecting ");
        say_number(app.expected);
        say(" bytes]\r\n");
    }
}

static void load(const char *hex)
{
    if (app.expected == 0) {
        say("e-[db: say db load first]\r\n");
        return;
    }
    for (; hex[0] != 0 && app.loaded < app.expected; hex += 2) {
        const int high = hex_digit(hex[0]);
        const int low = high < 0 ? -1 : hex_digit(hex[1]);
        if (low < 0) {
            say("e-[db: two hexadecimal digits a byte expected]\r\n");
            return;
        }
        buffer[app.loaded++] = (int8_t)(high << 4 | low);
        if (app.loaded == app.expected) {
            say("m-load-done\r\n");
        }
    }
}

static void print(void)
{
    for (uint32_t i = 0; i < app.loaded; i++) {
        say(i % PRINTED_A_LINE == 0 ? "m-buffer-" : "-");
        say_hex((uint8_t)buffer[i]);
        if ((i + 1u) % PRINTED_A_LINE == 0 || i + 1u == app.loaded) {
            say("\r\n");
        }
    }
}

static void run(uint32_t times)
{
    while (times-- != 0) {
        for (size_t i = 0; i < sizeof input; i++) {
            input[i] = buffer[i]; /* a model may use its input as working memory */
        }
        kws_model_invoke(input, scores);
    }
}

static void infer(char *rest)
{
    const char *times = next_word(&rest);
    const char *before = next_word(&rest);
    const int32_t runs = *times == 0 ? 1 : number(times);
    const int32_t warmup = *before == 0 ? (int32_t)DEFAULT_WARMUP : number(before);
    if (runs <= 0 || warmup < 0) {
        say("e-[infer: a number of runs above 0, and of warm-ups, expected]\r\n");
        return;
    }
    if (app.loaded != sizeof buffer) {
        say("e-[infer: ");
        say_number(app.loaded);
        say(" bytes are loaded, the model takes ");
        say_number(sizeof buffer);
        say("]\r\n");
        return;
    }
    say("m-warmup-start-");
    say_number((uint32_t)warmup);
    say("\r\n");
    run((uint32_t)warmup);
    say("m-warmup-done\r\nm-infer-start-");
    say_number((uint32_t)runs);
    say("\r\n");
    const uint64_t began_us = kws_port_time_us(); /* told afterwards: sending it takes longer than many a model */
    run((uint32_t)runs);
    const uint64_t ended_us = kws_port_time_us();
    say_time(began_us);
    say_time(ended_us);
    say("m-infer-done\r\n");
    say_results();
}

static void database(char *rest)
{
    const char *what = next_word(&rest);
    if (same(what, "load")) {
        expect(next_word(&rest));
    } else if (same(what, "print")) {
        print();
    } else if (*what == 0) {
        say("e-[db: load N, print, or bytes expected]\r\n");
    } else {
        load(what);
    }
}

static void obey(char *rest)
{
    const char *command = next_word(&rest);
    if (same(command, "name")) {
        say("m-name-dut-[kws]\r\n");
    } else if (same(command, "profile")) {
        say("m-profile-[ULPMark for tinyML Firmware V0.0.1]\r\nm-model-[" KWS_MLPERF_MODEL "]\r\n");
    } else if (same(command, "timestamp")) {
        say_time(kws_port_time_us());
    } else if (same(command, "db")) {
        database(rest);
    } else if (same(command, "infer")) {
        infer(rest);
    } else if (same(command, "results")) {
        say_results();
    } else if (same(command, "help")) {
        say("name, profile, timestamp, db load N, db HH.., db print, infer N W, results; each ends with %\r\n");
    } else {
        say("e-[Unknown command: ");
        say(command);
        say("]\r\n");
    }
    say("m-ready\r\n");
}

static void answer(const kws_wire_frame *command)
{
    const kws_status idle = {.state = KWS_STATE_IDLE};
    if (command->type == KWS_CMD_HELLO) {
        kws_link_hello(&serial_line, command, &hello);
    } else if (command->type == KWS_CMD_STATUS) {
        kws_link_status(&serial_line, command, &idle);
        serial_line.beat_us = 0; /* heart-beats would fall between lines of text */
    } else {
        kws_link_nak(&serial_line, command, KWS_ERR_COMMAND, command->type);
    }
}

/* ---- the line --------------------------------------------------------------------------------------------------- */

static void take_text(char c)
{
    if (c == '%') {
        app.command[app.len] = 0;
        app.len = 0;
        obey(app.command);
    } else if (c >= ' ' && c <= '~' && app.len < COMMAND_BYTES) {
        app.command[app.len++] = c;
    }
}

/* Frames stand between zeros, and text holds none: the first zero begins a frame, the one behind it ends it. */
static void take(uint8_t byte)
{
    kws_wire_frame frame;
    if (byte != 0 && app.framed == 0) {
        take_text((char)byte);
        return;
    }
    if (kws_wire_push(&serial_line.rx, byte, &frame) == 1) {
        answer(&frame);
    }
    const int ends = byte == 0 && app.framed > 1u;
    app.framed = ends || app.framed > KWS_WIRE_MAX_FRAME + 8u ? 0 : byte == 0 ? 1u : app.framed + 1u;
}

int main(void)
{
    kws_port_init();
    kws_link_init(&serial_line);
    say("m-timestamp-mode-performance\r\n");
    say_time(kws_port_time_us());
    say("m-init-done\r\nm-ready\r\n");
    for (;;) {
        const int byte = kws_port_uart_read();
        if (byte >= 0) {
            take((uint8_t)byte);
        } else {
            kws_link_idle(&serial_line, 0);
        }
    }
}
