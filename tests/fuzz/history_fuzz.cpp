// SPDX-License-Identifier: EUPL-1.2
// Modules: history
// Parsers: src/history/time_query.cpp src/history/rule.cpp
// The first line is the words of a temporal query ("timerel=after&timeAt=..."), a rule stands in it
// as "rule", a duration as "period"; what follows is an evolution. What is accepted is written, and
// whatever is asked of it then is an error or JSON.
#include "history/history.h"
#include "json/json.h"
#include "support/context_world.h"
#include "support/loop_executor.h"

namespace revier::history {
namespace {

class Kept {
 public:
  Kept()
      : history_(context::test::must(History::open(
            {.store = world_.store(), .broker = world_.broker(), .civil_clock = world_.clock()}))) {
  }

  void upsert(const json::Document& document) {
    ngsi::ParseOptions options = ngsi::kParseWhole;
    options.temporal = true;
    auto fragment = ngsi::parse_entity(document.root(), world_.context(), options);
    if (!fragment) return;
    id_ = fragment->id;
    (void)loop_.run(history_->upsert("", *std::move(fragment)));
  }

  void ask(const TemporalQuery& time, const std::optional<Aggregation>& aggregation) {
    Wish wish;
    wish.context = &world_.context();
    wish.time = time;
    for (const Form form : {Form::kInstances, Form::kValues, Form::kAggregated}) {
      if (form == Form::kAggregated && !aggregation) continue;
      if (aggregation) wish.aggregation = *aggregation;
      wish.form = form;
      const auto answer = loop_.run(history_->retrieve("", id_, wish));
      RV_CHECK(!answer || json::Document::parse(answer->body, {.depth_max = 512}).has_value());
    }
    if (!id_.empty()) (void)loop_.run(history_->remove("", id_));
  }

  [[nodiscard]] const jsonld::Context& context() const { return world_.context(); }

 private:
  test::LoopExecutor loop_;
  context::test::World world_;
  std::unique_ptr<History> history_;
  std::string id_ = "urn:none:1";
};

std::optional<std::string> word(std::string_view line, std::string_view name) {
  while (!line.empty()) {
    const std::size_t end = std::min(line.find('&'), line.size());
    const std::string_view one = line.substr(0, end);
    const std::size_t equals = one.find('=');
    if (equals != one.npos && one.substr(0, equals) == name) {
      return std::string(one.substr(equals + 1));
    }
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return std::nullopt;
}

void run(std::string_view input) {
  static Kept kept;
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string_view line = input.substr(0, end);
  const auto text_of = [line](std::string_view name) { return word(line, name); };
  if (const auto rule = word(line, "rule")) (void)parse_rule(*rule, kept.context());
  const auto aggregation = read_aggregation({"avg", "min", "distinctCount"}, word(line, "period"));
  const auto time = read_temporal_query(text_of, word(line, "needed").has_value());
  if (!time) return;
  const auto document = json::Document::parse(input.substr(std::min(end + 1, input.size())));
  if (document) kept.upsert(*document);
  kept.ask(*time, aggregation ? std::optional(*aggregation) : std::nullopt);
}

}  // namespace
}  // namespace revier::history

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  revier::history::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
