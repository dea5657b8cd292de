// SPDX-License-Identifier: EUPL-1.2
#include "app/scan_worker.h"

#include <chrono>

#include "base/log.h"

namespace revier::app {
namespace {

constexpr std::chrono::seconds kScanPause{1};

}  // namespace

ScanWorker::ScanWorker(casework::Attachments& attachments)
    : attachments_(attachments), thread_([this] { work(); }) {}

ScanWorker::~ScanWorker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void ScanWorker::work() {
  bool troubled = false;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const Result<> done = attachments_.scan_waiting();
    // Said once, not each second.
    if (!done && !troubled) {
      log_event(Level::kWarn, "casework.scanner", {{"reason", done.error().message}});
    }
    troubled = !done;
    lock.lock();
    wake_.wait_for(lock, kScanPause, [this] { return stopping_; });
  }
}

}  // namespace revier::app
