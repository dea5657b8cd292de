// SPDX-License-Identifier: EUPL-1.2
// The views of the city's figures: live values of sensors, and claims.
#pragma once
#include <string>
#include <vector>

namespace revier::event {

struct Link {
  std::string text;
  std::string href;
};

// A value of a sensor, kept up to date by <rv-live>.
struct LiveValue {
  std::string key;  // "ENTITYID ATTRIBUTE"
  std::string label;
  std::string value;  // written in the language
  std::string unit;
  int digits = 0;
  int factor = 1;  // from the attribute's number to the one shown
};
struct LiveCard {
  std::string id;
  std::string name;
  std::vector<LiveValue> values;
  std::string time_key;
  std::string time;  // "9:05 Uhr"
  std::string datetime;
  std::string source;  // who says so; of a simulated one nobody
  bool simulated = false;
};
// A figure of the city with what makes it a claim; claim.html is the one place that prints one.
struct ClaimCard {
  std::string name;
  std::string value;
  std::string unit;
  std::string as_of;     // "31. Dezember 2022"
  std::string datetime;  // for <time>
  Link source;           // without an address where there is none
  bool example = false;
};
struct LiveGroup {
  std::string heading;
  std::vector<LiveCard> cards;
};

}  // namespace revier::event
