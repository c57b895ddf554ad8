#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "gort/gstruct/crosscheck/print.h"

namespace gort::crosscheck {
namespace {

// Names come from files, so any byte can occur; bytes above ASCII are written as the Latin-1 characters they would be,
// because the document must be valid UTF-8 whatever the file held.
std::string Quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string result = "\"";
  for (char c : text) {
    const unsigned byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (byte < 0x20 || byte > 0x7e) {
      result += "\\u00";
      result += kHex[byte >> 4];
      result += kHex[byte & 0xf];
    } else {
      result += c;
    }
  }
  return result + '"';
}

// `"key": value`
std::string Member(std::string_view key, const std::string& value) { return Quoted(key) + ": " + value; }

std::string Object(const std::vector<std::string>& members) {
  std::string result = "{";
  for (const std::string& member : members) {
    if (result.size() > 1) result += ", ";
    result += member;
  }
  return result + "}";
}

// One element per line.
std::string Array(const std::vector<std::string>& elements, std::string_view indent) {
  if (elements.empty()) return "[]";
  std::string result = "[";
  for (const std::string& element : elements) {
    if (result.size() > 1) result += ",";
    result += "\n" + std::string(indent) + "  " + element;
  }
  return result + "\n" + std::string(indent) + "]";
}

std::string Strings(const std::vector<std::string>& texts) {
  std::string result = "[";
  for (const std::string& text : texts) {
    if (result.size() > 1) result += ", ";
    result += Quoted(text);
  }
  return result + "]";
}

std::string PlaceJson(const std::optional<Place>& place) {
  if (!place.has_value()) return "null";
  std::vector<std::string> members;
  if (place->offset.has_value()) members.push_back(Member("offset", std::to_string(*place->offset)));
  if (place->size.has_value()) members.push_back(Member("size", std::to_string(*place->size)));
  return Object(members);
}

std::string RowJson(const Row& row) {
  return Object({Member("struct", Quoted(row.struct_name)), Member("field", Quoted(row.field)),
                 Member("ours", PlaceJson(row.ours)), Member("theirs", PlaceJson(row.theirs)),
                 Member("verdict", Quoted(ToString(row.verdict)))});
}

std::string DifferenceJson(const Difference& difference, const std::vector<std::string>& fields) {
  return Object({Member("kind", Quoted(ToString(difference.kind))), Member("struct", Quoted(difference.struct_name)),
                 Member("fields", Strings(fields)), Member("versions", Quoted(difference.VersionsText())),
                 Member("reason", Quoted(difference.reason))});
}

std::string ComparandJson(const Comparand& comparand, const std::vector<Difference>& differences) {
  constexpr std::string_view kIndent = "      ";
  const Source& source = comparand.source;
  const Report& report = comparand.report;
  std::vector<std::string> rows;
  for (const Row& row : report.rows) rows.push_back(RowJson(row));
  std::vector<std::string> applied;
  for (const auto& [index, fields] : report.applied) applied.push_back(DifferenceJson(differences[index], fields));
  std::vector<std::string> counts;
  for (Verdict verdict : kVerdicts) {
    const auto count = report.counts.find(verdict);
    counts.push_back(Member(ToString(verdict), std::to_string(count == report.counts.end() ? 0 : count->second)));
  }
  const std::string members[] = {
      Member("kind", Quoted(ToString(source.kind))),
      Member("name", Quoted(source.name)),
      Member("release", Quoted(source.release)),
      Member("goarch", Quoted(source.goarch)),
      Member("ok", report.ok() ? "true" : "false"),
      Member("summary", Object(counts)),
      Member("not_described", Strings(report.not_described)),
      Member("rows", Array(rows, kIndent)),
      Member("differences", Array(applied, kIndent)),
  };
  std::string result = "{";
  for (const std::string& member : members) {
    if (result.size() > 1) result += ",";
    result += "\n" + std::string(kIndent) + member;
  }
  return result + "\n    }";
}

}  // namespace

std::string FormatJson(const std::vector<Comparand>& comparands, const std::vector<Difference>& differences) {
  std::vector<std::string> sources;
  bool ok = true;
  for (const Comparand& comparand : comparands) {
    sources.push_back(ComparandJson(comparand, differences));
    ok = ok && comparand.report.ok();
  }
  return "{\n  " + Member("ok", ok ? "true" : "false") + ",\n  " + Member("sources", Array(sources, "  ")) + "\n}\n";
}

}  // namespace gort::crosscheck
