// SPDX-License-Identifier: EUPL-1.2
// The way back to an object for callbacks that may come after its end.
//
//   client.send(request, [alive = alive_](Result<Reply> reply) {
//     alive->run([&](Sender& sender) { sender.take(std::move(reply)); });
//   });
//
// The object holds it by std::shared_ptr and calls end() first in its destructor.
//
// Thread safety: all methods from any thread; end() not within run().
#pragma once
#include "base/thread_safety.h"

namespace revier {

template <class T>
class WhileAlive {
 public:
  explicit WhileAlive(T& object) : object_(&object) {}

  // Calls `work` with the object, nothing after end(). One at a time.
  void run(const auto& work) {
    const Lock lock(mutex_);
    if (object_ != nullptr) work(*object_);
  }
  // Waits for what runs.
  void end() {
    const Lock lock(mutex_);
    object_ = nullptr;
  }

 private:
  Mutex mutex_;
  T* object_ RV_GUARDED_BY(mutex_);
};

}  // namespace revier
