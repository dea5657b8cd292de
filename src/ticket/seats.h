// SPDX-License-Identifier: EUPL-1.2
// Who has a seat: the one place where quotas are decided.
//
// A quota is a number of seats for one thing (a day, a session). A claim is what one booking wants
// of one quota. Seats answers in memory and in the order of the questions; the writer job that asks
// writes the same answer to the records in the same transaction. After a failed commit the object
// is thrown away and built again from the records.
//
// Waiting lists are strictly first come, first served: seats that come free go to the head of the
// list as long as the head's whole claim fits; nobody overtakes, also not a new booking. Only a
// claim that wants more seats than there are altogether (the capacity went down) is passed over: it
// keeps its place, and holds up nobody.
//
// Thread safety: none; it belongs to the records' writer thread.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace revier::ticket {

enum class ClaimState : std::uint8_t {
  kTaken,
  kWaiting,
  kOffered,  // its turn has come: a seat is held for it until `offered_until`
};

struct Claim {
  std::string quota;
  std::int64_t seats = 1;
  ClaimState state = ClaimState::kTaken;
  std::int64_t place = 0;  // of a waiting claim: order in its list
  Instant offered_until;   // of an offered claim
  bool may_wait = false;   // when asked for: the waiting list will do
};

struct QuotaFigures {
  std::int64_t capacity = 0;
  std::int64_t taken = 0;          // held, offered or confirmed
  std::int64_t waiting = 0;        // claims in the list
  std::int64_t waiting_seats = 0;  // seats these want
  bool promised = false;           // somebody waits who can have free seats before all others
  [[nodiscard]] std::int64_t free() const { return taken < capacity ? capacity - taken : 0; }
};

// A waiting claim that has just been given its seats.
struct Promotion {
  std::string booking;
  std::string quota;
  std::int64_t seats;
};

class Seats {
 public:
  // Makes a quota or changes its capacity. Seats already taken stay taken.
  void set_capacity(const std::string& quota, std::int64_t capacity);

  // While it is over or does not take place nobody is promoted: seats that come free stay free.
  void set_over(const std::string& quota, bool over);

  // Takes all wanted seats or none. A claim that does not fit is put on the list of its quota where
  // it may wait; the first that may not refuses the whole.
  // Errors: kResourceNotFound (field = quota), kQuotaFull (field = quota).
  [[nodiscard]] Result<std::vector<Claim>> take(std::string_view booking,
                                                std::vector<Claim> wanted);

  // Gives back what a booking had and passes it on to waiting lists; the promotions are in order.
  [[nodiscard]] std::vector<Promotion> release(std::string_view booking,
                                               const std::vector<Claim>& claims);

  // The claim goes on with `seats`, fewer than it has, in its place; the others are passed on.
  [[nodiscard]] std::vector<Promotion> reduce(std::string_view booking, const Claim& claim,
                                              std::int64_t seats);

  // An offered claim goes back to the head of its list; its place there.
  [[nodiscard]] std::int64_t return_to_list(std::string_view booking, const Claim& claim);

  // Puts back what the records say; used to build the object. Waiting claims keep their place.
  void restore(std::string_view booking, const Claim& claim);

  // Gives free seats to waiting lists, after a capacity grew or after restore().
  [[nodiscard]] std::vector<Promotion> promote(const std::string& quota);

  // The places of a waiting list, in order.
  [[nodiscard]] std::vector<std::int64_t> places(const std::string& quota) const;

  [[nodiscard]] QuotaFigures figures(const std::string& quota) const;

 private:
  struct Waiting {
    std::string booking;
    std::int64_t seats;
  };
  using List = std::map<std::int64_t, Waiting>;  // by place
  struct Quota {
    std::int64_t capacity = 0;
    std::int64_t taken = 0;
    std::int64_t next_place = 1;
    bool over = false;
    List list;
  };

  [[nodiscard]] static List::const_iterator head(const Quota& quota);
  [[nodiscard]] static bool fits(const Quota& quota, std::int64_t seats);

  std::map<std::string, Quota, std::less<>> quotas_;
};

}  // namespace revier::ticket
