// SPDX-License-Identifier: EUPL-1.2
#include "console/detail/programme_form.h"
#include "console/texts.h"
#include "event/change_text.h"
#include "web/i18n.h"

namespace revier::console {
namespace {

using event::ChangeKind;
using event::Conflict;
using event::ConflictKind;
using event::Programme;
using event::Session;
using web::Language;

std::string session_title(const Programme& programme, std::string_view id, Language language) {
  const Session* const session = programme.session(id);
  return session == nullptr ? std::string(id) : session->title.in(language);
}

std::string room_name(const Programme& programme, std::string_view id, Language language) {
  const event::Room* const room = programme.room(id);
  return room == nullptr ? std::string(id) : room->name.in(language);
}

std::string speaker_name(const Programme& programme, std::string_view id) {
  const event::Speaker* const speaker = programme.speaker(id);
  return speaker == nullptr ? std::string(id) : speaker->name;
}

}  // namespace

std::string conflict_text(const Conflict& conflict, std::string_view session,
                          const Programme& programme, Language language) {
  const std::string_view other_id = conflict.session == session ? conflict.other : conflict.session;
  const std::string other = session_title(programme, other_id, language);
  switch (conflict.kind) {
    case ConflictKind::kRoomTwice:
      return web::text(
          language, texts::kConflictRoomTwice,
          {{"room", room_name(programme, conflict.subject, language)}, {"other", other}});
    case ConflictKind::kSpeakerTwice:
      return web::text(language, texts::kConflictSpeakerTwice,
                       {{"speaker", speaker_name(programme, conflict.subject)}, {"other", other}});
    case ConflictKind::kEndsFirst:
      return std::string(web::text(language, texts::kConflictEndsFirst));
    case ConflictKind::kOutsideDay:
      return std::string(web::text(language, texts::kConflictOutsideDay));
    case ConflictKind::kSeatsSold:
      return web::text(language, texts::kConflictSeatsSold, {{"count", conflict.count}});
    case ConflictKind::kCancelledSold:
      return web::text(language, texts::kConflictCancelledSold, {{"count", conflict.count}});
    case ConflictKind::kRoomTooSmall:
      return web::text(
          language, texts::kConflictRoomTooSmall,
          {{"room", room_name(programme, conflict.subject, language)}, {"count", conflict.count}});
    default:
      return web::text(language, texts::kConflictUnknown, {{"subject", conflict.subject}});
  }
}

std::vector<std::string> change_texts(const event::Draft& draft, const event::Item* released,
                                      const Programme& programme, Language language) {
  const auto plain = [&](ChangeKind kind) {
    return event::change_text(kind, nullptr, nullptr, programme, language);
  };
  if (!draft.item) return {plain(ChangeKind::kRemoved)};
  if (released == nullptr) return {plain(ChangeKind::kCreated)};
  if (draft.kind->path != "sessions") return {plain(ChangeKind::kDetails)};
  const Session before = event::read_session(*released);
  const Session after = event::read_session(*draft.item);
  std::vector<std::string> lines;
  for (const ChangeKind kind : event::kinds_between(&before, &after)) {
    lines.push_back(event::change_text(kind, &before, &after, programme, language));
  }
  if (lines.empty()) lines.push_back(plain(ChangeKind::kDetails));
  return lines;
}

}  // namespace revier::console
