// SPDX-License-Identifier: EUPL-1.2
// GroupCommit<Transaction>: one writer thread that takes all pending jobs, runs each against one
// transaction, commits once, and only then answers each.
//
// This is the one way to write in Revier: the data plane (store) and the records both stand on it,
// so that a rush costs one sync a group and not one a request.
//
// Order: jobs run in the order they were submitted; job k sees in the transaction what jobs before
// it in the same group have done, but not what their `publish` will show: who decides by published
// memory takes turns (base/turns.h). `publish` of each job runs after the commit, in the same
// order, on the writer thread, before any answer of the group leaves. Errors: a job that fails is
// undone alone (Backend::attempt); a group that fails to commit fails every job in it with the
// commit's error, and none is published. Back-pressure: at most `pending_max` jobs wait; one more
// is answered kUnavailable at once.
//
// Thread safety: run() and submit() from any thread. The destructor finishes what was submitted.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/completion.h"
#include "base/result.h"
#include "base/task.h"

namespace revier {

// What a store supplies. All calls come from the writer thread.
template <class Transaction>
class GroupBackend {
 public:
  virtual ~GroupBackend() = default;
  // Opens the transaction of a new group.
  [[nodiscard]] virtual Result<Transaction*> begin() = 0;
  // Runs `step` so that, when it fails, nothing of it is left in the transaction (savepoint).
  [[nodiscard]] virtual Result<> attempt(Transaction& transaction,
                                         const std::function<Result<>(Transaction&)>& step) = 0;
  // Makes the group durable. After an error the group is rolled back.
  [[nodiscard]] virtual Result<> commit(Transaction& transaction) = 0;
};

template <class Transaction>
class GroupCommit {
 public:
  struct Options {
    std::size_t pending_max = 65'536;
    std::size_t group_max = 1'024;  // jobs in one transaction
  };

  // `backend` must outlive this.
  explicit GroupCommit(GroupBackend<Transaction>& backend, Options options = {})
      : backend_(backend), options_(options), thread_([this] { work(); }) {}

  ~GroupCommit() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  // Runs `apply(Transaction&) -> Result<R>` in the next group; the answer is R once it is durable.
  // `publish(R&)` runs on the writer thread between commit and answer, and may add to the answer.
  template <class Apply, class Publish>
  [[nodiscard]] auto run(Apply apply, Publish publish)
      -> Task<std::invoke_result_t<Apply&, Transaction&>> {
    TypedJob<Apply, Publish> job(std::move(apply), std::move(publish));
    if (!submit(job)) co_return fail(Code::kUnavailable, "the write queue is full, try again");
    co_return co_await job.done;
  }
  template <class Apply>
  [[nodiscard]] auto run(Apply apply) -> Task<std::invoke_result_t<Apply&, Transaction&>> {
    return run(std::move(apply), [](const auto&...) {});
  }

  // The same for a thread that may block (start-up, tools, tests, pool).
  template <class Apply, class Publish>
  [[nodiscard]] auto run_blocking(Apply apply, Publish publish)
      -> std::invoke_result_t<Apply&, Transaction&> {
    TypedJob<Apply, Publish> job(std::move(apply), std::move(publish));
    if (!submit(job)) return fail(Code::kUnavailable, "the write queue is full, try again");
    return job.done.wait();
  }
  template <class Apply>
  [[nodiscard]] auto run_blocking(Apply apply) -> std::invoke_result_t<Apply&, Transaction&> {
    return run_blocking(std::move(apply), [](const auto&...) {});
  }

 private:
  struct Job {
    virtual ~Job() = default;
    virtual Result<> apply(Transaction& transaction) = 0;
    virtual void publish() = 0;
    virtual void answer(const Result<>& committed) = 0;
    Result<> applied;
  };

  template <class Apply, class Publish>
  struct TypedJob final : Job {
    using Answer = std::invoke_result_t<Apply&, Transaction&>;

    TypedJob(Apply a, Publish p) : apply_step(std::move(a)), publish_step(std::move(p)) {}
    Result<> apply(Transaction& transaction) override {
      outcome.emplace(apply_step(transaction));
      if (!*outcome) return fail(outcome->error());
      return {};
    }
    void publish() override {
      if constexpr (std::is_void_v<typename Answer::value_type>) {
        publish_step();
      } else {
        publish_step(**outcome);
      }
    }
    void answer(const Result<>& committed) override {
      if (!committed) {
        done.set(fail(committed.error()));
      } else {
        done.set(std::move(*outcome));
      }
    }

    Apply apply_step;
    Publish publish_step;
    std::optional<Answer> outcome;
    Completion<Answer> done;
  };

  [[nodiscard]] bool submit(Job& job) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_ || pending_.size() >= options_.pending_max) return false;
      pending_.push_back(&job);
    }
    wake_.notify_one();
    return true;
  }

  void work() {
    std::vector<Job*> group;
    while (take(group)) {
      run_group(group);
      group.clear();
    }
  }

  // Waits for jobs; false when stopping and none is left.
  [[nodiscard]] bool take(std::vector<Job*>& group) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !pending_.empty(); });
    if (pending_.size() <= options_.group_max) {
      group.swap(pending_);
    } else {
      const auto end = pending_.begin() + static_cast<std::ptrdiff_t>(options_.group_max);
      group.assign(pending_.begin(), end);
      pending_.erase(pending_.begin(), end);
    }
    return !group.empty();
  }

  void run_group(const std::vector<Job*>& group) {
    const Result<> committed = apply_and_commit(group);
    for (Job* job : group) {
      if (committed && job->applied) job->publish();
    }
    for (Job* job : group) job->answer(job->applied ? committed : job->applied);
  }

  [[nodiscard]] Result<> apply_and_commit(const std::vector<Job*>& group) {
    RV_ASSIGN(Transaction * transaction, backend_.begin());
    for (Job* job : group) {
      job->applied =
          backend_.attempt(*transaction, [job](Transaction& within) { return job->apply(within); });
    }
    return backend_.commit(*transaction);
  }

  GroupBackend<Transaction>& backend_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Job*> pending_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace revier
