"""Goroutines in lldb: `goroutines`, `goroutine N bt`, `goroutine all bt`.

    (lldb) command script import runtime/debug/lldb/goroutines.py

What the fields of a g are, the program says itself, in the section that holds its script for gdb (runtime/debug/gdb/script.S); symbols
come from .symtab. So no debug information of the runtime is needed. Processes and core files; x86-64 only.

A goroutine that no thread runs becomes one of lldb's threads until the program goes on. lldb asks an "operating system plug-in" for
the registers of such threads, which is the class OperatingSystemPlugIn below, and unwinds as usual. Nothing is written to the process.
"""

import os
import struct

import lldb

# What mcall pushes, from g.sched.sp up; the picture is in runtime/switch/amd64/switch.S.
MCALL_FRAME = ("r15", "r14", "r13", "r12", "rbx", "rbp", "rip")
# By their numbers in DWARF. Those that a call may change are 0.
REGISTERS = ("rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rip")
GENERIC = {"rip": "pc", "rsp": "sp", "rbp": "fp"}
FIRST_TID = 1 << 32  # of goroutines: the kernel's numbers are smaller


class Failure(Exception):
  """What cannot be done, in one sentence."""


class Program:
  """The memory of a process or a core file, by symbol and by offset."""

  def __init__(self, process):
    self.process = process
    self.target = process.GetTarget()
    if not self.target.GetTriple().startswith("x86_64"):
      raise Failure("goroutines of %s are not known here, only those of x86-64" % self.target.GetTriple())
    self.offsets = self.read_offsets()

  # The lines " name=number" of `class GortOffsets:`.
  def read_offsets(self):
    for module in self.target.module_iter():
      section = module.FindSection(".debug_gdb_scripts")
      if not section.IsValid():
        continue
      data = section.GetSectionData()
      text = data.ReadRawData(lldb.SBError(), 0, data.GetByteSize()) or b""
      if b"class GortOffsets:\n" not in text:
        continue
      offsets = {}
      for line in text.split(b"class GortOffsets:\n")[1].decode("latin-1").split("\n"):
        if not line.startswith(" "):
          return offsets
        name, value = line.strip().split("=")
        offsets[name] = int(value, 0)
    raise Failure("no section .debug_gdb_scripts says what a goroutine looks like; is gort linked into this program?")

  def symbol(self, name):
    for context in self.target.FindSymbols(name):
      address = context.GetSymbol().GetStartAddress().GetLoadAddress(self.target)
      if address != lldb.LLDB_INVALID_ADDRESS:
        return address
    raise Failure("no symbol %s; is this program stripped? Give lldb the one it was stripped from" % name)

  # A core file does not have what can be read in the program's file: the target knows both.
  def read(self, address, size_bytes):
    error = lldb.SBError()
    memory = self.target.ReadMemory(lldb.SBAddress(address, self.target), size_bytes, error)
    if not error.Success() or len(memory) != size_bytes:
      raise Failure("nothing can be read at %#x: %s" % (address, error.GetCString()))
    return memory

  def u64(self, address):
    return struct.unpack("<Q", self.read(address, 8))[0]

  # A string that ends with a NUL; "" for a null pointer and for one that leads nowhere.
  def string(self, address):
    text = b""
    try:
      while address != 0 and b"\0" not in text and len(text) < 1024:
        # Up to the end of a line of 64 bytes, which never crosses into a page that is not there.
        text += self.read(address + len(text), 64 - (address + len(text)) % 64)
    except Failure:
      return ""
    return text.split(b"\0")[0].decode("utf-8", "replace")

  # All goroutines that exist, by number. A list that ends in a circle is memory gone wrong: what could be read is shown.
  def goroutines(self):
    gone = (self.offsets["const__Gidle"], self.offsets["const__Gdead"])
    seen = {}
    address = self.u64(self.symbol("runtime.allgs"))
    while address != 0 and address not in seen:
      seen[address] = Goroutine(self, address)
      address = seen[address].field("alllink")
    return sorted((g for g in seen.values() if g.status not in gone), key=lambda g: g.goid)

  def wait_reason(self, number):
    if number >= self.u64(self.symbol("runtime.waitReasonCount")):
      return "unknown wait reason"
    return self.string(self.u64(self.symbol("runtime.waitReasonStrings") + 8 * number)) or "waiting"


class Goroutine:
  def __init__(self, program, address):
    self.program = program
    self.address = address
    self.raw = program.read(address, program.offsets["g__size"])
    self.goid = self.field("goid")
    self.status = self.field("atomicstatus", "<I")

  def field(self, name, form="<Q", inside=0):
    return struct.unpack_from(form, self.raw, self.program.offsets["g_" + name] + inside)[0]

  # "goroutine 7 [chan receive] worker, created by main at prog.cc:12"
  def title(self):
    offsets = self.program.offsets
    states = {offsets["const__G" + word]: word for word in ("runnable", "running", "syscall")}
    waits = self.status == offsets["const__Gwaiting"]
    state = self.program.wait_reason(self.field("waitreason", "<B")) if waits else states.get(self.status, "???")
    name = self.program.string(self.field("name"))
    creator = self.program.string(self.field("gofunction"))
    text = "goroutine %d [%s]%s" % (self.goid, state, " " + name if name else "")
    if creator:
      place = os.path.basename(self.program.string(self.field("gofile")))
      text += ", created by %s at %s:%d" % (creator, place, self.field("goline", "<I"))
    return text

  # The registers with which it will go on, as get_register_data is to return them.
  def registers(self):
    offsets = self.program.offsets
    sp = self.field("sched", inside=offsets["gobuf_sp"])
    if sp == self.field("stktopsp"):  # it has never run
      values = {"rip": self.field("sched", inside=offsets["gobuf_pc"]), "rsp": sp}
    else:
      words = struct.unpack("<7Q", self.program.read(sp, 8 * len(MCALL_FRAME)))
      values = dict(zip(MCALL_FRAME, words), rsp=sp + 8 * len(MCALL_FRAME))
    return struct.pack("<%dQ" % len(REGISTERS), *(values.get(name, 0) for name in REGISTERS))

  # The thread of lldb's that shows its stack.
  def thread(self):
    process = self.program.process
    if self.status in (self.program.offsets["const__Grunning"], self.program.offsets["const__Gsyscall"]):
      thread = process.GetThreadByID(self.program.u64(self.field("m") + self.program.offsets["m_procid"]))
    else:
      thread = process.GetThreadByID(FIRST_TID + self.goid)
      if not thread.IsValid():
        thread = process.CreateOSPluginThread(FIRST_TID + self.goid, self.address)
    if not thread.IsValid():
      raise Failure("goroutine %d runs on a thread that lldb does not see" % self.goid)
    return thread


class OperatingSystemPlugIn:
  """What lldb asks for registers. The names of the methods, and what they return, are lldb's."""

  def __init__(self, process):
    self.process = process
    self.addresses = {}  # of the g, by thread

  def get_thread_info(self):
    return []  # none by itself: there may be a million

  def create_thread(self, tid, context):
    self.addresses[tid] = context
    return {"tid": tid, "name": "goroutine %d" % (tid - FIRST_TID), "queue": "", "state": "stopped", "stop_reason": "none"}

  def get_register_info(self):
    registers = []
    for number, name in enumerate(REGISTERS):
      register = {"name": name, "bitsize": 64, "offset": 8 * number, "encoding": "uint", "format": "hex", "set": 0,
                  "gcc": number, "dwarf": number}
      if name in GENERIC:
        register["generic"] = GENERIC[name]
      registers.append(register)
    return {"sets": ["General Purpose Registers"], "registers": registers}

  def get_register_data(self, tid):
    return Goroutine(Program(self.process), self.addresses[tid]).registers()


# Calls f(program, command) and makes what it returns the command's output; a Failure is its error.
def answer(f, debugger, command, result):
  process = debugger.GetSelectedTarget().GetProcess()
  try:
    if not process.IsValid() or process.GetState() != lldb.eStateStopped:
      raise Failure("the program does not run, and there is no core file, or it is not stopped")
    result.AppendMessage(f(Program(process), command))
  except Failure as failure:
    result.SetError("gort: %s" % failure)


def goroutines(debugger, command, result, internal_dict):
  """goroutines [TEXT]: all goroutines, or those whose line holds TEXT."""
  answer(lambda program, text: "\n".join(line for line in (g.title() for g in program.goroutines()) if text in line),
         debugger, command.strip(), result)


def goroutine(debugger, command, result, internal_dict):
  """goroutine N [COMMAND]: runs an lldb command, such as bt, on goroutine N, or selects it. goroutine all COMMAND: on each."""
  answer(lambda program, text: run_on(debugger, program, text), debugger, command, result)


def run_on(debugger, program, text):
  which, _, command = text.strip().partition(" ")
  if not (which == "all" and command) and not which.isdecimal():
    raise Failure("'goroutine %s' is not understood; say `goroutine N`, `goroutine N bt` or `goroutine all bt`" % text)
  chosen = [g for g in program.goroutines() if which in ("all", str(g.goid))]
  if not chosen:
    raise Failure("there is no goroutine %s; `goroutines` shows those that exist" % which)
  process = program.process
  before = process.GetSelectedThread()
  output = []
  for g in chosen:
    thread = g.thread()
    process.SetSelectedThread(thread)
    output.append(g.title())
    if command:
      said = lldb.SBCommandReturnObject()
      debugger.GetCommandInterpreter().HandleCommand(command, lldb.SBExecutionContext(thread), said)
      output.append((said.GetOutput() or "") + (said.GetError() or ""))
  if command:
    process.SetSelectedThread(before)
  return "\n".join(output)


# Called by `command script import`, and again when lldb loads the plug-in.
def __lldb_init_module(debugger, internal_dict):
  if "gort" in internal_dict:
    return
  internal_dict["gort"] = True
  for command in ("goroutines", "goroutine"):
    debugger.HandleCommand("command script add -f %s.%s %s" % (__name__, command, command))
  debugger.HandleCommand('settings set target.process.python-os-plugin-path "%s"' % os.path.abspath(__file__))
