// SPDX-License-Identifier: EUPL-1.2
// What is here with what other sources tell, for one request (4.5.5, 5.7.3.4, 5.7.4.4).
#include <algorithm>

#include "history/detail/overlay.h"
#include "history/detail/stored_history.h"

namespace revier::history::detail {
namespace {

using context::Distribution;

tl::unexpected<Error> reads_only() {
  return fail(Code::kInternalError, "what was gathered for reading is not written");
}

// Puts evolutions into rows over those of the store.
class Joining {
 public:
  Joining(Overlay& overlay, context::Gathered& gathered, std::string_view tenant, Instant now)
      : overlay_(overlay),
        batch_(overlay),
        rows_(gathered),
        names_(gathered.own_names()),
        tenant_(tenant),
        now_(now) {}

  Result<> add(const Distribution::Evolution& evolution) {
    const ngsi::Fragment& fragment = evolution.fragment;
    const Rows::Subject subject = Rows::subject(tenant_, fragment.id);
    RV_TRY(add_types(subject, evolution));
    if (fragment.scopes.value) {
      const Instant at = evolution.times.modified.value_or(now_);
      put(subject, ngsi::scope_instance(*fragment.scopes.value, {at, at, {}}), false, evolution);
    }
    for (std::size_t i = 0; i < fragment.attributes.size(); ++i) {
      const ngsi::FragmentAttribute& attribute = fragment.attributes[i];
      const Distribution::Times& times = evolution.attribute_times[i];
      const Instant modified = times.modified.value_or(times.created.value_or(now_));
      const Instant created = std::min(times.created.value_or(modified), modified);
      if (attribute.name == "scope") {
        const auto values = ngsi::scopes_in(attribute.value);
        put(subject, ngsi::scope_instance(values, {created, modified, attribute.observed_at.value}),
            attribute.removed, evolution);
        continue;
      }
      RV_ASSIGN(const std::string form, form_of(names_, attribute, created, modified));
      put(subject, form, attribute.removed, evolution);
    }
    return {};
  }

 private:
  Result<> add_types(const Rows::Subject& subject, const Distribution::Evolution& evolution) {
    const ngsi::Fragment& fragment = evolution.fragment;
    RV_ASSIGN(const auto life, read_lifecycle(overlay_, tenant_, fragment.id));
    std::vector<ngsi::NameId> types;
    for (const std::string& type : fragment.types) {
      RV_ASSIGN(types.emplace_back(), names_.intern(type));
    }
    const Instant modified = evolution.times.modified.value_or(now_);
    const Instant created = std::min(evolution.times.created.value_or(modified), modified);
    if (life && evolution.auxiliary) return {};
    rows_.put_event(subject, fragment.id, Event::kKnown, types, created, batch_);
    if (created < modified) {
      rows_.put_event(subject, fragment.id, Event::kKnown, {}, modified, batch_);
    }
    return {};
  }

  // Of two instances of one observation the one that was written later counts; an auxiliary source
  // only adds.
  void put(const Rows::Subject& subject, std::string_view form, bool deletion,
           const Distribution::Evolution& evolution) {
    const auto view = ngsi::read_instance(form);
    if (!view || is_there(subject, *view)) return;
    const auto same = same_observation(overlay_, subject, form);
    if (!same) {
      rows_.put_form(subject, form, deletion, batch_);
      return;
    }
    const auto row = overlay_.get(kColumn, same->key);
    const auto there = row ? ngsi::read_instance(std::string_view(*row).substr(1))
                           : Result<ngsi::AttributeView>(fail(row.error()));
    if (evolution.auxiliary || !there || there->modified_at >= view->modified_at) return;
    rows_.put_numbered(subject, form, deletion, same->number, batch_);
  }

  // Without observedAt: two places tell of the same where dataset and time are equal.
  bool is_there(const Rows::Subject& subject, const ngsi::AttributeView& view) const {
    if (view.observed_at) return false;
    std::string run = subject.instances;
    append_be(run, view.name);
    run.push_back(static_cast<char>(Segment::kUnobserved));
    append_time(run, view.modified_at);
    const auto rows = overlay_.scan(kColumn, run);
    for (; rows->valid(); rows->next()) {
      const auto there = ngsi::read_instance(rows->value().substr(1));
      if (there && there->dataset_id == view.dataset_id) return true;
    }
    return false;
  }

  Overlay& overlay_;
  OverlayBatch batch_;
  Rows rows_;
  ngsi::Names& names_;
  const std::string tenant_;
  const Instant now_;
};

class JoinedHistory final : public History {
 public:
  JoinedHistory(const Needs& needs, context::Gathered& gathered)
      : overlay_(needs.store), inner_({overlay_, gathered, needs.civil_clock, needs.options}) {}

  Overlay& overlay() { return overlay_; }

  Task<Result<Answer>> retrieve(std::string_view tenant, std::string id,
                                const Wish& wish) const override {
    return inner_.retrieve(tenant, std::move(id), wish);
  }
  Task<Result<Answer>> query(std::string_view tenant, const Wish& wish, Page page) const override {
    return inner_.query(tenant, wish, page);
  }
  Task<Result<std::vector<std::string>>> matching(std::string_view tenant, const Wish& wish,
                                                  bool descending, std::size_t max) const override {
    return inner_.matching(tenant, wish, descending, max);
  }
  Result<bool> knows(std::string_view tenant, std::string_view id) const override {
    return inner_.knows(tenant, id);
  }
  Result<std::unique_ptr<History>> with(
      std::string_view, context::Gathered&,
      const std::vector<Distribution::Evolution>&) const override {
    return reads_only();
  }
  Task<Result<bool>> upsert(std::string_view, ngsi::Fragment) override { co_return reads_only(); }
  Task<Result<>> add(std::string_view, std::string, ngsi::Fragment) override {
    co_return reads_only();
  }
  Task<Result<>> delete_attribute(std::string_view, std::string, std::string,
                                  ngsi::DeleteOptions) override {
    co_return reads_only();
  }
  Task<Result<>> replace_instance(std::string_view, Instance, ngsi::FragmentAttribute) override {
    co_return reads_only();
  }
  Task<Result<>> delete_instance(std::string_view, Instance) override { co_return reads_only(); }
  Task<Result<>> remove(std::string_view, std::string) override { co_return reads_only(); }
  Task<Result<>> end_attribute(std::string_view, std::string, std::string,
                               ngsi::DeleteOptions) override {
    co_return reads_only();
  }
  Task<Result<std::size_t>> copy(std::string_view, const Wish&, std::string_view,
                                 std::size_t) override {
    co_return reads_only();
  }
  Result<> drop_space(std::string_view) override { return reads_only(); }
  Result<> tick() override { return {}; }

 private:
  Overlay overlay_;
  StoredHistory inner_;
};

}  // namespace

Result<std::unique_ptr<History>> StoredHistory::with(
    std::string_view tenant, context::Gathered& gathered,
    const std::vector<Distribution::Evolution>& evolutions) const {
  auto joined = std::make_unique<JoinedHistory>(needs_, gathered);
  Joining joining(joined->overlay(), gathered, tenant, needs_.civil_clock.now());
  for (const Distribution::Evolution& evolution : evolutions) RV_TRY(joining.add(evolution));
  return joined;
}

}  // namespace revier::history::detail
