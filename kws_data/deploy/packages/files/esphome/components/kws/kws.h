#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "esphome/components/microphone/microphone_source.h"
#include "esphome/core/automation.h"
#include "esphome/core/component.h"
#include "esphome/core/helpers.h"

#include "kws_bundle.h"
#include "kws_ring.h"

#ifdef USE_ESP32
#include <freertos/FreeRTOS.h>
#include <freertos/task.h>
#endif

namespace esphome::kws {

/// Hears the bundle's keywords in a microphone's samples.
///
/// The microphone's task puts samples into a ring. They are heard by a task of this component (ESP32) or in loop() (any
/// other platform), and what was detected is told in loop(), as ESPHome wants it. There is one per program: the bundle's
/// memory is there once.
class KeywordSpotter : public Component {
 public:
  KeywordSpotter();
  void setup() override;
  void loop() override;
  void dump_config() override;
  float get_setup_priority() const override;

  void set_microphone_source(microphone::MicrophoneSource *source) { this->source_ = source; }

  /// The keyword `label` is detected when its average score reaches `share`, 0 to 1; before setup().
  void set_threshold(uint8_t label, float share);

  /// `callback(uint8_t label, float share)` is called in loop() for each detection.
  template<typename F> void add_on_detection_callback(F &&callback) {
    this->detection_callbacks_.add(std::forward<F>(callback));
  }

  /// Begin to listen; setup() does it.
  void start();
  /// Forget what was heard, and listen no more.
  void stop();
  bool is_listening() const { return this->listening_; }

  /// Samples that came when the ring was full.
  uint32_t get_lost_samples() const { return this->lost_.load(); }

 protected:
  static constexpr uint32_t RING_SAMPLES = 4096;  // a power of two: 256 ms at 16 kHz
  static constexpr size_t BLOCK_SAMPLES = 256;
  static constexpr uint32_t FOUND = 8;  // detections that wait for loop()

  void wake_();
  void hear_();
  bool fetch_();
  void forget_();
  void tell_lost_();

  microphone::MicrophoneSource *source_{nullptr};
  CallbackManager<void(uint8_t, float)> detection_callbacks_{};
  std::vector<int16_t> thresholds_;  // one a label, on its sum
  bool listening_{false};
  uint32_t lost_told_{0};

  // Between the tasks.
  kws_ring ring_{};
  int16_t ring_samples_[RING_SAMPLES];
  std::atomic<bool> to_forget_{false};
  std::atomic<uint32_t> lost_{0};
  kws_detection found_[FOUND];
  std::atomic<uint32_t> made_{0};  // detections, counted by hear_(); both wrap
  std::atomic<uint32_t> told_{0};  // by loop()

  // Of hear_() alone.
  kws_listener_parts parts_;
  kws_listener listener_{};
  int16_t block_[BLOCK_SAMPLES];
  size_t block_count_{0};
  size_t block_heard_{0};

#ifdef USE_ESP32
  static void task(void *spotter);
  TaskHandle_t task_{nullptr};
#endif
};

/// Triggers at a keyword, or at each (label 0), with the keyword and its average score from 0 to 1.
class DetectionTrigger : public Trigger<std::string, float> {
 public:
  DetectionTrigger(KeywordSpotter *spotter, uint8_t label) {
    spotter->add_on_detection_callback([this, label](uint8_t found, float share) {
      if (label == 0 || label == found)
        this->trigger(kws_bundle.label_names[found], share);
    });
  }
};

template<typename... Ts> class StartAction : public Action<Ts...>, public Parented<KeywordSpotter> {
 public:
  void play(const Ts &.../*unused*/) override { this->parent_->start(); }
};

template<typename... Ts> class StopAction : public Action<Ts...>, public Parented<KeywordSpotter> {
 public:
  void play(const Ts &.../*unused*/) override { this->parent_->stop(); }
};

template<typename... Ts> class IsListeningCondition : public Condition<Ts...>, public Parented<KeywordSpotter> {
 public:
  bool check(const Ts &.../*unused*/) override { return this->parent_->is_listening(); }
};

}  // namespace esphome::kws
