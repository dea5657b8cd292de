// SPDX-License-Identifier: EUPL-1.2
#include "app/dkim_key.h"

#include <fmt/format.h>

#include "app/files.h"

namespace revier::app {
namespace {

constexpr std::size_t kKeyBytesMax = 16 * 1024;

Result<std::string> dkim_key(const std::string& file) {
  Result<std::string> known = read_file(file, kKeyBytesMax);
  if (known || known.error().code != Code::kResourceNotFound) return known;
  RV_ASSIGN(std::string made, mail::DkimSigner::make_key());
  RV_TRY(write_private_file(file, made));
  return made;
}

}  // namespace

Result<std::unique_ptr<mail::DkimSigner>> dkim_signer(const Options& options) {
  const std::string& from = options.text("mail.from");
  const std::size_t at = from.rfind('@');
  if (!options.flag("mail.dkim") || at == std::string::npos) return nullptr;
  const std::string file = options.text("data") + "/dkim-key";
  RV_ASSIGN(const std::string key, dkim_key(file));
  auto signer =
      mail::DkimSigner::open(key, from.substr(at + 1), options.text("mail.dkim_selector"));
  if (!signer) return fail(signer.error().code, file + ": " + signer.error().message);
  return signer;
}

Result<> run_dkim_command(const Options& options) {
  RV_TRY(make_directory(options.text("data")));
  RV_ASSIGN(const std::unique_ptr<mail::DkimSigner> signer, dkim_signer(options));
  if (!signer) {
    return fail(Code::kBadRequestData,
                "nothing is signed: set mail.from (its domain has the record) and leave mail.dkim "
                "on");
  }
  fmt::print(
      "Name:   {}\n"
      "Type:   TXT\n"
      "Value:  {}\n\n"
      "Give this record to whoever keeps the domain's names. Value may be split into texts of at\n"
      "most 255 characters. Check it: dig +short TXT {}\n",
      signer->record().name, signer->record().value, signer->record().name);
  return {};
}

}  // namespace revier::app
