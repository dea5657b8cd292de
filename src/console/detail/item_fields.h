// SPDX-License-Identifier: EUPL-1.2
// Fields of an item (JSON texts) from and to those of a form. An empty field takes the item's away,
// so that an item that was not changed does not differ.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "event/item.h"
#include "event/programme.h"
#include "web/form.h"

namespace revier::console::fields {

[[nodiscard]] std::string quoted(std::string_view text);

// An empty English text is the German one.
void set_localised(event::Item& item, const char* field, std::string_view de, std::string_view en);
void set_text(event::Item& item, const char* field, std::string_view text);
void set_number(event::Item& item, const char* field, const web::FormData& data,
                std::string_view name);
// A flag that was never set stays away.
void set_flag(event::Item& item, const char* field, bool on);
void set_list(event::Item& item, const char* field, const std::vector<std::string>& texts);
// A list in each language; lists that are the same keep their text.
void set_lists(event::Item& item, const char* field, const std::vector<std::string>& de,
               const std::vector<std::string>& en);
// An instant that is the same keeps its text.
void set_instant(event::Item& item, const char* field, std::optional<Instant> instant);
// From the fields "day", "starts" and "ends" to starts_at and ends_at; what does not fit becomes
// errors of the data.
void take_times(web::FormData& data, event::Item& item);
// A new one is of the event that the site is about.
void set_event(event::Item& item, const event::Programme& programme);

// Into the fields NAME_de and NAME_en.
void fill_localised(const event::Localised& text, web::FormData& data, const std::string& name);

// One on each line, as split_list(text, '\n') takes them apart.
[[nodiscard]] std::string lines_of(const std::vector<std::string>& list);

// A form of an item begins with these three: whose it is, and what its editor has seen.
[[nodiscard]] std::vector<web::FormField> with_marks(std::vector<web::FormField> fields);
// Lines of text that an item can hold.
[[nodiscard]] web::FormField long_text(const char* name, const web::Text& label,
                                       const web::Label& hint = {});
[[nodiscard]] web::FormField number(const char* name, const web::Text& label, std::int64_t least,
                                    std::int64_t most);
// By their German labels.
[[nodiscard]] std::vector<web::Option> sorted(std::vector<web::Option> options);
// Of public things by id.
template <class Things, class Name>
[[nodiscard]] std::vector<web::Option> options_of(const Things& things, Name name) {
  std::vector<web::Option> options;
  for (const auto& [id, thing] : things) options.push_back({.value = id, .label = name(thing)});
  return sorted(std::move(options));
}
[[nodiscard]] std::vector<web::Option> place_options(const event::Programme& programme,
                                                     web::Language language);
[[nodiscard]] std::vector<web::Option> day_options(const event::Programme& programme,
                                                   web::Language language);

}  // namespace revier::console::fields
