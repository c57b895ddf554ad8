# gort in gdb, part 3 of 7: the stack of a goroutine that no thread runs.
#
# gdb shows stacks of threads. So a thread lends itself: its frames begin with its own registers, and we say who "called" them:
#
#     #0  the thread's own registers     shown as where the goroutine stands: in runtime.mcall (GortParkedFilter)
#     #1  the caller of its mcall        registers from the goroutine's stack (GortUnwinder)
#     #2  ...                            by the usual unwind information
#
# Nothing is written, neither registers nor memory; so it works on core files, and a process is as it was. Rejected: setting $sp
# and $pc, as Go's script does: not possible in a core file, and a gdb that dies in between ruins the process.
#
# When the program goes on, the thread is itself again.

import contextlib

import gdb.unwinder
from gdb.FrameDecorator import FrameDecorator

# What mcall pushes, from g.sched.sp up; the picture is in runtime/switch/amd64/switch.S.
GORT_MCALL_FRAME = ("r15", "r14", "r13", "r12", "rbx", "rbp", "rip")


# What a thread lends itself to: the goroutine, and the registers that #1 shall have.
class GortLoan:
  def __init__(self, g, thread):
    self.g = g
    self.ptid = thread.ptid
    self.thread_sp = int(gdb.newest_frame().read_register("rsp"))
    if g.is_new():
      # As if called right before its first instruction: unwinders take a pc for a return address and look one byte before it.
      self.registers = {"rip": g.pc + 1, "rsp": g.sp, "rbp": 0}
    else:
      words = struct.unpack("<7Q", gort_read(g.sp, 56))
      self.registers = dict(zip(GORT_MCALL_FRAME, words), rsp=g.sp + 56)


class GortFrameId:
  def __init__(self, sp, pc):
    self.sp = sp
    self.pc = pc


class GortUnwinder(gdb.unwinder.Unwinder):
  def __init__(self):
    super().__init__("gort")
    self.loan = None

  # gdb asks for every frame of every stack: ours is the innermost of the lending thread. Known by its sp and not by its level, for
  # functions inlined there have levels of their own.
  def __call__(self, pending_frame):
    loan = self.loan
    if loan is None or gdb.selected_thread().ptid != loan.ptid:
      return None
    if int(pending_frame.read_register("rsp")) != loan.thread_sp:
      return None
    # Below all frames that follow: gdb takes a stack that grows the wrong way for a broken one.
    info = pending_frame.create_unwind_info(GortFrameId(gdb.Value(loan.g.sp), gdb.Value(loan.g.pc)))
    for name, value in loan.registers.items():
      info.add_saved_register(name, gdb.Value(value))
    return info

  # `loan` None: threads are themselves.
  def set(self, loan):
    self.loan = loan
    gort_parked_filter.enabled = loan is not None
    gdb.invalidate_cached_frames()


# The name of a frame's function; None where there is no symbol.
def gort_frame_name(frame):
  name = frame.name()
  return gort_plain_name(name) if name is not None else None


# A line of `bt` as it is without filters; gdb's own FrameDecorator prints parameters twice.
class GortFrame(FrameDecorator):
  def function(self):
    frame = self.inferior_frame()
    return gort_frame_name(frame) or frame.pc()


# The frame that a goroutine stands in while it does not run; `frame` is the lender's, for its number.
class GortParkedFrame(FrameDecorator):
  def __init__(self, frame, g):
    super().__init__(frame)
    self.g = g

  def address(self):
    return self.g.pc

  def function(self):
    return gort_symbol_at(self.g.pc)

  def filename(self):
    return None

  def line(self):
    return None

  def frame_args(self):
    return None

  def frame_locals(self):
    return None


# In `bt`: the frames of the lending thread's own registers become one.
class GortParkedFilter:
  def __init__(self):
    self.name = "gort"
    self.priority = 1000
    self.enabled = False
    gdb.frame_filters[self.name] = self

  def filter(self, frames):
    loan = gort_unwinder.loan
    if loan is None or gdb.selected_thread().ptid != loan.ptid:
      return frames
    return self.without_lender(frames, loan)

  def without_lender(self, frames, loan):
    last = None
    for frame in frames:
      if int(frame.inferior_frame().read_register("rsp")) == loan.thread_sp:
        last = frame
        continue
      if last is not None and not loan.g.is_new():
        yield GortParkedFrame(last.inferior_frame(), loan.g)
      last = None
      yield GortFrame(frame)


gort_unwinder = GortUnwinder()
gort_parked_filter = GortParkedFilter()
gdb.unwinder.register_unwinder(None, gort_unwinder, True)


def gort_program_goes_on(event):
  if gort_unwinder.loan is not None:
    gort_unwinder.set(None)


for gort_event in (gdb.events.cont, gdb.events.exited):
  gort_event.connect(gort_program_goes_on)


# Makes `g` what bt, frame, up and the like look at, with its innermost known frame selected.
def gort_select(g):
  if g.is_on_thread():
    m = g.m()
    thread = m.thread() if m is not None else None
    if thread is None:
      gort_fail("goroutine %d runs on a thread that gdb does not see" % g.goid)
    gort_unwinder.set(None)
    thread.switch()
    gdb.newest_frame().select()
    return
  gort_unwinder.set(None)
  gort_unwinder.set(GortLoan(g, gdb.selected_thread()))
  frame = gdb.newest_frame()
  while frame is not None and int(frame.read_register("rsp")) == gort_unwinder.loan.thread_sp:
    frame = frame.older()
  if frame is not None:
    frame.select()


# Afterwards thread, frame and loan are as before. By level: a frame object does not survive a change of the unwinder.
@contextlib.contextmanager
def gort_selection_kept():
  thread = gdb.selected_thread()
  loan = gort_unwinder.loan
  level = gdb.selected_frame().level()
  try:
    yield
  finally:
    thread.switch()
    gort_unwinder.set(loan)
    frame = gdb.newest_frame()
    while frame.level() < level and frame.older() is not None:
      frame = frame.older()
    frame.select()
