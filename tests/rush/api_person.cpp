// SPDX-License-Identifier: EUPL-1.2
// A person with an app that speaks JSON and repeats what it is not sure of, by the same key.
#include "person.h"

namespace rush {
namespace {

enum class Step : std::uint8_t { kHold, kHoldAgain, kRegister, kRegisterAgain, kGiveBack };

class ApiPerson final : public Person {
 public:
  explicit ApiPerson(Plan plan) : plan_(std::move(plan)) {
    name_ = plan_.run + "-a" + std::to_string(plan_.identity);
    outcome.mail = name_ + "@rush.example";
    // A twin asks for what its other half asks for; others learn first that all is taken.
    may_wait_ = plan_.twin || plan_.repeats;
  }

  std::string request() const override {
    switch (step_) {
      case Step::kHold:
      case Step::kHoldAgain:
        return send("POST /api/v1/holds", hold_key(),
                    "{\"quota\":\"" + plan_.quota +
                        "\",\"seats\":1,\"waiting_list\":" + (may_wait_ ? "true}" : "false}"));
      case Step::kRegister:
      case Step::kRegisterAgain:
        return send("POST /api/v1/registrations", "rush-of-" + name_ + "-register",
                    "{\"hold\":\"" + hold_ + "\",\"name\":\"Päpp " + name_ + "\",\"mail\":\"" +
                        outcome.mail + "\",\"language\":\"en\"}");
      case Step::kGiveBack:
        return send("DELETE /api/v1/holds/" + hold_, {}, {});
    }
    return {};
  }

  bool holds() const override { return step_ == Step::kHold; }
  bool registers() const override { return step_ == Step::kRegister; }
  const char* kind() const override { return "api"; }

  void take(const Answer& answer) override {
    switch (step_) {
      case Step::kHold:
        return take_hold(answer);
      case Step::kHoldAgain:
        return take_hold_again(answer);
      case Step::kRegister:
      case Step::kRegisterAgain:
        return take_registration(answer);
      case Step::kGiveBack:
        // Gone already where the first try went through and its answer was lost.
        if (answer.status != 204 && answer.status != 404) return fault("giving back", answer);
        outcome.end = End::kGaveBack;
    }
  }

 private:
  std::string hold_key() const {
    return "rush-hold-of-" + name_ + (may_wait_ ? "-wait" : "-seat") +
           (keys_ == 0 ? "" : std::to_string(keys_));
  }

  std::string send(const std::string& line, const std::string& key, const std::string& body) const {
    std::string text = line + " HTTP/1.1\r\nHost: " + plan_.host + "\r\n";
    if (!key.empty()) text += "Idempotency-Key: " + key + "\r\n";
    if (body.empty()) return text + "\r\n";
    return text +
           "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }

  void take_hold(const Answer& answer) {
    if (answer.status == 409 && !may_wait_) {
      if (member(answer.body, "place").empty()) return fault("full without a place", answer);
      may_wait_ = true;
      return;
    }
    if (answer.status == 410) {
      // The hold of this key has ended or is a ticket. One who is alone asks with a new key; the
      // ticket may be the other half's.
      if (plan_.twin) outcome.end = End::kLeft;
      ++keys_;
      return;
    }
    if (answer.status != 201) return fault("the hold", answer);
    hold_ = member(answer.body, "hold");
    step_ = plan_.repeats ? Step::kHoldAgain : after_hold();
    if (plan_.abandons && !plan_.repeats) outcome.end = End::kLeft;
  }

  void take_hold_again(const Answer& answer) {
    // The other half was faster: registering answers what it got.
    if (answer.status == 410) {
      step_ = after_hold();
      return;
    }
    if (answer.status != 201) return fault("the hold again", answer);
    // Another hold is right only where the first has ended in between.
    const std::string now = member(answer.body, "hold");
    now == hold_ ? ++outcome.repeats : ++outcome.ended_holds;
    hold_ = now;
    step_ = after_hold();
  }

  Step after_hold() const { return plan_.abandons ? Step::kGiveBack : Step::kRegister; }

  void take_registration(const Answer& answer) {
    if (answer.status == 410 && step_ == Step::kRegister) {
      ++outcome.ended_holds;
      step_ = Step::kHold;
      return;
    }
    if (answer.status != 201) return fault("the registration", answer);
    const std::string code = member(answer.body, "code");
    if (step_ == Step::kRegisterAgain) {
      if (code != outcome.code) return fault("a repeat made another ticket", answer);
      ++outcome.repeats;
    }
    outcome.code = code;
    outcome.link = member(answer.body, "id");
    outcome.state = member(answer.body, "state");
    const bool again = plan_.repeats && step_ == Step::kRegister;
    step_ = Step::kRegisterAgain;
    if (!again) outcome.end = End::kTicket;
  }

  const Plan plan_;
  Step step_ = Step::kHold;
  std::string name_;
  bool may_wait_ = false;
  int keys_ = 0;  // that were used up
  std::string hold_;
};

}  // namespace

std::unique_ptr<Person> api_person(Plan plan) {
  return std::make_unique<ApiPerson>(std::move(plan));
}

}  // namespace rush
