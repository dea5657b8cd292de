// SPDX-License-Identifier: EUPL-1.2
#include "event/change_text.h"

#include <algorithm>

#include "event/texts.h"
#include "web/i18n.h"

namespace revier::event {
namespace {

using web::Language;

std::string room_name(const Programme& programme, std::string_view id, Language language) {
  if (id.empty()) return std::string(web::text(language, texts::kChangesNoRoom));
  const Room* const room = programme.room(id);
  return room == nullptr ? std::string(id) : room->name.in(language);
}

std::string time_of(const Session& session, Language language) {
  return web::date(language, session.starts_at, web::DateStyle::kShort) + ", " +
         web::time_range(language, session.starts_at, session.ends_at);
}

const std::string& note_in(const Localised& note, Language language) {
  const std::string& text = note.in(language);
  return text.empty() ? note.de : text;
}

News news_of(const Change& change, const Programme& programme, Language language) {
  const bool is_there = programme.session(change.session) != nullptr;
  return {.key = fmt::format("change-{}", change.sequence),
          .title = change.newest().title.in(language),
          .lines = change_texts(change, programme, language),
          .session = is_there ? change.session : std::string(),
          .at = change.at};
}

std::vector<News> notes_of(const Ledger& ledger, Language language) {
  std::vector<News> notes;
  for (const Release& release : ledger.releases) {
    if (release.note.empty()) continue;
    notes.push_back(
        {.key = fmt::format("release-{}", release.number),
         .title = web::text(language, texts::kChangesRelease, {{"number", release.number}}),
         .lines = {note_in(release.note, language)},
         .session = {},
         .at = release.at});
  }
  return notes;
}

}  // namespace

std::string change_text(ChangeKind kind, const Session* before, const Session* after,
                        const Programme& programme, Language language) {
  const auto plain = [&](const web::Text& key) { return std::string(web::text(language, key)); };
  switch (kind) {
    case ChangeKind::kCreated:
      return plain(texts::kChangesCreated);
    case ChangeKind::kMoved:
      return web::text(
          language, texts::kChangesMoved,
          {{"before", time_of(*before, language)}, {"after", time_of(*after, language)}});
    case ChangeKind::kRoom:
      return web::text(language, texts::kChangesRoom,
                       {{"before", room_name(programme, before->room, language)},
                        {"after", room_name(programme, after->room, language)}});
    case ChangeKind::kRetitled:
      return web::text(language, texts::kChangesRetitled, {{"before", before->title.in(language)}});
    case ChangeKind::kCancelled:
      return plain(texts::kChangesCancelled);
    case ChangeKind::kReinstated:
      return plain(texts::kChangesReinstated);
    case ChangeKind::kRemoved:
      return plain(texts::kChangesRemoved);
    case ChangeKind::kDetails:
      return plain(texts::kChangesDetails);
  }
  return plain(texts::kChangesDetails);
}

std::vector<std::string> change_texts(const Change& change, const Programme& programme,
                                      Language language) {
  std::vector<std::string> lines;
  const bool only_details = change.kinds.size() == 1;
  for (const ChangeKind kind : change.kinds) {
    if (kind == ChangeKind::kDetails && !only_details) continue;
    lines.push_back(
        change_text(kind, change.before.get(), change.after.get(), programme, language));
  }
  return lines;
}

std::vector<News> news(const Programme& programme, const Ledger& ledger, Language language,
                       std::size_t limit) {
  std::vector<News> changes;
  std::size_t first_version = 0;
  for (const ChangePtr& change : ledger.changes) {
    if (ledger.is_first_version(*change)) ++first_version;
    if (is_news(ledger, *change)) changes.push_back(news_of(*change, programme, language));
  }
  // A release stands above the changes that it brought.
  std::vector<News> all;
  std::ranges::merge(notes_of(ledger, language), changes, std::back_inserter(all), std::greater<>(),
                     &News::at, &News::at);
  if (first_version > 0) {
    all.push_back(
        {.key = "first",
         .title = std::string(web::text(language, texts::kChangesFirst)),
         .lines = {web::text(language, texts::kChangesFirstCount, {{"count", first_version}})},
         .session = {},
         .at = ledger.first->at});
  }
  if (all.size() > limit) all.resize(limit);
  return all;
}

}  // namespace revier::event
