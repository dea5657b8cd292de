// SPDX-License-Identifier: EUPL-1.2
#include "base/error.h"

#include <array>
#include <cstddef>

namespace revier {
namespace {

#define NGSI_TYPE "https://uri.etsi.org/ngsi-ld/errors/"
#define OWN_TYPE "urn:revier:error:"

constexpr std::array kRows = {
    ErrorRow{Code::kInvalidRequest, 400, "InvalidRequest", NGSI_TYPE "InvalidRequest",
             "Invalid request", "error.invalid"},
    ErrorRow{Code::kBadRequestData, 400, "BadRequestData", NGSI_TYPE "BadRequestData",
             "Bad request data", "error.invalid"},
    ErrorRow{Code::kAlreadyExists, 409, "AlreadyExists", NGSI_TYPE "AlreadyExists",
             "Already exists", "error.conflict"},
    ErrorRow{Code::kOperationNotSupported, 422, "OperationNotSupported",
             NGSI_TYPE "OperationNotSupported", "Operation not supported", "error.invalid"},
    ErrorRow{Code::kResourceNotFound, 404, "ResourceNotFound", NGSI_TYPE "ResourceNotFound",
             "Resource not found", "error.not_found"},
    ErrorRow{Code::kInternalError, 500, "InternalError", NGSI_TYPE "InternalError",
             "Internal error", "error.internal"},
    ErrorRow{Code::kTooComplexQuery, 403, "TooComplexQuery", NGSI_TYPE "TooComplexQuery",
             "Query too complex", "error.busy"},
    ErrorRow{Code::kTooManyResults, 403, "TooManyResults", NGSI_TYPE "TooManyResults",
             "Too many results", "error.busy"},
    ErrorRow{Code::kLdContextNotAvailable, 504, "LdContextNotAvailable",
             NGSI_TYPE "LdContextNotAvailable", "JSON-LD @context not available", "error.busy"},
    ErrorRow{Code::kNoMultiTenantSupport, 501, "NoMultiTenantSupport",
             NGSI_TYPE "NoMultiTenantSupport", "No multi-tenant support", "error.invalid"},
    ErrorRow{Code::kNonexistentTenant, 404, "NonexistentTenant", NGSI_TYPE "NonexistentTenant",
             "Tenant does not exist", "error.not_found"},
    ErrorRow{Code::kUnauthenticated, 401, "Unauthenticated", OWN_TYPE "unauthenticated",
             "Sign-in or token needed", "error.unauthenticated"},
    ErrorRow{Code::kForbidden, 403, "Forbidden", OWN_TYPE "forbidden", "Not allowed",
             "error.forbidden"},
    ErrorRow{Code::kMethodNotAllowed, 405, "MethodNotAllowed", OWN_TYPE "method-not-allowed",
             "Method not allowed", "error.invalid"},
    ErrorRow{Code::kNotAcceptable, 406, "NotAcceptable", OWN_TYPE "not-acceptable",
             "Not acceptable", "error.invalid"},
    ErrorRow{Code::kConflict, 409, "Conflict", NGSI_TYPE "Conflict", "Conflict", "error.conflict"},
    ErrorRow{Code::kGone, 410, "Gone", OWN_TYPE "gone", "No longer available", "error.gone"},
    ErrorRow{Code::kPreconditionFailed, 412, "PreconditionFailed", OWN_TYPE "precondition-failed",
             "Precondition failed", "error.conflict"},
    ErrorRow{Code::kTooLarge, 413, "TooLarge", OWN_TYPE "too-large", "Content too large",
             "error.too_large"},
    ErrorRow{Code::kRangeNotSatisfiable, 416, "RangeNotSatisfiable",
             OWN_TYPE "range-not-satisfiable", "Range not satisfiable", "error.invalid"},
    ErrorRow{Code::kHeadTooLarge, 431, "HeadTooLarge", OWN_TYPE "head-too-large",
             "Request header fields too large", "error.too_large"},
    ErrorRow{Code::kTooSlow, 408, "TooSlow", OWN_TYPE "too-slow", "Request took too long",
             "error.busy"},
    ErrorRow{Code::kUnsupportedMediaType, 415, "UnsupportedMediaType",
             OWN_TYPE "unsupported-media-type", "Unsupported media type", "error.invalid"},
    ErrorRow{Code::kMisdirected, 421, "Misdirected", OWN_TYPE "misdirected",
             "This server does not answer for that host", "error.misdirected"},
    ErrorRow{Code::kUnprocessable, 422, "Unprocessable", OWN_TYPE "unprocessable",
             "Some fields need correction", "error.invalid"},
    ErrorRow{Code::kTooManyRequests, 429, "TooManyRequests", OWN_TYPE "too-many-requests",
             "Too many requests", "error.busy"},
    ErrorRow{Code::kUnavailable, 503, "Unavailable", OWN_TYPE "unavailable",
             "Not available right now", "error.busy"},
    ErrorRow{Code::kInsufficientStorage, 507, "InsufficientStorage",
             OWN_TYPE "insufficient-storage", "Storage limit reached", "error.busy"},
    ErrorRow{Code::kTimeout, 504, "Timeout", OWN_TYPE "timeout", "Took too long", "error.busy"},
    ErrorRow{Code::kNotImplemented, 501, "NotImplemented", OWN_TYPE "not-implemented",
             "Not implemented", "error.invalid"},
    ErrorRow{Code::kBadGateway, 502, "BadGateway", OWN_TYPE "bad-gateway", "Another server failed",
             "error.busy"},
    ErrorRow{Code::kLoopDetected, 508, "LoopDetected", OWN_TYPE "loop-detected", "Loop detected",
             "error.busy"},
    ErrorRow{Code::kQuotaFull, 409, "QuotaFull", OWN_TYPE "quota-full", "No seat left",
             "error.quota_full"},
    ErrorRow{Code::kHoldEnded, 410, "HoldEnded", OWN_TYPE "hold-ended", "The reservation has ended",
             "error.hold_ended"},
    ErrorRow{Code::kOverlap, 409, "Overlap", OWN_TYPE "overlap", "Two parts are at the same time",
             "error.overlap"},
    ErrorRow{Code::kSeatLimit, 409, "SeatLimit", OWN_TYPE "seat-limit",
             "More seats than one person may take", "error.seat_limit"},
    ErrorRow{Code::kAlreadyCheckedIn, 409, "AlreadyCheckedIn", OWN_TYPE "already-checked-in",
             "The ticket was used before", "error.already_checked_in"},
    ErrorRow{Code::kRegistrationClosed, 409, "RegistrationClosed", OWN_TYPE "registration-closed",
             "Registration is not open", "error.registration_closed"},
    ErrorRow{Code::kCorrupt, 500, "Corrupt", OWN_TYPE "corrupt", "Stored data are damaged",
             "error.internal"},
    ErrorRow{Code::kNewerFormat, 500, "NewerFormat", OWN_TYPE "newer-format",
             "Data were written by a newer version", "error.internal"},
    ErrorRow{Code::kReadOnly, 503, "ReadOnly", OWN_TYPE "read-only",
             "Nothing can be written right now", "error.busy"},
};

constexpr bool rows_are_in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].code) != i) return false;
  }
  return true;
}
static_assert(rows_are_in_order() && kRows.size() == static_cast<std::size_t>(Code::kReadOnly) + 1,
              "one row for each code, in the order of the codes");

}  // namespace

const ErrorRow& describe(Code code) { return kRows[static_cast<std::size_t>(code)]; }

}  // namespace revier
