// SPDX-License-Identifier: EUPL-1.2
// One temporal query on its way through the rows: which entities are meant (5.7.3.4, 5.7.4.4),
// which of their instances go into the answer, and the text of the answer.
//
// Thread safety: used by one task.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "context/broker.h"
#include "history/detail/aggregate.h"
#include "history/detail/cut.h"
#include "history/detail/lifecycle.h"
#include "history/detail/series.h"
#include "history/history.h"

namespace revier::history::detail {

// An entity that is meant, and when its scopes fit the scope query; without one: always.
struct Selected {
  std::string id;
  Lifecycle life;
  std::vector<Span> spans;
};

// What a Reading stands on; outlives it.
struct ReadingNeeds {
  const store::Store& store;
  context::Broker& broker;
  std::size_t instances_max = 0;  // in one answer
};

class Reading {
 public:
  Reading(const ReadingNeeds& needs, std::string_view tenant, const Wish& wish, Pace& pace);

  // nullopt where the entity has no evolution, or does not match. Errors: kCorrupt,
  // kTooComplexQuery.
  [[nodiscard]] Task<Result<std::optional<Selected>>> select(std::string id);
  // Its instances go into the answer.
  [[nodiscard]] Task<Result<>> take(Selected selected);

  // What was taken, in order of entity, name and time; the answer's text needs it no more. Errors:
  // kTooManyResults: it was more than an answer holds.
  [[nodiscard]] Result<std::span<const Row>> rows();

  // After the last entity: "[{...},{...}]", or without brackets.
  [[nodiscard]] Result<std::string> body(bool array);
  // After body(): the wish leaves out all that there is.
  [[nodiscard]] bool shows_nothing() const;
  [[nodiscard]] std::optional<Part> part() const;

 private:
  struct Entry {
    Selected selected;
    std::vector<ngsi::NameId> names;  // that have instances within reach, cut or not
    std::optional<Row> valid_scope;   // set before the time asked for
    std::string aggregated;           // members of the answer
  };
  [[nodiscard]] Reach reach() const;
  [[nodiscard]] bool concerns(ngsi::NameId name) const;
  [[nodiscard]] bool shows(ngsi::NameId name) const;
  [[nodiscard]] bool sees(const std::string& id) const;
  // The names of a series that the caller may see.
  [[nodiscard]] Result<std::vector<ngsi::NameId>> seen_names(Series& series) const;
  [[nodiscard]] bool shows_row(const Stored& row, const std::vector<Span>& spans) const;
  [[nodiscard]] Task<Result<bool>> any_instance(Series& series,
                                                const std::vector<ngsi::NameId>& names,
                                                const std::vector<Span>& spans);
  [[nodiscard]] Task<Result<bool>> matches(const Selected& selected, Series& series,
                                           const std::vector<ngsi::NameId>& names);
  [[nodiscard]] Task<Result<std::vector<Span>>> scope_spans(const Selected& selected,
                                                            Series& series);
  [[nodiscard]] Task<Result<>> take_series(Series& series, ngsi::NameId name, Entry& entry);
  [[nodiscard]] Task<Result<>> take_valid_scope(Series& series, Entry& entry);
  [[nodiscard]] Task<Result<>> aggregate(Series& series, const std::vector<ngsi::NameId>& names,
                                         Entry& entry);
  [[nodiscard]] Task<Result<>> aggregate_one(Series& series, ngsi::NameId name, Instant start,
                                             Entry& entry);
  // reading_days.cpp
  [[nodiscard]] bool may_use_days(const Entry& entry) const;
  [[nodiscard]] Task<Result<>> add_days(Series& series, ngsi::NameId name, Instant start,
                                        Aggregator& aggregator);
  [[nodiscard]] Task<Result<>> add_raw(Series& series, ngsi::NameId name, Span span,
                                       Aggregator& aggregator);
  [[nodiscard]] Result<> write_aggregates(ngsi::NameId name, Aggregator& aggregator,
                                          Entry& entry) const;
  [[nodiscard]] Result<std::string> methods_text(Aggregator& aggregator,
                                                 const Aggregator::Dataset& dataset) const;
  [[nodiscard]] Result<> write_entry(std::uint32_t number, std::string& out) const;
  [[nodiscard]] Result<> write_scope(std::uint32_t number, std::string& out) const;
  [[nodiscard]] Result<> write_instances(std::span<const Row> rows, std::string& out) const;
  [[nodiscard]] Result<> write_values(std::span<const Row> rows, std::string& out) const;
  [[nodiscard]] const ngsi::Names& names() const { return needs_.broker.names(tenant_); }

  const ReadingNeeds& needs_;
  const std::string tenant_;
  const Wish& wish_;
  Pace& pace_;
  Cut cut_;
  std::vector<Entry> entries_;
};

}  // namespace revier::history::detail
