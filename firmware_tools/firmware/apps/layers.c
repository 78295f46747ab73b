/* Layers: runs the model of a bundle once and tells how many cycles each of its layers took; of a streaming model, in
 * the last few frames of a window and for its scores.
 *
 * The model is generated with steps (see engine/emit.py): after each kernel it calls kws_model_step, which reads the
 * cycle counter. Work does not depend on the input but for a few branches; it is a fixed pattern.
 *
 * LAYERS: cycles of each layer u32
 */
#include "kws_app_config.h"
#include "kws_link.h"
#include "kws_model.h"
#include "kws_port.h"

static kws_link serial_line;
static int8_t input[KWS_MODEL_INPUT_BYTES] __attribute__((aligned(4)));
#ifdef KWS_MODEL_STREAMS
#define MOST_FRAMES KWS_MODEL_FRAMES
static int32_t state[KWS_MODEL_STATE_BYTES / 4];
#else
#define MOST_FRAMES UINT16_MAX /* they are all computed anew */
#endif
static int8_t output[KWS_MODEL_OUTPUT_BYTES];
static uint32_t cycles[KWS_MODEL_LAYERS];
static uint32_t step_began;

static const kws_hello hello = {
    .app = "layers",
    .build = kws_app_bundle_hash,
    .labels = KWS_APP_LABELS,
    .label_names = kws_app_labels,
};

void kws_model_step(uint32_t layer)
{
    cycles[layer] += kws_port_cycles() - step_began;
    step_began = kws_port_cycles();
}

static void begin(void)
{
    for (size_t i = 0; i < KWS_MODEL_LAYERS; i++) {
        cycles[i] = 0;
    }
    step_began = kws_port_cycles();
}

static void infer(uint32_t frames)
{
#ifdef KWS_MODEL_STREAMS
    kws_model_stream_reset(state);
    for (uint32_t i = 0; i < KWS_MODEL_FRAMES; i++) {
        if (i + frames == KWS_MODEL_FRAMES) {
            begin();
        }
        kws_model_push(state, input + i * KWS_MODEL_FRAME_BYTES);
    }
    kws_model_scores(state, output);
#else
    (void)frames;
    begin();
    kws_model_invoke(input, output);
#endif
}

static void measure(uint32_t frames)
{
    uint32_t drawn = 1;
    for (size_t i = 0; i < sizeof input; i++) {
        drawn = drawn * 1664525u + 1013904223u; /* Numerical Recipes' generator */
        input[i] = (int8_t)(drawn >> 24);
    }
    infer(frames);
}

static void send_layers(const kws_wire_frame *command)
{
    const uint32_t frames = command->len == 2 ? kws_wire_get_u16(command->payload) : 1u;
    if (frames == 0 || frames > MOST_FRAMES) {
        kws_link_nak(&serial_line, command, KWS_ERR_ARG, MOST_FRAMES);
        return;
    }
    measure(frames);
    kws_link_reply(&serial_line, KWS_REPLY_LAYERS, command);
    for (size_t i = 0; i < KWS_MODEL_LAYERS; i++) {
        kws_wire_put_u32(&serial_line.tx, cycles[i]);
    }
    kws_link_send(&serial_line);
}

int main(void)
{
    kws_port_init();
    kws_link_init(&serial_line);
    kws_link_serve(&serial_line, &hello, KWS_CMD_LAYERS, send_layers);
}
