#include "gort/gstruct/crosscheck/print.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace gort::crosscheck {
namespace {

std::vector<Difference> Rules() {
  Result<std::vector<Difference>> rules =
      ParseDifferences("absent g\n  fields xRegs\n  because Nobody \"needs\" them.\n", "FILE");
  return *rules;
}

// A report with each verdict but `differs`.
std::vector<Comparand> OneComparand() {
  Layout ours = {{{"g", 16, {{"m", 0, 8}, {"name", 8, 8}}}}, {}};
  Layout theirs = {{{"g", 16, {{"m", 0, 8}, {"xRegs", 8, 8}, {"evil\x1b\"\xff", 16, 8}}}}, {}};
  Source source{Source::Kind::kGoBinary, "FILE", "go1.27.3", GoVersion{1, 27}, "amd64", theirs};
  Report report = CompareWithGo(ours, theirs, Rules(), *source.version);
  std::vector<Comparand> comparands;
  comparands.push_back({std::move(source), std::move(report)});
  return comparands;
}

TEST(FormatTables, AlignsColumnsAndListsReasons) {
  EXPECT_EQ(FormatTables(OneComparand(), Rules()),
            "gort against FILE (--go-binary, go1.27.3, linux/amd64)\n"
            "\n"
            "  struct  field    ours  theirs  verdict\n"
            "  g       (size)   16    16      same\n"
            "  g       m        0+8   0+8     same\n"
            "  g       xRegs    -     8+8     explained\n"
            "  g       evil?\"\xff  -     16+8    missing\n"
            "  g       name     8+8   -       extra\n"
            "\n"
            "Summary: 2 same, 0 differs, 1 explained, 1 missing, 1 extra: NOT OK\n"
            "\n"
            "Deliberate differences that applied:\n"
            "  absent g (every release): xRegs\n"
            "      Nobody \"needs\" them.\n");
}

TEST(FormatTables, SaysWhatWasNotCompared) {
  std::vector<Comparand> comparands = OneComparand();
  comparands[0].report.not_described = {"hchan", "waitq"};
  EXPECT_NE(FormatTables(comparands, Rules()).find("because this program does not use them: hchan waitq\n"),
            std::string::npos);
}

TEST(FormatJson, HasTheSameContent) {
  EXPECT_EQ(FormatJson(OneComparand(), Rules()), R"JSON({
  "ok": false,
  "sources": [
    {
      "kind": "go-binary",
      "name": "FILE",
      "release": "go1.27.3",
      "goarch": "amd64",
      "ok": false,
      "summary": {"same": 2, "differs": 0, "explained": 1, "missing": 1, "extra": 1},
      "not_described": [],
      "rows": [
        {"struct": "g", "field": "(size)", "ours": {"size": 16}, "theirs": {"size": 16}, "verdict": "same"},
        {"struct": "g", "field": "m", "ours": {"offset": 0, "size": 8}, "theirs": {"offset": 0, "size": 8}, "verdict": "same"},
        {"struct": "g", "field": "xRegs", "ours": null, "theirs": {"offset": 8, "size": 8}, "verdict": "explained"},
        {"struct": "g", "field": "evil\u001b\"\u00ff", "ours": null, "theirs": {"offset": 16, "size": 8}, "verdict": "missing"},
        {"struct": "g", "field": "name", "ours": {"offset": 8, "size": 8}, "theirs": null, "verdict": "extra"}
      ],
      "differences": [
        {"kind": "absent", "struct": "g", "fields": ["xRegs"], "versions": "every release", "reason": "Nobody \"needs\" them."}
      ]
    }
  ]
}
)JSON");
}

}  // namespace
}  // namespace gort::crosscheck
