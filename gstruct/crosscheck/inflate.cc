#include "gort/gstruct/crosscheck/inflate.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace gort::crosscheck {
namespace {

constexpr int kMaxCodeBits = 15;
constexpr size_t kLiteralSymbols = 288;
constexpr size_t kDistanceSymbols = 32;
constexpr int kEndOfBlock = 256;
// The best DEFLATE can do: 258 bytes from two bits.
constexpr uint64_t kMaxRatio = 1032;
// What debug information usually does at most; memory for more is taken when the content turns up.
constexpr uint64_t kUsualRatio = 8;
constexpr uint64_t kMaxSize = uint64_t{1} << 30;

// Bits of the stream, least significant first. Past the end it yields zeros and remembers that it did.
class BitReader {
 public:
  explicit BitReader(std::string_view bytes) : bytes_(bytes) {}

  bool overrun() const { return overrun_; }

  // Up to 16 bits.
  unsigned Bits(int count) {
    while (held_ < count) {
      if (next_ == bytes_.size()) {
        overrun_ = true;
        return 0;
      }
      bits_ |= static_cast<uint32_t>(static_cast<uint8_t>(bytes_[next_++])) << held_;
      held_ += 8;
    }
    const unsigned value = bits_ & ((1u << count) - 1);
    bits_ >>= count;
    held_ -= count;
    return value;
  }

  // Drops the rest of the current byte; what follows are whole bytes.
  void AlignToByte() {
    bits_ = 0;
    held_ = 0;
  }

  std::string_view Bytes(size_t count) {
    if (count > bytes_.size() - next_) {
      overrun_ = true;
      return {};
    }
    next_ += count;
    return bytes_.substr(next_ - count, count);
  }

 private:
  std::string_view bytes_;
  size_t next_ = 0;
  uint32_t bits_ = 0;
  int held_ = 0;  // below 8 between calls, so that AlignToByte drops less than a byte
  bool overrun_ = false;
};

// A canonical Huffman code: how many codes each length has, and the symbols in code order.
class HuffmanCode {
 public:
  // False when the lengths ask for more codes than there are bit patterns. Incomplete codes are accepted, as a single
  // distance code legally is; a bit pattern nobody owns fails in Decode.
  bool Build(const uint8_t* lengths, size_t symbols) {
    count_.fill(0);
    for (size_t i = 0; i < symbols; i++) count_[lengths[i]]++;
    count_[0] = 0;
    int free_codes = 1;
    std::array<uint16_t, kMaxCodeBits + 2> first{};
    for (int bits = 1; bits <= kMaxCodeBits; bits++) {
      free_codes = free_codes * 2 - count_[bits];
      if (free_codes < 0) return false;
      first[bits + 1] = static_cast<uint16_t>(first[bits] + count_[bits]);
    }
    for (size_t i = 0; i < symbols; i++) {
      if (lengths[i] != 0) symbol_[first[lengths[i]]++] = static_cast<uint16_t>(i);
    }
    return true;
  }

  // The next symbol, or -1.
  int Decode(BitReader& in) const {
    int code = 0;   // bits read so far, as a number
    int first = 0;  // the first code of this length
    int index = 0;  // its place in symbol_
    for (int bits = 1; bits <= kMaxCodeBits; bits++) {
      code |= static_cast<int>(in.Bits(1));
      if (in.overrun()) return -1;
      if (code - first < count_[bits]) return symbol_[static_cast<size_t>(index + code - first)];
      index += count_[bits];
      first = (first + count_[bits]) * 2;
      code *= 2;
    }
    return -1;
  }

 private:
  std::array<uint16_t, kMaxCodeBits + 1> count_{};
  std::array<uint16_t, kLiteralSymbols> symbol_{};
};

struct BlockCodes {
  HuffmanCode literal;
  HuffmanCode distance;
};

// RFC 1951 section 3.2.6.
void BuildFixedCodes(BlockCodes& codes) {
  std::array<uint8_t, kLiteralSymbols> lengths{};
  for (size_t i = 0; i < lengths.size(); i++) lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
  codes.literal.Build(lengths.data(), lengths.size());
  lengths.fill(5);
  codes.distance.Build(lengths.data(), kDistanceSymbols);
}

// RFC 1951 section 3.2.7: code lengths that are themselves Huffman coded and run-length encoded.
bool ReadDynamicCodes(BitReader& in, BlockCodes& codes) {
  static constexpr std::array<uint8_t, 19> kOrder = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
  const size_t literals = in.Bits(5) + 257;
  const size_t distances = in.Bits(5) + 1;
  const size_t ordered = in.Bits(4) + 4;
  if (literals > kLiteralSymbols - 2 || distances > kDistanceSymbols - 2) return false;

  std::array<uint8_t, kLiteralSymbols + kDistanceSymbols> lengths{};
  for (size_t i = 0; i < ordered; i++) lengths[kOrder[i]] = static_cast<uint8_t>(in.Bits(3));
  HuffmanCode length_code;
  if (!length_code.Build(lengths.data(), kOrder.size())) return false;
  lengths.fill(0);

  for (size_t filled = 0; filled < literals + distances;) {
    const int symbol = length_code.Decode(in);
    if (symbol < 0) return false;
    uint8_t value = 0;
    size_t repeat = 1;
    if (symbol < 16) {
      value = static_cast<uint8_t>(symbol);
    } else if (symbol == 16) {
      if (filled == 0) return false;
      value = lengths[filled - 1];
      repeat = 3 + in.Bits(2);
    } else {
      repeat = symbol == 17 ? 3 + in.Bits(3) : 11 + in.Bits(7);
    }
    if (repeat > literals + distances - filled) return false;
    while (repeat-- > 0) lengths[filled++] = value;
  }
  return !in.overrun() && lengths[kEndOfBlock] != 0 && codes.literal.Build(lengths.data(), literals) &&
         codes.distance.Build(lengths.data() + literals, distances);
}

bool CopyStoredBlock(BitReader& in, std::string& out, size_t limit) {
  in.AlignToByte();
  const unsigned size = in.Bits(16);
  const unsigned complement = in.Bits(16);
  if (in.overrun() || size != (complement ^ 0xffff) || size > limit - out.size()) return false;
  out += in.Bytes(size);
  return !in.overrun();
}

// Copies `length` bytes from `distance` back, one by one because source and target may overlap.
bool CopyMatch(std::string& out, size_t distance, size_t length, size_t limit) {
  if (distance > out.size() || length > limit - out.size()) return false;
  for (size_t from = out.size() - distance; length > 0; length--) out += out[from++];
  return true;
}

bool DecodeBlock(BitReader& in, const BlockCodes& codes, std::string& out, size_t limit) {
  static constexpr std::array<uint16_t, 29> kLengthBase = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                                           15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                                           67, 83, 99, 115, 131, 163, 195, 227, 258};
  static constexpr std::array<uint8_t, 29> kLengthExtra = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                                           2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
  static constexpr std::array<uint16_t, 30> kDistanceBase = {
      1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
      193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
  for (;;) {
    const int symbol = codes.literal.Decode(in);
    if (symbol < 0) return false;
    if (symbol == kEndOfBlock) return true;
    if (symbol < kEndOfBlock) {
      if (out.size() == limit) return false;
      out += static_cast<char>(symbol);
      continue;
    }
    const size_t length_index = static_cast<size_t>(symbol - kEndOfBlock - 1);
    if (length_index >= kLengthBase.size()) return false;
    const size_t length = kLengthBase[length_index] + in.Bits(kLengthExtra[length_index]);
    const int distance_symbol = codes.distance.Decode(in);
    if (distance_symbol < 0 || static_cast<size_t>(distance_symbol) >= kDistanceBase.size()) return false;
    const size_t distance_index = static_cast<size_t>(distance_symbol);
    const int distance_extra = distance_index < 2 ? 0 : static_cast<int>(distance_index / 2) - 1;
    const size_t distance = kDistanceBase[distance_index] + in.Bits(distance_extra);
    if (in.overrun() || !CopyMatch(out, distance, length, limit)) return false;
  }
}

bool Inflate(BitReader& in, std::string& out, size_t limit) {
  BlockCodes codes;
  for (bool last = false; !last;) {
    last = in.Bits(1) != 0;
    const unsigned type = in.Bits(2);
    if (in.overrun() || type == 3) return false;
    if (type == 0) {
      if (!CopyStoredBlock(in, out, limit)) return false;
      continue;
    }
    if (type == 1) BuildFixedCodes(codes);
    if (type == 2 && !ReadDynamicCodes(in, codes)) return false;
    if (!DecodeBlock(in, codes, out, limit)) return false;
  }
  return true;
}

uint32_t Adler32(std::string_view bytes) {
  constexpr uint32_t kModulus = 65521;
  uint32_t a = 1;
  uint32_t b = 0;
  for (char c : bytes) {
    a = (a + static_cast<uint8_t>(c)) % kModulus;
    b = (b + a) % kModulus;
  }
  return b << 16 | a;
}

}  // namespace

Result<std::string> ZlibDecompress(std::string_view stream, uint64_t size_bytes) {
  constexpr unsigned kDeflate = 8;
  constexpr unsigned kPresetDictionary = 0x20;
  if (stream.size() < 2) return Error{"the compressed data is shorter than its own header"};
  const unsigned method = static_cast<uint8_t>(stream[0]);
  const unsigned flags = static_cast<uint8_t>(stream[1]);
  if ((method & 0xf) != kDeflate || (method * 256 + flags) % 31 != 0 || (flags & kPresetDictionary) != 0) {
    return Error{"the compressed data does not begin with a zlib header"};
  }
  if (size_bytes / kMaxRatio > stream.size()) {
    return Error{"the compressed data claims to hold " + std::to_string(size_bytes) + " bytes, more than its " +
                 std::to_string(stream.size()) + " can"};
  }

  if (size_bytes > kMaxSize) {
    return Error{"the compressed data holds " + std::to_string(size_bytes) + " bytes, more than 1 GiB"};
  }

  BitReader in(stream.substr(2));
  std::string out;
  out.reserve(static_cast<size_t>(std::min(size_bytes, stream.size() * kUsualRatio)));
  if (!Inflate(in, out, static_cast<size_t>(size_bytes))) return Error{"the compressed data is damaged or cut short"};
  if (out.size() != size_bytes) {
    return Error{"the compressed data holds " + std::to_string(out.size()) + " bytes where " +
                 std::to_string(size_bytes) + " were announced"};
  }
  in.AlignToByte();
  uint32_t checksum = 0;
  for (char c : in.Bytes(4)) checksum = checksum << 8 | static_cast<uint8_t>(c);
  if (in.overrun() || checksum != Adler32(out)) return Error{"the compressed data has a wrong checksum"};
  return out;
}

}  // namespace gort::crosscheck
