/* Stand-in: a microphone that hears what it is given, while it is switched on. */
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

namespace esphome::microphone {

class MicrophoneSource {
 public:
  template<typename F> void add_data_callback(F &&callback) { this->callback_ = callback; }
  void start() { this->on_ = true; }
  void stop() { this->on_ = false; }
  void give(const std::vector<uint8_t> &data) {
    if (this->on_)
      this->callback_(data);
  }

 protected:
  std::function<void(const std::vector<uint8_t> &)> callback_;
  bool on_{false};
};

}  // namespace esphome::microphone
