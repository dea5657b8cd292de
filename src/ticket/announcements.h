// SPDX-License-Identifier: EUPL-1.2
// Writing to those who registered: "another entrance", "begins 30 minutes later".
//
// Each registration that stands when an organiser sends gets one letter, in its language, with the
// link of its own ticket. tick() writes the letters into the outbox in portions, each in one
// transaction with the place that it came to: so a crash at any moment neither leaves anybody out
// nor writes to anybody twice; the outbox then sends each once (mail/sender.h). Who cancels before
// her letter has left gets none, and who registers later gets none either. An announcement holds no
// address; its purpose is carrying out what was booked, and it goes when the registrations of its
// event do.
//
// Thread safety: all from any thread. What takes a Session is part of the caller's transaction; the
// rest blocks.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "mail/mime.h"
#include "mail/pace.h"
#include "ticket/letters.h"
#include "ticket/registrations.h"
#include "web/language.h"
#include "web/letter.h"

namespace revier::ticket {

inline constexpr std::size_t kAnnouncementSubjectMax = 120;  // characters
inline constexpr std::size_t kAnnouncementTextMax = 5'000;

struct Announcement {
  std::string id;           // of the form it was written in, new_id(): sending that twice is once
  std::string event;        // whose registrations it goes to
  std::string quota;        // to those of this day or session; empty: of all
  bool to_waiting = false;  // also to those who have no seat of it, but wait for one
  std::string subject_de;
  std::string subject_en;  // both empty where there is no English text
  std::string text_de;     // plain; empty lines part paragraphs, "- " begins an item of a list
  std::string text_en;
  std::string sent_by;  // id of an account; empty for one without
  Instant asked_at;
  Instant delete_after;      // retention
  std::string reached;       // id of the last booking that a letter was written for
  std::int64_t written = 0;  // letters
  bool all_written = false;

  // German where there is no English text.
  [[nodiscard]] web::Language sent_in(web::Language wanted) const {
    return text_en.empty() ? web::Language::kDe : wanted;
  }
  [[nodiscard]] const std::string& subject_in(web::Language wanted) const {
    return sent_in(wanted) == web::Language::kEn ? subject_en : subject_de;
  }
  [[nodiscard]] const std::string& text_in(web::Language wanted) const {
    return sent_in(wanted) == web::Language::kEn ? text_en : text_de;
  }
};

// An announcement and how its letters fare.
struct SentAnnouncement {
  Announcement announcement;
  mail::Counts counts;
};

class Announcements {
 public:
  struct Needs {
    records::Database& database;
    const Registrations& registrations;
    const LetterNeeds& letters;
    const Clock& civil_clock;
    Random& random;
    mail::Pace& pace;
  };
  explicit Announcements(const Needs& needs) : needs_(needs) {}

  [[nodiscard]] std::string new_id() const { return random_id(needs_.random); }
  // How many letters it would be if it was sent now.
  [[nodiscard]] Result<std::int64_t> count(const Announcement& announcement) const;
  // Stores it, to be written by tick(). The same again changes nothing, and does not do `also`.
  // Errors: kConflict where another text was sent under its id; kBadRequestData for an id that
  // new_id() never made.
  [[nodiscard]] Result<> send(Announcement announcement, const Also& also = {}) const;
  // Newest first, at most a hundred.
  [[nodiscard]] Result<std::vector<SentAnnouncement>> list() const;

  // Writes the next portions; one that fails stops no other. Call about once a second.
  // Errors: the last that there was.
  [[nodiscard]] Result<> tick() const;

  // The letter as a booking gets it.
  [[nodiscard]] mail::Message letter(const Announcement& announcement,
                                     const Booking& booking) const;
  // What letter() says, as HTML shows it.
  [[nodiscard]] web::LetterView view(const mail::Message& letter) const;
  // What the sender hands over; only for letters of announcements.
  [[nodiscard]] static bool is_announcement(const mail::Message& message);
  [[nodiscard]] mail::Parts parts(const mail::Message& message) const;

  // The address of a booking is corrected: letters to the old one that have not left, or were
  // refused, go to the new one.
  [[nodiscard]] Result<> write_again(records::Session& session, const Booking& booking) const;
  // Erases those whose retention has ended; how many.
  [[nodiscard]] static Result<std::int64_t> erase_ended(records::Session& session, Instant now);

 private:
  Result<std::int64_t> write_portion(const std::string& id, std::int64_t limit) const;
  Result<> write_letter(records::Session& session, const Announcement& announcement,
                        const std::string& booking) const;
  Instant delete_after(const Announcement& announcement) const;
  Instant now() const { return needs_.civil_clock.now(); }

  const Needs needs_;
};

}  // namespace revier::ticket
