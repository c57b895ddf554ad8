# gort in gdb, part 1 of 7: memory of the program, by symbol and by offset.
#
# The parts are joined in this order, put behind GortOffsets (script.S) and linked into every program as its section
# .debug_gdb_scripts, where they have one namespace.
#
# Nothing here needs debug information, of which the runtime mostly has none: symbols come from .symtab, offsets of fields from
# the compiler that built the program. Only the printers (printers.py) look at types, for who prints a variable has them.

import re
import struct

import gdb


# Complains in one sentence: gdb shows it without a Python traceback.
def gort_fail(sentence):
  raise gdb.GdbError("gort: " + sentence)


# The addresses of the runtime's variables, for as long as they hold: a PIE moves with every run, and every run brings objects of
# its own (the kernel's vdso, if nothing else). Kept because each search takes gdb 10 ms beside libc's debug information.
gort_symbols = {}


def gort_forget_symbols(event):
  gort_symbols.clear()


for gort_event in (gdb.events.new_objfile, gdb.events.clear_objfiles, gdb.events.exited):
  gort_event.connect(gort_forget_symbols)


# The address of a variable of the runtime.
def gort_symbol(name):
  if name not in gort_symbols:
    try:
      gort_symbols[name] = int(gdb.parse_and_eval("(unsigned long)&'%s'" % name))
    except gdb.error:
      gort_fail("no symbol %s; is this program stripped? Give gdb the one it was stripped from" % name)
  return gort_symbols[name]


def gort_read(address, size_bytes):
  return bytes(gdb.selected_inferior().read_memory(address, size_bytes))


def gort_u64(address):
  return struct.unpack("<Q", gort_read(address, 8))[0]


# A string that ends with a NUL; "" for a null pointer and for one that leads nowhere.
def gort_string(address):
  if address == 0:
    return ""
  text = b""
  try:
    while b"\0" not in text and len(text) < 1024:
      # Up to the end of a line of 64 bytes, which never crosses into a page that is not there.
      text += gort_read(address + len(text), 64 - (address + len(text)) % 64)
  except gdb.MemoryError:
    return ""
  return text.split(b"\0")[0].decode("utf-8", "replace")


# One struct of the program, read at once; its fields by the names of GortOffsets.
class GortStruct:
  def __init__(self, address, size_bytes):
    self.address = address
    self.raw = gort_read(address, size_bytes)

  def u64(self, offset):
    return struct.unpack_from("<Q", self.raw, offset)[0]

  def i64(self, offset):
    return struct.unpack_from("<q", self.raw, offset)[0]

  def u32(self, offset):
    return struct.unpack_from("<I", self.raw, offset)[0]

  def i32(self, offset):
    return struct.unpack_from("<i", self.raw, offset)[0]

  def u16(self, offset):
    return struct.unpack_from("<H", self.raw, offset)[0]

  def u8(self, offset):
    return self.raw[offset]


# Every command begins with this: there is a process or a core file, of the one architecture that has goroutines.
def gort_check_program():
  if gdb.selected_thread() is None:
    gort_fail("the program does not run, and there is no core file; `run`, `attach` or `core-file` first")
  name = gdb.newest_frame().architecture().name()
  if name != "i386:x86-64":
    gort_fail("goroutines of %s are not known here, only those of x86-64" % name)


# gdb takes Go's names for another language's and shows runtime[mcall].
def gort_plain_name(name):
  return re.sub(r"^runtime\[(\w+)\]$", r"runtime.\1", name)


# The function that an address belongs to.
def gort_symbol_at(address):
  text = gdb.execute("info symbol %#x" % address, False, True)
  if text.startswith("No symbol"):
    return "%#x" % address
  return gort_plain_name(text.split(" in section ")[0].rsplit(" + ", 1)[0])
