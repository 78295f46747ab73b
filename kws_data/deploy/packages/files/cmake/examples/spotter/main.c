/* Spotter: samples from standard input, detections to standard output. A place to begin a program of your own.
 *
 *     spotter < speech.wav
 *     arecord -f S16_LE -r RATE -c 1 -t raw | spotter
 *
 * A WAV file's header is skipped when there is one; what follows is taken as little-endian 16-bit mono at the rate of
 * the bundle. Each line is: label, score, number of the sample, separated by spaces.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kws_bundle.h"

#define BLOCK_SAMPLES 256u
#define WAV_HEADER_BYTES 44u

static kws_listener listener;

static void hear(const uint8_t *bytes, size_t count)
{
    int16_t block[BLOCK_SAMPLES];
    for (size_t i = 0; i < count; i++) {
        block[i] = (int16_t)(bytes[2 * i] | bytes[2 * i + 1] << 8);
    }
    for (size_t done = 0; done < count;) {
        kws_detection found;
        size_t used = 0;
        if (kws_listener_hear(&listener, block + done, count - done, &used, &found) == 1) {
            printf("%s %d %" PRIu64 "\n", kws_bundle.label_names[found.label], found.score, found.sample);
            fflush(stdout);
        }
        done += used;
    }
}

/* Bytes of the header at the beginning, 0 when there is none; -1: a WAV file of another kind. */
static int header_bytes(const uint8_t *bytes, size_t count)
{
    if (count < WAV_HEADER_BYTES || memcmp(bytes, "RIFF", 4) != 0 || memcmp(bytes + 8, "WAVE", 4) != 0) {
        return 0;
    }
    const uint32_t rate = bytes[24] | (uint32_t)bytes[25] << 8 | (uint32_t)bytes[26] << 16 | (uint32_t)bytes[27] << 24;
    const int plain = memcmp(bytes + 12, "fmt ", 4) == 0 && bytes[20] == 1 && memcmp(bytes + 36, "data", 4) == 0;
    const int fits = plain && bytes[22] == 1 && bytes[34] == 16 && rate == kws_bundle.sample_rate_hz;
    return fits ? (int)WAV_HEADER_BYTES : -1;
}

int main(void)
{
    uint8_t bytes[2 * BLOCK_SAMPLES];
    size_t kept = 0; /* an odd byte waits for its other half */
    if (kws_listener_init(&listener, &kws_bundle) < 0) {
        fprintf(stderr, "the bundle does not fit its memory\n");
        return 2;
    }
    for (int first = 1;; first = 0) {
        size_t count = kept + fread(bytes + kept, 1, sizeof bytes - kept, stdin);
        if (count == kept) {
            return 0;
        }
        const int skipped = first ? header_bytes(bytes, count) : 0;
        if (skipped < 0) {
            fprintf(stderr, "not plain 16-bit mono at %" PRIu32 " Hz\n", kws_bundle.sample_rate_hz);
            return 2;
        }
        count -= (size_t)skipped;
        hear(bytes + skipped, count / 2u);
        kept = count % 2u;
        bytes[0] = bytes[(size_t)skipped + count - 1u];
    }
}
