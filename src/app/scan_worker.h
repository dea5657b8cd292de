// SPDX-License-Identifier: EUPL-1.2
// Scans attachments that wait, by a thread of its own, until it is destroyed.
#pragma once
#include <condition_variable>
#include <mutex>
#include <thread>

#include "casework/attachments.h"

namespace revier::app {

class ScanWorker {
 public:
  // `attachments` must outlive it.
  explicit ScanWorker(casework::Attachments& attachments);
  ~ScanWorker();
  ScanWorker(const ScanWorker&) = delete;
  ScanWorker& operator=(const ScanWorker&) = delete;

 private:
  void work();

  casework::Attachments& attachments_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace revier::app
