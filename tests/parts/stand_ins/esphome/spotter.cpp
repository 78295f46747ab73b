/* Gives the component the samples of standard input and prints its detections. Arguments, in this order:
 *   hear BLOCK   all samples, in blocks, each heard before the next comes
 *   flood        all samples at once
 *   held         all samples, in blocks, before the loop comes again
 *   stop, start  the actions
 *   threshold LABEL SHARE   before anything else */
#include <unistd.h>

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "kws.h"

using esphome::kws::DetectionTrigger;

class Spotter : public esphome::kws::KeywordSpotter {
 public:
  void give(const std::vector<uint8_t> &data, size_t block) {
    for (size_t at = 0; at < data.size(); at += 2 * block) {
      const size_t end = std::min(data.size(), at + 2 * block);
      this->source_->give(std::vector<uint8_t>(data.begin() + at, data.begin() + end));
      do {
        this->loop();
        usleep(100);
      } while (this->waiting_());
    }
  }

  void give_held(const std::vector<uint8_t> &data) {
    for (size_t at = 0; at < data.size(); at += 1000) {
      const size_t end = std::min(data.size(), at + 1000);
      this->source_->give(std::vector<uint8_t>(data.begin() + at, data.begin() + end));
      usleep(5000);
    }
    while (this->waiting_()) {
      this->loop();
      this->wake_(); /* as the microphone's next samples would */
      usleep(1000);
    }
  }

 protected:
  bool waiting_() {
    return this->ring_.written != this->ring_.taken || this->block_heard_ != this->block_count_ ||
           this->told_.load() != this->made_.load();
  }
};

static std::vector<uint8_t> all_of_stdin() {
  std::vector<uint8_t> data(1 << 24);
  data.resize(fread(data.data(), 1, data.size(), stdin));
  return data;
}

int main(int argc, char **argv) {
  const std::vector<uint8_t> data = all_of_stdin();
  static esphome::microphone::MicrophoneSource source;
  static Spotter spotter;
  static DetectionTrigger every(&spotter, 0), two(&spotter, 2);
  every.told = [](const std::string &word, const float &score) { printf("%s %.6f\n", word.c_str(), score); };
  two.told = [](const std::string &word, const float & /*score*/) { printf("it was %s\n", word.c_str()); };
  static esphome::kws::StartAction<> start;
  static esphome::kws::StopAction<> stop;
  static esphome::kws::IsListeningCondition<> listening;
  start.set_parent(&spotter), stop.set_parent(&spotter), listening.set_parent(&spotter);
  spotter.set_microphone_source(&source);
  int at = 1;
  for (; at < argc && !strcmp(argv[at], "threshold"); at += 3)
    spotter.set_threshold(static_cast<uint8_t>(atoi(argv[at + 1])), static_cast<float>(atof(argv[at + 2])));
  spotter.setup();
  spotter.dump_config();
  for (; at < argc; at++) {
    if (!strcmp(argv[at], "hear")) {
      spotter.give(data, static_cast<size_t>(atoi(argv[++at])));
    } else if (!strcmp(argv[at], "flood")) {
      spotter.give(data, data.size());
    } else if (!strcmp(argv[at], "held")) {
      spotter.give_held(data);
    } else if (!strcmp(argv[at], "stop")) {
      stop.play();
      usleep(100000); /* what was heard is forgotten */
      spotter.loop();
    } else {
      start.play();
    }
  }
  usleep(100000); /* the last block's detection */
  spotter.loop();
  printf("listening %d, lost %" PRIu32 "\n", listening.check(), spotter.get_lost_samples());
  fflush(stdout);
  _exit(0); /* the task never ends */
}
