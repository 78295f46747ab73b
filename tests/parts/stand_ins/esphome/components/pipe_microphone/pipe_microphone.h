/* A microphone of the tests: its samples come from standard input, in blocks of changing size. At the end the program ends. */
#pragma once
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "esphome/components/microphone/microphone.h"
#include "esphome/core/component.h"

namespace esphome::pipe_microphone {

class PipeMicrophone : public microphone::Microphone, public Component {
 public:
  void start() override { this->state_ = microphone::STATE_RUNNING; }
  void stop() override { this->state_ = microphone::STATE_STOPPED; }
  void loop() override {
    if (this->state_ != microphone::STATE_RUNNING)
      return;
    this->block_ = this->block_ * 5 % 3989 + 1;
    std::vector<uint8_t> data(this->block_ * 2);
    data.resize(std::fread(data.data(), 1, data.size(), stdin));
    this->data_callbacks_.call(data);
    if (data.empty() && this->ended_++ == 2)
      std::exit(0);
  }

 protected:
  size_t block_{1};
  int ended_{0};
};

}  // namespace esphome::pipe_microphone
