// SPDX-License-Identifier: EUPL-1.2
#include "base/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace revier::metrics {
namespace {

prometheus::Registry& registry() {
  static prometheus::Registry instance(prometheus::Registry::InsertBehavior::Merge);
  return instance;
}

const prometheus::Histogram::BucketBoundaries kSeconds = {
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
    0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};

}  // namespace

Counter::Counter(const std::string& name, const std::string& help, const Labels& labels)
    : counter_(prometheus::BuildCounter().Name(name).Help(help).Register(registry()).Add(labels)) {}
void Counter::add(double amount) { counter_.Increment(amount); }

Gauge::Gauge(const std::string& name, const std::string& help, const Labels& labels)
    : gauge_(prometheus::BuildGauge().Name(name).Help(help).Register(registry()).Add(labels)) {}
void Gauge::set(double value) { gauge_.Set(value); }
void Gauge::add(double amount) { gauge_.Increment(amount); }

Timing::Timing(const std::string& name, const std::string& help, const Labels& labels)
    : histogram_(prometheus::BuildHistogram()
                     .Name(name)
                     .Help(help)
                     .Register(registry())
                     .Add(labels, kSeconds)) {}
void Timing::observe_us(std::int64_t us) { histogram_.Observe(static_cast<double>(us) / 1e6); }

std::string text() { return prometheus::TextSerializer().Serialize(registry().Collect()); }

}  // namespace revier::metrics
