// SPDX-License-Identifier: EUPL-1.2
#include "web/components.h"

namespace revier::web::kern {

std::string_view name(Tone tone) {
  switch (tone) {
    case Tone::kInfo:
      return "info";
    case Tone::kSuccess:
      return "success";
    case Tone::kWarning:
      return "warning";
    case Tone::kDanger:
      return "danger";
  }
  return "info";
}

std::string_view style(ButtonKind kind) {
  switch (kind) {
    case ButtonKind::kPrimary:
      return "kern-btn--primary";
    case ButtonKind::kSecondary:
      return "kern-btn--secondary";
    case ButtonKind::kTertiary:
      return "kern-btn--tertiary";
  }
  return "kern-btn--primary";
}

// The first one has the field's own id, so that the link of an error summary leads to it.
std::string choice_id(const Choices& choices, const Choice& choice) {
  const auto index = &choice - choices.choices.data();
  return index == 0 ? choices.field.id : choices.field.id + "-" + std::to_string(index);
}

bool is_numeric(const Table& table, std::ptrdiff_t column) {
  const auto index = static_cast<std::size_t>(column);
  return index < table.columns.size() && table.columns[index].numeric;
}

std::string_view title_of(const Table& table, std::ptrdiff_t column) {
  const auto index = static_cast<std::size_t>(column);
  return index < table.columns.size() ? std::string_view(table.columns[index].title) : "";
}

std::string Field::described_by() const {
  std::string ids;
  if (!hint.empty()) ids = id + "-hint";
  if (!error.empty()) ids += (ids.empty() ? "" : " ") + id + "-error";
  return ids;
}

}  // namespace revier::web::kern
