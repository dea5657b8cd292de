// SPDX-License-Identifier: EUPL-1.2
// A rush for seats: each person has a connection of her own, all at the same time.
//
//   rush_clients --port N --quota ID --field tage|veranstaltungen --out FILE
//                [--persons 2000] [--json 25] [--abandon 10] [--seconds 300] [--run NAME] [--seed
//                N]
//
// --json and --abandon are percent. FILE gets one line a person: end, kind, mail, link, code,
// state, parted by tabs. Standard output ends with one line of JSON; the exit status is 1 where
// somebody saw what must not be.
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>

#include "crowd.h"

namespace rush {
namespace {

using Words = std::map<std::string, std::string>;

std::string word(const Words& words, const std::string& name, const std::string& otherwise) {
  const auto found = words.find(name);
  return found == words.end() ? otherwise : found->second;
}
int number(const Words& words, const std::string& name, int otherwise) {
  return std::atoi(word(words, name, std::to_string(otherwise)).c_str());
}

std::vector<std::unique_ptr<Person>> gather(const Words& words) {
  std::mt19937_64 random(static_cast<std::uint64_t>(number(words, "--seed", 1)));
  const auto chance = [&random](int percent) {
    return std::uniform_int_distribution<int>(0, 99)(random) < percent;
  };
  Plan plan{.host = "127.0.0.1:" + word(words, "--port", ""),
            .quota = word(words, "--quota", ""),
            .field = word(words, "--field", "tage"),
            .run = word(words, "--run", "rush")};
  std::vector<std::unique_ptr<Person>> persons;
  const auto wanted = static_cast<std::size_t>(number(words, "--persons", 2000));
  while (persons.size() < wanted) {
    ++plan.identity;
    plan.abandons = chance(number(words, "--abandon", 10));
    plan.repeats = chance(50);
    const bool api = chance(number(words, "--json", 25));
    // Every fourth app sends everything on two connections at once.
    plan.twin = api && !plan.abandons && persons.size() + 1 < wanted && chance(25);
    persons.push_back(api ? api_person(plan) : page_person(plan));
    if (plan.twin) persons.push_back(api_person(plan));
  }
  std::ranges::shuffle(persons, random);
  return persons;
}

const char* name_of(End end) {
  switch (end) {
    case End::kOpen:
      return "open";
    case End::kTicket:
      return "ticket";
    case End::kLeft:
      return "left";
    case End::kGaveBack:
      return "gave-back";
    case End::kFault:
      return "fault";
  }
  return "";
}

void write_outcomes(const std::vector<std::unique_ptr<Person>>& persons, const std::string& file) {
  std::ofstream out(file);
  for (const auto& person : persons) {
    const Outcome& told = person->outcome;
    out << name_of(told.end) << '\t' << person->kind() << '\t' << told.mail << '\t' << told.link
        << '\t' << told.code << '\t' << told.state << '\n';
  }
}

double quantile(std::vector<double>& values, double part) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

int report(const std::vector<std::unique_ptr<Person>>& persons, Figures figures) {
  std::map<End, int> ends;
  int repeats = 0;
  int ended = 0;
  for (const auto& person : persons) {
    ++ends[person->outcome.end];
    repeats += person->outcome.repeats;
    ended += person->outcome.ended_holds;
    if (person->outcome.end != End::kFault || ends[End::kFault] > 10) continue;
    std::printf("fault: %s: %s\n", person->outcome.mail.c_str(), person->outcome.fault.c_str());
  }
  const double rate = figures.seconds > 0
                          ? static_cast<double>(figures.registration_ms.size()) / figures.seconds
                          : 0;
  std::printf(
      "{\"opened\": %lld, \"tickets\": %d, \"left\": %d, \"gave_back\": %d, "
      "\"faults\": %d, \"repeats\": %d, \"ended_holds\": %d, \"broken\": %lld, "
      "\"busy\": %lld, \"requests\": %zu, \"seconds\": %.3f, \"per_s\": %.1f, "
      "\"registration_p50_ms\": %.1f, \"registration_p99_ms\": %.1f, "
      "\"request_p50_ms\": %.1f, \"request_p99_ms\": %.1f}\n",
      static_cast<long long>(figures.opened), ends[End::kTicket], ends[End::kLeft],
      ends[End::kGaveBack], ends[End::kFault], repeats, ended,
      static_cast<long long>(figures.broken), static_cast<long long>(figures.busy),
      figures.request_ms.size(), figures.seconds, rate, quantile(figures.registration_ms, 0.5),
      quantile(figures.registration_ms, 0.99), quantile(figures.request_ms, 0.5),
      quantile(figures.request_ms, 0.99));
  return ends[End::kFault] == 0 ? 0 : 1;
}

// One descriptor a person needs more than the usual 1,024.
void raise_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int run(const Words& words) {
  raise_limit();
  auto persons = gather(words);
  Crowd crowd({.port = static_cast<std::uint16_t>(number(words, "--port", 0)),
               .limit_us = std::int64_t{number(words, "--seconds", 300)} * 1'000'000,
               .seed = static_cast<std::uint64_t>(number(words, "--seed", 1))},
              persons);
  const Figures figures = crowd.run();
  write_outcomes(persons, word(words, "--out", "/dev/null"));
  return report(persons, figures);
}

}  // namespace
}  // namespace rush

int main(int count, char** arguments) {
  rush::Words words;
  for (int i = 1; i + 1 < count; i += 2) words[arguments[i]] = arguments[i + 1];
  if (count % 2 == 0 || !words.contains("--port") || !words.contains("--quota")) {
    std::fprintf(stderr, "rush_clients --port N --quota ID --field FIELD --out FILE ...\n");
    return 2;
  }
  return rush::run(words);
}
