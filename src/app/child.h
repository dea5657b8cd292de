// SPDX-License-Identifier: EUPL-1.2
// This program once more, in a process of its own that ends with us.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"

namespace revier::app {

class Child {
 public:
  // Errors: kUnavailable with what the system said.
  [[nodiscard]] static Result<Child> start(const std::vector<std::string>& arguments);
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  // SIGTERM, after two seconds SIGKILL.
  ~Child();

  [[nodiscard]] bool ended();

 private:
  explicit Child(int process) : process_(process) {}
  void stop();
  int process_;
};

// In the child: a parent that dies takes us along, however it dies.
void end_with_parent();

}  // namespace revier::app
