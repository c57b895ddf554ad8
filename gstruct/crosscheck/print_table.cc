#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "gort/gstruct/crosscheck/print.h"
#include "gort/gstruct/crosscheck/text.h"

namespace gort::crosscheck {
namespace {

constexpr size_t kColumns = 5;
constexpr size_t kLineWidth = 100;
constexpr std::array<std::string_view, kColumns> kHeadings = {"struct", "field", "ours", "theirs", "verdict"};

using Cells = std::array<std::string, kColumns>;

std::string CellOf(const std::optional<Place>& place) {
  if (!place.has_value()) return "-";
  std::string cell = place->offset.has_value() ? std::to_string(*place->offset) : "";
  if (!place->size.has_value()) return cell;
  if (!cell.empty()) cell += "+";
  return cell + std::to_string(*place->size);
}

Cells CellsOf(const Row& row) {
  return {Printable(row.struct_name), Printable(row.field), CellOf(row.ours), CellOf(row.theirs),
          std::string(ToString(row.verdict))};
}

void AppendRow(const Cells& cells, const std::array<size_t, kColumns>& widths, std::string& out) {
  out += "  ";
  for (size_t i = 0; i < kColumns; i++) {
    out += cells[i];
    if (i + 1 < kColumns) out.append(widths[i] - cells[i].size() + 2, ' ');
  }
  out += '\n';
}

void AppendTable(const std::vector<Row>& rows, std::string& out) {
  std::array<size_t, kColumns> widths{};
  Cells headings;
  for (size_t i = 0; i < kColumns; i++) {
    headings[i] = kHeadings[i];
    widths[i] = kHeadings[i].size();
  }
  std::vector<Cells> lines;
  for (const Row& row : rows) {
    lines.push_back(CellsOf(row));
    for (size_t i = 0; i < kColumns; i++) widths[i] = std::max(widths[i], lines.back()[i].size());
  }
  AppendRow(headings, widths, out);
  for (size_t i = 0; i < lines.size(); i++) {
    if (i > 0 && lines[i][0] != lines[i - 1][0]) out += '\n';
    AppendRow(lines[i], widths, out);
  }
}

// Appends words, wrapped at kLineWidth; continuation lines are indented by `indent`.
void AppendWrapped(std::string_view text, size_t indent, std::string& out) {
  size_t column = indent;
  out.append(indent, ' ');
  for (std::string_view word : Words(text)) {
    if (column > indent && column + 1 + word.size() > kLineWidth) {
      out += '\n';
      out.append(indent, ' ');
      column = indent;
    }
    if (column > indent) {
      out += ' ';
      column++;
    }
    out += word;
    column += word.size();
  }
  out += '\n';
}

std::string Title(const Source& source) {
  std::string title = "gort against " + Printable(source.name) + " (--" + std::string(ToString(source.kind));
  if (!source.release.empty()) title += ", " + Printable(source.release);
  if (!source.goarch.empty()) title += ", linux/" + source.goarch;
  return title + ")";
}

std::string Summary(const Report& report) {
  std::string summary;
  for (Verdict verdict : kVerdicts) {
    const auto count = report.counts.find(verdict);
    if (!summary.empty()) summary += ", ";
    summary += std::to_string(count == report.counts.end() ? 0 : count->second) + " " + std::string(ToString(verdict));
  }
  return summary + (report.ok() ? ": ok" : ": NOT OK");
}

void AppendDifferences(const Report& report, const std::vector<Difference>& differences, std::string& out) {
  if (report.applied.empty()) return;
  out += "\nDeliberate differences that applied:\n";
  for (const auto& [index, fields] : report.applied) {
    const Difference& difference = differences[index];
    std::string head =
        std::string(ToString(difference.kind)) + " " + difference.struct_name + " (" + difference.VersionsText() + "):";
    for (const std::string& field : fields) head += " " + Printable(field);
    AppendWrapped(head, 2, out);
    AppendWrapped(difference.reason, 6, out);
  }
}

}  // namespace

std::string FormatTables(const std::vector<Comparand>& comparands, const std::vector<Difference>& differences) {
  std::string out;
  for (const Comparand& comparand : comparands) {
    const Report& report = comparand.report;
    if (!out.empty()) out += '\n';
    out += Title(comparand.source) + "\n\n";
    AppendTable(report.rows, out);
    out += "\nSummary: " + Summary(report) + '\n';
    if (!report.not_described.empty()) {
      std::string note = "Not compared, because this program does not use them:";
      for (const std::string& name : report.not_described) note += " " + name;
      AppendWrapped(note, 0, out);
    }
    AppendDifferences(report, differences, out);
  }
  return out;
}

}  // namespace gort::crosscheck
