"""Checks a trace file against FORMAT.md, with a JSON parser that gort's people did not write.

    check_trace.py FILE [NAME=VALUE...]

The NAMEs are what the caller knows of the program; each is compared, or, written NAME>=VALUE, must be reached:
    goroutines, slices, steals, arrows, users, regions, tasks, syscalls, dropped, reasons (of which the words are counted)
Prints these figures and exits with 0, or says what is wrong and exits with 1.
"""

import collections
import json
import re
import sys

STATES = {"running", "runnable", "waiting", "syscall"}
ENDS = {"park", "yield", "preempt", "syscall", "exit", "running"}


def fail(sentence):
    print("check_trace: " + sentence)
    sys.exit(1)


def nanoseconds(text):
    """Times must be exact: microseconds with three decimals, read as text."""
    if not re.fullmatch(r"\d+\.\d{3}", text):
        fail("not a time with three decimals: " + text)
    return int(text.replace(".", ""))


def load(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    trace = json.loads(text, parse_float=nanoseconds)
    lines = text.split("\n")
    if lines[-1] != "" or lines[-2] != "]}" or not lines[0].endswith('"traceEvents":['):
        fail("the first or the last line is not as FORMAT.md says")
    for line in lines[1:-2]:
        json.loads(line.rstrip(","))
    if len(lines) - 3 != len(trace["traceEvents"]):
        fail("not one event a line")
    other = trace["otherData"]
    if trace["displayTimeUnit"] != "ns" or other["gort_trace"] != 1:
        fail("not a trace of version 1")
    return trace


def check_rows(slices, what):
    """Slices of one row, by begin, do not overlap."""
    for row, spans in slices.items():
        spans.sort()
        for (_, end, *_), (begin, *_) in zip(spans, spans[1:]):
            if begin < end:
                fail(f"{what} {row}: two at the same time, at {begin} ns")


def check_goroutines(states, end):
    """A goroutine's intervals abut."""
    for goid, spans in states.items():
        spans.sort()
        for (_, first_end, *_), (begin, *_) in zip(spans, spans[1:]):
            if first_end != begin:
                fail(f"goroutine {goid}: a gap of {begin - first_end} ns at {first_end} ns")
        if spans[-1][1] > end:
            fail(f"goroutine {goid} outlives the trace")


def check_sums(run, states):
    """What the Ps ran of a goroutine is within what the goroutine says it ran."""
    on_p = collections.Counter()
    for spans in run.values():
        for begin, end, goid in spans:
            on_p[goid] += end - begin
    for goid, total in on_p.items():
        running = sum(end - begin for begin, end, state, _ in states.get(goid, []) if state == "running")
        if total > running:
            fail(f"goroutine {goid} ran {total} ns on Ps but {running} ns by its own row")


def figures(trace):
    run, states, threads = (collections.defaultdict(list) for _ in range(3))
    count, known, arrows, begun = collections.Counter(), set(), {}, {}
    ends, reasons = collections.Counter(), collections.Counter()
    for event in trace["traceEvents"]:
        phase, args = event["ph"], event.get("args", {})
        if phase == "X":
            begin, end = event["ts"], event["ts"] + event["dur"]
            if event["dur"] <= 0:
                fail("a slice without duration: " + str(event))
            if event["pid"] == 1:
                if args["end"] not in ENDS or event["cat"] != "run" or (args["end"] != "park" and args["reason"]):
                    fail("not a slice of a P: " + str(event))
                run[event["tid"]].append((begin, end, args["g"]))
                ends[args["end"]] += 1
            elif event["pid"] == 2:
                if event["cat"] not in STATES or event["tid"] != args["g"]:
                    fail("not a state: " + str(event))
                states[args["g"]].append((begin, end, event["cat"], args["by"]))
                if event["cat"] == "waiting":
                    reasons[args["reason"]] += 1
            else:
                threads[event["tid"]].append((begin, end))
                count["syscalls"] += event["cat"] == "syscall"
        elif phase == "s":
            arrows[event["id"]] = event["ts"]
        elif phase == "f":
            count["arrows"] += 1
            if event["id"] not in arrows or arrows[event["id"]] > event["ts"]:
                fail("an arrow from nowhere, or backwards: " + str(event))
        elif phase == "b":
            begun[event["cat"], event["id"]] = event
            count[event["cat"] + "s"] += 1
        elif phase == "e":
            if begun.get((event["cat"], event["id"]), event)["ts"] > event["ts"]:
                fail("ends before it begins: " + str(event))
        elif phase == "i":
            count[event["cat"] + "s"] += 1
        elif phase == "M" and event["name"] == "gort_goroutine":
            known.add(args["g"])
        elif phase not in ("M", "C"):
            fail("an unknown phase: " + str(event))
    check_rows(run, "P")
    check_rows(threads, "thread")
    check_goroutines(states, max([end for spans in states.values() for _, end, *_ in spans], default=0))
    check_sums(run, states)
    count.update(goroutines=len(states), known=len(known), slices=sum(map(len, run.values())), reasons=len(reasons),
                 dropped=trace["otherData"]["dropped"], ps=len(run))
    for end in ENDS:
        count["end_" + end] = ends[end]
    for reason, n in reasons.items():
        count["wait_" + reason.replace(" ", "_")] = n
    return count


def main():
    count = figures(load(sys.argv[1]))
    for expected in sys.argv[2:]:
        name, at_least, value = re.fullmatch(r"(\S+?)(>?)=(\d+)", expected).groups()
        if not (count[name] >= int(value) if at_least else count[name] == int(value)):
            fail(f"{name} is {count[name]}, expected {expected}")
    print(" ".join(f"{name}={n}" for name, n in sorted(count.items()) if n))


main()
