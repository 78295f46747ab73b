#include "kws.h"

#include <algorithm>
#include <cmath>

#include "esphome/core/log.h"

namespace esphome::kws {

static const char *const TAG = "kws";

#ifdef USE_ESP32
static const uint32_t TASK_STACK_BYTES = 4096;
static const UBaseType_t TASK_PRIORITY = 2;  // above loop(), far below the microphone
#endif

// Scores are int8: -128 is 0, 128 would be 1.
static float share_of(float score) { return (score + 128.0f) / 256.0f; }

KeywordSpotter::KeywordSpotter() : parts_(kws_bundle) {
  const kws_detector_config &decision = kws_bundle.decision;
  this->thresholds_.assign(decision.thresholds, decision.thresholds + decision.labels);
}

float KeywordSpotter::get_setup_priority() const { return setup_priority::AFTER_CONNECTION; }

void KeywordSpotter::set_threshold(uint8_t label, float share) {
  const int average = kws_bundle.decision.average;
  const int sum = static_cast<int>(std::lround((share * 256.0f - 128.0f) * static_cast<float>(average)));
  this->thresholds_[label] = static_cast<int16_t>(std::clamp(sum, -128 * average, 127 * average));
}

void KeywordSpotter::setup() {
  this->parts_.decision.thresholds = this->thresholds_.data();
  kws_ring_init(&this->ring_, this->ring_samples_, RING_SAMPLES);
  if (kws_listener_init(&this->listener_, &this->parts_) < 0) {
    ESP_LOGE(TAG, "The detector does not start");
    this->mark_failed();
    return;
  }
#ifdef USE_ESP32
  if (xTaskCreate(KeywordSpotter::task, "kws", TASK_STACK_BYTES, this, TASK_PRIORITY, &this->task_) != pdPASS) {
    ESP_LOGE(TAG, "No memory for the task");
    this->mark_failed();
    return;
  }
#endif
  this->source_->add_data_callback([this](const std::vector<uint8_t> &data) {
    const auto *samples = reinterpret_cast<const int16_t *>(data.data());
    kws_ring_put(&this->ring_, samples, static_cast<uint32_t>(data.size() / sizeof(int16_t)));
    this->wake_();
  });
  this->start();
}

void KeywordSpotter::start() {
  if (this->listening_ || this->is_failed())
    return;
  this->listening_ = true;
  this->source_->start();
}

void KeywordSpotter::stop() {
  if (!this->listening_)
    return;
  this->listening_ = false;
  this->source_->stop();
  this->to_forget_.store(true);
  this->wake_();
}

#ifdef USE_ESP32
void KeywordSpotter::wake_() { xTaskNotifyGive(this->task_); }

void KeywordSpotter::task(void *spotter) {
  for (;;) {
    ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
    static_cast<KeywordSpotter *>(spotter)->hear_();
  }
}
#else
void KeywordSpotter::wake_() {}  // loop() comes by itself
#endif

// Hear what is in the ring. While loop() does not take the detections, samples wait there: no detection is dropped.
void KeywordSpotter::hear_() {
  if (this->to_forget_.exchange(false))
    this->forget_();
  while (this->made_.load() - this->told_.load() < FOUND && this->fetch_()) {
    kws_detection found;
    size_t used = 0;
    const int16_t *samples = this->block_ + this->block_heard_;
    const size_t count = this->block_count_ - this->block_heard_;
    if (kws_listener_hear(&this->listener_, samples, count, &used, &found) == 1) {
      this->found_[this->made_.load() % FOUND] = found;
      this->made_.fetch_add(1);
    }
    this->block_heard_ += used;
  }
}

// Whether the block has samples that were not heard; it is filled from the ring when they all were.
bool KeywordSpotter::fetch_() {
  if (this->block_heard_ < this->block_count_)
    return true;
  const uint32_t lost = kws_ring_lost(&this->ring_);
  kws_listener_lost(&this->listener_, lost - this->lost_.load());
  this->lost_.store(lost);
  this->block_heard_ = 0;
  this->block_count_ = kws_ring_take(&this->ring_, this->block_, BLOCK_SAMPLES);
  return this->block_count_ != 0;
}

void KeywordSpotter::forget_() {
  do {
    this->block_heard_ = this->block_count_;
  } while (this->fetch_());
  kws_listener_reset(&this->listener_);
}

void KeywordSpotter::loop() {
#ifndef USE_ESP32
  this->hear_();
#endif
  while (this->told_.load() != this->made_.load()) {
    const kws_detection found = this->found_[this->told_.load() % FOUND];
    this->told_.fetch_add(1);
    const float share = share_of(found.score);
    ESP_LOGD(TAG, "%s, score %.2f", kws_bundle.label_names[found.label], share);
    this->detection_callbacks_.call(found.label, share);
  }
  this->tell_lost_();
}

void KeywordSpotter::tell_lost_() {
  const uint32_t lost = this->lost_.load();
  if (lost == this->lost_told_)
    return;
  ESP_LOGW(TAG, "%u samples lost: they came faster than they were heard", static_cast<unsigned>(lost - this->lost_told_));
  this->lost_told_ = lost;
}

void KeywordSpotter::dump_config() {
  const kws_detector_config &decision = kws_bundle.decision;
  ESP_LOGCONFIG(TAG, "Keyword spotter:");
  for (uint8_t label = KWS_FIRST_KEYWORD; label < decision.labels; label++) {
    if (this->thresholds_[label] == INT16_MAX) {
      ESP_LOGCONFIG(TAG, "  %s: never detected", kws_bundle.label_names[label]);
    } else {
      ESP_LOGCONFIG(TAG, "  %s: from %.2f", kws_bundle.label_names[label],
                    share_of(static_cast<float>(this->thresholds_[label]) / decision.average));
    }
  }
}

}  // namespace esphome::kws
