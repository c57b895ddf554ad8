#include <cstdint>
#include <memory>
#include <string>

#include "gort/tests/hostile/hostile.h"
#include "gtest/gtest.h"

// Its types, of which only the names matter here.
struct sqlite3;
struct sqlite3_stmt;
struct sqlite3_context;
struct sqlite3_value;

namespace gort::hostile {
namespace {

using SqlFunction = void(sqlite3_context* context, int n, sqlite3_value** values);

constexpr int kRow = 100;
constexpr int kDone = 101;
constexpr int kUtf8 = 1;
// SQLITE_OPEN_READWRITE | CREATE | MEMORY | NOMUTEX: a connection has a goroutine of its own. With SQLite's mutexes, which belong to
// threads, a function of ours that waits could come back on another one.
constexpr int kOpenFlags = 0x2 | 0x4 | 0x80 | 0x8000;

struct Sqlite {
  explicit Sqlite(const Library& library)
      : open(library.Function<int(const char*, sqlite3**, int, const char*)>("sqlite3_open_v2")),
        exec(library.Function<int(sqlite3*, const char*, void*, void*, char**)>("sqlite3_exec")),
        prepare(library.Function<int(sqlite3*, const char*, int, sqlite3_stmt**, const char**)>("sqlite3_prepare_v2")),
        step(library.Function<int(sqlite3_stmt*)>("sqlite3_step")),
        column(library.Function<std::int64_t(sqlite3_stmt*, int)>("sqlite3_column_int64")),
        finalize(library.Function<int(sqlite3_stmt*)>("sqlite3_finalize")),
        close(library.Function<int(sqlite3*)>("sqlite3_close")),
        create_function(library.Function<int(sqlite3*, const char*, int, int, void*, SqlFunction*, void*, void*)>("sqlite3_create_function")),
        value(library.Function<std::int64_t(sqlite3_value*)>("sqlite3_value_int64")),
        result(library.Function<void(sqlite3_context*, std::int64_t)>("sqlite3_result_int64")) {}

  int (*const open)(const char*, sqlite3**, int, const char*);
  int (*const exec)(sqlite3*, const char*, void*, void*, char**);
  int (*const prepare)(sqlite3*, const char*, int, sqlite3_stmt**, const char**);
  int (*const step)(sqlite3_stmt*);
  std::int64_t (*const column)(sqlite3_stmt*, int);
  int (*const finalize)(sqlite3_stmt*);
  int (*const close)(sqlite3*);
  int (*const create_function)(sqlite3*, const char*, int, int, void*, SqlFunction*, void*, void*);
  std::int64_t (*const value)(sqlite3_value*);
  void (*const result)(sqlite3_context*, std::int64_t);
};

const Sqlite* sqlite = nullptr;  // for Square, constant once there is a connection

// Called by SQLite in the middle of a query, and waits there.
void Square(sqlite3_context* context, int, sqlite3_value** values) {
  const std::int64_t value = sqlite->value(values[0]);
  Gosched();
  sqlite->result(context, value * value);
}

// The one number that the query gives; -1: it fails.
std::int64_t Ask(sqlite3* db, const char* query) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite->prepare(db, query, -1, &statement, nullptr) != 0) return -1;
  const std::int64_t answer = sqlite->step(statement) == kRow ? sqlite->column(statement, 0) : -1;
  const bool last = sqlite->step(statement) == kDone;
  return sqlite->finalize(statement) == 0 && last ? answer : -1;
}

bool UseADatabase(int i) {
  sqlite3* db = nullptr;
  bool good = sqlite->open(":memory:", &db, kOpenFlags, nullptr) == 0 &&
              sqlite->create_function(db, "square", 1, kUtf8, nullptr, &Square, nullptr, nullptr) == 0 &&
              sqlite->exec(db, "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, text TEXT); CREATE INDEX by_n ON t (n)", nullptr, nullptr,
                           nullptr) == 0;
  for (int row = 0; good && row < 10; ++row) {
    const std::string insert = "INSERT INTO t (n, text) VALUES (" + std::to_string(i + row) + ", 'goroutine " + std::to_string(i) + "')";
    good = sqlite->exec(db, insert.c_str(), nullptr, nullptr, nullptr) == 0;
    Gosched();
  }
  const std::int64_t n = i;
  good = good && Ask(db, "SELECT sum(n) FROM t") == 10 * n + 45 &&
         Ask(db, "SELECT sum(square(n)) FROM t WHERE text LIKE 'goroutine%'") == 10 * n * n + 90 * n + 285 &&
         Ask(db, "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 100) SELECT count(*) FROM (SELECT x FROM c ORDER BY -x)") ==
             100;
  return sqlite->close(db) == 0 && good;
}

TEST(Sqlite, AThousandDatabasesCountRightAlsoWhenAFunctionWaits) {
  const Library library("libsqlite3.so.0");
  if (!library) GTEST_SKIP() << "skipped: no libsqlite3.so.0 here (apt-get install libsqlite3-0)";
  const Sqlite functions(library);
  sqlite = &functions;
  EXPECT_EQ(CountFailures("sqlite", &UseADatabase), 0);
}

}  // namespace
}  // namespace gort::hostile
