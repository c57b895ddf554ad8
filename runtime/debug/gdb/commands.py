# gort in gdb, part 7 of 7: commands and functions.

import collections


# Lines of text in columns as wide as their widest entry, but for the last.
def gort_table(rows):
  widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
  for row in rows:
    gdb.write("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip() + "\n")


class GortInfoGoroutines(gdb.Command):
  """List the goroutines: number, state, name, where in your code it is, and where it was started.
Usage: info goroutines [-count] [TEXT]
With TEXT, only those in whose line it occurs. With -count, how many are in the same state at the same place, most first.
The goroutine of the selected thread is marked with *."""

  def __init__(self):
    super().__init__("info goroutines", gdb.COMMAND_STACK)

  def invoke(self, arg, from_tty):
    gort_check_program()
    words = arg.split()
    if words and words[0].startswith("-") and words[0] != "-count":
      gort_fail("info goroutines: there is no option %s; -count is the only one" % words[0])
    counting = words[:1] == ["-count"]
    rows = list(self.rows(" ".join(words[1:] if counting else words)))
    if not rows:
      gdb.write("No goroutines%s.\n" % (" in whose line this occurs" if words[counting:] else ""))
    elif counting:
      counts = collections.Counter((row[2],) + row[4:] for row in rows)
      gort_table([("Count", "State", "Where", "Created by")] +
                 [(str(n),) + row for row, n in sorted(counts.items(), key=lambda item: -item[1])])
    else:
      gort_table([(" ", "Id", "State", "Name", "Where", "Created by")] + rows)

  def rows(self, wanted):
    current = gort_current()
    now = gort_now()
    places = GortPlaces()
    with gort_selection_kept():
      for g in gort_goroutines():
        mark = "*" if current is not None and current.address == g.address else " "
        row = (mark, str(g.goid), g.state(now), g.name(), places.place(g), g.created_by())
        if wanted in "  ".join(row):
          yield row


class GortGoroutine(gdb.Command):
  """Show the current goroutine, select another, or run a command on the stack of one or of all.
Usage: goroutine                  which one the selected thread runs
       goroutine N                select number N: bt, frame, up, info locals, print look at it
       goroutine N COMMAND        only for COMMAND, for instance: goroutine 7 bt
       goroutine all COMMAND      for each
       goroutine 0                back to the selected thread's own stack
       goroutine core FILE        gcore, with the stacks that gdb 13's own leaves out (Linux 6.13 or newer)
N may be an expression, such as $goroutine(). The program is not touched, so all of it works on core files too.
A goroutine that no thread runs cannot be stepped: it stays selected until the program goes on."""

  def __init__(self):
    super().__init__("goroutine", gdb.COMMAND_STACK)

  def invoke(self, arg, from_tty):
    gort_check_program()
    which, _, command = arg.strip().partition(" ")
    if which == "":
      g = gort_unwinder.loan.g if gort_unwinder.loan is not None else gort_current()
      gdb.write("[Current is %s]\n" % g.title() if g is not None else "[The selected thread runs no goroutine]\n")
    elif which == "all":
      self.run_for_all(command.strip())
    elif which == "core":
      gort_write_core(command.strip() or "core.%d" % gdb.selected_inferior().pid)
    elif command.strip() == "":
      self.select(gort_goid(which))
    else:
      with gort_selection_kept():
        gort_select(gort_find(gort_goid(which)))
        gdb.execute(command, from_tty)

  def select(self, goid):
    if goid == 0:
      gort_unwinder.set(None)
      gdb.newest_frame().select()
    else:
      g = gort_find(goid)
      gort_select(g)
      gdb.write("[Switching to %s]\n" % g.title())
    gdb.execute("frame")

  def run_for_all(self, command):
    if command == "":
      gort_fail("goroutine all: a command is missing, for instance `goroutine all bt`")
    with gort_selection_kept():
      for g in gort_goroutines():
        gdb.write("\n%s:\n" % g.title().replace("goroutine", "Goroutine", 1))
        try:
          gort_select(g)
          gdb.execute(command)
        except (gdb.error, gdb.GdbError) as error:  # the others are worth seeing all the same
          gdb.write("%s\n" % error)


# The number that the user's text stands for.
def gort_goid(text):
  try:
    goid = int(gdb.parse_and_eval(text))
  except (gdb.error, ValueError):
    goid = -1
  if goid < 0:
    gort_fail("goroutine: '%s' is neither a goroutine's number nor `all` nor `core`; `info goroutines` lists them" % text)
  return goid


def gort_find(goid):
  for g in gort_goroutines():
    if g.goid == goid:
      return g
  gort_fail("there is no goroutine %d, or it has ended; `info goroutines` lists them" % goid)


class GortInfoScheduler(gdb.Command):
  """List what runs goroutines: Ps with their queues, Ms with their threads, and what is shared.
Usage: info scheduler"""

  STATUS = {
      GortOffsets.const__Pidle: "idle",
      GortOffsets.const__Prunning: "running",
      GortOffsets.const__Pgcstop: "stopped",
      GortOffsets.const__Pdead: "dead",
  }

  def __init__(self):
    super().__init__("info scheduler", gdb.COMMAND_STACK)

  def invoke(self, arg, from_tty):
    gort_check_program()
    if arg.strip() != "":
      gort_fail("info scheduler: it takes no argument, but there is '%s'" % arg.strip())
    sched = GortStruct(gort_symbol("runtime.sched"), GortOffsets.schedt__size)
    ps = gort_ps()
    gdb.write("GOMAXPROCS %d, %d idle Ps, %d idle Ms, %d spinning, %d in the global queue%s\n" %
              (len(ps), sched.i32(GortOffsets.schedt_npidle), sched.i32(GortOffsets.schedt_nmidle),
               sched.i32(GortOffsets.schedt_nmspinning), sched.i32(GortOffsets.schedt_runqsize),
               ", the world is stopped" if sched.u8(GortOffsets.schedt_gcwaiting) else ""))
    gort_table([("P", "Status", "M", "Queue", "Next", "Timers", "Ticks")] + [self.p_row(p) for p in ps])
    ids = {p.u64(GortOffsets.p_m): str(p.i32(GortOffsets.p_id)) for p in ps}  # m.p may be out of date: the P was taken
    gort_table([("M", "Thread", "LWP", "P", "Goroutine", "Locks")] + [self.m_row(m, ids) for m in gort_ms()])

  def p_row(self, p):
    m = p.u64(GortOffsets.p_m)
    runnext = p.u64(GortOffsets.p_runnext)
    queued = (p.u32(GortOffsets.p_runqtail) - p.u32(GortOffsets.p_runqhead)) % 2**32
    return (str(p.i32(GortOffsets.p_id)), self.STATUS.get(p.u32(GortOffsets.p_status), "???"),
            str(GortM(m).id) if m != 0 else "-", str(queued), str(GortG(runnext).goid) if runnext != 0 else "-",
            str(p.u32(GortOffsets.p_timers + GortOffsets.timers_len)), str(p.u32(GortOffsets.p_schedtick)))

  def m_row(self, m, p_ids):
    thread = m.thread()
    return (str(m.id), str(thread.num) if thread is not None else "-", str(m.procid), p_ids.get(m.address, "-"),
            str(GortG(m.curg).goid) if m.curg != 0 else "-", str(m.i32(GortOffsets.m_locks)))


class GortGoroutineFunction(gdb.Function):
  """$goroutine(): the number of the selected goroutine; 0 when the thread runs none. For instance: break Take if $goroutine() == 7"""

  def __init__(self):
    super().__init__("goroutine")

  def invoke(self):
    gort_check_program()
    g = gort_unwinder.loan.g if gort_unwinder.loan is not None else gort_current()
    return g.goid if g is not None else 0


class GortGFunction(gdb.Function):
  """$g(N): the address of goroutine N's g; with debug information of the runtime as a gort::runtime::g*."""

  def __init__(self):
    super().__init__("g")

  def invoke(self, goid):
    gort_check_program()
    address = gdb.Value(gort_find(int(goid)).address)
    try:
      return address.cast(gdb.lookup_type("gort::runtime::g").pointer())
    except gdb.error:
      return address


for gort_class in (GortInfoGoroutines, GortGoroutine, GortInfoScheduler, GortGoroutineFunction, GortGFunction):
  gort_class()
