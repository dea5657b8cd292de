// SPDX-License-Identifier: EUPL-1.2
#include "subscription/detail/rows.h"

#include "json/json.h"

namespace revier::subscription::detail {
namespace {

constexpr char kGroupVersion = 1;
constexpr unsigned kHasBefore = 1;
constexpr unsigned kHasAfter = 2;
constexpr unsigned kCreated = 4;

class Out {
 public:
  explicit Out(std::string& bytes) : bytes_(bytes) {}
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>(value | 0x80));
    bytes_.push_back(static_cast<char>(value));
  }
  void text(std::string_view value) {
    number(value.size());
    bytes_.append(value);
  }

 private:
  std::string& bytes_;
};

// Reads past the end turn `good` false and give nothing.
class In {
 public:
  explicit In(std::string_view bytes) : rest_(bytes) {}
  bool good = true;

  [[nodiscard]] bool empty() const { return rest_.empty(); }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    good = false;
    return 0;
  }
  std::string_view text() {
    const std::uint64_t size = number();
    if (size > rest_.size()) good = false;
    if (!good) return {};
    const std::string_view value = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return value;
  }

 private:
  std::string_view rest_;
};

void put(Out& out, const Told& told) {
  const unsigned flags =
      (told.before ? kHasBefore : 0) | (told.after ? kHasAfter : 0) | (told.created ? kCreated : 0);
  out.number(flags);
  out.text(told.id);
  out.number(static_cast<std::uint64_t>(told.at.us));
  if (told.before) out.text(told.before->bytes());
  if (told.after) out.text(told.after->bytes());
  out.number(told.changes.size());
  for (const ngsi::AttributeChange& change : told.changes) {
    out.number(static_cast<std::uint64_t>(change.what));
    out.number(change.name);
    out.text(change.dataset_id);
  }
}

Result<Told> take(In& in) {
  Told told;
  const std::uint64_t flags = in.number();
  told.created = (flags & kCreated) != 0;
  told.id = in.text();
  told.at.us = static_cast<std::int64_t>(in.number());
  if ((flags & kHasBefore) != 0) {
    RV_ASSIGN(told.before, ngsi::Entity::decode(in.text()));
  }
  if ((flags & kHasAfter) != 0) {
    RV_ASSIGN(told.after, ngsi::Entity::decode(in.text()));
  }
  const std::uint64_t changes = in.number();
  for (std::uint64_t i = 0; i < changes && in.good; ++i) {
    ngsi::AttributeChange& change = told.changes.emplace_back();
    change.what = static_cast<ngsi::AttributeChange::What>(in.number() % 3);
    change.name = static_cast<ngsi::NameId>(in.number());
    change.dataset_id = in.text();
  }
  return told;
}

std::string big_endian(std::uint64_t number) {
  std::string out(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<char>(number >> (56 - 8 * i));
  return out;
}

tl::unexpected<Error> corrupt() {
  return fail(Code::kCorrupt, "a row of the subscriptions' outbox is damaged");
}

std::optional<Instant> time_member(const json::Value& object, std::string_view name) {
  const auto member = object.find(name);
  const auto us = member ? member->as_integer() : std::nullopt;
  return us ? std::optional(Instant{*us}) : std::nullopt;
}

std::int64_t count_member(const json::Value& object, std::string_view name) {
  const auto member = object.find(name);
  return member ? member->as_integer().value_or(0) : 0;
}

}  // namespace

std::string subject_key(std::string_view prefix, std::string_view tenant, std::string_view id) {
  std::string key(prefix);
  return key.append(tenant).append(1, '\0').append(id);
}

std::string change_key(std::uint64_t sequence) { return "c" + big_endian(sequence); }

std::string line_prefix(char kind, std::string_view tenant, std::string_view id) {
  return subject_key(std::string_view(&kind, 1), tenant, id).append(1, '\0');
}

std::string line_key(char kind, std::string_view tenant, std::string_view id,
                     std::uint64_t sequence) {
  return line_prefix(kind, tenant, id) + big_endian(sequence);
}

std::optional<std::uint64_t> sequence_of(std::string_view key) {
  if (key.size() < 8) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : key.substr(key.size() - 8)) {
    number = number << 8 | static_cast<unsigned char>(c);
  }
  return number;
}

std::optional<Subject> subject_of(std::string_view rest) {
  const std::size_t first = rest.find('\0');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = std::min(rest.find('\0', first + 1), rest.size());
  return Subject{std::string(rest.substr(0, first)),
                 std::string(rest.substr(first + 1, second - first - 1))};
}

std::string encode(std::string_view tenant, const std::vector<Told>& told) {
  std::string bytes(1, kGroupVersion);
  Out out(bytes);
  out.text(tenant);
  for (const Told& one : told) put(out, one);
  return bytes;
}

Result<Group> decode(std::string_view bytes) {
  if (bytes.empty() || bytes.front() != kGroupVersion) return corrupt();
  In in(bytes.substr(1));
  Group group;
  group.tenant = in.text();
  while (in.good && !in.empty()) {
    RV_ASSIGN(Told told, take(in));
    group.told.push_back(std::move(told));
  }
  if (!in.good) return corrupt();
  return group;
}

std::string encode_numbers(const std::vector<std::uint64_t>& numbers) {
  std::string bytes;
  Out out(bytes);
  for (const std::uint64_t number : numbers) out.number(number);
  return bytes;
}

std::vector<std::uint64_t> decode_numbers(std::string_view bytes) {
  std::vector<std::uint64_t> numbers;
  for (In in(bytes); in.good && !in.empty();) numbers.push_back(in.number());
  return numbers;
}

std::string encode(const DeadLetter& letter) {
  std::string bytes;
  Out out(bytes);
  out.text(encode_numbers(letter.picks));
  out.number(static_cast<std::uint64_t>(letter.at.us));
  out.number(static_cast<std::uint64_t>(letter.attempts));
  out.text(letter.reason);
  return bytes;
}

Result<DeadLetter> decode_dead(std::string_view bytes) {
  In in(bytes);
  DeadLetter letter;
  letter.picks = decode_numbers(in.text());
  letter.at.us = static_cast<std::int64_t>(in.number());
  letter.attempts = static_cast<std::int64_t>(in.number());
  letter.reason = in.text();
  if (!in.good) return corrupt();
  return letter;
}

std::string encode(const Counters& counters) {
  std::string text;
  json::Writer out(text);
  out.begin_object();
  out.member("sent", counters.times_sent).member("failed", counters.times_failed);
  if (counters.last_notification) out.member("notified", counters.last_notification->us);
  if (counters.last_success) out.member("success", counters.last_success->us);
  if (counters.last_failure) out.member("failure", counters.last_failure->us);
  out.member("failing", counters.last_failed).member("error", counters.last_error);
  out.member("attempts", counters.attempts);
  out.end_object();
  return text;
}

Result<Counters> decode_counters(std::string_view bytes) {
  RV_ASSIGN(const json::Document document, json::Document::parse(bytes));
  const json::Value root = document.root();
  Counters out;
  out.times_sent = count_member(root, "sent");
  out.times_failed = count_member(root, "failed");
  out.last_notification = time_member(root, "notified");
  out.last_success = time_member(root, "success");
  out.last_failure = time_member(root, "failure");
  out.attempts = count_member(root, "attempts");
  const auto failing = root.find("failing");
  out.last_failed = failing && failing->as_bool().value_or(false);
  const auto error = root.find("error");
  if (error) out.last_error = error->as_string().value_or("");
  return out;
}

}  // namespace revier::subscription::detail
