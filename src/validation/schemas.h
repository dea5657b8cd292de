// SPDX-License-Identifier: EUPL-1.2
// Schemas of entity types: a JSON Schema in the form of the Smart Data Models for each type of a
// tenant, held against every version of an entity before it is written.
//
// It sits in the change pipeline (context/broker.h), so that it holds for every way in: a version
// is judged as it would be after the write. kReject refuses what does not fit, as kBadRequestData;
// kMark takes it, counts it and keeps the latest examples. What a domain of this program writes and
// what ends by its expiresAt is marked, never refused; what fills a snapshot is not looked at.
//
// A schema may refer ($ref) to documents that were stored here under their URL, and to nothing
// else: nothing is downloaded. Its names are those of its @context. If that cannot be had any more
// after a restart, kReject refuses writes of the type (kConflict) until the schema is given again.
//
// Durable: schemas and documents when the answer is good, a tally in the batch of the write.
//
// Changes of schemas and documents take turns: each sees those that were acknowledged before it.
//
// Thread safety: all methods from any thread; Tasks on an io thread.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "context/broker.h"
#include "jsonld/catalogue.h"
#include "net/server.h"
#include "validation/types.h"

namespace revier::validation {

struct Options {
  std::size_t schemas_max = 500;    // a tenant
  std::size_t documents_max = 100;  // a tenant
  std::size_t schema_bytes_max = std::size_t{256} << 10;
  std::size_t document_bytes_max = std::size_t{1} << 20;
  std::size_t trial_max = 20'000;  // entities looked at in one call of try_out()
};

// What it stands on; all of it outlives it.
struct Needs {
  store::Store& store;
  context::Broker& broker;
  jsonld::Catalogue& catalogue;
  const Clock& civil_clock;
  net::Pool& pool;  // schemas are compiled and tried out there
  Options options = {};
};

struct Document {
  std::string url;
  std::string text;  // JSON
};

class Schemas {
 public:
  // From now on it is the broker's judge. Errors: kCorrupt.
  [[nodiscard]] static Result<std::unique_ptr<Schemas>> open(const Needs& needs);
  virtual ~Schemas() = default;

  // Sets or replaces it; true where it is new. Its times are set here.
  // Errors: as JsonSchema::compile(); kInsufficientStorage.
  [[nodiscard]] virtual Task<Result<bool>> put(TypeSchema schema) = 0;
  // Its tally goes too. Errors: kResourceNotFound.
  [[nodiscard]] virtual Task<Result<>> remove(std::string tenant, std::string type) = 0;
  [[nodiscard]] virtual std::vector<TypeSchemaPtr> list(std::string_view tenant) const = 0;
  [[nodiscard]] virtual TypeSchemaPtr find(std::string_view tenant,
                                           std::string_view type) const = 0;

  [[nodiscard]] virtual Tally tally(std::string_view tenant, std::string_view type) const = 0;
  // Errors: kResourceNotFound.
  [[nodiscard]] virtual Task<Result<>> clear_tally(std::string tenant, std::string type) = 0;

  // Holds it against the entities of its type that are there, in the order of creation behind
  // `after`; changes nothing. Errors: as put(), kTooComplexQuery.
  [[nodiscard]] virtual Task<Result<Trial>> try_out(TypeSchema schema, std::uint64_t after) = 0;

  // Sets or replaces a document; true where it is new. Errors: kBadRequestData; kConflict where a
  // schema that refers to it would not hold any more; kInsufficientStorage.
  [[nodiscard]] virtual Task<Result<bool>> put_document(std::string tenant, Document document) = 0;
  // Errors: kResourceNotFound; kConflict where a schema refers to it.
  [[nodiscard]] virtual Task<Result<>> remove_document(std::string tenant, std::string url) = 0;
  [[nodiscard]] virtual std::vector<std::string> documents(std::string_view tenant) const = 0;
  // Errors: kResourceNotFound.
  [[nodiscard]] virtual Result<std::string> document(std::string_view tenant,
                                                     std::string_view url) const = 0;

  [[nodiscard]] virtual const Options& options() const = 0;
};

}  // namespace revier::validation
