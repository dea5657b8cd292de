// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>

#include "base/ascii.h"
#include "identity/issuers.h"
#include "json/json.h"

namespace revier::identity {
namespace {

constexpr std::size_t kIssuersMax = 32;
constexpr std::size_t kListMax = 32;
constexpr std::int64_t kLeewayMaxS = 300;

tl::unexpected<Error> expected(std::string_view member, std::string_view what) {
  return fail(Code::kBadRequestData, fmt::format("{} {}", member, what), std::string(member));
}

Result<std::string> full_text(const json::Value& value, std::string_view member) {
  const auto text = value.as_string();
  if (!text || text->empty() || text->size() > 1'000) return expected(member, "is a text");
  return std::string(*text);
}

// A text, or an array of texts.
Result<std::vector<std::string>> texts_of(const json::Value& value, std::string_view member) {
  std::vector<std::string> out;
  if (!value.is_array()) {
    RV_ASSIGN(out.emplace_back(), full_text(value, member));
    return out;
  }
  for (const json::Value one : value.elements()) {
    RV_ASSIGN(out.emplace_back(), full_text(one, member));
  }
  if (out.empty() || out.size() > kListMax) return expected(member, "names 1 to 32");
  return out;
}

Result<std::string> web_address(const json::Value& value, std::string_view member) {
  RV_ASSIGN(std::string text, full_text(value, member));
  if (text.starts_with("https://") || text.starts_with("http://")) return text;
  return expected(member, "begins with https:// (or http://, within a network of your own)");
}

bool is_issuer_name(std::string_view name) { return is_plain_id(name, 32); }

Result<> take_issuer_member(std::string_view key, const json::Value& value, IssuerOptions& out) {
  if (key == "name") {
    RV_ASSIGN(out.name, full_text(value, key));
    if (!is_issuer_name(out.name)) return expected(key, "has 1 to 32 of a-z 0-9 -");
  } else if (key == "issuer") {
    RV_ASSIGN(out.issuer, web_address(value, key));
  } else if (key == "audience") {
    RV_ASSIGN(out.audiences, texts_of(value, key));
  } else if (key == "roles") {
    if (!value.is_array() || value.size() == 0 || value.size() > kListMax) {
      return expected(key, "is an array of names of claims, or of paths of names");
    }
    for (const json::Value path : value.elements()) {
      RV_ASSIGN(out.roles.emplace_back(), texts_of(path, key));
    }
  } else if (key == "subject") {
    RV_ASSIGN(out.subject, texts_of(value, key));
  } else if (key == "keysUrl") {
    RV_ASSIGN(out.keys_url, web_address(value, key));
  } else if (key == "keysFile") {
    RV_ASSIGN(out.keys_file, full_text(value, key));
  } else if (key == "leewaySeconds") {
    const auto seconds = value.as_integer();
    if (!seconds || *seconds < 0 || *seconds > kLeewayMaxS) return expected(key, "is 0 to 300");
    out.leeway = Duration::seconds(*seconds);
  } else {
    return expected(key,
                    "is none of name, issuer, audience, roles, subject, keysUrl, keysFile and "
                    "leewaySeconds");
  }
  return {};
}

Result<IssuerOptions> read_issuer(const json::Value& value) {
  if (!value.is_object()) return expected("an issuer", "is an object");
  IssuerOptions out;
  for (const auto& [key, member] : value.members()) RV_TRY(take_issuer_member(key, member, out));
  if (out.name.empty()) return expected("name", "is missing");
  if (out.issuer.empty()) return expected("issuer", "is missing");
  // Without one, any token that the provider gives to anybody for anything would do.
  if (out.audiences.empty()) return expected("audience", "is missing");
  if (out.roles.empty()) return expected("roles", "is missing");
  if (!out.keys_url.empty() && !out.keys_file.empty()) {
    return expected("keysUrl", "and keysFile exclude each other");
  }
  return out;
}

}  // namespace

Result<std::vector<IssuerOptions>> parse_issuers(std::string_view text) {
  RV_ASSIGN(const json::Document document,
            json::Document::parse(text, {.bytes_max = 262'144, .depth_max = 8}));
  const json::Value list = document.root();
  if (!list.is_array() || list.size() == 0 || list.size() > kIssuersMax) {
    return fail(Code::kBadRequestData, "expected an array of 1 to 32 issuers");
  }
  std::vector<IssuerOptions> out;
  for (const json::Value one : list.elements()) {
    auto issuer = read_issuer(one);
    if (!issuer) {
      return fail(Code::kBadRequestData,
                  fmt::format("issuer {}: {}", out.size() + 1, issuer.error().message));
    }
    for (const IssuerOptions& other : out) {
      if (other.name != issuer->name && other.issuer != issuer->issuer) continue;
      return fail(Code::kBadRequestData,
                  fmt::format("issuer {}: name and issuer of each are its own", out.size() + 1));
    }
    out.push_back(*std::move(issuer));
  }
  return out;
}

}  // namespace revier::identity
