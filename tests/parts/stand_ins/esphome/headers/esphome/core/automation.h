/* Stand-in: what a component uses of ESPHome's automations. */
#pragma once
#include <functional>
#include <vector>

namespace esphome {

template<typename... Ts> class Trigger {
 public:
  std::function<void(const Ts &...)> told;
  void trigger(const Ts &...x) { this->told(x...); }
};

template<typename... Ts> class Action {
 public:
  virtual void play(const Ts &...x) = 0;
};

template<typename... Ts> class Condition {
 public:
  virtual bool check(const Ts &...x) = 0;
};

}  // namespace esphome
