"""Writes a trace in the format of ../../FORMAT.md, of a scheduler that is simulated: the same arguments give the same bytes.

  make_trace.py PS GOROUTINES SLICES TRACE FACTS

FACTS is a JSON file with what a summary of the trace must say.

Goroutine 1 starts the others. Each runs for a while, then yields, waits for one of several reasons, sleeps in a system call, or, when
all SLICES slices are used up, ends. Names hold what a page must survive.
"""

import heapq
import json
import random
import sys

REASONS = ["chan receive", "chan send", "select", "sync.Mutex.Lock", "sleep", "semacquire"]
SITES = [("server.cc:31", "Serve"), ("pool.cc:77", "Pool::Start"), ("main.cc:12", "main")]
NAMES = ["worker", "reader", "", "</script><b>\"quoted\" & 'so'", "grüße 数据 \U0001f600", "line\nbreak\u0001\u202e"]


class Simulation:

  def __init__(self, ps, goroutines, slices):
    self.random = random.Random(4)
    self.ps, self.goroutines, self.slices = ps, goroutines, slices
    self.events = []
    self.since = {}  # goroutine -> (state, from when, reason)
    self.names = {1: "G1 main"}

  def emit(self, **event):
    for key in ("ts", "dur"):
      if key in event:
        event[key] = round(event[key] / 1000, 3)
    self.events.append(event)

  def change(self, g, state, at, reason="", by=0):
    """Ends g's interval at `at`; `by` ended it if it was a wait. The next state is `state`, or None."""
    if g in self.since:
      old, start, why = self.since[g]
      self.emit(ph="X", pid=2, tid=g, ts=start, dur=at - start, name=why or old, cat=old,
                args={"g": g, "reason": why, "by": by if old in ("waiting", "runnable") else 0})
    self.since.pop(g, None)
    if state:
      self.since[g] = (state, at, reason)

  def name(self, g):
    if g not in self.names:
      site, name = SITES[g % len(SITES)], NAMES[g % len(NAMES)]
      self.names[g] = f"G{g} {name or site[0]}"
      self.emit(ph="M", pid=2, tid=g, name="gort_goroutine",
                args={"g": g, "name": name, "created": site[0], "function": site[1], "parent": 1})
      self.emit(ph="M", pid=2, tid=g, name="thread_name", args={"name": self.names[g]})
    return self.names[g]

  def run(self):
    rnd = self.random
    free = [(0, p) for p in range(self.ps)]  # when each P is free
    ready = [(0, 1)]  # (since, goroutine)
    sleeping = []  # (until, goroutine, woken by)
    used, started, flow, last = 0, 1, 0, [1] * self.ps
    self.change(1, "runnable", 0)
    while ready or sleeping:
      now, p = heapq.heappop(free)
      while sleeping and (sleeping[0][0] <= now or not ready):
        at, g, by = heapq.heappop(sleeping)
        self.change(g, "runnable", at, by=by)
        heapq.heappush(ready, (at, g))
        if by:
          flow += 1
          self.emit(ph="s", pid=1, tid=p, ts=at, name="ready", cat="ready", id=flow)
      since, g = heapq.heappop(ready)
      begin = max(now, since) + rnd.randrange(100, 900)
      end = begin + int(rnd.expovariate(1 / 12000)) + 200
      used += 1
      self.change(g, "running", begin)
      if g == 1 and started < self.goroutines:
        for _ in range(min(self.goroutines - started, 512)):
          started += 1
          at = begin + (end - begin) * (started % 512) // 512
          self.change(started, "runnable", at)
          heapq.heappush(ready, (at, started))
      over = used >= self.slices and started == self.goroutines
      how = "exit" if over else rnd.choices(["park", "yield", "preempt", "syscall"], [70, 15, 5, 10])[0]
      reason = rnd.choice(REASONS) if how == "park" else ""
      self.emit(ph="X", pid=1, tid=p, ts=begin, dur=end - begin, name=self.name(g), cat="run",
                args={"g": g, "end": how, "reason": reason, "m": p})
      if how == "exit":
        self.change(g, None, end)
      elif how in ("yield", "preempt"):
        self.change(g, "runnable", end)
        heapq.heappush(ready, (end, g))
      elif how == "syscall":
        until = end + int(rnd.expovariate(1 / 90000))
        self.change(g, "syscall", end)
        self.emit(ph="X", pid=3, tid=self.ps + g % 3, ts=end, dur=0, name=self.name(g), cat="syscall", args={"g": g})
        heapq.heappush(sleeping, (until, g, 0))
      else:
        self.change(g, "waiting", end, reason)
        heapq.heappush(sleeping, (end + int(rnd.expovariate(1 / 60000)), g, 0 if reason == "sleep" else last[p - 1]))
      last[p] = g
      if rnd.random() < 0.03:
        self.emit(ph="i", s="t", pid=1, tid=p, ts=begin, name="steal", cat="steal",
                  args={"n": rnd.randrange(1, 9), "victim": (p + 1) % self.ps})
      if rnd.random() < 0.01:
        self.emit(ph="i", s="t", pid=1, tid=p, ts=end, name="note", cat="user",
                  args={"g": g, "task": 0, "message": "seen </script>"})
      if rnd.random() < 0.05:
        for ph, at in (("b", begin), ("e", end)):
          self.emit(ph=ph, pid=2, tid=g, ts=at, name="parse", cat="region", id=used, args={"g": g, "task": 0} if ph == "b" else {})
      heapq.heappush(free, (end, p))

  def write(self, out):
    header = {"gort_trace": 1, "gomaxprocs": self.ps, "dropped": 0, "program": "simulated </title>"}
    out.write('{"displayTimeUnit":"ns","otherData":%s,"traceEvents":[\n' % json.dumps(header))
    for p in range(self.ps):
      self.emit(ph="M", pid=1, tid=p, name="thread_name", args={"name": f"P{p}"})
    out.write(",\n".join(json.dumps(event, separators=(",", ":")) for event in self.events))
    out.write("\n]}\n")


def facts(events):
  """What a summary must say about the trace, computed in the plainest way."""
  intervals = {}
  for event in events:
    if event["ph"] == "X" and event["pid"] == 2:
      intervals.setdefault(event["tid"], []).append((event["ts"], event["dur"], event["cat"], event["name"]))
  waits, latencies = {}, []
  for mine in intervals.values():
    mine.sort()
    waits_of_one = [name for _, _, cat, name in mine if cat == "waiting"]
    for name in waits_of_one:
      waits[name] = waits.get(name, 0) + 1
    for (ts, dur, cat, _), (_, _, then, _) in zip(mine, mine[1:]):
      if cat == "runnable" and then == "running" and ts > 0:
        latencies.append(dur)
  latencies.sort()
  return {"waits": waits, "latencies": len(latencies), "goroutines": len(intervals), "longest_us": latencies[-1],
          "intervals": sum(map(len, intervals.values()))}


def main():
  simulation = Simulation(*map(int, sys.argv[1:4]))
  simulation.run()
  with open(sys.argv[4], "w") as out:
    simulation.write(out)
  with open(sys.argv[5], "w") as out:
    json.dump(facts(simulation.events), out)


main()
