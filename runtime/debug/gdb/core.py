# gort in gdb, part 6 of 7: core files with the stacks of goroutines in them.
#
# Guard pages made by MADV_GUARD_INSTALL (Linux 6.13) do not divide a mapping, and gcore of gdb 13, Debian 12's, gives a whole
# mapping up at the first page that it cannot read: all stacks are zeros in the file. So what counts of them is written into it
# afterwards. Cores that the kernel writes are whole without this.

GORT_PAGE = 4096


# The parts of the process that a core file has: (address, offset in the file, bytes). Source: elf(5), 64-bit.
def gort_core_segments(core):
  header = core.read(64)
  phoff = struct.unpack_from("<Q", header, 32)[0]
  entsize, count = struct.unpack_from("<HH", header, 54)
  core.seek(phoff)
  table = core.read(entsize * count)
  for at in range(0, len(table), entsize):
    kind, _, offset, address, _, size_bytes = struct.unpack_from("<IIQQQQ", table, at)
    if kind == 1:  # PT_LOAD
      yield address, offset, size_bytes


# What must be in a core file of one goroutine: its g, which the list of all leads through even when it is dead, and its stack
# from sp up, with the red zone below.
def gort_core_ranges(g):
  yield g.address, g.address + GortOffsets.g__size
  low, high = g.u64(GortOffsets.g_slot + GortOffsets.stack_lo), g.u64(GortOffsets.g_slot + GortOffsets.stack_hi)
  if g.status in GORT_GONE or high == 0:
    return
  sp = g.sp
  if g.is_on_thread():
    thread = g.m().thread()
    if thread is not None:
      thread.switch()
      sp = int(gdb.newest_frame().read_register("rsp"))
  yield (sp - 128 if low + 128 <= sp < high else low), high


def gort_write_core(name):
  if gdb.selected_inferior().connection.type != "native":
    gort_fail("goroutine core: there is no process to write a core file of")
  gdb.execute("gcore " + name)
  with open(name, "r+b") as core, gort_selection_kept():
    gort_unwinder.set(None)
    segments = list(gort_core_segments(core))
    for g in gort_list(gort_u64(gort_symbol("runtime.allgs")), GortG, GortOffsets.g_alllink):
      for low, high in gort_core_ranges(g):
        low -= low % GORT_PAGE
        for address, offset, size_bytes in segments:
          if address <= low < address + size_bytes:
            core.seek(offset + low - address)
            core.write(gort_read(low, min(high, address + size_bytes) - low))
