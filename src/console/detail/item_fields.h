// SPDX-License-Identifier: EUPL-1.2
// Fields of an item (JSON texts) from and to those of a form. An empty field takes the item's away,
// so that an item that was not changed does not differ.
#pragma once
#include <string>
#include <string_view>
#include <vector>

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
// A new one is of the event that the site is about.
void set_event(event::Item& item, const event::Programme& programme);

// Into the fields NAME_de and NAME_en.
void fill_localised(const event::Localised& text, web::FormData& data, const std::string& name);

// A form of an item begins with these three: whose it is, and what its editor has seen.
[[nodiscard]] std::vector<web::FormField> with_marks(std::vector<web::FormField> fields);
// Lines of text that an item can hold.
[[nodiscard]] web::FormField long_text(const char* name, const web::Text& label);
// By their German labels.
[[nodiscard]] std::vector<web::Option> sorted(std::vector<web::Option> options);

}  // namespace revier::console::fields
