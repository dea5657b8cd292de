// SPDX-License-Identifier: EUPL-1.2
// One person who wants a seat: knows what to ask next and reads the answers; no sockets here.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "answer.h"

namespace rush {

enum class End : std::uint8_t { kOpen, kTicket, kLeft, kGaveBack, kFault };

struct Plan {
  std::string host;
  std::string quota;
  std::string field;      // of the form: "tage" or "veranstaltungen"
  std::string run;        // keeps the keys and addresses of several runs apart
  int identity = 0;       // twins have the same: two connections of one person
  bool twin = false;      // another connection does the same at the same time
  bool abandons = false;  // takes a hold and stops
  bool repeats = false;   // sends each request with a key once more
};

// What was answered in the end; `code` is the ticket's.
struct Outcome {
  End end = End::kOpen;
  std::string mail;
  std::string link;  // secret link's last part: ID.MAC
  std::string code;
  std::string state;  // "confirmed" or "waiting" where it was told
  std::string fault;
  int repeats = 0;  // repeats that were answered as the first time
  int ended_holds = 0;
};

class Person {
 public:
  virtual ~Person() = default;
  // The bytes of the next request, the same again after a broken connection.
  [[nodiscard]] virtual std::string request() const = 0;
  // Takes the answer to it.
  virtual void take(const Answer& answer) = 0;
  // The request under way asks for a hold, or is the one that brings the ticket.
  [[nodiscard]] virtual bool holds() const = 0;
  [[nodiscard]] virtual bool registers() const = 0;
  // Way from start to finish, as a browser's pages or a program's calls.
  [[nodiscard]] virtual const char* kind() const = 0;

  [[nodiscard]] bool done() const { return outcome.end != End::kOpen; }
  Outcome outcome;

 protected:
  void fault(const std::string& what, const Answer& answer);
};

std::unique_ptr<Person> page_person(Plan plan);
std::unique_ptr<Person> api_person(Plan plan);

}  // namespace rush
