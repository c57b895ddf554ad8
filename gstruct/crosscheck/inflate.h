// Decompression of debug sections: the zlib format (RFC 1950) around DEFLATE (RFC 1951).
//
// Go's linker and `ld --compress-debug-sections` write them. A library of a hundred lines, bounded by construction, was
// preferred to zlib: nothing else in the repository needs it, and a tool of layer 0 should build where only a compiler
// is.

#ifndef GORT_GSTRUCT_CROSSCHECK_INFLATE_H_
#define GORT_GSTRUCT_CROSSCHECK_INFLATE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "gort/gstruct/crosscheck/result.h"

namespace gort::crosscheck {

// The content of `stream`, which must be exactly `size_bytes` long.
// Memory: never more than size_bytes, which is refused above 1 GiB and where DEFLATE could not reach it (1032:1).
// Errors: a clause, "the compressed data ...", without the file's name, which the caller knows.
// Source: RFC 1950, RFC 1951. The decoder counts codes per length, as RFC 1951 section 3.2.2 describes, in place of
// zlib's look-up tables: slower, but the whole tool still needs only 40 ms for a Go web server of 6 MB.
Result<std::string> ZlibDecompress(std::string_view stream, uint64_t size_bytes);

}  // namespace gort::crosscheck

#endif  // GORT_GSTRUCT_CROSSCHECK_INFLATE_H_
