/* Stand-in: tasks are threads of the PC, and a task is woken by a count, as FreeRTOS does it. */
#pragma once
#include <condition_variable>
#include <mutex>
#include <thread>

#include "FreeRTOS.h"

struct StandInTask {
  std::mutex mutex;
  std::condition_variable woken;
  uint32_t count = 0;
};
typedef StandInTask *TaskHandle_t;

inline thread_local StandInTask *stand_in_self = nullptr;

inline BaseType_t xTaskCreate(void (*code)(void *), const char * /*name*/, uint32_t /*stack*/, void *argument,
                              UBaseType_t /*priority*/, TaskHandle_t *handle) {
  auto *task = new StandInTask;
  *handle = task;
  std::thread([task, code, argument] {
    stand_in_self = task;
    code(argument);
  }).detach();
  return pdPASS;
}

inline void xTaskNotifyGive(TaskHandle_t task) {
  const std::lock_guard<std::mutex> lock(task->mutex);
  task->count++;
  task->woken.notify_one();
}

inline uint32_t ulTaskNotifyTake(BaseType_t /*clear*/, TickType_t /*ticks*/) {
  std::unique_lock<std::mutex> lock(stand_in_self->mutex);
  stand_in_self->woken.wait(lock, [] { return stand_in_self->count != 0; });
  const uint32_t count = stand_in_self->count;
  stand_in_self->count = 0;
  return count;
}
