#include "gort/gstruct/crosscheck/dwarf_form.h"

#include <cstdint>
#include <string_view>

#include "gort/gstruct/crosscheck/dwarf_constants.h"

namespace gort::crosscheck {
namespace {

using Kind = FormValue::Kind;

FormValue Number(uint64_t number) { return {Kind::kNumber, number, {}}; }
FormValue StringIndex(uint64_t index) { return {Kind::kStringIndex, index, {}}; }
FormValue Block(std::string_view bytes) { return {Kind::kBlock, 0, bytes}; }

// A reference inside its unit counts from the unit's header.
FormValue LocalReference(const Unit& unit, uint64_t offset) { return {Kind::kReference, unit.offset + offset, {}}; }

// Steps over `size_bytes` whose meaning is not needed.
FormValue Opaque(Cursor& in, uint64_t size_bytes) {
  in.Skip(size_bytes);
  return {Kind::kOpaque, 0, {}};
}

// Reads every form but DW_FORM_indirect.
bool ReadDirectForm(const Unit& unit, uint64_t form, int64_t implicit_const, Cursor& in, FormValue& value) {
  switch (form) {
    case DW_FORM_data1:
    case DW_FORM_flag:
      value = Number(in.U8());
      return true;
    case DW_FORM_data2:
      value = Number(in.U16());
      return true;
    case DW_FORM_data4:
      value = Number(in.U32());
      return true;
    case DW_FORM_data8:
      value = Number(in.U64());
      return true;
    case DW_FORM_udata:
      value = Number(in.Uleb());
      return true;
    case DW_FORM_sdata:
      value = Number(static_cast<uint64_t>(in.Sleb()));
      return true;
    case DW_FORM_implicit_const:
      value = Number(static_cast<uint64_t>(implicit_const));
      return true;
    case DW_FORM_flag_present:
      value = Number(1);
      return true;
    case DW_FORM_sec_offset:
      value = Number(in.Unsigned(unit.offset_size));
      return true;

    case DW_FORM_ref1:
      value = LocalReference(unit, in.U8());
      return true;
    case DW_FORM_ref2:
      value = LocalReference(unit, in.U16());
      return true;
    case DW_FORM_ref4:
      value = LocalReference(unit, in.U32());
      return true;
    case DW_FORM_ref8:
      value = LocalReference(unit, in.U64());
      return true;
    case DW_FORM_ref_udata:
      value = LocalReference(unit, in.Uleb());
      return true;
    case DW_FORM_ref_addr:
      value = {Kind::kReference, in.Unsigned(unit.version == 2 ? unit.address_size : unit.offset_size), {}};
      return true;

    case DW_FORM_string:
      value = {Kind::kString, 0, in.CString()};
      return true;
    case DW_FORM_strp:
      value = {Kind::kStringAt, in.Unsigned(unit.offset_size), {}};
      return true;
    case DW_FORM_line_strp:
      value = {Kind::kLineStringAt, in.Unsigned(unit.offset_size), {}};
      return true;
    case DW_FORM_strx:
      value = StringIndex(in.Uleb());
      return true;
    case DW_FORM_strx1:
    case DW_FORM_strx2:
    case DW_FORM_strx3:
    case DW_FORM_strx4:
      value = StringIndex(in.Unsigned(static_cast<size_t>(form - DW_FORM_strx1 + 1)));
      return true;

    case DW_FORM_block1:
      value = Block(in.Bytes(in.U8()));
      return true;
    case DW_FORM_block2:
      value = Block(in.Bytes(in.U16()));
      return true;
    case DW_FORM_block4:
      value = Block(in.Bytes(in.U32()));
      return true;
    case DW_FORM_block:
    case DW_FORM_exprloc:
      value = Block(in.Bytes(in.Uleb()));
      return true;

    case DW_FORM_addr:
      value = Opaque(in, unit.address_size);
      return true;
    case DW_FORM_data16:
      value = Opaque(in, 16);
      return true;
    case DW_FORM_ref_sig8:
    case DW_FORM_ref_sup8:
      value = Opaque(in, 8);
      return true;
    case DW_FORM_ref_sup4:
      value = Opaque(in, 4);
      return true;
    case DW_FORM_strp_sup:
    case DW_FORM_GNU_ref_alt:
    case DW_FORM_GNU_strp_alt:
      value = Opaque(in, unit.offset_size);
      return true;
    case DW_FORM_addrx:
    case DW_FORM_loclistx:
    case DW_FORM_rnglistx:
      in.Uleb();
      value = Opaque(in, 0);
      return true;
    case DW_FORM_addrx1:
    case DW_FORM_addrx2:
    case DW_FORM_addrx3:
    case DW_FORM_addrx4:
      value = Opaque(in, form - DW_FORM_addrx1 + 1);
      return true;

    default:
      return false;
  }
}

}  // namespace

bool ReadForm(const Unit& unit, const AttributeSpec& spec, Cursor& in, FormValue& value) {
  // The form stands in the DIE itself; an indirect indirect form would be a loop, so it is not known.
  const uint64_t form = spec.form == DW_FORM_indirect ? in.Uleb() : spec.form;
  return ReadDirectForm(unit, form, spec.implicit_const, in, value);
}

}  // namespace gort::crosscheck
