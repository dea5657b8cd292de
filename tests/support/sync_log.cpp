// SPDX-License-Identifier: EUPL-1.2
// A library to preload (LD_PRELOAD): writes down when files were synced and when something was sent
// on a socket, one line "NANOSECONDS sync|send [FILE]" each, into the file that RV_SYNC_LOG names.
// Times are CLOCK_MONOTONIC: of a sync its end, of a sending its start. For tests only.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace {

int log_file() {
  static const int file = [] {
    const char* path = std::getenv("RV_SYNC_LOG");
    return path == nullptr ? -1 : ::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  }();
  return file;
}

void note(const char* what, const char* file) {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  char line[4200];
  const int length = std::snprintf(line, sizeof line, "%lld%09ld %s %s\n",
                                   static_cast<long long>(now.tv_sec), now.tv_nsec, what, file);
  (void)syscall(SYS_write, log_file(), line, static_cast<size_t>(length));
}

void note_sync(int file) {
  char link[64];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  char path[4096];
  const ssize_t length = ::readlink(link, path, sizeof path - 1);
  path[length > 0 ? length : 0] = '\0';
  note("sync", path);
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

int synced(const char* name, int file) {
  const int status = next<int(int)>(name)(file);
  if (status == 0) note_sync(file);
  return status;
}

bool is_socket(int file) {
  int type = 0;
  socklen_t size = sizeof type;
  return getsockopt(file, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

}  // namespace

extern "C" {

int fsync(int file) { return synced("fsync", file); }
int fdatasync(int file) { return synced("fdatasync", file); }

ssize_t sendmsg(int file, const msghdr* message, int flags) {
  if (is_socket(file)) note("send", "");
  return next<ssize_t(int, const msghdr*, int)>("sendmsg")(file, message, flags);
}
ssize_t send(int file, const void* bytes, size_t size, int flags) {
  if (is_socket(file)) note("send", "");
  return next<ssize_t(int, const void*, size_t, int)>("send")(file, bytes, size, flags);
}
ssize_t writev(int file, const iovec* parts, int count) {
  if (is_socket(file)) note("send", "");
  return next<ssize_t(int, const iovec*, int)>("writev")(file, parts, count);
}
ssize_t write(int file, const void* bytes, size_t size) {
  if (is_socket(file)) note("send", "");
  return next<ssize_t(int, const void*, size_t)>("write")(file, bytes, size);
}

}  // extern "C"
