/* From scores to decisions. See kws_detector.h. */
#include "kws_detector.h"
#include "kws_small.h"

KWS_SMALL_BEGIN

int kws_best_keyword(const int8_t *scores, size_t labels)
{
    if (labels <= KWS_FIRST_KEYWORD) {
        return KWS_ERR_ARG;
    }
    size_t best = KWS_FIRST_KEYWORD;
    for (size_t i = best + 1; i < labels; i++) {
        if (scores[i] > scores[best]) {
            best = i;
        }
    }
    return (int)best;
}

int kws_decide_clip(const int8_t *scores, size_t labels, int8_t threshold)
{
    const int best = kws_best_keyword(scores, labels);
    return best >= 0 && scores[best] >= threshold ? best : -1;
}

int kws_detector_init(kws_detector *detector, const kws_detector_config *config, int16_t *sums, int8_t *ring,
                      size_t ring_bytes)
{
    if (config->labels <= KWS_FIRST_KEYWORD || config->average == 0) {
        return KWS_ERR_ARG;
    }
    const size_t used = (size_t)config->average * config->labels;
    if (ring_bytes < used) {
        return KWS_ERR_SPACE;
    }
    for (size_t i = 0; i < config->labels; i++) {
        sums[i] = 0;
    }
    for (size_t i = 0; i < used; i++) {
        ring[i] = 0;
    }
    detector->config = *config;
    detector->sums = sums;
    detector->ring = ring;
    detector->next = 0;
    detector->filled = 0;
    detector->waiting = 0;
    detector->last = 0;
    return KWS_OK;
}

/* The newest vector takes the place of the oldest, in the ring and in the sums; the ring begins as zeros. */
static void remember(kws_detector *detector, const int8_t *scores)
{
    const size_t labels = detector->config.labels;
    int8_t *row = detector->ring + detector->next * labels;
    for (size_t i = 0; i < labels; i++) {
        detector->sums[i] = (int16_t)(detector->sums[i] + scores[i] - row[i]);
        row[i] = scores[i];
    }
    if (++detector->next == detector->config.average) {
        detector->next = 0;
    }
    if (detector->filled < detector->config.average) {
        detector->filled++;
    }
}

/* The keyword that is furthest above its threshold, the first of equals; 0 when none reaches it. */
static size_t furthest_above(const kws_detector *detector)
{
    size_t best = 0;
    int32_t furthest = -1;
    for (size_t label = KWS_FIRST_KEYWORD; label < detector->config.labels; label++) {
        const int32_t above = (int32_t)detector->sums[label] - detector->config.thresholds[label];
        if (above > furthest) {
            best = label;
            furthest = above;
        }
    }
    return best;
}

static int8_t floor_divide(int32_t sum, int32_t count)
{
    int32_t quotient = sum / count;
    if (sum % count < 0) {
        quotient--;
    }
    return (int8_t)quotient;
}

int kws_detector_push(kws_detector *detector, const int8_t *scores, uint64_t sample, kws_detection *detection)
{
    const kws_detector_config *config = &detector->config;
    remember(detector, scores);
    if (detector->waiting && sample - detector->last >= config->refractory_samples) {
        detector->waiting = 0;
    }
    if (detector->filled < config->average || detector->waiting) {
        return 0;
    }
    const size_t best = furthest_above(detector);
    if (best == 0) {
        return 0;
    }
    detector->waiting = 1;
    detector->last = sample;
    detection->sample = sample;
    detection->label = (uint8_t)best;
    detection->score = floor_divide(detector->sums[best], config->average);
    return 1;
}

KWS_SMALL_END
