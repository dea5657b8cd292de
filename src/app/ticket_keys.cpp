// SPDX-License-Identifier: EUPL-1.2
#include "app/ticket_keys.h"

#include <fmt/format.h>

#include "app/files.h"

namespace revier::app {
namespace {

constexpr std::size_t kFileBytesMax = 64 * 1024;

std::string file_in(const std::string& folder) { return folder + "/ticket-keys"; }

// The file's text; empty where there is none yet.
Result<std::string> read_keys(const std::string& file) {
  Result<std::string> text = read_file(file, kFileBytesMax);
  if (!text && text.error().code == Code::kResourceNotFound) return std::string();
  return text;
}

}  // namespace

Result<ticket::TicketKeys> ticket_keys(const std::string& folder, Random& random,
                                       const Clock& clock) {
  const std::string file = file_in(folder);
  RV_ASSIGN(std::string text, read_keys(file));
  if (text.empty()) {
    text = ticket::TicketKeys::with_new_key("", random, clock.now());
    RV_TRY(write_private_file(file, text));
  }
  auto keys = ticket::TicketKeys::parse(text);
  if (!keys) return fail(Code::kCorrupt, file + ": " + keys.error().message);
  return keys;
}

Result<> run_ticket_key_command(const Options& options) {
  RV_TRY(make_directory(options.text("data")));
  const std::string file = file_in(options.text("data"));
  RV_ASSIGN(const std::string known, read_keys(file));
  SystemRandom random;
  const std::string text = ticket::TicketKeys::with_new_key(known, random, RealClock().now());
  const auto keys = ticket::TicketKeys::parse(text);
  if (!keys) return fail(Code::kCorrupt, file + ": " + keys.error().message);
  RV_TRY(write_private_file(file, text));
  fmt::print(
      "key {} added to {}; {} in all\n"
      "It signs from the next start of the server on. Tickets signed with the others stay good.\n"
      "To refuse those of a key that got lost, take its line out of the file; the typed codes of\n"
      "these tickets go on, and their pages show a new QR code.\n",
      keys->public_keys().back().id, file, keys->public_keys().size());
  return {};
}

}  // namespace revier::app
