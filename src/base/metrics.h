// SPDX-License-Identifier: EUPL-1.2
// Counters, gauges and histograms in the Prometheus text format.
//
// A metric is made once, at start, and kept as a reference; touching it costs one atomic operation.
// Names: revier_<module>_<what>_<unit>; no label value from input (unbounded series).
//
// Thread safety: all functions from any thread.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace revier::metrics {

using Labels = std::map<std::string, std::string>;

class Counter {
 public:
  Counter(const std::string& name, const std::string& help, const Labels& labels = {});
  void add(double amount = 1);

 private:
  prometheus::Counter& counter_;
};

class Gauge {
 public:
  Gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  void set(double value);
  void add(double amount);

 private:
  prometheus::Gauge& gauge_;
};

// Seconds, in buckets from 100 us to 10 s.
class Timing {
 public:
  Timing(const std::string& name, const std::string& help, const Labels& labels = {});
  void observe_us(std::int64_t us);

 private:
  prometheus::Histogram& histogram_;
};

// All metrics of the process in text exposition format 0.0.4.
[[nodiscard]] std::string text();

}  // namespace revier::metrics
