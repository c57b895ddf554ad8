#include "gort/runtime/trace/view/page.h"

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace gort::trace::view {
namespace {

constexpr std::string_view kHtml =
#include "gort/runtime/trace/view/page_html.inc"
    ;
constexpr std::string_view kStyle =
#include "gort/runtime/trace/view/page_style.inc"
    ;
constexpr std::string_view kScript =
#include "gort/runtime/trace/view/page_script.inc"
    ;

// Numbers one after the other, in groups of seven bits, the lowest first; the top bit says that another follows. A slice is some
// ten bytes in place of a hundred and fifty. data.js is the other half; the order of the numbers is the order of the code here.
class Columns {
 public:
  void Add(uint64_t number) {
    for (; number >= 0x80; number >>= 7) bytes_ += static_cast<char>(number | 0x80);
    bytes_ += static_cast<char>(number);
  }
  void AddSigned(int64_t number) {  // 0, -1, 1, -2, ...
    Add(static_cast<uint64_t>(number) << 1 ^ static_cast<uint64_t>(number >> 63));
  }
  // Times ascend, so differences are small.
  void AddTime(int64_t at) {
    AddSigned(at - last_time_);
    last_time_ = at;
  }
  void BeginTimes() { last_time_ = 0; }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  int64_t last_time_ = 0;
};

void AddTracks(const std::vector<Track>& tracks, Columns& out) {
  out.Add(tracks.size());
  uint64_t slices = 0;
  for (const Track& track : tracks) slices += track.slices.size();
  out.Add(slices);
  for (const Track& track : tracks) {
    out.AddSigned(track.id);
    out.Add(track.name);
    out.Add(track.created);
    out.Add(track.function);
    out.AddSigned(track.parent);
    out.Add(track.slices.size());
    out.BeginTimes();
    for (const Slice& slice : track.slices) {
      out.AddTime(slice.start);
      out.AddTime(slice.end());
      out.Add(slice.kind);
      out.Add(slice.text);
      out.AddSigned(slice.g);
      out.AddSigned(slice.m);
    }
  }
}

void AddRegions(const std::vector<Region>& regions, Columns& out) {
  out.Add(regions.size());
  out.BeginTimes();
  for (const Region& region : regions) {
    out.AddTime(region.start);
    out.Add(static_cast<uint64_t>(region.dur));
    out.AddSigned(region.g);
    out.Add(region.name);
    out.AddSigned(region.task);
  }
}

void AddInstants(const std::vector<Instant>& instants, Columns& out) {
  out.Add(instants.size());
  out.BeginTimes();
  for (const Instant& instant : instants) {
    out.AddTime(instant.at);
    out.Add(instant.on_p ? 1 : 0);
    out.AddSigned(instant.track);
    out.Add(instant.category);
    out.Add(instant.name);
    out.Add(instant.text);
  }
}

// A JSON string that is also harmless inside of <script>: nothing in it looks like an end tag or a comment.
void AppendQuoted(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == '<' || c == '>' || c == '&') {
      absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string Header(const Trace& trace) {
  std::string out = "{\"program\":";
  AppendQuoted(trace.program, out);
  absl::StrAppend(&out, ",\"gomaxprocs\":", trace.gomaxprocs, ",\"dropped\":", trace.dropped,
                  ",\"duration\":", trace.duration, ",\"strings\":[");
  std::string_view separator = "";
  for (const std::string& text : trace.strings.all()) {
    out += separator;
    AppendQuoted(text, out);
    separator = ",\n";
  }
  return out += "]}";
}

std::string Data(const Trace& trace) {
  Columns out;
  AddTracks(trace.ps, out);
  AddTracks(trace.threads, out);
  AddTracks(trace.goroutines, out);
  AddInstants(trace.instants, out);
  AddRegions(trace.regions, out);
  AddRegions(trace.tasks, out);
  return absl::Base64Escape(out.bytes());
}

}  // namespace

std::string Page(const Trace& trace) {
  std::string page;
  // The template with each @NAME@ replaced, in one pass: what is put in is not looked at again.
  std::string_view rest = kHtml;
  while (true) {
    const size_t begin = rest.find('@');
    absl::StrAppend(&page, rest.substr(0, begin));
    if (begin == std::string_view::npos) return page;
    const size_t end = rest.find('@', begin + 1);
    const std::string_view name = rest.substr(begin + 1, end - begin - 1);
    rest.remove_prefix(end + 1);
    if (name == "STYLE") absl::StrAppend(&page, kStyle);
    if (name == "SCRIPT") absl::StrAppend(&page, kScript);
    if (name == "HEADER") absl::StrAppend(&page, Header(trace));
    if (name == "DATA") absl::StrAppend(&page, Data(trace));
  }
}

}  // namespace gort::trace::view
