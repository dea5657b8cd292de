// SPDX-License-Identifier: EUPL-1.2
#include "context/write_log.h"

#include <algorithm>
#include <limits>

#include "identity/access.h"
#include "json/json.h"

namespace revier::context {
namespace {

using identity::Caller;
using store::Column;

constexpr std::string_view kFirstKey = "audit.first";
constexpr std::uint64_t kBlockBits = 8;
constexpr std::uint64_t kBlocksMax = 4'000;  // taken out at a time

std::string number_bytes(std::uint64_t number) {
  std::string bytes(8, '\0');
  for (int i = 0; i < 8; ++i)
    bytes[static_cast<std::size_t>(i)] = static_cast<char>(number >> (56 - 8 * i));
  return bytes;
}

std::uint64_t number_of(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char c : bytes.substr(0, 8)) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

// The newest stands first.
std::string key_of(std::uint64_t number) {
  return number_bytes(std::numeric_limits<std::uint64_t>::max() - number);
}
std::uint64_t number_of_key(std::string_view key) {
  return std::numeric_limits<std::uint64_t>::max() - number_of(key);
}

std::string_view kind_of(const Caller& caller) {
  switch (caller.kind()) {
    case Caller::Kind::kSession:
      return "account";
    case Caller::Kind::kToken:
      return "token";
    default:
      return "nobody";
  }
}

char what_of(const ngsi::Mutated& what) {
  if (!what.before) return 'c';
  return what.after ? 'u' : 'd';
}

bool changed(const Result<Change>& outcome) {
  return outcome && outcome->what.before != outcome->what.after;
}

std::string row_of(std::string_view tenant, const Origin& origin,
                   const std::vector<Result<Change>>& outcomes, Instant civil, Instant real) {
  std::string row;
  row.reserve(256);
  json::Writer out(row);
  out.begin_array().integer(civil.us).integer(real.us).string(kind_of(*origin.caller));
  out.string(origin.caller->id()).string(origin.caller->name()).string(origin.operation);
  out.string(tenant);
  const auto all = static_cast<std::size_t>(std::ranges::count_if(outcomes, changed));
  std::size_t named = std::min(all, WriteLog::kIdsMax);
  out.integer(static_cast<std::int64_t>(all - named)).begin_array();
  std::string id;
  for (const Result<Change>& outcome : outcomes) {
    if (!changed(outcome)) continue;
    if (named-- == 0) break;
    id.assign(1, what_of(outcome->what)).append(outcome->id);
    out.string(id);
  }
  out.end_array().end_array();
  return row;
}

Result<WriteLine> line_from(std::uint64_t number, std::string_view row) {
  RV_ASSIGN(const json::Document document, json::Document::parse(row));
  std::vector<json::Value> cells;
  for (const json::Value cell : document.root().elements()) cells.push_back(cell);
  if (cells.size() != 9) return fail(Code::kCorrupt, "a line of the audit log is damaged");
  const auto text = [&](std::size_t at) { return std::string(cells[at].as_string().value_or("")); };
  const auto integer = [&](std::size_t at) { return cells[at].as_integer().value_or(0); };
  WriteLine line{.number = number,
                 .civil = {integer(0)},
                 .real = {integer(1)},
                 .kind = text(2),
                 .actor_id = text(3),
                 .actor_name = text(4),
                 .operation = text(5),
                 .tenant = text(6),
                 .entities = {},
                 .more = static_cast<std::uint64_t>(integer(7))};
  for (const json::Value each : cells[8].elements()) {
    const std::string_view entity = each.as_string().value_or("");
    if (!entity.empty()) line.entities.push_back({std::string(entity.substr(1)), entity.front()});
  }
  return line;
}

bool fits(const WriteLine& line, const WriteLog::Filter& filter) {
  if (line.actor_name.find(filter.actor) == std::string::npos) return false;
  return filter.entity.empty() || std::ranges::find(line.entities, filter.entity,
                                                    &WriteLine::Entity::id) != line.entities.end();
}

}  // namespace

Result<std::unique_ptr<WriteLog>> WriteLog::open(store::Store& store, const Clock& civil,
                                                 const Clock& real, Options options) {
  std::unique_ptr<WriteLog> log(new WriteLog(store, civil, real, options));
  RV_TRY(log->load());
  return log;
}

Result<> WriteLog::load() {
  const auto first = store_.get(Column::kMeta, kFirstKey);
  if (first) {
    first_ = number_of(*first);
  } else if (first.error().code != Code::kResourceNotFound) {
    return fail(first.error());
  }
  const auto newest = store_.scan(Column::kAudit, "");
  next_ = newest->valid() ? number_of_key(newest->key()) + 1 : first_.load();
  return newest->status();
}

void WriteLog::stage(std::string_view tenant, const Origin& origin,
                     const std::vector<Result<Change>>& outcomes, store::Batch& batch) {
  if (origin.caller == nullptr || options_.lines_max == 0) return;
  if (std::ranges::none_of(outcomes, changed)) return;
  batch.put(Column::kAudit, key_of(next_++),
            row_of(tenant, origin, outcomes, civil_.now(), real_.now()));
}

Result<WriteLog::Found> WriteLog::list(const Filter& filter) const {
  Found found;
  const std::uint64_t newest = filter.before > 0 ? filter.before - 1 : next_.load();
  const auto rows = store_.scan(Column::kAudit, "", key_of(newest));
  std::size_t looked_at = 0;
  for (; rows->valid(); rows->next()) {
    const std::uint64_t number = number_of_key(rows->key());
    if (found.lines.size() == filter.limit || looked_at++ == kLookedAtMax) {
      found.next = number + 1;
      break;
    }
    RV_ASSIGN(WriteLine line, line_from(number, rows->value()));
    if (fits(line, filter)) found.lines.push_back(std::move(line));
  }
  RV_TRY(rows->status());
  return found;
}

Result<bool> WriteLog::is_over(std::uint64_t first, std::uint64_t newest) const {
  // Numbers of a batch that failed are missing: the next older line stands for them.
  const auto row = store_.scan(Column::kAudit, "", key_of(newest));
  RV_TRY(row->status());
  if (!row->valid() || number_of_key(row->key()) < first) return true;
  RV_ASSIGN(const WriteLine line, line_from(newest, row->value()));
  return line.civil < civil_.now() - options_.keep;
}

// Whole blocks of numbers, each one deletion however many lines it has, so that taking out keeps up
// with writing.
Result<> WriteLog::tidy() {
  const std::uint64_t next = next_;
  std::vector<std::uint64_t> blocks;
  std::uint64_t end = first_;
  while (blocks.size() < kBlocksMax) {
    const std::uint64_t block = end >> kBlockBits;
    const std::uint64_t after = (block + 1) << kBlockBits;
    if (after > next) break;
    const bool too_many = next - after >= options_.lines_max;
    RV_ASSIGN(const bool over, too_many ? Result<bool>(true) : is_over(end, after - 1));
    if (!over) break;
    blocks.push_back(block);
    end = after;
  }
  if (blocks.empty()) return {};
  return store_.writer().run_blocking([this, &blocks, end](store::Batch& batch) -> Result<> {
    for (const std::uint64_t block : blocks) {
      const std::string key = key_of(block << kBlockBits);
      batch.erase_prefix(Column::kAudit, std::string_view(key).substr(0, key.size() - 1));
    }
    batch.put(Column::kMeta, kFirstKey, number_bytes(end));
    first_ = end;
    return {};
  });
}

}  // namespace revier::context
