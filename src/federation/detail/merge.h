// SPDX-License-Identifier: EUPL-1.2
// Entities as other sources send them, and how they become one with what is known (4.5.5).
//
// Thread safety: pure functions, but for Names.
#pragma once
#include <map>
#include <vector>

#include "federation/detail/request.h"
#include "jsonld/catalogue.h"
#include "net/client.h"
#include "ngsi/entity.h"
#include "ngsi/fragment.h"
#include "ngsi/names.h"

namespace revier::federation::detail {

using context::Distribution;
using Times = Distribution::Times;

// One entity of a source.
struct Part {
  ngsi::Fragment fragment;
  Times times;
  std::vector<Times> attribute_times;  // beside fragment.attributes
};

// An answer, read.
struct Parts {
  std::vector<Part> parts;   // that lie within what was asked for
  std::size_t entities = 0;  // that it held in all
};

// The entities of a reply; of a question of the past their evolutions.
// Errors: kLdContextNotAvailable with the URL in `field`; what is no NGSI-LD: kBadRequestData,
// kInvalidRequest.
[[nodiscard]] Result<Parts> parts_of(const Question& question, const net::Reply& reply,
                                     jsonld::Catalogue& catalogue);

// `before` (nullptr: nothing is known) with a part. Errors: as ngsi/mutate.h.
struct Merging {
  bool auxiliary = false;  // only adds what is not there
  Instant now;             // where the source tells no times
};
[[nodiscard]] Result<ngsi::EntityPtr> merged(ngsi::Names& names, ngsi::EntityPtr before, Part part,
                                             const Merging& merging);

}  // namespace revier::federation::detail
