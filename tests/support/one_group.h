// SPDX-License-Identifier: EUPL-1.2
// Changes that the writer of a store takes together, as under load (base/group_commit.h).
//
// Thread safety: by one thread, which has no executor.
#pragma once
#include <algorithm>
#include <deque>
#include <functional>
#include <future>
#include <thread>
#include <utility>
#include <vector>

#include "base/completion.h"
#include "base/run_task.h"
#include "store/store.h"

namespace revier::test {

// Runs `meanwhile` while the writer is busy: what it submits is one group.
inline void while_writer_is_busy(store::Store& store, const std::function<void()>& meanwhile) {
  std::promise<void> busy;
  std::promise<void> go_on;
  std::thread other([&] {
    const auto job = [&](store::Batch& /*batch*/) -> Result<> {
      busy.set_value();
      go_on.get_future().wait();
      return {};
    };
    RV_CHECK(store.writer().run_blocking(job).has_value());
  });
  busy.get_future().wait();
  meanwhile();
  go_on.set_value();
  other.join();
}

template <class T>
Task<std::vector<T>> ends_of(std::deque<Completion<T>>& running) {
  std::vector<T> out;
  for (Completion<T>& one : running) out.push_back(co_await one);
  co_return out;
}

// What these answer, begun one after the other while the writer is busy.
template <class T>
std::vector<T> run_in_one_group(store::Store& store, std::vector<Task<T>> tasks) {
  const auto begin = [&]() -> Task<std::vector<T>> {
    std::deque<Completion<T>> running;
    while_writer_is_busy(store, [&] {
      for (Task<T>& task : tasks) {
        Completion<T>& end = running.emplace_back();
        start(std::move(task), [&end](T answer) { end.set(std::move(answer)); });
      }
    });
    co_return co_await ends_of(running);
  };
  return run_task(begin());
}

// How many of these are good.
template <class T>
std::size_t good_of(const std::vector<Result<T>>& answers) {
  return static_cast<std::size_t>(
      std::ranges::count_if(answers, [](const Result<T>& one) { return one.has_value(); }));
}

}  // namespace revier::test
