// SPDX-License-Identifier: EUPL-1.2
// A person with a browser: looks, ticks, gives name and mail, sees the ticket.
#include <string_view>

#include "person.h"

namespace rush {
namespace {

enum class Step : std::uint8_t { kLook, kChoose, kRead, kDetails, kGiveBack, kTicket };

class PagePerson final : public Person {
 public:
  explicit PagePerson(Plan plan) : plan_(std::move(plan)) {
    outcome.mail = plan_.run + "-p" + std::to_string(plan_.identity) + "@rush.example";
  }

  std::string request() const override {
    switch (step_) {
      case Step::kLook:
        return get("/anmeldung");
      case Step::kChoose:
        return post("/anmeldung", plan_.field + "=" + plan_.quota + "&voll=" + full_);
      case Step::kRead:
        return get(hold_path_);
      case Step::kDetails:
        return post(hold_path_, "name=P%C3%A4rson+" + std::to_string(plan_.identity) +
                                    "&mail=" + plan_.run + "-p" + std::to_string(plan_.identity) +
                                    "%40rush.example" + (plan_.repeats ? "&photo=on" : ""));
      case Step::kGiveBack:
        return post(hold_path_ + "/zurueck", "");
      case Step::kTicket:
        return get("/ticket/" + outcome.link);
    }
    return {};
  }

  bool holds() const override { return step_ == Step::kChoose; }
  bool registers() const override { return step_ == Step::kDetails; }
  const char* kind() const override { return "page"; }

  void take(const Answer& answer) override {
    if (!answer.cookie.empty()) cookie_ = answer.cookie;
    switch (step_) {
      case Step::kLook:
        return take_form(answer, 200);
      case Step::kChoose:
        return take_hold(answer);
      case Step::kRead:
      case Step::kDetails:
        return take_details(answer);
      case Step::kGiveBack:
        return answer.status == 303 ? finish(End::kGaveBack) : fault("giving back", answer);
      case Step::kTicket:
        return take_ticket(answer);
    }
  }

 private:
  std::string head(const std::string& line) const {
    std::string text = line + " HTTP/1.1\r\nHost: " + plan_.host + "\r\nAccept: text/html\r\n";
    if (!cookie_.empty()) text += "Cookie: " + cookie_ + "\r\n";
    return text;
  }
  std::string get(const std::string& path) const { return head("GET " + path) + "\r\n"; }
  std::string post(const std::string& path, const std::string& body) const {
    return head("POST " + path) + "Origin: http://" + plan_.host +
           "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  void finish(End end) { outcome.end = end; }

  // The form names the quotas that are full now: a tick there means the waiting list.
  void take_form(const Answer& answer, int expected) {
    if (answer.status != expected) return fault("the form", answer);
    const auto at = answer.body.find("name=\"voll\"");
    const auto full =
        at == std::string::npos ? std::nullopt : between(answer.body, "value=\"", "\"", at);
    if (!full) return fault("no field voll in the form", answer);
    full_ = *full;
    step_ = Step::kChoose;
  }

  void take_hold(const Answer& answer) {
    if (answer.status == 409) return take_form(answer, 409);  // full since she looked
    if (answer.status != 303 || !answer.location.starts_with("/anmeldung/")) {
      return fault("the choice", answer);
    }
    hold_path_ = answer.location;
    if (!plan_.abandons) {
      step_ = Step::kRead;
    } else if (plan_.repeats) {
      step_ = Step::kGiveBack;
    } else {
      finish(End::kLeft);
    }
  }

  void take_details(const Answer& answer) {
    if (answer.status == 410) {  // too late: from the start
      ++outcome.ended_holds;
      step_ = Step::kLook;
      return;
    }
    if (answer.status == 303 && answer.location.starts_with("/ticket/")) {
      outcome.link = answer.location.substr(sizeof("/ticket/") - 1);
      step_ = Step::kTicket;
      return;
    }
    if (step_ == Step::kDetails || answer.status != 200) return fault("the details", answer);
    step_ = Step::kDetails;
  }

  void take_ticket(const Answer& answer) {
    const auto code = between(answer.body, "rv-ticket__number\">", "<");
    if (answer.status != 200 || !code) return fault("the ticket", answer);
    outcome.code = *code;
    finish(End::kTicket);
  }

  const Plan plan_;
  Step step_ = Step::kLook;
  std::string cookie_;
  std::string full_;
  std::string hold_path_;
};

}  // namespace

void Person::fault(const std::string& what, const Answer& answer) {
  outcome.end = End::kFault;
  outcome.fault = what + ": " + std::to_string(answer.status) + " " + answer.body.substr(0, 300);
}

std::unique_ptr<Person> page_person(Plan plan) {
  return std::make_unique<PagePerson>(std::move(plan));
}

}  // namespace rush
