// Prometheus' text format, version 0.0.4: "# HELP", "# TYPE" and a line for each value.

#include <cctype>
#include <cmath>
#include <cstdio>

#include "gort/runtime/metrics/metrics.h"
#include "gort/runtime/sched/timehistogram.h"

namespace gort::metrics {

namespace {

// "/sched/goroutines:goroutines" -> "gort_sched_goroutines_goroutines"; our own have the prefix already. A counter ends in "_total".
std::string PrometheusName(const Description& description) {
  std::string name = description.name.substr(0, 6) == "/gort/" ? "" : "gort_";
  for (const char c : description.name.substr(1)) name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  const bool is_counter = description.cumulative && description.kind != Kind::kFloat64Histogram;
  constexpr std::string_view kTotal = "_total";
  const bool ends_so = name.size() > kTotal.size() && name.ends_with(kTotal);
  return is_counter && !ends_so ? name.append(kTotal) : name;
}

const char* PrometheusType(const Description& description) {
  if (description.kind == Kind::kFloat64Histogram) return "histogram";
  return description.cumulative ? "counter" : "gauge";
}

std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.9g", value);
  return text;
}

// Every fourth bound: the powers of two.
void AppendHistogram(const std::string& name, const Float64Histogram& histogram, std::string* text) {
  std::uint64_t below = 0;  // counted below the bound in question
  double sum = 0;
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    const double lo = histogram.buckets[i];
    if (i > 1 && (i - 1) % runtime::TimeHistogram::kSubBuckets == 0) {
      text->append(name)
          .append("_bucket{le=\"")
          .append(Number(lo))
          .append("\"} ")
          .append(std::to_string(below))
          .append("\n");
    }
    below += histogram.counts[i];
    if (std::isfinite(lo)) sum += static_cast<double>(histogram.counts[i]) * lo;
  }
  text->append(name).append("_bucket{le=\"+Inf\"} ").append(std::to_string(below)).append("\n");
  text->append(name).append("_sum ").append(Number(sum)).append("\n");
  text->append(name).append("_count ").append(std::to_string(below)).append("\n");
}

}  // namespace

std::string Text() {
  std::vector<Sample> samples;
  for (const Description& description : All()) samples.push_back({description.name, {}});
  Read(samples);
  std::string text;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Description& description = All()[i];
    const Value& value = samples[i].value;
    const std::string name = PrometheusName(description);
    text.append("# HELP ").append(name).append(" ").append(description.description).append("\n");
    text.append("# TYPE ").append(name).append(" ").append(PrometheusType(description)).append("\n");
    switch (value.kind()) {
      case Kind::kUint64:
        text.append(name).append(" ").append(std::to_string(value.Uint64())).append("\n");
        break;
      case Kind::kFloat64:
        text.append(name).append(" ").append(Number(value.Float64())).append("\n");
        break;
      case Kind::kFloat64Histogram:
        AppendHistogram(name, value.Histogram(), &text);
        break;
      case Kind::kBad:
        break;  // All() has no such
    }
  }
  return text;
}

}  // namespace gort::metrics
