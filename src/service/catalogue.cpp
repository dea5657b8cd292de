// SPDX-License-Identifier: EUPL-1.2
#include "service/catalogue.h"

#include <algorithm>

#include "base/log.h"

namespace revier::service {
namespace {

std::vector<Service> services_of(const std::vector<event::Item>& items) {
  std::vector<Service> services;
  services.reserve(items.size());
  for (const event::Item& item : items) services.push_back(read_service(item));
  std::ranges::sort(services, [](const Service& a, const Service& b) {
    const int order = web::compare(web::Language::kDe, a.name.de, b.name.de);
    return order != 0 ? order < 0 : a.id < b.id;
  });
  return services;
}

std::vector<event::Item> by_id(std::vector<event::Item> items) {
  std::ranges::sort(items, {}, &event::Item::id);
  return items;
}

bool fits(const Service& service, const ServiceFilter& filter) {
  if (filter.today && !service.is_done_online_today()) return false;
  return filter.situation.empty() ||
         std::ranges::find(service.situations, filter.situation) != service.situations.end();
}

}  // namespace

Catalogue::Catalogue(std::vector<event::Item> items)
    : items_(by_id(std::move(items))), services_(services_of(items_)) {}

const SearchIndex& Catalogue::index(web::Language language) const {
  LazyIndex& lazy = language == web::Language::kDe ? german_ : english_;
  std::call_once(lazy.once, [&] { lazy.index.emplace(services_, language); });
  return *lazy.index;
}

const Service* Catalogue::find(std::string_view id) const {
  const auto found = std::ranges::find(services_, id, &Service::id);
  return found == services_.end() ? nullptr : &*found;
}

const event::Item* Catalogue::item(std::string_view id) const {
  const auto found = std::ranges::lower_bound(items_, id, {}, &event::Item::id);
  return found == items_.end() || found->id != id ? nullptr : &*found;
}

std::vector<const Service*> Catalogue::select(const ServiceFilter& filter,
                                              web::Language language) const {
  std::vector<const Service*> chosen;
  const auto take = [&](const Service& service) {
    if (fits(service, filter)) chosen.push_back(&service);
  };
  if (filter.text.find_first_not_of(' ') != std::string::npos) {
    for (const SearchIndex::Hit& hit : index(language).find(filter.text)) {
      take(services_[hit.service]);
    }
    return chosen;
  }
  for (const Service& service : services_) take(service);
  if (language != web::Language::kDe) {
    std::ranges::sort(chosen, [](const Service* a, const Service* b) {
      const int order = web::compare(web::Language::kEn, a->name.en, b->name.en);
      return order != 0 ? order < 0 : a->id < b->id;
    });
  }
  return chosen;
}

CataloguePtr CatalogueKeeper::now() const {
  const Lock lock(mutex_);
  const std::uint64_t revision = revision_();
  if (catalogue_ && made_at_ == revision) return catalogue_;
  std::vector<event::Item> items;
  for (const std::string& text : entities_.all(kind().type)) {
    const auto document = json::Document::parse(text);
    auto item = document ? event::from_entity(kind(), document->root())
                         : Result<event::Item>(fail(document.error()));
    if (item) {
      items.push_back(std::move(*item));
    } else {
      log_event(Level::kWarn, "service.foreign_entity", {{"reason", item.error().message}});
    }
  }
  catalogue_ = std::make_shared<const Catalogue>(std::move(items));
  made_at_ = revision;
  return catalogue_;
}

Task<Result<>> CatalogueKeeper::put(std::vector<event::Item> items) {
  const CataloguePtr before = now();
  const auto is_new = [&](const event::Item& item) { return before->item(item.id) == nullptr; };
  const auto added = static_cast<std::size_t>(std::ranges::count_if(items, is_new));
  if (before->services().size() + added > kServicesMax) {
    co_return fail(Code::kTooLarge,
                   "a catalogue holds " + std::to_string(kServicesMax) + " services at most");
  }
  std::vector<event::Entities::Write> writes;
  for (const event::Item& item : items) {
    writes.push_back({event::entity_id(kind(), item.id), event::to_entity(item)});
  }
  co_return co_await entities_.write(std::move(writes));
}

Task<Result<>> CatalogueKeeper::remove(std::string id) {
  std::vector<event::Entities::Write> one;
  one.push_back({event::entity_id(kind(), id), {}});
  co_return co_await entities_.write(std::move(one));
}

}  // namespace revier::service
