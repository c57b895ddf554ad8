#include "gort/runtime/trace/view/event.h"

#include <cmath>

#include "absl/strings/str_cat.h"

namespace gort::trace::view {
namespace {

// The file has microseconds with three decimals. A double holds 104 days of them exactly.
int64_t Nanoseconds(Json& json) {
  constexpr double kMaxMicroseconds = 9e12;
  const double microseconds = json.Double();
  if (microseconds < 0 || microseconds > kMaxMicroseconds) json.Fail("a time is negative or longer than 104 days");
  return json.ok() ? std::llround(microseconds * 1000) : 0;
}

int64_t* NumberNamed(std::string_view key, Event::Args& args) {
  if (key == "by") return &args.by;
  if (key == "m") return &args.m;
  if (key == "parent") return &args.parent;
  if (key == "task") return &args.task;
  return nullptr;
}

std::string* TextNamed(std::string_view key, Event::Args& args) {
  if (key == "end") return &args.end;
  if (key == "reason") return &args.reason;
  if (key == "name") return &args.name;
  if (key == "created") return &args.created;
  if (key == "function") return &args.function;
  return nullptr;
}

// Only instants show their arguments as a text; the others would build it for nothing.
void ReadArgs(Json& json, bool with_text, Event::Args& args) {
  for (json.EnterObject(); json.NextMember();) {
    const std::string key = json.key();
    std::string value;
    if (json.Peek() == Json::Kind::kString) {
      value = json.String();
      if (std::string* const text = TextNamed(key, args)) *text = value;
    } else if (json.Peek() != Json::Kind::kNumber) {
      json.Skip();
      continue;
    } else if (key == "g") {
      args.g = json.Int();
      value = absl::StrCat("G", *args.g);
    } else if (int64_t* const number = NumberNamed(key, args)) {
      *number = json.Int();
      value = absl::StrCat(*number);
    } else {
      value = absl::StrCat(json.Double());
    }
    if (with_text && !value.empty()) absl::StrAppend(&args.text, args.text.empty() ? "" : ", ", key, " ", value);
  }
}

}  // namespace

Event ReadEvent(Json& json) {
  Event event;
  event.place = json.Place();
  for (json.EnterObject(); json.NextMember();) {
    const std::string& key = json.key();
    if (key == "ph") {
      event.ph = json.String();
    } else if (key == "cat") {
      event.cat = json.String();
    } else if (key == "name") {
      event.name = json.String();
    } else if (key == "pid") {
      event.pid = json.Int();
    } else if (key == "tid") {
      event.tid = json.Int();
    } else if (key == "id") {
      event.id = json.Int();
    } else if (key == "ts") {
      event.ts_ns = Nanoseconds(json);
    } else if (key == "dur") {
      event.dur_ns = Nanoseconds(json);
    } else if (key == "args") {
      ReadArgs(json, event.ph.empty() || event.ph == "i", event.args);
    } else {
      json.Skip();
    }
  }
  return event;
}

}  // namespace gort::trace::view
