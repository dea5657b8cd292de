// SPDX-License-Identifier: EUPL-1.2
#include "console/detail/programme_form.h"
#include "console/texts.h"
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
  if (id.empty()) return std::string(web::text(language, texts::kChangeNoRoom));
  const event::Room* const room = programme.room(id);
  return room == nullptr ? std::string(id) : room->name.in(language);
}

std::string speaker_name(const Programme& programme, std::string_view id) {
  const event::Speaker* const speaker = programme.speaker(id);
  return speaker == nullptr ? std::string(id) : speaker->name;
}

std::string time_of(const Session& session, Language language) {
  return web::date(language, session.starts_at, web::DateStyle::kShort) + ", " +
         web::time_range(language, session.starts_at, session.ends_at);
}

std::string change_text(ChangeKind kind, const Session* before, const Session* after,
                        const Programme& programme, Language language) {
  const auto plain = [&](const web::Text& key) { return std::string(web::text(language, key)); };
  switch (kind) {
    case ChangeKind::kCreated:
      return plain(texts::kChangeCreated);
    case ChangeKind::kMoved:
      return web::text(
          language, texts::kChangeMoved,
          {{"before", time_of(*before, language)}, {"after", time_of(*after, language)}});
    case ChangeKind::kRoom:
      return web::text(language, texts::kChangeRoom,
                       {{"before", room_name(programme, before->room, language)},
                        {"after", room_name(programme, after->room, language)}});
    case ChangeKind::kRetitled:
      return web::text(language, texts::kChangeRetitled, {{"before", before->title.in(language)}});
    case ChangeKind::kCancelled:
      return plain(texts::kChangeCancelled);
    case ChangeKind::kReinstated:
      return plain(texts::kChangeReinstated);
    case ChangeKind::kRemoved:
      return plain(texts::kChangeRemoved);
    case ChangeKind::kDetails:
      return plain(texts::kChangeDetails);
  }
  return plain(texts::kChangeDetails);
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
  const auto plain = [&](const web::Text& key) { return std::string(web::text(language, key)); };
  if (!draft.item) return {plain(texts::kChangeRemoved)};
  if (released == nullptr) return {plain(texts::kChangeCreated)};
  if (draft.kind->path != "sessions") return {plain(texts::kChangeDetails)};
  const Session before = event::read_session(*released);
  const Session after = event::read_session(*draft.item);
  std::vector<std::string> lines;
  for (const ChangeKind kind : event::kinds_between(&before, &after)) {
    lines.push_back(change_text(kind, &before, &after, programme, language));
  }
  if (lines.empty()) lines.push_back(plain(texts::kChangeDetails));
  return lines;
}

}  // namespace revier::console
