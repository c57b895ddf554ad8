// What a server holds, what a connection to it holds, and how a command is executed. No I/O: bytes in, bytes out.
#ifndef GORT_EXAMPLES_REDISD_SESSION_H_
#define GORT_EXAMPLES_REDISD_SESSION_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/container/btree_set.h"
#include "gort/examples/redisd/pubsub.h"
#include "gort/examples/redisd/reply.h"
#include "gort/examples/redisd/resp_parser.h"
#include "gort/examples/redisd/store.h"
#include "gort/runtime/sync/mutex.h"

namespace gort::examples::redisd {

// Shared by all sessions, and guarded by one lock, which is held for one command at a time: Redis has one thread. What a server does
// with its CPUs is reading, parsing and writing, and none of that is under the lock.
// Rejected: a lock for each part of the keys. MSET, RENAME, KEYS and FLUSHALL would take several at once.
struct Databases {
  Mutex mu;
  std::array<Store, 16> stores;
  PubSub pubsub;
  std::int64_t next_client_id = 1;
  std::size_t sessions = 0;
  std::function<void()> shutdown;  // what SHUTDOWN does; set before there is a session. Called with the lock held.
};

class Session {
 public:
  // `subscriber` takes what is published, and from SUBSCRIBE to the last UNSUBSCRIBE the replies, too: only so are they in order with
  // the messages. Both must outlive the session.
  // Locks: takes databases->mu, in the destructor and in Feed, too, and calls `subscriber` with it.
  Session(Databases* databases, Subscriber* subscriber);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Executes the commands in `input`, as far as they are complete, and appends their replies to `out`. Bytes of a command that is not
  // complete are kept.
  void Feed(std::string_view input, std::int64_t now_ms, std::string* out);

  // Whether the connection is to be closed once the replies have been written: QUIT, or bytes that are no RESP.
  bool closing() const { return closing_; }

  // The rest is for commands, under databases->mu.
  bool subscribed() const { return !names[0].empty() || !names[1].empty(); }

  Databases* const databases;
  Subscriber* const subscriber;
  const std::int64_t id;
  std::string client_name;
  std::size_t selected = 0;               // of databases->stores
  absl::btree_set<std::string> names[2];  // channels and patterns that are subscribed to, by PubSub::Kind
  void Close() { closing_ = true; }

 private:
  void Execute(const Command& command, std::int64_t now_ms, std::string* out);

  RespParser parser_;
  bool closing_ = false;
};

// One command's execution.
struct Call {
  Session& session;
  const Command& args;  // args[0] is the command's name as the client wrote it
  Store& store;
  const std::int64_t now_ms;
  Reply reply;
};

}  // namespace gort::examples::redisd

#endif  // GORT_EXAMPLES_REDISD_SESSION_H_
