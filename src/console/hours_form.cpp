// SPDX-License-Identifier: EUPL-1.2
#include "console/detail/hours_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "console/detail/entry.h"
#include "console/detail/staff.h"
#include "console/texts.h"
#include "web/i18n.h"

namespace revier::console {
namespace {

using web::FieldKind;
using web::FormData;
using web::Language;

constexpr int kSpareLines = 4;
constexpr int kExceptionsShownMax = 40;
constexpr std::string_view kLatestEnd = "23:59";

std::string of(const std::string& line, std::string_view part) {
  return fmt::format("{}_{}", line, part);
}
std::string week_line(int day, int opening) {
  return fmt::format("w{}{}", day, opening == 0 ? 'a' : 'b');
}
std::string exception_line(int number) { return fmt::format("x{}", number); }

// "Montag"; 3 February 2025 was one.
std::string weekday_name(int day, Language language) {
  const auto noon = web::from_local(fmt::format("2025-02-0{}", 2 + day), "12:00");
  return noon ? web::date(language, *noon, web::DateStyle::kWeekday) : std::string();
}

// Adds the fields of an opening to the form and to the group.
void add_opening(web::Form& form, HoursGroup& group, const std::string& line) {
  const auto add = [&](web::FormField field) {
    group.fields.push_back(field.name);
    form.fields.push_back(std::move(field));
  };
  add({.name = of(line, "von"), .kind = FieldKind::kTime, .label = texts::kHoursFrom});
  add({.name = of(line, "bis"), .kind = FieldKind::kTime, .label = texts::kHoursTo});
  add({.name = of(line, "leute"),
       .kind = FieldKind::kNumber,
       .label = texts::kHoursPeople,
       .min = 1,
       .max = 500});
}

web::FormField number_field(std::string name, const web::Text& label, std::int64_t least,
                            std::int64_t most) {
  return {.name = std::move(name),
          .kind = FieldKind::kNumber,
          .label = label,
          .required = true,
          .min = least,
          .max = most};
}

int lines_in(const FormData& data) {
  int last = 0;
  for (int number = 1; number <= kExceptionsMax; ++number) {
    const std::string line = exception_line(number);
    for (const std::string_view part : {"tag", "zu", "von", "bis", "leute"}) {
      if (data.has(of(line, part))) last = number;
    }
  }
  return last;
}

bool is_step(std::string_view clock) {
  return clock.size() == 5 && (clock[4] == '0' || clock[4] == '5');
}

void fail_with(FormData& data, const std::string& field, const web::Message& key,
               const std::string& legend, Language language) {
  data.fail(field, web::Label(web::text(language, key, {{"legend", legend}})));
}

// Begin and end of a line, where either is there.
void check_times(FormData& data, const std::string& line, const std::string& legend,
                 Language language) {
  const std::string_view from = data.get(of(line, "von"));
  const std::string_view to = data.get(of(line, "bis"));
  if (from.empty() && to.empty() && !data.has(of(line, "leute"))) return;
  if (from.empty() || to.empty()) {
    fail_with(data, of(line, from.empty() ? "von" : "bis"), texts::kHoursHalf, legend, language);
  } else if (from >= to) {
    fail_with(data, of(line, "bis"), texts::kHoursOrder, legend, language);
  } else if (!is_step(from) || !(is_step(to) || to == kLatestEnd)) {
    fail_with(data, of(line, is_step(from) ? "bis" : "von"), texts::kHoursStep, legend, language);
  }
}

void check_exception(FormData& data, const std::string& line, const std::string& legend,
                     Language language) {
  const bool closed = data.has(of(line, "zu"));
  const bool times = data.has(of(line, "von")) || data.has(of(line, "bis"));
  const bool dated = data.has(of(line, "tag"));
  if (!closed && !times && !dated && !data.has(of(line, "leute"))) return;
  if (!dated) {
    fail_with(data, of(line, "tag"), texts::kHoursNoDate, legend, language);
  } else if (closed && times) {
    fail_with(data, of(line, "von"), texts::kHoursBoth, legend, language);
  } else if (!closed && !times) {
    fail_with(data, of(line, "von"), texts::kHoursNothing, legend, language);
  } else if (!closed) {
    check_times(data, line, legend, language);
  }
}

struct Opened {
  std::string from, to;
  std::int64_t staff = 0;  // 0: the counter's
  auto operator<=>(const Opened&) const = default;
};
std::optional<Opened> opened(const FormData& data, const std::string& line) {
  if (!data.has(of(line, "von"))) return std::nullopt;
  return Opened{std::string(data.get(of(line, "von"))), std::string(data.get(of(line, "bis"))),
                data.integer(of(line, "leute")).value_or(0)};
}
void write_opened(json::Writer& out, const Opened& opening) {
  out.member("from", opening.from).member("to", opening.to);
  if (opening.staff > 0) out.member("staff", opening.staff);
}

std::string hours_json(const FormData& data) {
  std::map<Opened, std::vector<int>> week;
  for (int day = 1; day <= 7; ++day) {
    for (int opening = 0; opening < 2; ++opening) {
      if (const auto each = opened(data, week_line(day, opening))) week[*each].push_back(day);
    }
  }
  std::string text;
  json::Writer out(text);
  out.begin_array();
  for (const auto& [opening, days] : week) {
    out.begin_object().key("weekdays").begin_array();
    for (const int day : days) out.integer(day);
    out.end_array();
    write_opened(out, opening);
    out.end_object();
  }
  for (int number = 1; number <= kExceptionsMax; ++number) {
    const std::string line = exception_line(number);
    if (!data.has(of(line, "tag"))) continue;
    out.begin_object().member("date", data.get(of(line, "tag")));
    if (const auto each = opened(data, line)) {
      write_opened(out, *each);
    } else {
      out.member("closed", true);
    }
    out.end_object();
  }
  out.end_array();
  return text;
}

std::int64_t staff_of(const event::Item& item) {
  const auto found = item.fields.find("staff");
  if (found == item.fields.end()) return 1;
  const auto document = json::Document::parse(found->second);
  return document ? document->root().as_integer().value_or(1) : 1;
}

void set_opening(FormData& data, const std::string& line, const event::Hours& hours,
                 std::int64_t staff) {
  data.set(of(line, "von"), hours.from);
  data.set(of(line, "bis"), hours.to);
  if (hours.staff != staff) data.set(of(line, "leute"), std::to_string(hours.staff));
}

bool overlap(const event::Hours& a, const event::Hours& b) {
  return !a.closed && !b.closed && a.from < b.to && b.from < a.to;
}

}  // namespace

HoursForm hours_form(const FormData& data, Language language, int lines) {
  HoursForm hours;
  hours.form.fields = {csrf_field(),
                       {.name = "stand", .kind = FieldKind::kHidden},
                       {.name = "schritt", .kind = FieldKind::kHidden},
                       number_field("staff", texts::kHoursStaff, 1, 500),
                       number_field("days_ahead", texts::kHoursDaysAhead, 0, 366),
                       number_field("lead_min", texts::kHoursLead, 0, 10'080)};
  hours.form.fields[3].hint = texts::kHoursStaffHint;
  for (int day = 1; day <= 7; ++day) {
    for (int opening = 0; opening < 2; ++opening) {
      const std::string name = weekday_name(day, language);
      HoursGroup group{
          .legend = opening == 0 ? name : web::text(language, texts::kHoursSecond, {{"day", name}}),
          .fields = {}};
      add_opening(hours.form, group, week_line(day, opening));
      hours.weekdays.push_back(std::move(group));
    }
  }
  const int most = lines > 0 ? lines : std::min(lines_in(data) + kSpareLines, kExceptionsMax);
  for (int number = 1; number <= most; ++number) {
    const std::string line = exception_line(number);
    HoursGroup group{.legend = web::text(language, texts::kHoursException, {{"number", number}}),
                     .fields = {of(line, "tag"), of(line, "zu")}};
    hours.form.fields.push_back(
        {.name = of(line, "tag"), .kind = FieldKind::kDate, .label = texts::kHoursDate});
    hours.form.fields.push_back(
        {.name = of(line, "zu"), .kind = FieldKind::kCheckbox, .label = texts::kHoursClosed});
    add_opening(hours.form, group, line);
    hours.exceptions.push_back(std::move(group));
  }
  return hours;
}

bool fits_form(const event::Counter& counter, const std::string& today) {
  std::array<int, 8> openings{};
  int exceptions = 0;
  for (const event::Hours& hours : counter.hours) {
    if (!hours.closed && hours.to > kLatestEnd) return false;
    if (hours.staff < 1 && !hours.closed) return false;
    for (const int day : hours.weekdays) ++openings[static_cast<std::size_t>(day)];
    if (!hours.date.empty() && hours.date >= today) ++exceptions;
  }
  return exceptions <= kExceptionsShownMax && std::ranges::max(openings) <= 2;
}

FormData hours_data(const event::Item& item, const event::Counter& counter,
                    const std::string& today) {
  FormData data;
  const std::int64_t staff = staff_of(item);
  data.set("stand", stamp_of(item));
  data.set("staff", std::to_string(staff));
  data.set("days_ahead", std::to_string(counter.days_ahead));
  data.set("lead_min", std::to_string(counter.lead_min));
  std::array<int, 8> next{};
  std::vector<const event::Hours*> exceptions;
  for (const event::Hours& hours : counter.hours) {
    for (const int day : hours.weekdays) {
      int& opening = next[static_cast<std::size_t>(day)];
      if (opening < 2) set_opening(data, week_line(day, opening++), hours, staff);
    }
    if (!hours.date.empty() && hours.date >= today) exceptions.push_back(&hours);
  }
  std::ranges::sort(exceptions, {}, [](const event::Hours* hours) {
    return std::pair(std::string_view(hours->date), std::string_view(hours->from));
  });
  int number = 0;
  for (const event::Hours* hours : exceptions) {
    const std::string line = exception_line(++number);
    data.set(of(line, "tag"), hours->date);
    if (hours->closed) {
      data.set(of(line, "zu"), "1");
    } else {
      set_opening(data, line, *hours, staff);
    }
  }
  return data;
}

void check_hours(const HoursForm& hours, FormData& data, Language language) {
  for (int day = 1; day <= 7; ++day) {
    for (int opening = 0; opening < 2; ++opening) {
      const auto index = static_cast<std::size_t>(day - 1) * 2 + static_cast<std::size_t>(opening);
      check_times(data, week_line(day, opening), hours.weekdays[index].legend, language);
    }
  }
  std::set<std::string_view> open, closed;
  for (std::size_t i = 0; i < hours.exceptions.size(); ++i) {
    const std::string line = exception_line(static_cast<int>(i) + 1);
    const std::string& legend = hours.exceptions[i].legend;
    check_exception(data, line, legend, language);
    const std::string_view day = data.get(of(line, "tag"));
    if (day.empty()) continue;
    const bool is_closed = data.has(of(line, "zu"));
    (is_closed ? closed : open).insert(day);
    if ((is_closed ? open : closed).contains(day)) {
      fail_with(data, of(line, "tag"), texts::kHoursMixed, legend, language);
    }
  }
}

Result<event::Item> with_hours(const event::Item& item, const FormData& data) {
  event::Item changed = item;
  changed.fields["hours"] = hours_json(data);
  for (const char* field : {"staff", "days_ahead", "lead_min"}) {
    changed.fields[field] = std::to_string(data.integer(field).value_or(0));
  }
  RV_ASSIGN(const json::Document document, json::Document::parse(event::item_json(changed)));
  return event::read_item(*item.kind, item.id, document.root());
}

std::vector<std::string> overlaps_in(const event::Counter& counter, Language language) {
  std::set<std::string> days;
  std::vector<std::string> lines;
  const auto say = [&](const std::string& day) {
    if (!days.insert(day).second) return;
    lines.push_back(web::text(language, texts::kHoursOverlap, {{"legend", day}}));
  };
  for (auto a = counter.hours.begin(); a != counter.hours.end(); ++a) {
    for (auto b = std::next(a); b != counter.hours.end(); ++b) {
      if (!overlap(*a, *b)) continue;
      if (!a->date.empty() && a->date == b->date) say(day_name(a->date, language));
      for (const int day : a->weekdays) {
        const bool both = std::ranges::find(b->weekdays, day) != b->weekdays.end();
        if (both) say(weekday_name(day, language));
      }
    }
  }
  return lines;
}

}  // namespace revier::console
