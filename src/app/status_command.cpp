// SPDX-License-Identifier: EUPL-1.2
#include "app/status_command.h"

#include <fmt/format.h>

#include "app/control.h"

namespace revier::app {
namespace {

std::string text_of(const json::Value& root, std::string_view name) {
  const auto value = root.find(name);
  if (!value) return "";
  if (const auto text = value->as_string()) return std::string(*text);
  return json::to_text(*value);
}

std::string mebibytes(const json::Value& root, std::string_view name) {
  const auto value = root.find(name);
  return fmt::format("{} MiB", value ? value->as_integer().value_or(0) / (1 << 20) : 0);
}

std::string last_backup(const json::Value& root) {
  const auto backup = root.find("last_backup");
  if (!backup || !backup->is_object()) return "none yet: revier backup FOLDER";
  return fmt::format("{} ({})", text_of(*backup, "taken_at"), text_of(*backup, "folder"));
}

}  // namespace

Result<> run_status_command(const Options& options) {
  RV_ASSIGN(const std::string answer,
            ask_server(options.text("data"), R"({"command":"status"})", [](std::string_view) {}));
  RV_ASSIGN(const json::Document document, json::Document::parse(answer));
  const json::Value root = document.root();
  fmt::print("status       {}\n", text_of(root, "status"));
  for (const json::Value reason : root.find("reasons")->elements()) {
    fmt::print("  reason     {}\n", reason.as_string().value_or(""));
  }
  for (const json::Value hint : root.find("hints")->elements()) {
    fmt::print("  hint       {}\n", hint.as_string().value_or(""));
  }
  fmt::print("version      {}\n", text_of(root, "version"));
  fmt::print("process      {}, up {} s, {} of memory\n", text_of(root, "process"),
             text_of(root, "uptime_s"), mebibytes(root, "memory_bytes"));
  fmt::print("listens on   {}\n", text_of(root, "listen"));
  fmt::print("durability   {}\n", text_of(root, "durability"));
  fmt::print("disk free    {}\n", mebibytes(root, "disk_free_bytes"));
  fmt::print("last backup  {}\n", last_backup(root));
  if (text_of(root, "status") == "ok") return {};
  return fail(Code::kUnavailable, "the server runs, and not everything is well");
}

}  // namespace revier::app
