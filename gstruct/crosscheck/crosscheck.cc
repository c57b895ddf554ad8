#include "gort/gstruct/crosscheck/crosscheck.h"

#include <utility>
#include <vector>

#include "gort/gstruct/crosscheck/compare.h"
#include "gort/gstruct/crosscheck/differences.h"
#include "gort/gstruct/crosscheck/options.h"
#include "gort/gstruct/crosscheck/own_layout.h"
#include "gort/gstruct/crosscheck/print.h"
#include "gort/gstruct/crosscheck/sources.h"
#include "gort/gstruct/crosscheck/text.h"

namespace gort::crosscheck {
namespace {

Outcome BadInput(const Error& error) { return {kExitBadInput, "", "crosscheck: " + Printable(error.sentence) + "\n"}; }

Report CompareWith(const Layout& ours, const Source& source, const std::vector<Difference>& differences) {
  if (!source.version.has_value()) return CompareWithOwnBinary(ours, source.layout, differences);
  return CompareWithGo(ours, source.layout, differences, *source.version);
}

}  // namespace

Outcome Crosscheck(std::span<const std::string_view> args, std::string_view directory) {
  Result<Options> options = ParseOptions(args);
  if (!options.ok()) return BadInput(options.error());
  if (options->help) return {kExitOk, std::string(kUsage), ""};

  const Layout ours = OwnLayout();
  Result<std::vector<Source>> sources = LoadSources(*options, directory, ours);
  if (!sources.ok()) return BadInput(sources.error());

  const std::vector<Difference>& differences = BuiltInDifferences();
  Outcome outcome;
  std::vector<Comparand> comparands;
  for (Source& source : *sources) {
    Report report = CompareWith(ours, source, differences);
    if (!report.ok()) outcome.code = kExitDifferent;
    comparands.push_back({std::move(source), std::move(report)});
  }
  outcome.out = options->json ? FormatJson(comparands, differences) : FormatTables(comparands, differences);
  return outcome;
}

}  // namespace gort::crosscheck
