// SPDX-License-Identifier: EUPL-1.2
// How the command line speaks to a running server on the same machine: a Unix socket in its data
// folder (DIR/control, 0600), for processes of the same user and of root.
//
// One request and its answer, JSON, a line each: {"command": "backup", ...}; then any number of
// {"progress": "..."}; then {"done": ...} or {"error": "...", "code": 409}.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/json.h"

namespace revier::app {

class Control {
 public:
  // Tells the asking process how far the work is. An error: the server ends, give up.
  using Say = std::function<Result<>(std::string_view)>;
  // Answers one request with JSON; runs on the socket's own thread and may block.
  using Handle = std::function<Result<std::string>(const json::Value& request, const Say& say)>;

  // Listens from now on; the folder is held by this process. One request at a time.
  [[nodiscard]] static Result<std::unique_ptr<Control>> open(const std::string& folder,
                                                             Handle handle);
  // Ends a request under way at its next Say, and joins.
  virtual ~Control() = default;
};

// Asks the server of a folder; returns what stands behind "done".
// Errors: kResourceNotFound when none runs; its own error otherwise.
[[nodiscard]] Result<std::string> ask_server(const std::string& folder, const std::string& request,
                                             const std::function<void(std::string_view)>& progress);

}  // namespace revier::app
