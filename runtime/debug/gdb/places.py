# gort in gdb, part 4 of 7: where in the user's code a goroutine is.

GORT_RUNTIME_PREFIXES = ("runtime.", "gort::", "std::", "__gnu_cxx::", "absl::", "__morestack")
GORT_STACK_END = "runtime.goexit"
GORT_SYSTEM_LIBRARIES = re.compile(r"^(ld-linux|libc|libgcc_s|libm|libpthread|libstdc\+\+)\b")


# A demangled name without parameters and return type.
def gort_short_name(name):
  end = len(name)
  for suffix in (" const", " &", " &&"):
    if name.endswith(suffix):
      end = len(name) - len(suffix)
  name = name[:end]
  if name.endswith(")") and not name.endswith("operator()"):
    depth = 0
    for i in range(len(name) - 1, -1, -1):
      depth += (name[i] == ")") - (name[i] == "(")
      if depth == 0:
        name = name[:i]
        break
  depth = 0
  for i in range(len(name) - 1, -1, -1):
    depth += (name[i] in ")>}") - (name[i] in "(<{")
    if name[i] == " " and depth == 0 and not name[:i].endswith("operator"):
      return name[i + 1:]
  return name


# "Consume at prog.cc:12", or without the line where there is no debug information.
def gort_frame_text(frame):
  name = gort_frame_name(frame)
  if name is None:
    return "%#x" % frame.pc()
  line = frame.find_sal()
  text = gort_short_name(name).replace("(anonymous namespace)::", "")
  if text == "operator()":  # all that debug information says of a lambda
    text = "lambda"
  if line.symtab is not None and line.line > 0:
    text += " at %s:%d" % (line.symtab.filename.rsplit("/", 1)[-1], line.line)
  return text


# Not the runtime's, not a library's of the system, also where that is inlined from a header, and not the kernel's.
def gort_is_user_frame(frame, name):
  if frame.type() == gdb.SIGTRAMP_FRAME:
    return False
  library = gdb.solib_name(frame.pc())
  if library is not None and GORT_SYSTEM_LIBRARIES.match(library.rsplit("/", 1)[-1]):
    return False
  file = frame.find_sal().symtab
  if file is not None and file.filename.startswith("/usr/"):
    return False
  return name is None or not gort_short_name(name).startswith(GORT_RUNTIME_PREFIXES)


# From `frame` outwards: the frames up to the first of the user's, and that one's text. If there is none, the first frame's.
def gort_walk_to_user(frame):
  frames = []
  while frame is not None:
    name = gort_frame_name(frame)
    if name == GORT_STACK_END:
      break
    frames.append(frame)
    if gort_is_user_frame(frame, name):
      return frames, gort_frame_text(frame)
    frame = frame.older()
  return frames, gort_frame_text(frames[0]) if frames else "???"


# Where each goroutine is, for many of them: unwinding takes gdb a millisecond, and most goroutines wait where another does.
#
# A walk from the parked sp to the user's frame is remembered as the return addresses that it met, and at which distance from
# sp. A goroutine whose stack holds the same addresses at the same distances is in the same place.
class GortPlaces:
  WINDOW_BYTES = 4096

  def __init__(self):
    self.walks = {}  # by the first return address: [(((distance, address), ...), place), ...]

  def place(self, g):
    if g.is_on_thread():
      return self.unwind(g)[1]
    if g.is_new():
      return gort_short_name(gort_symbol_at(g.u64(GortOffsets.g_startpc)))
    size_bytes = min(self.WINDOW_BYTES, max(56, g.u64(GortOffsets.g_stack + GortOffsets.stack_hi) - g.sp))
    try:
      stack = gort_read(g.sp, size_bytes)
    except gdb.MemoryError:
      return "??? (its stack cannot be read)"
    first = struct.unpack_from("<Q", stack, 48)[0]
    for walk, place in self.walks.get(first, []):
      if all(struct.unpack_from("<Q", stack, distance)[0] == address for distance, address in walk):
        return place
    frames, place = self.unwind(g)
    walk = tuple(sorted({(int(f.read_register("rsp")) - 8 - g.sp, f.pc()) for f in frames}))
    if walk and 0 <= walk[0][0] and walk[-1][0] + 8 <= size_bytes:
      self.walks.setdefault(first, []).append((walk, place))
    return place

  def unwind(self, g):
    try:
      gort_select(g)
      return gort_walk_to_user(gdb.selected_frame())
    except (gdb.error, gdb.GdbError):
      return [], "??? (its stack cannot be unwound)"
