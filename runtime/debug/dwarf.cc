#include "gort/runtime/debug/dwarf.h"

namespace gort::runtime {

namespace {

enum Attribute : std::uint64_t {
  kName = 0x03,
  kStmtList = 0x10,
  kLowPc = 0x11,
  kHighPc = 0x12,
  kAbstractOrigin = 0x31,
  kSpecification = 0x47,
  kRanges = 0x55,
  kCallFile = 0x58,
  kCallLine = 0x59,
  kLinkageName = 0x6e,
  kStrOffsetsBase = 0x72,
  kAddrBase = 0x73,
  kRnglistsBase = 0x74,
  kMipsLinkageName = 0x2007,  // before version 4
};

enum Form : std::uint64_t {
  kAddr = 0x01,
  kBlock2 = 0x03,
  kBlock4 = 0x04,
  kData2 = 0x05,
  kData4 = 0x06,
  kData8 = 0x07,
  kInlineString = 0x08,
  kBlock = 0x09,
  kBlock1 = 0x0a,
  kData1 = 0x0b,
  kFlag = 0x0c,
  kSdata = 0x0d,
  kStrp = 0x0e,
  kUdata = 0x0f,
  kRefAddr = 0x10,
  kRef1 = 0x11,
  kRef2 = 0x12,
  kRef4 = 0x13,
  kRef8 = 0x14,
  kRefUdata = 0x15,
  kIndirect = 0x16,
  kSecOffset = 0x17,
  kExprloc = 0x18,
  kFlagPresent = 0x19,
  kStrx = 0x1a,
  kAddrx = 0x1b,
  kRefSup4 = 0x1c,
  kStrpSup = 0x1d,
  kData16 = 0x1e,
  kLineStrp = 0x1f,
  kRefSig8 = 0x20,
  kImplicitConst = 0x21,
  kLoclistx = 0x22,
  kRnglistx = 0x23,
  kRefSup8 = 0x24,
  kStrx1 = 0x25,
  kStrx2 = 0x26,
  kStrx3 = 0x27,
  kStrx4 = 0x28,
  kAddrx1 = 0x29,
  kAddrx2 = 0x2a,
  kAddrx3 = 0x2b,
  kAddrx4 = 0x2c,
  kGnuAddrIndex = 0x1f01,
  kGnuStrIndex = 0x1f02,
  kGnuRefAlt = 0x1f20,
  kGnuStrpAlt = 0x1f21,
};

enum UnitType : std::uint8_t { kCompile = 1, kPartial = 3, kSkeleton = 4 };

enum RangeListEntry : std::uint8_t {
  kEndOfList = 0,
  kBaseAddressx = 1,
  kStartxEndx = 2,
  kStartxLength = 3,
  kOffsetPair = 4,
  kBaseAddress = 5,
  kStartEnd = 6,
  kStartLength = 7,
};

constexpr std::size_t kAddressSize = 8;

// Where an entry keeps an attribute; null for one that nobody asks for.
DwarfValue* Place(DwarfEntry* entry, std::uint64_t attribute) {
  switch (attribute) {
    case kName: return &entry->name;
    case kLinkageName:
    case kMipsLinkageName: return &entry->linkage_name;
    case kLowPc: return &entry->low_pc;
    case kHighPc: return &entry->high_pc;
    case kRanges: return &entry->ranges;
    case kSpecification: return &entry->specification;
    case kAbstractOrigin: return &entry->abstract_origin;
    case kCallFile: return &entry->call_file;
    case kCallLine: return &entry->call_line;
    case kStmtList: return &entry->stmt_list;
    case kStrOffsetsBase: return &entry->str_offsets_base;
    case kAddrBase: return &entry->addr_base;
    case kRnglistsBase: return &entry->rnglists_base;
    default: return nullptr;
  }
}

}  // namespace

DwarfSections::DwarfSections(const ElfFile& file) {
  bool compressed = false;
  info = file.Section(".debug_info", &compressed);
  abbreviations = file.Section(".debug_abbrev", &compressed);
  strings = file.Section(".debug_str", &compressed);
  line_strings = file.Section(".debug_line_str", &compressed);
  string_offsets = file.Section(".debug_str_offsets", &compressed);
  addresses = file.Section(".debug_addr", &compressed);
  ranges = file.Section(".debug_ranges", &compressed);
  range_lists = file.Section(".debug_rnglists", &compressed);
}

// The head of a unit, where `rest` begins. Sets all that it says, and where the root is.
bool DwarfUnit::ReadHead(Bytes rest) {
  offset_size_ = 4;
  std::uint64_t length = rest.U32();
  if (length == 0xffffffff) {
    offset_size_ = 8;
    length = rest.U64();
  }
  end_ = sections_.info.left() - rest.left() + length;
  Bytes body = rest.Take(length);
  if (!rest.ok()) {
    end_ = sections_.info.left();
    return false;
  }
  version_ = body.U16();
  std::uint8_t type = kCompile;
  std::uint8_t address_size;
  if (version_ >= 5) {
    type = body.U8();
    address_size = body.U8();
    abbreviations_at_ = body.Fixed(offset_size_);
    if (type == kSkeleton) body.Skip(8);  // which file the rest is in
  } else {
    abbreviations_at_ = body.Fixed(offset_size_);
    address_size = body.U8();
  }
  first_ = end_ - body.left();
  return body.ok() && version_ >= 2 && version_ <= 5 && address_size == kAddressSize &&
         (type == kCompile || type == kPartial || type == kSkeleton);
}

bool DwarfUnit::Open(const DwarfSections& sections, std::uint64_t offset) {
  sections_ = sections;
  offset_ = offset;
  const Bytes rest = sections_.info.From(offset);
  if (rest.empty()) {
    end_ = sections_.info.left();
    return false;
  }
  if (!ReadHead(rest)) return false;
  LoadAbbreviations(Entries().Uleb());
  Bytes at = Entries();
  return Read(&at, &root_);
}

// Up to the one with number `last`; 0: all.
void DwarfUnit::LoadAbbreviations(std::uint64_t last) {
  for (; known_ > 0; --known_) table_[known_ - 1] = {};
  for (Bytes at = sections_.abbreviations.From(abbreviations_at_);;) {
    const std::uint64_t number = at.Uleb();
    if (number == 0) return;
    Abbreviation entry = {};
    entry.tag = static_cast<std::uint16_t>(at.Uleb());
    entry.children = at.U8() != 0;
    entry.attributes = static_cast<std::uint32_t>(sections_.abbreviations.left() - at.left());
    std::size_t size = 0;
    for (;;) {
      const std::uint64_t attribute = at.Uleb();
      const std::uint64_t form = at.Uleb();
      if (form == kImplicitConst) at.Sleb();
      if (attribute == 0 && form == 0) break;
      if (attribute == kLowPc || attribute == kRanges) entry.has_code = true;
      const int bytes = SizeOf(form);
      size = bytes < 0 || size + static_cast<std::size_t>(bytes) >= kVariable ? kVariable : size + static_cast<std::size_t>(bytes);
    }
    if (!at.ok()) return;
    entry.size = static_cast<std::uint16_t>(size);
    if (number < kMostAbbreviations) {
      table_[number] = entry;
      if (known_ <= number) known_ = number + 1;
    }
    if (number == last) return;
  }
}

Bytes DwarfUnit::At(std::uint64_t offset) const {
  if (offset < first_ || offset >= end_) return {};
  return sections_.info.From(offset).Take(end_ - offset);
}

// Reads an entry's number. With kEndOfChildren there is no abbreviation.
bool DwarfUnit::Start(Bytes* at, DwarfEntry* entry, const Abbreviation** abbreviation) const {
  if (at->empty()) return false;
  entry->offset = end_ - at->left();
  const std::uint64_t number = at->Uleb();
  entry->tag = kEndOfChildren;
  entry->children = false;
  *abbreviation = nullptr;
  if (number == 0) return at->ok();
  if (number >= known_ || table_[number].tag == 0) return false;
  *abbreviation = &table_[number];
  entry->tag = table_[number].tag;
  entry->children = table_[number].children;
  return at->ok();
}

bool DwarfUnit::Read(Bytes* at, DwarfEntry* entry) const {
  *entry = {};
  const Abbreviation* abbreviation;
  if (!Start(at, entry, &abbreviation)) return false;
  if (abbreviation == nullptr) return true;
  for (Bytes attributes = sections_.abbreviations.From(abbreviation->attributes); attributes.ok() && at->ok();) {
    const std::uint64_t attribute = attributes.Uleb();
    const std::uint64_t form = attributes.Uleb();
    if (attribute == 0 && form == 0) break;
    DwarfValue value = ReadValue(at, form);
    if (form == kImplicitConst) value.number = static_cast<std::uint64_t>(attributes.Sleb());
    if (DwarfValue* place = Place(entry, attribute); place != nullptr) *place = value;
  }
  return at->ok();
}

bool DwarfUnit::Skip(Bytes* at, DwarfEntry* entry, bool* has_code) const {
  const Abbreviation* abbreviation;
  *has_code = false;
  if (!Start(at, entry, &abbreviation)) return false;
  if (abbreviation == nullptr) return true;
  *has_code = abbreviation->has_code;
  if (abbreviation->size != kVariable) {
    at->Skip(abbreviation->size);
    return at->ok();
  }
  for (Bytes attributes = sections_.abbreviations.From(abbreviation->attributes); attributes.ok() && at->ok();) {
    const std::uint64_t attribute = attributes.Uleb();
    const std::uint64_t form = attributes.Uleb();
    if (attribute == 0 && form == 0) break;
    if (form == kImplicitConst) attributes.Sleb();
    ReadValue(at, form);
  }
  return at->ok();
}

// How many bytes every value of this form takes; -1 when they differ.
int DwarfUnit::SizeOf(std::uint64_t form) const {
  switch (form) {
    case kFlagPresent:
    case kImplicitConst: return 0;
    case kData1:
    case kFlag:
    case kRef1:
    case kStrx1:
    case kAddrx1: return 1;
    case kData2:
    case kRef2:
    case kStrx2:
    case kAddrx2: return 2;
    case kStrx3:
    case kAddrx3: return 3;
    case kData4:
    case kRef4:
    case kRefSup4:
    case kStrx4:
    case kAddrx4: return 4;
    case kData8:
    case kRef8:
    case kRefSup8:
    case kRefSig8: return 8;
    case kData16: return 16;
    case kAddr: return kAddressSize;
    case kRefAddr: return static_cast<int>(version_ == 2 ? kAddressSize : offset_size_);
    case kStrp:
    case kLineStrp:
    case kSecOffset:
    case kStrpSup:
    case kGnuRefAlt:
    case kGnuStrpAlt: return static_cast<int>(offset_size_);
    default: return -1;
  }
}

std::uint64_t DwarfUnit::ReadVariable(Bytes* at, std::uint64_t form) const {
  switch (form) {
    case kInlineString: {
      const std::uint64_t here = end_ - at->left();
      at->String();
      return here;
    }
    case kUdata:
    case kRefUdata:
    case kStrx:
    case kAddrx:
    case kLoclistx:
    case kRnglistx:
    case kGnuAddrIndex:
    case kGnuStrIndex: return at->Uleb();
    case kSdata: return static_cast<std::uint64_t>(at->Sleb());
    case kBlock1: at->Skip(at->U8()); return 0;
    case kBlock2: at->Skip(at->U16()); return 0;
    case kBlock4: at->Skip(at->U32()); return 0;
    case kBlock:
    case kExprloc: at->Skip(at->Uleb()); return 0;
    default: at->Skip(at->left() + 1); return 0;  // nobody can tell where the next value begins
  }
}

DwarfValue DwarfUnit::ReadValue(Bytes* at, std::uint64_t form) const {
  if (form == kIndirect) form = at->Uleb();  // if it says so once more: not known
  const auto known = static_cast<std::uint16_t>(form);
  const int size = SizeOf(form);
  if (size < 0) return {known, ReadVariable(at, form)};
  if (size <= 8) return {known, at->Fixed(static_cast<std::size_t>(size))};
  at->Skip(static_cast<std::uint64_t>(size));
  return {known, 0};
}

// Number `index` in a table of numbers of `size` bytes that begins at `base`.
std::uint64_t DwarfUnit::Indexed(Bytes table, const DwarfValue& base, std::uint64_t index, std::size_t size) const {
  if (index > table.left()) return 0;
  return table.From(base.number).From(index * size).Fixed(size);
}

const char* DwarfUnit::String(const DwarfValue& value) const {
  switch (value.form) {
    case kInlineString: return sections_.info.From(value.number).String();
    case kStrp: return sections_.strings.From(value.number).String();
    case kLineStrp: return sections_.line_strings.From(value.number).String();
    case kStrx:
    case kStrx1:
    case kStrx2:
    case kStrx3:
    case kStrx4:
      return sections_.strings.From(Indexed(sections_.string_offsets, root_.str_offsets_base, value.number, offset_size_)).String();
    default: return "";
  }
}

std::uint64_t DwarfUnit::Reference(const DwarfValue& value) const {
  switch (value.form) {
    case kRefAddr: return value.number;
    case kRef1:
    case kRef2:
    case kRef4:
    case kRef8:
    case kRefUdata: return value.number < size() ? offset_ + value.number : 0;
    default: return 0;
  }
}

std::uint64_t DwarfUnit::Address(const DwarfValue& value) const {
  switch (value.form) {
    case kAddr: return value.number;
    case kAddrx:
    case kAddrx1:
    case kAddrx2:
    case kAddrx3:
    case kAddrx4: return Indexed(sections_.addresses, root_.addr_base, value.number, kAddressSize);
    default: return 0;
  }
}

bool DwarfUnit::Covers(const DwarfEntry& entry, std::uint64_t address) const {
  if (entry.ranges) return RangesCover(entry.ranges, address);
  if (!entry.low_pc || !entry.high_pc) return false;
  const std::uint64_t low = Address(entry.low_pc);
  // Where the linker dropped a function, it left address 0. Since version 4 the end may be a length.
  if (low == 0 || address < low) return false;
  const std::uint64_t high = Address(entry.high_pc);
  return high != 0 ? address < high : address - low < entry.high_pc.number;
}

bool DwarfUnit::RangesCover(const DwarfValue& value, std::uint64_t address) const {
  if (value.form == kRnglistx) {
    const Bytes list = sections_.range_lists.From(root_.rnglists_base.number);
    return RangeListCovers(list.From(Indexed(list, {}, value.number, offset_size_)), address);
  }
  if (version_ >= 5) return RangeListCovers(sections_.range_lists.From(value.number), address);
  std::uint64_t base = Address(root_.low_pc);
  for (Bytes list = sections_.ranges.From(value.number); !list.empty();) {
    const std::uint64_t low = list.U64();
    const std::uint64_t high = list.U64();
    if (low == ~std::uint64_t{0}) {
      base = high;
    } else if (low == 0 && high == 0) {
      return false;
    } else if (address - base >= low && address - base < high) {
      return true;
    }
  }
  return false;
}

bool DwarfUnit::RangeListCovers(Bytes list, std::uint64_t address) const {
  std::uint64_t base = Address(root_.low_pc);
  const auto indexed = [&] { return Indexed(sections_.addresses, root_.addr_base, list.Uleb(), kAddressSize); };
  while (!list.empty()) {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    switch (list.U8()) {
      case kBaseAddressx: base = indexed(); continue;
      case kBaseAddress: base = list.U64(); continue;
      case kStartxEndx:
        low = indexed();
        high = indexed();
        break;
      case kStartxLength:
        low = indexed();
        high = low + list.Uleb();
        break;
      case kOffsetPair:
        low = base + list.Uleb();
        high = base + list.Uleb();
        break;
      case kStartEnd:
        low = list.U64();
        high = list.U64();
        break;
      case kStartLength:
        low = list.U64();
        high = low + list.Uleb();
        break;
      case kEndOfList:
      default: return false;
    }
    if (address >= low && address < high) return true;
  }
  return false;
}

}  // namespace gort::runtime
