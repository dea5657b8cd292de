// SPDX-License-Identifier: EUPL-1.2
// What the bench programs share: a loop for coroutines, a folder that is gone afterwards, medians,
// and the line that bench/run.py reads.
#pragma once
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/task.h"
#include "base/time.h"

namespace revier::bench {

// Resumes coroutines on the thread that calls run().
class Loop final : public Executor {
 public:
  void post(std::coroutine_handle<> handle) override {
    const std::lock_guard lock(mutex_);
    ready_.push_back(handle);
    wake_.notify_one();
  }
  // Runs the clients until all have ended; `start_client(i)` makes the Task of one.
  template <class Start>
  void run(int clients, Start start_client) {
    set_current(this);
    running_ = clients;
    for (int client = 0; client < clients; ++client) {
      start(start_client(client), [this] { --running_; });
    }
    while (running_ > 0) {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return !ready_.empty(); });
      const auto now = std::exchange(ready_, {});
      lock.unlock();
      for (const auto handle : now) handle.resume();
    }
    set_current(nullptr);
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::coroutine_handle<>> ready_;
  int running_ = 0;
};

// A new folder under TMPDIR.
class Folder {
 public:
  explicit Folder(const std::string& name) {
    path_ = (std::filesystem::temp_directory_path() / (name + "_XXXXXX")).string();
    RV_CHECK(mkdtemp(path_.data()) != nullptr);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}
// Largest over smallest: 1.0 is a quiet machine.
inline double spread(const std::vector<double>& values) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return *most / *least;
}

// One line of the table: "name | unit | median | spread | other's median | its spread | ratio".
// bench/run.py reads it; what is not there is "-".
inline void print_row(const std::string& name, const std::string& unit,
                      const std::vector<double>& ours, const std::vector<double>& other = {}) {
  const auto pair = [](const std::vector<double>& values) {
    if (values.empty()) return fmt::format("{:>11} | {:>6}", "-", "-");
    return fmt::format("{:>11.1f} | {:>6.2f}", median(values), spread(values));
  };
  const std::string ratio =
      other.empty() ? "-" : fmt::format("{:.2f}", median(ours) / median(other));
  fmt::print("{:<52} | {:<11} | {} | {} | {:>6}\n", name, unit, pair(ours), pair(other), ratio);
  std::fflush(stdout);
}

// The value of "--name value" among the words, or `otherwise`.
inline std::string word(int count, char** words, std::string_view name, std::string otherwise) {
  for (int i = 1; i + 1 < count; ++i) {
    if (words[i] == name) return words[i + 1];
  }
  return otherwise;
}
inline bool has_word(int count, char** words, std::string_view name) {
  return std::any_of(words + 1, words + count, [&](const char* word) { return word == name; });
}

}  // namespace revier::bench
