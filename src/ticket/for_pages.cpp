// SPDX-License-Identifier: EUPL-1.2
#include "ticket/for_pages.h"

#include <fmt/format.h>

#include "base/random.h"
#include "ticket/api_json.h"
#include "ticket/booking_store.h"
#include "ticket/texts.h"

namespace revier::ticket {

using net::Request;

namespace {

// Carries nothing about the person: random, only to count a device's seats.
constexpr std::string_view kDeviceCookie = "revier_device";

}  // namespace

Device device_of(const Request& request) {
  const auto cookie = request.cookie(kDeviceCookie);
  if (cookie && cookie->size() == 32) return {.token = std::string(*cookie)};
  SystemRandom random;
  return {.token = random_secret(random), .is_new = true};
}

void keep_device(net::Response& answer, const Device& device, const Request& request) {
  if (!device.is_new) return;
  answer.header("Set-Cookie",
                fmt::format("{}={}; Path=/; Max-Age=7776000; HttpOnly; SameSite=Lax{}",
                            kDeviceCookie, device.token, request.secure ? "; Secure" : ""));
}

Result<> check_origin(const Request& request) {
  if (web::same_origin(request)) return {};
  return fail(Code::kForbidden, "this form was sent from another site");
}

Task<Result<>> read_records(const Domain& domain, std::function<Result<>(records::Session&)> step) {
  auto done = co_await domain.reads.run([&] { return domain.database.read(step); });
  if (!done) co_return fail(std::move(done).error());
  co_return std::move(*done);
}

Task<Result<Booking>> read_booking(const Domain& domain, std::string id) {
  Result<Booking> booking = fail(Code::kResourceNotFound, "there is no such booking");
  RV_CO_TRY(co_await read_records(domain, [&](records::Session& session) -> Result<> {
    booking = rows::find(session, id);
    return {};
  }));
  co_return booking;
}

std::vector<web::FormField> person_fields() {
  const auto name_problem = [](std::string_view name) -> std::optional<web::Label> {
    if (check_name(name)) return std::nullopt;
    return web::Label(texts::kDetailsNameWrong);
  };
  const auto mail_problem = [](std::string_view mail) -> std::optional<web::Label> {
    if (check_mail(mail)) return std::nullopt;
    const bool has_letters = std::ranges::any_of(mail.substr(0, mail.find('@')), [](char c) {
      return static_cast<unsigned char>(c) >= 0x80;
    });
    return web::Label(has_letters ? texts::kDetailsMailLetters : texts::kDetailsMailWrong);
  };
  return {{.name = "name",
           .label = texts::kDetailsName,
           .hint = texts::kDetailsNameHint,
           .required = true,
           .length_max = 120,
           .autocomplete = "name",
           .missing = texts::kDetailsNameMissing,
           .check = name_problem},
          {.name = "mail",
           .kind = web::FieldKind::kEmail,
           .label = texts::kDetailsMail,
           .hint = texts::kDetailsMailHint,
           .required = true,
           .length_max = 254,
           .autocomplete = "email",
           .missing = texts::kDetailsMailMissing,
           .check = mail_problem}};
}

}  // namespace revier::ticket
