"""Says whether a screenshot of the page is a picture of it: size, and colours where they belong.

  check_png.py FILE WIDTH HEIGHT X Y W H COLOUR...

The region (X, Y, W, H) must hold each colour (rrggbb) in at least 0.5 % of its pixels, and at least three colours. The exit status says
yes or no. PNG by hand, so that nothing has to be installed: chromium writes 8 bits, RGB or RGBA, not interlaced.
"""

import struct
import sys
import zlib


def chunks(data):
  at = 8
  while at < len(data):
    length, kind = struct.unpack(">I4s", data[at:at + 8])
    yield kind, data[at + 8:at + 8 + length]
    at += 12 + length


def paeth(a, b, c):
  return min((a, b, c), key=lambda value: abs(a + b - c - value))


def unfilter(kind, line, above, step):
  """Adds to each byte what PNG's filter `kind` guessed from its neighbours."""
  for i in range(len(line)) if kind else ():
    left = line[i - step] if i >= step else 0
    if kind == 1:
      guess = left
    elif kind == 2:
      guess = above[i]
    elif kind == 3:
      guess = (left + above[i]) // 2
    else:
      guess = paeth(left, above[i], above[i - step] if i >= step else 0)
    line[i] = (line[i] + guess) & 255
  return line


def rows(data, last):
  """Yields (width, height, bytes per pixel, row) for the rows up to `last`."""
  if data[:8] != b"\x89PNG\r\n\x1a\n":
    raise ValueError("it is no PNG")
  parts = list(chunks(data))
  width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", parts[0][1])
  if depth != 8 or kind not in (2, 6) or interlaced:
    raise ValueError("it is a PNG of another form than chromium's")
  step = 3 if kind == 2 else 4
  raw = zlib.decompress(b"".join(body for name, body in parts if name == b"IDAT"))
  above = bytes(width * step)
  for y in range(min(height, last)):
    begin = y * (width * step + 1)
    above = unfilter(raw[begin], bytearray(raw[begin + 1:begin + 1 + width * step]), above, step)
    yield width, height, step, above


def main():
  path, *numbers = sys.argv[1:8]
  want_width, want_height, x, y, w, h = map(int, numbers)
  colours = [bytes.fromhex(colour) for colour in sys.argv[8:]]
  seen = {}
  with open(path, "rb") as file:
    for at, (width, height, step, row) in enumerate(rows(file.read(), y + h)):
      if (width, height) != (want_width, want_height):
        sys.exit(f"{path}: {width}x{height} instead of {want_width}x{want_height}")
      for i in range(x, x + w) if at >= y else ():
        pixel = bytes(row[i * step:i * step + 3])
        seen[pixel] = seen.get(pixel, 0) + 1
  if len(seen) < 3:
    sys.exit(f"{path}: the tracks are blank")
  for colour in colours:
    if seen.get(colour, 0) < 0.005 * w * h:
      sys.exit(f"{path}: colour {colour.hex()} is missing; there are {[c.hex() for c in sorted(seen, key=seen.get)[-8:]]}")


main()
