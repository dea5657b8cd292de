// SPDX-License-Identifier: EUPL-1.2
#include "app/status_command.h"

#include <fmt/format.h>

#include "app/control.h"

namespace revier::app {
namespace {

std::int64_t number(const json::Value& root, std::string_view name) {
  const auto value = root.find(name);
  return value ? value->as_integer().value_or(0) : 0;
}

std::string mebibytes(const json::Value& root, std::string_view name) {
  return fmt::format("{} MiB", number(root, name) / (1 << 20));
}

std::string last_backup(const json::Value& root) {
  const auto backup = root.find("last_backup");
  if (!backup || !backup->is_object()) return "none yet: revier backup FOLDER";
  return fmt::format("{} ({})", backup->text("taken_at"), backup->text("folder"));
}

}  // namespace

Result<> run_status_command(const Options& options) {
  RV_ASSIGN(const std::string answer,
            ask_server(options.text("data"), R"({"command":"status"})", [](std::string_view) {}));
  RV_ASSIGN(const json::Document document, json::Document::parse(answer));
  const json::Value root = document.root();
  fmt::print("status       {}\n", root.text("status"));
  for (const json::Value reason : root.find("reasons")->elements()) {
    fmt::print("  reason     {}\n", reason.as_string().value_or(""));
  }
  for (const json::Value hint : root.find("hints")->elements()) {
    fmt::print("  hint       {}\n", hint.as_string().value_or(""));
  }
  fmt::print("version      {}\n", root.text("version"));
  fmt::print("process      {}, up {} s, {} of memory\n", number(root, "process"),
             number(root, "uptime_s"), mebibytes(root, "memory_bytes"));
  fmt::print("listens on   {}\n", root.text("listen"));
  fmt::print("durability   {}\n", root.text("durability"));
  fmt::print("disk free    {}\n", mebibytes(root, "disk_free_bytes"));
  fmt::print("last backup  {}\n", last_backup(root));
  if (root.text("status") == "ok") return {};
  return fail(Code::kUnavailable, "the server runs, and not everything is well");
}

}  // namespace revier::app
