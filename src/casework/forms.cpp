// SPDX-License-Identifier: EUPL-1.2
#include "casework/forms.h"

#include <fmt/format.h>

#include "casework/case_store.h"

namespace revier::casework {

void Forms::keep(const DefinitionPtr& form) {
  const WriteLock lock(mutex_);
  forms_.insert_or_assign({form->id, form->version}, form);
}

Result<> Forms::load() {
  std::vector<rows::StoredForm> stored;
  RV_TRY(database_.read([&](records::Session& session) -> Result<> {
    RV_ASSIGN(stored, rows::forms(session));
    return {};
  }));
  for (const rows::StoredForm& one : stored) {
    Result<Definition> form = parse_definition(one.json);
    if (!form) {
      return fail(Code::kCorrupt,
                  fmt::format("form {} {}: {}", one.id, one.version, form.error().message));
    }
    keep(std::make_shared<const Definition>(std::move(*form)));
  }
  return {};
}

Task<Result<DefinitionPtr>> Forms::import(
    std::string text, std::function<Result<>(records::Session&, const Definition&)> record) {
  auto parsed = parse_definition(text);
  if (!parsed) co_return fail(parsed.error());
  const DefinitionPtr form = std::make_shared<const Definition>(std::move(*parsed));
  co_return co_await database_.writer().run(
      [this, form, record = std::move(record)](records::Session& session) -> Result<DefinitionPtr> {
        if (const DefinitionPtr known = find(form->id, form->version)) {
          if (known->json == form->json) return known;
          return fail(Code::kConflict,
                      fmt::format("version {} of {} is known with another text: raise the version",
                                  form->version, form->id),
                      "/version");
        }
        const DefinitionPtr latest = newest(form->id);
        if (latest && latest->version > form->version) {
          return fail(Code::kConflict,
                      fmt::format("version {} is known: raise the version", latest->version),
                      "/version");
        }
        RV_TRY(rows::put_form(session, {form->id, form->version, form->json}, clock_.now()));
        RV_TRY(record(session, *form));
        return form;
      },
      [this](const DefinitionPtr& known) { keep(known); });
}

DefinitionPtr Forms::newest(std::string_view id) const {
  const ReadLock lock(mutex_);
  auto at = forms_.upper_bound({std::string(id), INT64_MAX});
  if (at == forms_.begin()) return nullptr;
  --at;
  return at->first.first == id ? at->second : nullptr;
}

DefinitionPtr Forms::find(std::string_view id, std::int64_t version) const {
  const ReadLock lock(mutex_);
  const auto found = forms_.find({std::string(id), version});
  return found == forms_.end() ? nullptr : found->second;
}

bool Forms::any() const {
  const ReadLock lock(mutex_);
  return !forms_.empty();
}

std::vector<DefinitionPtr> Forms::all() const {
  const ReadLock lock(mutex_);
  std::vector<DefinitionPtr> list;
  for (const auto& [key, form] : forms_) {
    if (!list.empty() && list.back()->id == form->id) list.pop_back();
    list.push_back(form);
  }
  return list;
}

std::vector<std::string> Forms::public_ids() const {
  const ReadLock lock(mutex_);
  std::vector<std::string> list;
  for (const auto& [key, form] : forms_) {
    if (form->published && (list.empty() || list.back() != form->id)) list.push_back(form->id);
  }
  return list;
}

}  // namespace revier::casework
