/* Stack: how deep it goes while the detector of a bundle listens. Paint it, run, look for the deepest mark.
 *
 * What lies below this file's own frames is filled with a pattern before each step of listening (take samples until
 * there is a frame; keep it, which for a streaming model computes its columns; run what is left of the model, and
 * decide) and looked through after it. The steps are called as the spotter app calls them, from under a block of
 * samples on the stack. Words that a function reserves and does not write leave no mark.
 *
 * STACK: bytes of the stack, from its top to the deepest mark, while: taking u32, keeping u32, deciding u32
 */
#include "kws_app_config.h"
#include "kws_bundle.h"
#include "kws_link.h"
#include "kws_port.h"

#ifndef KWS_STACK_BYTES
#error "KWS_STACK_BYTES comes from whoever builds this app"
#endif

#ifndef BLOCK_SAMPLES
#define BLOCK_SAMPLES 128u /* as the spotter app reads them from its microphone */
#endif
#ifdef KWS_APP_GATE_HOLD_FRAMES
#define LOUD_FRAMES (KWS_APP_CLIP_FRAMES + KWS_APP_GATE_HOLD_FRAMES + KWS_APP_GATE_PREROLL_FRAMES)
#else
#define LOUD_FRAMES UINT16_MAX
#endif
#define PAINT 0xA5C3960Fu
#define OWN_WORDS 16u /* below the painter's frame pointer that may be its own */

extern uint32_t kws_ld_stack_top; /* laid down by the linker script */

enum step { TAKE, KEEP, DECIDE, STEPS };

static kws_link serial_line;
static kws_listener listener;
static uint32_t deepest[STEPS];
static uint32_t drawn;
static uint32_t frames; /* made so far; a gate may keep some of them from the model */

static const kws_hello hello = {
    .app = "stack",
    .build = kws_app_bundle_hash,
    .labels = KWS_APP_LABELS,
    .label_names = kws_app_labels,
};

static volatile uint32_t *stack_bottom(void)
{
    return (volatile uint32_t *)((uintptr_t)&kws_ld_stack_top - KWS_STACK_BYTES);
}

__attribute__((noinline)) static void paint(void)
{
    const uintptr_t end = (uintptr_t)__builtin_frame_address(0) - 4u * OWN_WORDS;
    for (volatile uint32_t *at = stack_bottom(); (uintptr_t)at < end; at++) {
        *at = PAINT;
    }
}

__attribute__((noinline)) static void look(enum step step)
{
    volatile uint32_t *at = stack_bottom();
    while (*at == PAINT) {
        at++;
    }
    const uint32_t bytes = (uint32_t)((uintptr_t)&kws_ld_stack_top - (uintptr_t)at);
    if (bytes > deepest[step]) {
        deepest[step] = bytes;
    }
}

static void frame_made(void)
{
    kws_detection found;
    frames++;
    paint();
    kws_listener_keep(&listener);
    look(KEEP);
    if (kws_listener_due(&listener)) {
        paint();
        (void)kws_listener_decide(&listener, listener.heard, &found);
        look(DECIDE);
    }
}

static void hear(const int16_t *samples, size_t count)
{
    while (count != 0) {
        size_t used = 0;
        paint();
        const int made = kws_listener_take(&listener, samples, count, &used);
        look(TAKE);
        samples += used;
        count -= used;
        if (made == 1) {
            frame_made();
        }
    }
}

__attribute__((noinline)) static void hear_block(void)
{
    int16_t block[BLOCK_SAMPLES];
    for (size_t i = 0; i < BLOCK_SAMPLES; i++) {
        drawn = drawn * 1664525u + 1013904223u; /* Numerical Recipes' generator */
        block[i] = (int16_t)((int32_t)drawn >> (frames % (2u * LOUD_FRAMES) < LOUD_FRAMES ? 18 : 26));
    }
    hear(block, BLOCK_SAMPLES);
}

/* A window of noise, and two decisions more; with a gate also quiet, in which it closes and opens again. */
static void measure(void)
{
    uint32_t wanted = KWS_APP_CLIP_FRAMES + 2u * KWS_APP_STRIDE_FRAMES;
#ifdef KWS_APP_GATE_HOLD_FRAMES
    wanted += 2u * LOUD_FRAMES + KWS_APP_STRIDE_FRAMES;
#endif
    frames = 0;
    for (int step = 0; step < STEPS; step++) {
        deepest[step] = 0;
    }
    drawn = 1;
    kws_listener_reset(&listener);
    while (frames < wanted) {
        hear_block();
    }
}

static void send_stack(const kws_wire_frame *command)
{
    measure();
    kws_link_reply(&serial_line, KWS_REPLY_STACK, command);
    for (int step = 0; step < STEPS; step++) {
        kws_wire_put_u32(&serial_line.tx, deepest[step]);
    }
    kws_link_send(&serial_line);
}

int main(void)
{
    kws_port_init();
    kws_link_init(&serial_line);
    (void)kws_listener_init(&listener, &kws_bundle);
    kws_link_serve(&serial_line, &hello, KWS_CMD_STACK, send_stack);
}
