# gort in gdb, part 2 of 7: goroutines, Ms and Ps as objects.

import time

# Statuses of a g that is no goroutine now.
GORT_GONE = (GortOffsets.const__Gidle, GortOffsets.const__Gdead)


class GortM(GortStruct):
  def __init__(self, address):
    super().__init__(address, GortOffsets.m__size)
    self.procid = self.u64(GortOffsets.m_procid)
    self.curg = self.u64(GortOffsets.m_curg)
    self.id = self.i64(GortOffsets.m_id)
    self.is_extra = self.u8(GortOffsets.m_isextra) != 0

  # gdb's thread; None when it has ended or the number is another namespace's.
  def thread(self):
    for thread in gdb.selected_inferior().threads():
      if thread.ptid[1] == self.procid:
        return thread
    return None


class GortG(GortStruct):
  def __init__(self, address):
    super().__init__(address, GortOffsets.g__size)
    self.goid = self.u64(GortOffsets.g_goid)
    self.status = self.u32(GortOffsets.g_atomicstatus)
    self.sp = self.u64(GortOffsets.g_sched + GortOffsets.gobuf_sp)
    self.pc = self.u64(GortOffsets.g_sched + GortOffsets.gobuf_pc)

  # Whether a thread stands on its stack; otherwise its registers are in the gobuf.
  def is_on_thread(self):
    return self.status in (GortOffsets.const__Grunning, GortOffsets.const__Gsyscall)

  # Whether it has never run: then the gobuf is as newproc made it.
  def is_new(self):
    return self.sp == self.u64(GortOffsets.g_stktopsp)

  def m(self):
    address = self.u64(GortOffsets.g_m)
    return GortM(address) if address != 0 else None

  def name(self):
    return gort_string(self.u64(GortOffsets.g_name))

  # What stands between the brackets of a traceback. `now` as gort_now() gives it.
  def state(self, now):
    parts = [self.status_text()]
    since = self.i64(GortOffsets.g_waitsince)
    if self.status == GortOffsets.const__Gwaiting and since > 0 and now - since >= 60 * 10**9:
      parts.append("%d minutes" % ((now - since) // (60 * 10**9)))
    if self.u64(GortOffsets.g_lockedm) != 0:
      parts.append("locked to thread")
    return ", ".join(parts)

  def status_text(self):
    if self.status == GortOffsets.const__Gwaiting:
      return gort_wait_reason(self.u8(GortOffsets.g_waitreason)) or "waiting"
    return {
        GortOffsets.const__Gidle: "idle",
        GortOffsets.const__Grunnable: "runnable",
        GortOffsets.const__Grunning: "running",
        GortOffsets.const__Gsyscall: "syscall",
        GortOffsets.const__Gdead: "dead",
    }.get(self.status, "???")

  # "main at prog.cc:12": where the go statement stands.
  def created_by(self):
    function = gort_string(self.u64(GortOffsets.g_gofunction))
    if not function:
      return ""
    place = gort_string(self.u64(GortOffsets.g_gofile))
    return "%s at %s:%d" % (function, place.rsplit("/", 1)[-1], self.u32(GortOffsets.g_goline))

  # "goroutine 7 [chan receive] worker"
  def title(self):
    m = self.m()
    if self.goid == 0:
      return "thread %d" % m.procid if m is not None and m.is_extra else "an M's own stack"
    name = self.name()
    return "goroutine %d [%s]%s" % (self.goid, self.state(gort_now()), " " + name if name else "")


# The words for a wait reason, from the program's own table.
def gort_wait_reason(number):
  table = gort_symbol("runtime.waitReasonStrings")
  if number >= gort_u64(gort_symbol("runtime.waitReasonCount")):
    return "unknown wait reason"
  return gort_string(gort_u64(table + 8 * number))


# Everything on a list through one field, newest first. A list that bites its tail or leads nowhere is memory gone wrong: what
# could be read is shown, and a line that says so.
def gort_list(head, make, link_offset):
  seen = set()
  while head != 0:
    if head in seen:
      gdb.write("gort: the list ends in a circle at %#x; its memory was overwritten\n" % head, gdb.STDERR)
      return
    seen.add(head)
    try:
      item = make(head)
    except gdb.MemoryError:
      gdb.write("gort: the list goes on at %#x, where nothing can be read\n" % head, gdb.STDERR)
      return
    yield item
    head = item.u64(link_offset)


# All goroutines that exist, by number.
def gort_goroutines():
  everyone = gort_list(gort_u64(gort_symbol("runtime.allgs")), GortG, GortOffsets.g_alllink)
  return sorted((g for g in everyone if g.status not in GORT_GONE), key=lambda g: g.goid)


def gort_ms():
  return gort_list(gort_u64(gort_symbol("runtime.allm")), GortM, GortOffsets.m_alllink)


# The goroutine that the selected thread runs, or None.
def gort_current():
  thread = gdb.selected_thread()
  for m in gort_ms():
    if m.procid == thread.ptid[1] and m.curg != 0:
      return GortG(m.curg)
  return None


# CLOCK_MONOTONIC of the program, ns. A core file does not say when it was written: the latest moment that it knows of.
def gort_now():
  connection = getattr(gdb.selected_inferior(), "connection", None)
  if connection is not None and connection.type == "native":
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)
  latest = 0
  for p in gort_ps():
    latest = max(latest, p.i64(GortOffsets.p_sysmontick + GortOffsets.sysmontick_schedwhen))
  return latest


def gort_ps():
  count = struct.unpack("<i", gort_read(gort_symbol("runtime.gomaxprocs"), 4))[0]
  table = gort_symbol("runtime.allp")
  return [GortStruct(gort_u64(table + 8 * i), GortOffsets.p__size) for i in range(count)]
