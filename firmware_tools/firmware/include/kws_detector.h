/* From scores to decisions. The same C decides on the board and, through firmware_tools/spotter/detector.py, on the host.
 *
 * Scores are the model's int8 outputs, one for each label; labels 0 and 1 are _silence_ and _unknown_ and are never
 * detected.
 */
#ifndef KWS_DETECTOR_H
#define KWS_DETECTOR_H

#include <stddef.h>
#include <stdint.h>

#include "kws_err.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KWS_FIRST_KEYWORD 2u /* after _silence_ and _unknown_ */

/* Best keyword of one score vector; the first of equals. Its label, or KWS_ERR_ARG when there is no keyword. */
int kws_best_keyword(const int8_t *scores, size_t labels);

/* Decision on a whole clip: the label of the best keyword when its score is at least threshold, otherwise -1. */
int kws_decide_clip(const int8_t *scores, size_t labels, int8_t threshold);

typedef struct kws_detector_config {
    uint8_t labels;              /* scores in a vector */
    uint8_t average;             /* score vectors that are summed, at least 1 */
    const int16_t *thresholds;   /* one a label, on its sum; the first two are unused. INT16_MAX is never reached */
    uint32_t refractory_samples; /* after a detection nothing is detected for so long */
} kws_detector_config;

typedef struct kws_detector {
    kws_detector_config config;
    int16_t *sums;    /* the caller's: of each label's last `average` scores */
    int8_t *ring;     /* the caller's: those scores, average * labels bytes */
    uint8_t next;     /* row of the ring that the next vector takes */
    uint8_t filled;   /* rows that hold a vector */
    uint8_t waiting;  /* a detection was made: wait for the refractory period */
    uint64_t last;    /* sample of the last detection */
} kws_detector;

typedef struct kws_detection {
    uint64_t sample; /* samples heard when the keyword was detected */
    uint8_t label;
    int8_t score; /* average, rounded down */
} kws_detection;

/* sums holds a value a label, ring ring_bytes >= average * labels bytes; both, and the thresholds, belong to the detector
 * from here on. Returns 0 or a negative kws_err. */
int kws_detector_init(kws_detector *detector, const kws_detector_config *config, int16_t *sums, int8_t *ring,
                      size_t ring_bytes);

/* One score vector, made after `sample` samples. Returns 1 when it completes a detection, otherwise 0.
 *
 * A keyword is detected when the sum of its last `average` scores is at least its threshold, no other keyword's sum is
 * further above its own (the first of equals wins), and at least refractory_samples have passed since the last
 * detection. Sums are exact: 255 scores of int8 fit int16. */
int kws_detector_push(kws_detector *detector, const int8_t *scores, uint64_t sample, kws_detection *detection);

#ifdef __cplusplus
}
#endif

#endif
