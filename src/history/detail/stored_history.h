// SPDX-License-Identifier: EUPL-1.2
// History over a store: stored_history.cpp (reading), provision.cpp (direct writes).
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "history/detail/forms.h"
#include "history/detail/keeper.h"
#include "history/detail/pace.h"
#include "history/detail/reading.h"
#include "history/detail/recorder.h"
#include "history/detail/rows.h"
#include "history/history.h"

namespace revier::history::detail {

class StoredHistory final : public History {
 public:
  explicit StoredHistory(const Needs& needs);
  [[nodiscard]] Result<> load();

  // provision.cpp
  [[nodiscard]] Task<Result<bool>> upsert(std::string_view tenant,
                                          ngsi::Fragment fragment) override;
  [[nodiscard]] Task<Result<>> add(std::string_view tenant, std::string id,
                                   ngsi::Fragment fragment) override;
  [[nodiscard]] Task<Result<>> delete_attribute(std::string_view tenant, std::string id,
                                                std::string name,
                                                ngsi::DeleteOptions options) override;
  [[nodiscard]] Task<Result<>> replace_instance(std::string_view tenant, Instance which,
                                                ngsi::FragmentAttribute by) override;
  [[nodiscard]] Task<Result<>> delete_instance(std::string_view tenant, Instance which) override;
  [[nodiscard]] Task<Result<>> remove(std::string_view tenant, std::string id) override;
  [[nodiscard]] Task<Result<>> end_attribute(std::string_view tenant, std::string id,
                                             std::string name,
                                             ngsi::DeleteOptions options) override;

  // stored_history.cpp
  [[nodiscard]] Task<Result<Answer>> retrieve(std::string_view tenant, std::string id,
                                              const Wish& wish) const override;
  [[nodiscard]] Task<Result<Answer>> query(std::string_view tenant, const Wish& wish,
                                           Page page) const override;

  // copying.cpp
  [[nodiscard]] Task<Result<std::size_t>> copy(std::string_view tenant, const Wish& wish,
                                               std::string_view space,
                                               std::size_t instances_max) override;
  [[nodiscard]] Result<> drop_space(std::string_view space) override;

  [[nodiscard]] Task<Result<std::vector<std::string>>> matching(std::string_view tenant,
                                                                const Wish& wish, bool descending,
                                                                std::size_t max) const override;
  [[nodiscard]] Result<bool> knows(std::string_view tenant, std::string_view id) const override;
  // joined.cpp
  [[nodiscard]] Result<std::unique_ptr<History>> with(
      std::string_view tenant, context::Gathered& gathered,
      const std::vector<context::Distribution::Evolution>& evolutions) const override;
  [[nodiscard]] Result<> tick() override { return keeper_.tick(); }

 private:
  struct Form {  // of a row I
    std::string bytes;
    bool deletion = false;
  };
  [[nodiscard]] Result<> begin();
  [[nodiscard]] Pace pace() const;
  [[nodiscard]] ReadingNeeds reading() const;
  [[nodiscard]] Result<> check_page(const Page& page) const;

  // On the writer thread:
  // nullopt where there is no evolution. Errors: kCorrupt.
  [[nodiscard]] Result<std::optional<Lifecycle>> known(std::string_view tenant,
                                                       std::string_view id) const;
  [[nodiscard]] Result<> put_fragment(std::string_view tenant, const std::string& id,
                                      const ngsi::Fragment& fragment,
                                      const std::optional<Lifecycle>& life, ngsi::Names& names,
                                      Instant now, store::Batch& batch);
  [[nodiscard]] Result<> put_again(const Rows::Subject& subject, const Same& same, const Form& form,
                                   Instant now, store::Batch& batch);
  void erase_row(std::string_view tenant, std::string_view id, const std::string& key,
                 store::Batch& batch);
  [[nodiscard]] Result<> check_owner(const std::vector<std::string>& types) const;
  [[nodiscard]] Result<std::vector<Form>> forms_of(const ngsi::Fragment& fragment,
                                                   ngsi::Names& names, Instant now) const;

  [[nodiscard]] Task<Result<Series::Found>> find(std::string_view tenant,
                                                 const Instance& which) const;
  [[nodiscard]] Task<Result<std::vector<std::string>>> keys_of(std::string_view tenant,
                                                               std::string_view id,
                                                               ngsi::NameId name,
                                                               std::string_view dataset_id) const;

  const Needs needs_;
  Rows rows_;
  Recorder recorder_;
  Keeper keeper_;
};

}  // namespace revier::history::detail
