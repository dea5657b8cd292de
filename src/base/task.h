// SPDX-License-Identifier: EUPL-1.2
// Task<T>: a lazily started coroutine, awaited once; and Executor, where coroutines are resumed.
//
// Domain code is plain functions. A Task appears only where something really waits: a durable
// commit, the pool for blocking work, a timer. The type is ours so that no header outside net pays
// for Asio.
//
// Thread safety: a Task is moved and awaited by one thread at a time. It starts on the thread that
// awaits it. After `co_await` of something that finishes elsewhere it goes on on the Executor it
// was suspended on.
#pragma once
#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/check.h"

namespace revier {

// Runs coroutines; each io thread has one. post() may be called from any thread, never blocks and
// never resumes inside the call.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual void post(std::coroutine_handle<> handle) = 0;

  // The executor of this thread, nullptr on a thread that runs no coroutines.
  [[nodiscard]] static Executor* current();

 protected:
  // Called by an implementation at the start and (nullptr) at the end of its thread.
  static void set_current(Executor* executor);
};

template <class T = void>
class [[nodiscard]] Task;

namespace detail {

struct FinalAwaiter {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) const noexcept {
    return done.promise().continuation;
  }
  void await_resume() const noexcept {}
};

struct PromiseBase {
  std::coroutine_handle<> continuation = std::noop_coroutine();
  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
};

template <class T>
struct Promise : PromiseBase {
  std::variant<std::monostate, T, std::exception_ptr> result;

  Task<T> get_return_object();
  template <class U>
  void return_value(U&& value) {
    result.template emplace<1>(std::forward<U>(value));
  }
  void unhandled_exception() { result.template emplace<2>(std::current_exception()); }
  T take() {
    if (result.index() == 2) std::rethrow_exception(std::get<2>(result));
    RV_CHECK(result.index() == 1);
    return std::move(std::get<1>(result));
  }
};

template <>
struct Promise<void> : PromiseBase {
  std::exception_ptr error;

  Task<void> get_return_object();
  void return_void() const noexcept {}
  void unhandled_exception() { error = std::current_exception(); }
  void take() const {
    if (error) std::rethrow_exception(error);
  }
};

}  // namespace detail

template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
    handle_.promise().continuation = awaiting;
    return handle_;
  }
  T await_resume() { return handle_.promise().take(); }

 private:
  Handle handle_;
};

namespace detail {
template <class T>
Task<T> Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

// A coroutine that owns itself: started at once, destroyed when it ends.
struct Detached {
  struct promise_type {
    Detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
};
}  // namespace detail

// Starts a task on this thread and lets `done(T)` have its result. The task must not throw: an
// exception that leaves it ends the process.
template <class T, class Done>
void start(Task<T> task, Done done) {
  [](Task<T> inner, Done then) -> detail::Detached {
    if constexpr (std::is_void_v<T>) {
      co_await inner;
      then();
    } else {
      then(co_await inner);
    }
  }(std::move(task), std::move(done));
}

}  // namespace revier
