// SPDX-License-Identifier: EUPL-1.2
// Evolutions that go into a space (5.16.1.4, 5.16.2.4).
#include <algorithm>

#include "history/detail/candidates.h"
#include "history/detail/reading.h"
#include "history/detail/stored_history.h"
#include "ngsi/translation.h"

namespace revier::history::detail {
namespace {

constexpr std::size_t kCopyRows = 2'000;  // in one job of the writer
constexpr std::int64_t kCopyCpuMs = 600'000;

// Of an entity: what befell it, in its types that are known.
Result<> put_life(Rows& rows, const Rows::Subject& subject, const Selected& selected,
                  ngsi::Translation& translation, store::Batch& batch) {
  std::vector<ngsi::NameId> types;
  for (const ngsi::NameId type : selected.life.types) {
    RV_ASSIGN(types.emplace_back(), translation.name(type));
  }
  rows.put_event(subject, selected.id, Event::kCreated, types, selected.life.created_at, batch);
  if (selected.life.deleted_at) {
    rows.put_event(subject, selected.id, Event::kDeleted, {}, *selected.life.deleted_at, batch);
  }
  return {};
}

}  // namespace

Task<Result<std::size_t>> StoredHistory::copy(std::string_view tenant, const Wish& wish,
                                              std::string_view space, std::size_t instances_max) {
  Pace pace{needs_.broker.options().slice_us, kCopyCpuMs};
  const ReadingNeeds needs{needs_.store, needs_.broker, instances_max};
  Candidates candidates(needs_.store, tenant, wish.predicate.hints(), /*descending=*/false);
  std::size_t copied = 0;
  std::size_t instances = 0;
  while (true) {
    RV_CO_ASSIGN(auto id, candidates.next());
    if (!id) co_return copied;
    Reading reading(needs, tenant, wish, pace);
    RV_CO_ASSIGN(auto selected, co_await reading.select(*std::move(id)));
    if (!selected) continue;
    const Selected entity = *selected;
    RV_CO_TRY(co_await reading.take(*std::move(selected)));
    RV_CO_ASSIGN(const auto rows, reading.rows());
    instances += rows.size();
    if (instances > instances_max) {
      co_return fail(Code::kTooManyResults,
                     fmt::format("the query yields more than {} instances", instances_max));
    }
    for (std::size_t from = 0; from == 0 || from < rows.size(); from += kCopyRows) {
      const auto some = rows.subspan(from, std::min(kCopyRows, rows.size() - from));
      const auto job = [&](ngsi::Names& names, Instant, store::Batch& batch) -> Result<> {
        const Rows::Subject subject = Rows::subject(space, entity.id);
        ngsi::Translation translation(needs_.broker.names(tenant), names);
        if (from == 0) RV_TRY(put_life(rows_, subject, entity, translation, batch));
        for (const Row& row : some) {
          RV_ASSIGN(const std::string form, translation.instance(row.form));
          rows_.put_numbered(subject, form, row.deletion, row.number, batch);
        }
        return {};
      };
      RV_CO_TRY(co_await needs_.broker.write_beside(space, job));
    }
    ++copied;
  }
}

Result<> StoredHistory::drop_space(std::string_view space) {
  return needs_.store.writer().run_blocking([&](store::Batch& batch) -> Result<> {
    rows_.drop_space(space, batch);
    return {};
  });
}

}  // namespace revier::history::detail
