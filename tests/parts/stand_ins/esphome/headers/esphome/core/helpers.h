/* Stand-in: callbacks and parents. */
#pragma once
#include <functional>
#include <utility>
#include <vector>

namespace esphome {

template<typename X> class CallbackManager;
template<typename... Ts> class CallbackManager<void(Ts...)> {
 public:
  template<typename F> void add(F &&callback) { this->callbacks_.emplace_back(std::forward<F>(callback)); }
  void call(Ts... args) {
    for (auto &callback : this->callbacks_)
      callback(args...);
  }

 protected:
  std::vector<std::function<void(Ts...)>> callbacks_;
};

template<typename T> class Parented {
 public:
  void set_parent(T *parent) { this->parent_ = parent; }

 protected:
  T *parent_{nullptr};
};

}  // namespace esphome
