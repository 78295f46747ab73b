/* From scores to decisions. See kws_detector.h. */
#include "kws_detector.h"

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

int kws_detector_init(kws_detector *detector, const kws_detector_config *config, int8_t *ring, size_t ring_bytes)
{
    if (config->labels <= KWS_FIRST_KEYWORD || config->average == 0) {
        return KWS_ERR_ARG;
    }
    if (ring_bytes < (size_t)config->average * config->labels) {
        return KWS_ERR_SPACE;
    }
    detector->config = *config;
    detector->ring = ring;
    detector->next = 0;
    detector->filled = 0;
    detector->waiting = 0;
    detector->last = 0;
    return KWS_OK;
}

static void remember(kws_detector *detector, const int8_t *scores)
{
    const size_t labels = detector->config.labels;
    int8_t *row = detector->ring + detector->next * labels;
    for (size_t i = 0; i < labels; i++) {
        row[i] = scores[i];
    }
    detector->next = (uint8_t)((detector->next + 1u) % detector->config.average);
    if (detector->filled < detector->config.average) {
        detector->filled++;
    }
}

static int32_t sum_of(const kws_detector *detector, size_t label)
{
    int32_t sum = 0;
    for (size_t row = 0; row < detector->config.average; row++) {
        sum += detector->ring[row * detector->config.labels + label];
    }
    return sum;
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
    if (detector->filled < config->average) {
        return 0;
    }
    size_t best = KWS_FIRST_KEYWORD;
    int32_t best_sum = sum_of(detector, best);
    for (size_t label = best + 1; label < config->labels; label++) {
        const int32_t sum = sum_of(detector, label);
        if (sum > best_sum) {
            best = label;
            best_sum = sum;
        }
    }
    if (detector->waiting && sample - detector->last >= config->refractory_samples) {
        detector->waiting = 0;
    }
    if (detector->waiting || best_sum < (int32_t)config->average * config->threshold) {
        return 0;
    }
    detector->waiting = 1;
    detector->last = sample;
    detection->sample = sample;
    detection->label = (uint8_t)best;
    detection->score = floor_divide(best_sum, config->average);
    return 1;
}
