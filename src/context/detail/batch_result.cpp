// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/batch_result.h"

#include <set>

#include "context/detail/http.h"
#include "json/json.h"

namespace revier::context::detail {
namespace {

void write_ids(json::Writer& writer, const std::vector<std::string>& ids) {
  writer.begin_array();
  for (const std::string& id : ids) writer.string(id);
  writer.end_array();
}

std::string to_json(const BatchResult& result) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("success");
  write_ids(writer, result.success);
  writer.key("errors").begin_array();
  for (const EntityError& error : result.errors) {
    writer.begin_object();
    if (!error.id.empty()) writer.member("entityId", error.id);
    writer.key("error").raw(problem_json(error.error));
    if (!error.registration.empty()) writer.member("registrationId", error.registration);
    writer.end_object();
  }
  writer.end_array().end_object();
  return out;
}

void keep_once(std::vector<std::string>& ids) {
  std::set<std::string_view> seen;
  std::erase_if(ids, [&seen](const std::string& id) { return !seen.insert(id).second; });
}

}  // namespace

net::Response answer_batch(const net::Request& request, BatchResult result) {
  keep_once(result.success);
  keep_once(result.created);
  if (!result.errors.empty()) return answer(request, 207, Media::kJson, to_json(result));
  if (result.created.empty()) return answer_empty(request, 204);
  std::string ids;
  json::Writer writer(ids);
  write_ids(writer, result.created);
  return answer(request, 201, Media::kJson, std::move(ids));
}

void add_outcomes(BatchResult& result, std::vector<std::string> ids,
                  const Broker::Outcomes& outcomes) {
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (!outcomes[i]) {
      result.errors.push_back({std::move(ids[i]), outcomes[i].error(), {}});
      continue;
    }
    const ngsi::Mutated& what = outcomes[i]->what;
    if (!what.before && what.after) result.created.push_back(ids[i]);
    for (const ngsi::NotUpdated& refused : what.result.not_updated) {
      const std::string message = refused.attribute + ": " + refused.reason;
      result.errors.push_back({ids[i], {Code::kBadRequestData, message, refused.attribute}, {}});
    }
    if (what.result.not_updated.empty()) result.success.push_back(std::move(ids[i]));
  }
}

}  // namespace revier::context::detail
