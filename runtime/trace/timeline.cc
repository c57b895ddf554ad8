#include "gort/runtime/trace/timeline.h"

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "gort/gstruct/g.h"
#include "gort/gstruct/status.h"
#include "gort/gstruct/waitreason.h"
#include "gort/runtime/sched/env.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/trace.h"
#include "gort/runtime/trace/chrome.h"
#include "gort/runtime/trace/index.h"
#include "gort/runtime/trace/livego.h"
#include "gort/runtime/trace/snapshot.h"

namespace gort::trace::internal {

using runtime::traceEv;

namespace {

constexpr std::int64_t kMostCounters = 2000;
constexpr std::int64_t kLeastCounterNs = 1000;
constexpr std::size_t kMostSilent = 10'000;

enum class State : std::uint8_t { kUnknown, kRunnable, kRunning, kWaiting, kSyscall, kDead };

Text StateText(State state) {
  switch (state) {
    case State::kRunnable: return "runnable";
    case State::kRunning: return "running";
    case State::kWaiting: return "waiting";
    case State::kSyscall: return "syscall";
    case State::kUnknown:
    case State::kDead: break;
  }
  return "";
}

// Why a stretch on a P ended.
enum class End : std::uint8_t { kPark, kYield, kPreempt, kSyscall, kExit, kRunning };

Text EndText(End end) {
  switch (end) {
    case End::kPark: return "park";
    case End::kYield: return "yield";
    case End::kPreempt: return "preempt";
    case End::kSyscall: return "syscall";
    case End::kExit: return "exit";
    case End::kRunning: break;
  }
  return "running";
}

Text ReasonText(std::uint8_t reason) { return runtime::WaitReasonText(static_cast<runtime::WaitReason>(reason)); }

// What is known of a goroutine now. In an Index: all zero bytes but `key` is a new one.
struct Go {
  std::uint64_t key;  // its goid
  State state;
  std::uint8_t reason;  // while it waits
  bool created;         // its first runnable interval: `by` made it
  std::int64_t since;   // when the state began; 0 also for what began before the trace
  std::uint64_t by;     // who readied or made it
  std::uint64_t arrow;  // to the slice where it runs next; 0: none
  std::int32_t p;       // while it runs: where; -1: without a P
  std::int64_t m;       // while it runs, or is in a system call; -1: not known
  std::int64_t off_p_since;  // without a P, or in the system call
  GoName name;
};

struct Thread {
  std::uint64_t key;
};

// What a P does. All zero bytes: it has been idle since time 0.
struct Proc {
  Go* go;  // null: nobody runs
  std::int64_t since;
};

// A text of an event, put together from its slots.
struct LongText {
  char data[runtime::kTraceMostMessage];
  std::size_t size = 0;
  Text text() const { return {data, size}; }
};

void ReadText(const Event& event, std::uint32_t which, char* data, std::size_t room, std::size_t* size) {
  *size = 0;
  for (std::size_t i = 0; i < event.more_slots; ++i) {
    const runtime::traceSlot& slot = event.more[i];
    const std::size_t here = slot.word[3] >> 8 & 0xff;
    if (static_cast<traceEv>(slot.word[3] & 0xff) != traceEv::kText || slot.word[3] >> 32 != which) continue;
    if (here > runtime::kTraceTextBytes || *size + here > room) return;
    __builtin_memcpy(data + *size, slot.word, here);
    *size += here;
  }
}

void ReadSite(const Event& event, GoName* name) {
  for (std::size_t i = 0; i < event.more_slots; ++i) {
    const runtime::traceSlot& slot = event.more[i];
    if (static_cast<traceEv>(slot.word[3] & 0xff) != traceEv::kSite) continue;
    name->file = reinterpret_cast<const char*>(slot.word[0]);
    name->function = reinterpret_cast<const char*>(slot.word[1]);
    name->line = static_cast<std::uint32_t>(slot.word[3] >> 32);
  }
}

class Timeline {
 public:
  Timeline(Snapshot* snapshot, Sink sink)
      : snapshot_(*snapshot),
        out_(sink),
        duration_(snapshot->duration_ns()),
        goes_(snapshot->slots()),
        threads_(snapshot->slots()),
        procs_(runtime::kMaxProcs) {}

  WriteResult Write();

 private:
  void Take(const Event& event);
  void TakeUser(const Event& event);

  // The goroutine; `before` is the state that it has had if this is its first event, with the g that may know more.
  Go* Find(const Event& event, State before);
  void Create(const Event& event);
  void Start(const Event& event, Go* go);
  void Ready(const Event& event, Go* go);

  // Ends go's present state and begins the next.
  void Move(Go* go, State next, std::int64_t now);
  // go ceases to run, wherever it does.
  void StopRunning(Go* go, std::int64_t now, End end, std::uint8_t reason);
  void LeaveP(std::int32_t p, std::int64_t now, End end, std::uint8_t reason);
  void RunOn(Go* go, std::int32_t p, std::int64_t m, std::int64_t now);
  void OnThread(Go* go, State state, std::int64_t now);
  void Count(State state, std::int64_t n);
  std::uint64_t Arrow(const Event& event, Text name);

  void Finish();
  void NameSilent();

  Snapshot& snapshot_;
  Chrome out_;
  const std::int64_t duration_;
  Index<Go> goes_;
  Index<Thread> threads_;
  Pages<Proc> procs_;
  GoCounts counts_{};
  std::int64_t next_counter_ = 0;
  std::uint64_t arrows_ = 0;
};

// ---- Intervals ------------------------------------------------------------------------------------------------------

void Timeline::Count(State state, std::int64_t n) {
  switch (state) {
    case State::kRunnable: counts_.runnable += n; break;
    case State::kRunning: counts_.running += n; break;
    case State::kWaiting: counts_.waiting += n; break;
    case State::kSyscall: counts_.syscall += n; break;
    case State::kUnknown:
    case State::kDead: break;
  }
}

void Timeline::Move(Go* go, State next, std::int64_t now) {
  if (now > go->since && go->state != State::kUnknown && go->state != State::kDead) {
    const bool waited = go->state == State::kWaiting;
    const bool caused = waited ? next == State::kRunnable : go->state == State::kRunnable && go->created;
    out_.StateSlice({go->since, now}, go->name, StateText(go->state), waited ? ReasonText(go->reason) : "", caused ? go->by : 0);
  }
  if (go->state == State::kRunnable) go->created = false;
  Count(go->state, -1);
  Count(next, 1);
  go->state = next;
  go->since = now;
}

void Timeline::LeaveP(std::int32_t p, std::int64_t now, End end, std::uint8_t reason) {
  Proc* proc = &procs_[static_cast<std::size_t>(p)];
  if (proc->go == nullptr) return;
  if (now > proc->since) out_.ProcSlice(p, {proc->since, now}, proc->go->name, EndText(end), ReasonText(reason), proc->go->m);
  proc->go->p = -1;
  proc->go = nullptr;
  proc->since = now;
}

void Timeline::OnThread(Go* go, State state, std::int64_t now) {
  if (go->m < 0 || now <= go->off_p_since) return;
  const auto m = static_cast<std::uint64_t>(go->m);
  bool made = false;
  if (threads_.Has(m) || !threads_.full()) threads_.FindOrMake(m, &made);
  if (made) out_.ThreadName(Chrome::kThreads, 'M', m);
  out_.ThreadSlice(m, {go->off_p_since, now}, go->name, state == State::kSyscall ? "syscall" : "run");
}

void Timeline::StopRunning(Go* go, std::int64_t now, End end, std::uint8_t reason) {
  if (go->state == State::kSyscall) {
    OnThread(go, go->state, now);
  } else if (go->state == State::kRunning && go->p >= 0) {
    LeaveP(go->p, now, end, reason);
  } else if (go->state == State::kRunning) {
    OnThread(go, go->state, now);
  }
}

void Timeline::RunOn(Go* go, std::int32_t p, std::int64_t m, std::int64_t now) {
  go->m = m;
  go->p = p;
  go->off_p_since = now;
  if (p < 0) return;
  LeaveP(p, now, End::kPreempt, 0);
  procs_[static_cast<std::size_t>(p)] = {go, now};
}

// ---- Events ---------------------------------------------------------------------------------------------------------

Go* Timeline::Find(const Event& event, State before) {
  bool made;
  Go* go = goes_.FindOrMake(event.goid, &made);
  if (!made) return go;
  go->name.goid = event.goid;
  go->m = -1;
  go->p = -1;
  const bool has_g = event.type != traceEv::kGoReady && event.type != traceEv::kGoCreate && event.type != traceEv::kGoEnd;
  if (has_g) ReadLiveGo(reinterpret_cast<const runtime::g*>(event.second), &go->name);
  go->reason = event.reason;  // kGoReady says what it waited for
  Move(go, before, 0);
  // Whoever ran where this comes from has done so since that P did something else.
  if (before == State::kRunning && event.p >= 0 && procs_[static_cast<std::size_t>(event.p)].go == nullptr) {
    const std::int64_t since = procs_[static_cast<std::size_t>(event.p)].since;
    RunOn(go, event.p, event.third, 0);
    procs_[static_cast<std::size_t>(event.p)].since = since;
  }
  return go;
}

std::uint64_t Timeline::Arrow(const Event& event, Text name) {
  if (event.p < 0 || event.second == 0 || event.ns < 0) return 0;
  out_.ArrowStart(event.p, event.ns, ++arrows_, name);
  return arrows_;
}

void Timeline::Create(const Event& event) {
  Go* go = Find(event, State::kUnknown);
  ReadSite(event, &go->name);
  ReadText(event, 0, go->name.name, GoName::kMostBytes, &go->name.name_size);
  go->name.parent = event.second;
  go->by = event.second;
  go->created = true;
  go->arrow = Arrow(event, "go");
  Move(go, State::kRunnable, event.ns);
}

void Timeline::Start(const Event& event, Go* go) {
  StopRunning(go, event.ns, End::kPreempt, 0);
  if (go->arrow != 0 && event.p >= 0 && event.ns >= 0) out_.ArrowEnd(event.p, event.ns, go->arrow, go->created ? "go" : "ready");
  go->arrow = 0;
  Move(go, State::kRunning, event.ns);
  RunOn(go, event.p, event.third, event.ns);
}

void Timeline::Ready(const Event& event, Go* go) {
  StopRunning(go, event.ns, End::kPark, event.reason);
  go->by = event.second;
  go->arrow = Arrow(event, "ready");
  Move(go, State::kRunnable, event.ns);
}

void Timeline::Take(const Event& event) {
  const std::int64_t now = event.ns > 0 ? event.ns : 0;
  Event at = event;
  at.ns = now;
  switch (event.type) {
    case traceEv::kGoCreate: Create(at); return;
    case traceEv::kGoStart: Start(at, Find(at, State::kRunnable)); return;
    case traceEv::kGoReady: Ready(at, Find(at, State::kWaiting)); return;
    case traceEv::kGoPark: {
      Go* go = Find(at, State::kRunning);
      StopRunning(go, now, End::kPark, at.reason);
      Move(go, State::kWaiting, now);
      go->reason = at.reason;
      return;
    }
    case traceEv::kGoYield:
    case traceEv::kGoPreempt: {
      Go* go = Find(at, State::kRunning);
      StopRunning(go, now, at.type == traceEv::kGoYield ? End::kYield : End::kPreempt, 0);
      Move(go, State::kRunnable, now);
      return;
    }
    case traceEv::kGoEnd: {
      Go* go = Find(at, State::kRunning);
      if (go->name.file == nullptr) ReadSite(at, &go->name);
      StopRunning(go, now, End::kExit, 0);
      Move(go, State::kDead, now);
      return;
    }
    case traceEv::kSyscallEnter: {
      Go* go = Find(at, State::kRunning);
      StopRunning(go, now, End::kSyscall, 0);
      Move(go, State::kSyscall, now);
      go->m = at.third;
      go->off_p_since = now;
      return;
    }
    case traceEv::kSyscallExit: {
      Go* go = Find(at, State::kSyscall);
      go->m = at.third;
      StopRunning(go, now, End::kPreempt, 0);
      Move(go, State::kRunning, now);
      RunOn(go, at.p, at.third, now);
      return;
    }
    case traceEv::kProcTaken: {
      Go* go = procs_[static_cast<std::size_t>(at.p)].go;
      LeaveP(at.p, now, End::kPreempt, 0);
      if (go != nullptr) go->off_p_since = now;
      return;
    }
    default:
      if (event.ns >= 0) TakeUser(event);
      return;
  }
}

// What is shown as it is.
void Timeline::TakeUser(const Event& event) {
  LongText first;
  ReadText(event, 0, first.data, runtime::kTraceMostName, &first.size);
  switch (event.type) {
    case traceEv::kProcStart: out_.Instant("proc", "start", event.p, event.ns, "m", event.third); return;
    case traceEv::kProcStop: out_.Instant("proc", "stop", event.p, event.ns, "m", event.third); return;
    case traceEv::kThreadStart: out_.Instant("thread", "start", -1, event.ns, "m", event.third); return;
    case traceEv::kThreadStop: out_.Instant("thread", "stop", -1, event.ns, "m", event.third); return;
    case traceEv::kSteal: out_.Instant("steal", "steal", event.p, event.ns, "n", event.third, "victim", event.second); return;
    case traceEv::kTimer: out_.Instant("timer", "timer", event.p, event.ns, "late_us", event.second / 1000); return;
    case traceEv::kNetReady: out_.Instant("net", "net", event.p, event.ns, "g", event.goid); return;
    case traceEv::kGomaxprocs: out_.Instant("gomaxprocs", "gomaxprocs", event.p, event.ns, "n", event.third); return;
    case traceEv::kUserLog: {
      LongText message;
      ReadText(event, 1, message.data, sizeof(message.data), &message.size);
      out_.Log(event.p, event.ns, event.goid, event.second, first.text(), message.text());
      return;
    }
    case traceEv::kRegionBegin:
      out_.AsyncBegin("region", first.text(), event.ns, event.goid, event.second, "task", event.third);
      return;
    case traceEv::kRegionEnd: out_.AsyncEnd("region", event.ns, event.goid, event.second); return;
    case traceEv::kTaskBegin:
      out_.AsyncBegin("task", first.text(), event.ns, event.goid, event.second, "parent", event.third);
      return;
    case traceEv::kTaskEnd: out_.AsyncEnd("task", event.ns, event.goid, event.second); return;
    default: return;
  }
}

// ---- The file -------------------------------------------------------------------------------------------------------

// Goroutines without an event have been in the same state all the time.
void Timeline::NameSilent() {
  std::size_t shown = 0;
  for (const runtime::g* gp = runtime::allgs.load(std::memory_order_acquire); gp != nullptr; gp = gp->alllink) {
    GoName name{};
    LiveState live{};
    if (!ReadLiveGo(gp, &name, &live) || goes_.Has(name.goid)) continue;
    State state = State::kWaiting;
    if (live.status == runtime::kGrunnable) state = State::kRunnable;
    if (live.status == runtime::kGrunning) state = State::kRunning;
    if (live.status == runtime::kGsyscall) state = State::kSyscall;
    const bool waits = state == State::kWaiting;
    if (duration_ > 0) out_.StateSlice({0, duration_}, name, StateText(state), waits ? ReasonText(live.reason) : "", 0);
    out_.Goroutine(name);
    if (++shown == kMostSilent) return;
  }
}

void Timeline::Finish() {
  for (Go& go : goes_) {
    StopRunning(&go, duration_, End::kRunning, 0);
    Move(&go, State::kDead, duration_);
    out_.Goroutine(go.name);
  }
  NameSilent();
}

WriteResult Timeline::Write() {
  if (!goes_ || !threads_ || !procs_) return WriteResult::kNoMemory;
  const std::int32_t n = runtime::gomaxprocs.load(std::memory_order_relaxed);
  out_.Begin(n, snapshot_.dropped(), ProgramName());
  out_.ProcessName(Chrome::kProcs, "Ps");
  out_.ProcessName(Chrome::kGoroutines, "Goroutines");
  out_.ProcessName(Chrome::kThreads, "Threads");
  for (std::int32_t i = 0; i < n; ++i) out_.ThreadName(Chrome::kProcs, 'P', static_cast<std::uint64_t>(i));
  const std::int64_t interval = duration_ / kMostCounters > kLeastCounterNs ? duration_ / kMostCounters : kLeastCounterNs;
  Event event;
  while (snapshot_.Next(&event)) {
    Take(event);
    if (event.ns < next_counter_) continue;
    out_.Counts(event.ns, counts_);
    next_counter_ = event.ns + interval;
  }
  Finish();
  return out_.End() ? WriteResult::kOk : WriteResult::kSink;
}

}  // namespace

WriteResult WriteTrace(const Recording& recording, Sink sink) {
  Snapshot snapshot;
  if (!snapshot.Take(recording)) return WriteResult::kNoMemory;
  Timeline timeline(&snapshot, sink);
  return timeline.Write();
}

}  // namespace gort::trace::internal
