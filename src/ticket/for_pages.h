// SPDX-License-Identifier: EUPL-1.2
// What pages about bookings share: those of this domain and those of domains that book its quotas.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/task.h"
#include "ticket/api.h"
#include "web/form.h"

namespace revier::ticket {

// Errors: kForbidden for a form of another site.
[[nodiscard]] Result<> check_origin(const net::Request& request);

// Reads on the pool. Errors: kResourceNotFound; kUnavailable.
[[nodiscard]] Task<Result<Booking>> read_booking(const Domain& domain, std::string id);
[[nodiscard]] Task<Result<>> read_records(const Domain& domain,
                                          std::function<Result<>(records::Session&)> step);

// Name and mail address.
[[nodiscard]] std::vector<web::FormField> person_fields();

// A device's token, from its cookie or new; keep_device() sets the cookie of a new one.
struct Device {
  std::string token;
  bool is_new = false;
};
[[nodiscard]] Device device_of(const net::Request& request);
void keep_device(net::Response& answer, const Device& device, const net::Request& request);

}  // namespace revier::ticket
