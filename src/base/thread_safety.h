// SPDX-License-Identifier: EUPL-1.2
// A mutex that clang's thread-safety analysis understands: RV_GUARDED_BY(mutex_) on a member makes
// every access without the lock a compile error (-Wthread-safety -Werror).
#pragma once
#include <mutex>
#include <shared_mutex>

#define RV_CAPABILITY(x) __attribute__((capability(x)))
#define RV_SCOPED_CAPABILITY __attribute__((scoped_lockable))
#define RV_GUARDED_BY(x) __attribute__((guarded_by(x)))
#define RV_REQUIRES(...) __attribute__((requires_capability(__VA_ARGS__)))
#define RV_REQUIRES_SHARED(...) __attribute__((requires_shared_capability(__VA_ARGS__)))
#define RV_ACQUIRE(...) __attribute__((acquire_capability(__VA_ARGS__)))
#define RV_ACQUIRE_SHARED(...) __attribute__((acquire_shared_capability(__VA_ARGS__)))
#define RV_RELEASE(...) __attribute__((release_capability(__VA_ARGS__)))
#define RV_RELEASE_SHARED(...) __attribute__((release_shared_capability(__VA_ARGS__)))
#define RV_EXCLUDES(...) __attribute__((locks_excluded(__VA_ARGS__)))
#define RV_NO_ANALYSIS __attribute__((no_thread_safety_analysis))

namespace revier {

class RV_CAPABILITY("mutex") Mutex {
 public:
  void lock() RV_ACQUIRE() { mutex_.lock(); }
  void unlock() RV_RELEASE() { mutex_.unlock(); }
  // For std::condition_variable, whose wait releases and takes the lock by itself.
  std::mutex& native() { return mutex_; }

 private:
  std::mutex mutex_;
};

class RV_SCOPED_CAPABILITY Lock {
 public:
  explicit Lock(Mutex& mutex) RV_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~Lock() RV_RELEASE() { mutex_.unlock(); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  Mutex& mutex_;
};

class RV_CAPABILITY("shared mutex") SharedMutex {
 public:
  void lock() RV_ACQUIRE() { mutex_.lock(); }
  void unlock() RV_RELEASE() { mutex_.unlock(); }
  void lock_shared() RV_ACQUIRE_SHARED() { mutex_.lock_shared(); }
  void unlock_shared() RV_RELEASE_SHARED() { mutex_.unlock_shared(); }

 private:
  std::shared_mutex mutex_;
};

class RV_SCOPED_CAPABILITY WriteLock {
 public:
  explicit WriteLock(SharedMutex& mutex) RV_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~WriteLock() RV_RELEASE() { mutex_.unlock(); }
  WriteLock(const WriteLock&) = delete;
  WriteLock& operator=(const WriteLock&) = delete;

 private:
  SharedMutex& mutex_;
};

class RV_SCOPED_CAPABILITY ReadLock {
 public:
  explicit ReadLock(SharedMutex& mutex) RV_ACQUIRE_SHARED(mutex) : mutex_(mutex) {
    mutex_.lock_shared();
  }
  ~ReadLock() RV_RELEASE() { mutex_.unlock_shared(); }
  ReadLock(const ReadLock&) = delete;
  ReadLock& operator=(const ReadLock&) = delete;

 private:
  SharedMutex& mutex_;
};

}  // namespace revier
