// SPDX-License-Identifier: EUPL-1.2
// What can go wrong, as one closed list, and one table that says how each is told to a client.
//
// Codes of the data plane are the error types of ETSI GS CIM 009 V1.9.1, table 5.5.2-1, with the
// HTTP status of table 6.3.2-1. The others are Revier's own.
//
// Thread safety: everything here is a plain value or a constant.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace revier {

enum class Code : std::uint8_t {
  // NGSI-LD
  kInvalidRequest,         // the message is not what the operation takes (syntax)
  kBadRequestData,         // the message is well-formed, its content is not
  kAlreadyExists,          // an entity, context or registration with this id exists
  kOperationNotSupported,  // the operation is not supported
  kResourceNotFound,       // no such entity, attribute, page or record
  kInternalError,          // our fault
  kTooComplexQuery,        // the query exceeds what this server is willing to spend
  kTooManyResults,         // the result exceeds what this server is willing to send
  kLdContextNotAvailable,  // an @context cannot be had
  kNoMultiTenantSupport,   // a tenant was named and there are none
  kNonexistentTenant,      // the tenant does not exist
  // HTTP and access
  kUnauthenticated,       // no credentials, or wrong ones
  kForbidden,             // credentials without the right
  kMethodNotAllowed,      // the resource exists, the method does not
  kNotAcceptable,         // no representation the client accepts
  kConflict,              // the state does not allow it now
  kGone,                  // was there, is not any more
  kPreconditionFailed,    // If-Match and the like
  kTooLarge,              // body beyond its limit
  kRangeNotSatisfiable,   // a range behind the end of what is asked for
  kHeadTooLarge,          // request line and fields beyond their limits
  kTooSlow,               // the request did not arrive in time
  kUnsupportedMediaType,  // body of a type the operation does not take
  kMisdirected,           // a Host that is not ours
  kUnprocessable,         // a form or a JSON of the people plane with wrong fields
  kTooManyRequests,       // slow down
  kUnavailable,           // not now: shutting down, queue full, store read-only
  kInsufficientStorage,   // memory or disk limit reached
  kTimeout,               // took too long
  kNotImplemented,        // a coding or method we do not speak
  kBadGateway,            // another server that was asked failed
  kLoopDetected,          // a request for other servers came back to us
  // People plane
  kQuotaFull,           // no seat left; the answer carries the waiting-list place
  kHoldEnded,           // the hold ran out or was used
  kOverlap,             // two parts of a registration at the same time
  kSeatLimit,           // more seats than one person may take
  kAlreadyCheckedIn,    // the ticket was used; the answer says when and where
  kRegistrationClosed,  // before the start or after the end of registration
  // Inside
  kCorrupt,      // stored data do not match their checksum or form
  kNewerFormat,  // the data directory was written by a newer version
  kReadOnly,     // the store refused a sync: nothing is written any more
};

// How one code is told. `type` is the problem-details type URI (RFC 9457), `title` its fixed title,
// `page_key` the text key of the page shown to a person.
struct ErrorRow {
  Code code;
  int status;
  std::string_view name;
  std::string_view type;
  std::string_view title;
  std::string_view page_key;
};

// The row of a code; every code has one.
[[nodiscard]] const ErrorRow& describe(Code code);

// An error on its way to a client. `message` is English and names what was wrong and, where one is
// known, the next step; it never holds personal data. `field` names the offending part: a form
// field, a JSON pointer, an attribute; empty where there is none.
struct [[nodiscard]] Error {
  Code code = Code::kInternalError;
  std::string message;
  std::string field;

  friend bool operator==(const Error&, const Error&) = default;
};

}  // namespace revier
