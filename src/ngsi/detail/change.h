// SPDX-License-Identifier: EUPL-1.2
// The steps that the mutations are made of: a draft, and the book of what was done to it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ngsi/detail/draft.h"
#include "ngsi/mutate.h"

namespace revier::ngsi::detail {

class Change {
 public:
  // `before` may be nullptr. With const Names nothing can be added.
  Change(Names& names, EntityPtr before, Instant now);
  Change(const Names& names, EntityPtr before, Instant now);

  [[nodiscard]] Draft& draft() { return draft_; }

  // The instance of before that a fragment means; nullptr where there is none.
  [[nodiscard]] Result<Instance*> find(const FragmentAttribute& attribute);

  [[nodiscard]] Result<> add(const FragmentAttribute& attribute);
  [[nodiscard]] Result<> add_merged(const FragmentAttribute& attribute);
  [[nodiscard]] Result<> replace(Instance& there, const FragmentAttribute& attribute);
  // Each member given takes the place of the one that is there (5.5.8 on one attribute).
  [[nodiscard]] Result<> update(Instance& there, const FragmentAttribute& attribute);
  // 5.5.12.
  [[nodiscard]] Result<> merge(Instance& there, const FragmentAttribute& attribute,
                               const MergeOptions& options);
  void remove(Instance& there);
  // Takes out what has an expiresAt that is not after now. Only for drafts without other changes.
  void expire();
  // All that is there goes or is replaced by one of these.
  [[nodiscard]] Result<> replace_all(const std::vector<FragmentAttribute>& attributes);

  [[nodiscard]] Result<> add_types(const Fragment& fragment);
  void set_scopes(const std::vector<std::string>& scopes);
  void add_scopes(const std::vector<std::string>& scopes);
  void set_expiry(const Given<Instant>& expires_at);
  void leave(std::string_view attribute, std::string_view reason);

  [[nodiscard]] Result<Mutated> finish() &&;

 private:
  [[nodiscard]] Result<NameId> intern(std::string_view iri);
  [[nodiscard]] Result<Instance> made(const FragmentAttribute& attribute);
  // Members beside value and sub-attributes, where they are given.
  void set_metadata(Instance& instance, const FragmentAttribute& attribute) const;
  [[nodiscard]] Result<> patch_members(Instance& instance, const FragmentAttribute& attribute,
                                       const MergeOptions* merging);
  static void become(Instance& instance, Kind kind);
  [[nodiscard]] Result<> merge_fields(Instance& instance, const FragmentAttribute& attribute,
                                      const MergeOptions& options);
  bool expire_in(std::vector<Instance>& instances, int depth);
  [[nodiscard]] AttributeView view_of(const Instance& instance) const;
  void note(AttributeChange::What what, const Instance& instance, std::string_view iri);
  void updated(std::string_view name);

  Names* const writable_;
  const Names& names_;
  const Instant now_;
  Draft draft_;
  Mutated out_;
  bool changed_ = false;
};

// The value of `attribute` in the form that `kind` has; what a bare value means is known only here.
// Errors: kBadRequestData.
[[nodiscard]] Result<std::string> value_for(Kind kind, const FragmentAttribute& attribute,
                                            std::string_view lang);

// RFC 7396 with the NGSI-LD Null for null.
[[nodiscard]] std::string merged_json(std::string_view target, std::string_view patch);

}  // namespace revier::ngsi::detail
