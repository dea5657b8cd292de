// SPDX-License-Identifier: EUPL-1.2
#include "app/first_secrets.h"

#include "app/files.h"

namespace revier::app {
namespace {

using identity::Action;

constexpr Action kDemoActions[] = {
    Action::kDataRead,         Action::kDataWrite,   Action::kProgrammeRead, Action::kProgrammeEdit,
    Action::kProgrammeRelease, Action::kPersonsEdit, Action::kExhibitEdit,   Action::kQuotasEdit};

bool holds(const identity::Caller& caller) {
  for (const Action action : kDemoActions) {
    if (!caller.may(action)) return false;
  }
  return true;
}

}  // namespace

Result<std::array<std::uint8_t, 32>> link_key(const std::string& folder, Random& random) {
  const std::string file = folder + "/link-key";
  std::array<std::uint8_t, 32> key{};
  const Result<std::string> known = read_file(file, 256);
  if (known) {
    if (known->size() != key.size()) return fail(Code::kCorrupt, file + " is not a key of ours");
    std::copy(known->begin(), known->end(), key.begin());
    return key;
  }
  if (known.error().code != Code::kResourceNotFound) return fail(known.error());
  random.fill(key);
  RV_TRY(write_private_file(
      file, std::string_view(reinterpret_cast<const char*>(key.data()), key.size())));
  return key;
}

Result<std::string> demo_token(const std::string& folder, identity::Identity& identity) {
  const std::string file = folder + "/demo-token";
  if (Result<std::string> known = read_file(file, 256)) {
    while (known->ends_with('\n')) known->pop_back();
    if (holds(identity.authenticate_token(*known))) return *known;
  }
  identity::TokenOptions wanted{.label = "demo", .tenant = std::nullopt};
  wanted.actions.assign(std::begin(kDemoActions), std::end(kDemoActions));
  RV_ASSIGN(const identity::NewToken token,
            identity.create_token(wanted, identity::Caller::command_line()));
  RV_TRY(write_private_file(file, token.secret + "\n"));
  return token.secret;
}

}  // namespace revier::app
