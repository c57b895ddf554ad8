# gort in gdb, part 5 of 7: how variables of gort's types print. They have types, so there is debug information: of the user's files, not of the
# runtime's. `print/r` shows them raw.

import gdb.printing

GORT_MOST_WAITERS = 8  # that are named


# The number in a std::atomic of whatever library: the first that is in it, base classes first. Static members have no place.
def gort_scalar(value):
  while value.type.strip_typedefs().code == gdb.TYPE_CODE_STRUCT:
    value = value[next(f for f in value.type.strip_typedefs().fields() if hasattr(f, "bitpos"))]
  return int(value)


# "receivers wait: goroutine 7, goroutine 8"; "" when nobody does.
def gort_waiters(what, first):
  names = []
  count = 0
  for waiter in gort_list(first, lambda at: GortStruct(at, GortOffsets.sudog__size), GortOffsets.sudog_next):
    count += 1
    if count <= GORT_MOST_WAITERS:
      names.append(gort_waiter_name(waiter.u64(GortOffsets.sudog_g)))
  if count > GORT_MOST_WAITERS:
    names.append("%d more" % (count - GORT_MOST_WAITERS))
  return ", %s wait: %s" % (what, ", ".join(names)) if names else ""


def gort_waiter_name(address):
  g = GortG(address)
  if g.goid != 0:
    return "goroutine %d" % g.goid
  return g.title()


class GortChanPrinter:
  def __init__(self, value):
    self.type = value.type.strip_typedefs().template_argument(0)
    address = int(value["c_"])
    self.chan = GortStruct(address, GortOffsets.hchan__size) if address != 0 else None

  def to_string(self):
    c = self.chan
    if c is None:
      return "nil"
    return "len %d, cap %d%s%s%s" % (
        c.u64(GortOffsets.hchan_qcount), c.u64(GortOffsets.hchan_dataqsiz),
        ", closed" if c.u32(GortOffsets.hchan_closed) else "",
        gort_waiters("receivers", c.u64(GortOffsets.hchan_recvq + GortOffsets.waitq_first)),
        gort_waiters("senders", c.u64(GortOffsets.hchan_sendq + GortOffsets.waitq_first)))

  # The values in the buffer, in the order in which they will be received.
  def children(self):
    c = self.chan
    if c is None or c.u64(GortOffsets.hchan_dataqsiz) == 0 or c.u16(GortOffsets.hchan_elemsize) == 0:
      return
    slots = gdb.Value(c.u64(GortOffsets.hchan_buf)).cast(self.type.pointer())
    for i in range(c.u64(GortOffsets.hchan_qcount)):
      slot = (c.u64(GortOffsets.hchan_recvx) + i) % c.u64(GortOffsets.hchan_dataqsiz)
      yield "[%d]" % i, (slots + slot).dereference()

  def display_hint(self):
    return "array"


# What Mutex's word means is in runtime/sync/mutex.h.
def gort_mutex_text(state):
  if state == 0:
    return "unlocked"
  return "%s, %d waiting%s" % ("locked" if state & 1 else "unlocked", state >> 3, ", starving" if state & 4 else "")


class GortMutexPrinter:
  def __init__(self, value):
    self.value = value

  def to_string(self):
    return gort_mutex_text(gort_scalar(self.value["state_"]))


class GortRWMutexPrinter:
  def __init__(self, value):
    self.value = value

  def to_string(self):
    readers = gort_scalar(self.value["reader_count_"])
    if readers < 0:  # a writer has subtracted kMaxReaders
      before = gort_scalar(self.value["reader_wait_"])
      return "a writer waits for %d readers" % before if before > 0 else "locked for writing"
    return "locked for reading, %d readers" % readers if readers > 0 else "unlocked"


class GortWaitGroupPrinter:
  def __init__(self, value):
    self.value = value

  def to_string(self):
    state = gort_scalar(self.value["state_"])
    return "count %d, %d waiting" % (state >> 32, state & 0xffffffff)


# A pointer prints as before, with what it points to behind it.
class GortGPointerPrinter:
  def __init__(self, value):
    self.address = int(value)

  def to_string(self):
    if self.address == 0:
      return "0x0"
    try:
      return "%#x, %s" % (self.address, GortG(self.address).title())
    except gdb.MemoryError:
      return "%#x, not readable" % self.address


class GortPrinters(gdb.printing.PrettyPrinter):
  PATTERNS = (
      (re.compile(r"^gort::(Chan|SendChan|RecvChan)<.*>$"), GortChanPrinter),
      (re.compile(r"^gort::Mutex$"), GortMutexPrinter),
      (re.compile(r"^gort::RWMutex$"), GortRWMutexPrinter),
      (re.compile(r"^gort::WaitGroup$"), GortWaitGroupPrinter),
  )

  def __init__(self):
    super().__init__("gort")

  def __call__(self, value):
    kind = value.type.strip_typedefs().unqualified()
    if kind.code == gdb.TYPE_CODE_PTR:
      target = kind.target().strip_typedefs().unqualified()
      return GortGPointerPrinter(value) if target.tag == "gort::runtime::g" else None
    for pattern, printer in self.PATTERNS:
      if kind.tag is not None and pattern.match(kind.tag):
        return printer(value)
    return None


gdb.printing.register_pretty_printer(None, GortPrinters(), True)
