// SPDX-License-Identifier: EUPL-1.2
#include "service/types.h"

#include <algorithm>
#include <array>

#include "service/texts.h"

namespace revier::service {
namespace {

using event::FieldKind;
using event::FieldSpec;
using json::Value;

#define CPSV "http://purl.org/vocab/cpsv#"
#define CV "http://data.europa.eu/m8g/"
#define DCT "http://purl.org/dc/terms/"
#define OWN "urn:revier:ns:"

constexpr std::array kServiceFields = {
    FieldSpec{"name", "https://schema.org/name", FieldKind::kLocalised, true},
    FieldSpec{"summary", "description", FieldKind::kLocalised, true},
    FieldSpec{"needs", CPSV "hasInput", FieldKind::kParts},
    FieldSpec{"fee", CV "hasCost", FieldKind::kLocalised},
    FieldSpec{"days", OWN "processingDays", FieldKind::kInteger},
    FieldSpec{"identity_level", OWN "identityLevel", FieldKind::kText, true},
    FieldSpec{"legal_basis", CV "hasLegalResource", FieldKind::kText},
    FieldSpec{"office", CV "hasCompetentAuthority", FieldKind::kText, true},
    FieldSpec{"online_form", OWN "onlineForm", FieldKind::kText},
    FieldSpec{"offer", "https://schema.org/availableChannel", FieldKind::kReference, false,
              "offers"},
    FieldSpec{"situations", CV "isGroupedBy", FieldKind::kTexts},
    FieldSpec{"words", "http://www.w3.org/ns/dcat#keyword", FieldKind::kParts},
    FieldSpec{"easy_language", OWN "easyLanguage", FieldKind::kText},
    FieldSpec{"source", DCT "source", FieldKind::kLocalised, true},
    FieldSpec{"as_of", DCT "modified", FieldKind::kDate, true},
};
constexpr event::KindSpec kService{"services", "PublicService", CPSV "PublicService",
                                   kServiceFields};

#undef CPSV
#undef CV
#undef DCT
#undef OWN

constexpr std::int64_t kDaysMax = 3'650;
constexpr std::size_t kListMax = 200;
constexpr std::size_t kListTextMax = 500;  // bytes

struct Level {
  IdentityLevel level;
  std::string_view name;
  const web::Text& label;
};
constexpr std::array kLevels = {
    Level{IdentityLevel::kNone, "none", texts::kLevelNone},
    Level{IdentityLevel::kAccount, "account", texts::kLevelAccount},
    Level{IdentityLevel::kEid, "eid", texts::kLevelEid},
    Level{IdentityLevel::kInPerson, "in_person", texts::kLevelInPerson},
};

bool is_list_of_texts(const Value& value) {
  if (!value.is_array() || value.size() > kListMax) return false;
  for (const Value each : value.elements()) {
    if (!each.as_string() || each.as_string()->size() > kListTextMax) return false;
  }
  return true;
}

// {"de": [...], "en": [...]}, nothing else.
bool is_lists(const Value& value) {
  const auto de = value.find("de");
  const auto en = value.find("en");
  return value.size() == 2 && de && en && is_list_of_texts(*de) && is_list_of_texts(*en);
}

bool is_form_address(std::string_view text) {
  const bool own = text.starts_with('/') && !text.starts_with("//");
  return (own || text.starts_with("https://")) && text.size() <= 2'000 &&
         text.find_first_of(" \"<>\\^`{|}") == std::string_view::npos;
}

bool are_situations(const Value& value) {
  for (const Value each : value.elements()) {
    if (find_situation(each.as_string().value_or("")) == nullptr) return false;
  }
  return true;
}

std::string situation_names() {
  std::string names;
  for (const Situation& each : situations()) {
    names += (names.empty() ? "" : ", ") + std::string(each.key);
  }
  return names;
}

Result<> expect(bool holds, std::string_view field, std::string expected) {
  if (holds) return {};
  return fail(Code::kUnprocessable, "expected " + expected, std::string(field));
}

Result<> check_fields(const Value& body) {
  const auto holds = [&](std::string_view name, auto rule) {
    const auto value = body.find(name);
    return !value || rule(*value);
  };
  RV_TRY(expect(holds("needs", is_lists), "needs", R"({"de": [texts], "en": [texts]})"));
  RV_TRY(expect(holds("words", is_lists), "words", R"({"de": [texts], "en": [texts]})"));
  RV_TRY(expect(holds("days",
                      [](const Value& v) {
                        const auto days = v.as_integer();
                        return days && *days >= 0 && *days <= kDaysMax;
                      }),
                "days", "0 to 3650"));
  RV_TRY(expect(holds("identity_level",
                      [](const Value& v) {
                        return parse_identity_level(v.as_string().value_or("")).has_value();
                      }),
                "identity_level", "none, account, eid or in_person"));
  RV_TRY(expect(holds("online_form",
                      [](const Value& v) { return is_form_address(v.as_string().value_or("")); }),
                "online_form", "a path of this site or an address that begins with https://"));
  return expect(holds("situations", are_situations), "situations", "some of " + situation_names());
}

// The fields of an item that was checked: what is missing stays empty.
class Reader {
 public:
  explicit Reader(const event::Item& item) : item_(item) {}

  [[nodiscard]] std::string text(std::string_view name) const {
    return with(name, [](const Value& v) { return std::string(v.as_string().value_or("")); });
  }
  [[nodiscard]] event::Localised localised(std::string_view name) const {
    return with(name,
                [](const Value& v) { return event::Localised{member(v, "de"), member(v, "en")}; });
  }
  [[nodiscard]] std::vector<std::string> list(std::string_view name,
                                              std::string_view inside = {}) const {
    return with(name, [inside](const Value& v) {
      std::vector<std::string> texts;
      const auto list = inside.empty() ? std::optional<Value>(v) : v.find(inside);
      if (!list) return texts;
      for (const Value each : list->elements()) {
        texts.emplace_back(each.as_string().value_or(""));
      }
      return texts;
    });
  }
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const {
    return with(name, [](const Value& v) { return v.as_integer(); });
  }

 private:
  template <class Read>
  auto with(std::string_view name, Read read) const -> decltype(read(std::declval<Value>())) {
    const auto found = item_.fields.find(name);
    if (found == item_.fields.end()) return {};
    const auto document = json::Document::parse(found->second);
    if (!document) return {};
    return read(document->root());
  }
  static std::string member(const Value& object, std::string_view name) {
    const auto value = object.find(name);
    return value ? std::string(value->as_string().value_or("")) : std::string();
  }

  const event::Item& item_;
};

}  // namespace

std::string_view to_string(IdentityLevel level) {
  return std::ranges::find(kLevels, level, &Level::level)->name;
}

std::optional<IdentityLevel> parse_identity_level(std::string_view name) {
  const auto* const found = std::ranges::find(kLevels, name, &Level::name);
  if (found == kLevels.end()) return std::nullopt;
  return found->level;
}

const web::Text& label_of(IdentityLevel level) {
  return std::ranges::find(kLevels, level, &Level::level)->label;
}

std::span<const Situation> situations() {
  static const std::array kAll = {
      Situation{"moving", texts::kSituationMoving},
      Situation{"child", texts::kSituationChild},
      Situation{"documents", texts::kSituationDocuments},
      Situation{"lost", texts::kSituationLost},
      Situation{"car", texts::kSituationCar},
      Situation{"animals", texts::kSituationAnimals},
      Situation{"home", texts::kSituationHome},
      Situation{"waste", texts::kSituationWaste},
      Situation{"money", texts::kSituationMoney},
      Situation{"care", texts::kSituationCare},
      Situation{"business", texts::kSituationBusiness},
      Situation{"abroad", texts::kSituationAbroad},
      Situation{"leisure", texts::kSituationLeisure},
      Situation{"death", texts::kSituationDeath},
  };
  return kAll;
}

const Situation* find_situation(std::string_view key) {
  const auto found = std::ranges::find(situations(), key, &Situation::key);
  return found == situations().end() ? nullptr : &*found;
}

bool Service::is_done_online_today() const {
  return identity != IdentityLevel::kInPerson && days == 0 && !online_form.empty();
}

const event::KindSpec& kind() { return kService; }

Result<event::Item> read_service_item(std::string_view id, const Value& body) {
  RV_ASSIGN(event::Item item, event::read_item(kService, id, body));
  RV_TRY(check_fields(body));
  return item;
}

Service read_service(const event::Item& item) {
  const Reader in(item);
  Service service;
  service.id = item.id;
  service.examples = item.examples;
  service.sources = item.sources;
  service.name = in.localised("name");
  service.summary = in.localised("summary");
  service.needs_de = in.list("needs", "de");
  service.needs_en = in.list("needs", "en");
  service.fee = in.localised("fee");
  service.days = in.integer("days");
  service.identity =
      parse_identity_level(in.text("identity_level")).value_or(IdentityLevel::kInPerson);
  service.legal_basis = in.text("legal_basis");
  service.office = in.text("office");
  service.online_form = in.text("online_form");
  service.offer = in.text("offer");
  service.situations = in.list("situations");
  service.words_de = in.list("words", "de");
  service.words_en = in.list("words", "en");
  service.easy_language = in.text("easy_language");
  service.source = in.localised("source");
  service.as_of = in.text("as_of");
  return service;
}

}  // namespace revier::service
