// SPDX-License-Identifier: EUPL-1.2
#include "context/gathered.h"

#include "context/detail/query.h"
#include "context/detail/read_only.h"
#include "context/detail/tenant.h"

namespace revier::context {
namespace {

using detail::Table;

// The tenant's own names and those of what others send.
constexpr std::size_t kFurtherNames = 10'000;

class GatheredEntities final : public detail::ReadOnly<Gathered> {
 public:
  GatheredEntities(Broker& local, std::string tenant)
      : local_(local),
        tenant_(std::move(tenant)),
        names_(local.options().names_max + kFurtherNames) {}

  Result<> take_names() {
    for (const ngsi::Names::Entry& entry : local_.names(tenant_).interned_since(1)) {
      RV_TRY(names_.restore(entry.id, entry.iri));
    }
    return {};
  }

  ngsi::Names& own_names() override { return names_; }
  ngsi::EntityPtr gathered(std::string_view id) const override {
    auto row = table_.find(id);
    return row ? std::move(row->entity) : nullptr;
  }
  void put(ngsi::EntityPtr entity) override {
    const auto before = table_.find(entity->id());
    const detail::Serial serial = before ? before->serial : next_++;
    if (before) table_.publish(serial, before->entity, nullptr, {});
    table_.publish(serial, nullptr, entity, {});
  }
  std::size_t size() const override { return table_.size(); }

  ngsi::EntityPtr find(std::string_view tenant, std::string_view id) const override {
    ngsi::EntityPtr here = gathered(id);
    return here ? here : local_.find(tenant, id);
  }
  Task<Result<Found>> query(std::string_view, const ngsi::Predicate& predicate,
                            Page page) const override {
    co_return co_await detail::run_query(table_, predicate, page, local_.options());
  }
  Task<Result<>> for_each(std::string_view, const ngsi::Predicate& predicate, const Visit& visit,
                          std::int64_t cpu_ms_max) const override {
    const Options& options = local_.options();
    co_return co_await detail::visit_matches(table_, predicate, visit,
                                             {options.slice_us, cpu_ms_max, options.links_max});
  }
  Plan plan(std::string_view, const ngsi::Predicate&, Page) const override { return Plan::kScan; }

  const ngsi::Names& names(std::string_view) override { return names_; }
  std::vector<NameCount> types(std::string_view) const override { return named(table_.types()); }
  std::vector<NameCount> attributes(std::string_view) const override {
    return named(table_.attributes());
  }
  std::size_t count_of_type(std::string_view, std::string_view type_iri) const override {
    return table_.count_of_type(names_.find(type_iri));
  }

  Task<Result<Outcomes>> write(std::string_view, std::vector<Write>, Origin) override {
    co_return refused();
  }
  Result<Outcomes> write_blocking(std::string_view, std::vector<Write>, Origin) override {
    return refused();
  }
  Usage usage() const override { return {.entities = table_.size()}; }
  const Options& options() const override { return local_.options(); }

 private:
  std::vector<NameCount> named(const std::vector<Table::Count>& counts) const {
    std::vector<NameCount> out;
    for (const Table::Count& count : counts)
      out.push_back({names_.iri(count.name), count.entities});
    return out;
  }

  Broker& local_;
  const std::string tenant_;
  ngsi::Names names_;
  Table table_;
  detail::Serial next_ = 1;
};

}  // namespace

Result<std::unique_ptr<Gathered>> Gathered::make(Broker& local, std::string tenant) {
  auto made = std::make_unique<GatheredEntities>(local, std::move(tenant));
  RV_TRY(made->take_names());
  return made;
}

}  // namespace revier::context
