#include "loader/build_attributes.h"

#include <string_view>

#include "loader/byte_reader.h"
#include "sim_core/base/error.h"

namespace mcost::loader {
namespace {

constexpr std::uint64_t kScopeFile = 1;
constexpr std::uint64_t kTagCompatibility = 32;

// Arm Addenda32 3.1.3: from 32 on even tags hold numbers and odd ones strings.
bool holds_string(std::uint64_t tag) { return tag == 4 || tag == 5 || (tag > 32 && tag % 2 == 1); }

void store_number(BuildAttributes& out, std::uint64_t tag, unsigned value) {
  switch (tag) {
    case 6: out.cpu_arch = value; break;
    case 7: out.cpu_profile = value; break;
    case 10: out.fp_arch = value; break;
    case 27: out.hard_fp_use = value; break;
    case 28: out.vfp_args = value; break;
    case 46: out.dsp_extension = value; break;
    case 48: out.mve_arch = value; break;
    default: break;
  }
}

void read_file_scope(ByteReader reader, BuildAttributes& out, bool& failed) {
  while (!reader.at_end()) {
    const std::uint64_t tag = reader.uleb();
    if (tag == kTagCompatibility) {
      reader.uleb();
      reader.string();
    } else if (holds_string(tag)) {
      const std::string_view text = reader.string();
      if (tag == 4) out.cpu_raw_name = text;
      if (tag == 5) out.cpu_name = text;
    } else {
      store_number(out, tag, static_cast<unsigned>(reader.uleb()));
    }
  }
  failed = failed || reader.failed();
}

// One vendor's subsection: scopes of the form tag, size (of tag, size and contents), contents.
void read_vendor(ByteReader reader, BuildAttributes& out, bool& failed) {
  while (!reader.at_end()) {
    const std::size_t start = reader.position();
    const std::uint64_t scope = reader.uleb();
    const std::uint32_t size = reader.u32();
    const std::size_t head = reader.position() - start;
    if (reader.failed() || size < head) {
      failed = true;
      return;
    }
    const auto body = reader.take(size - head);
    failed = failed || reader.failed();
    if (scope == kScopeFile && !failed) read_file_scope(ByteReader(body), out, failed);
  }
}

}  // namespace

BuildAttributes parse_build_attributes(std::span<const std::uint8_t> section,
                                       const std::string& where) {
  BuildAttributes out;
  ByteReader reader(section);
  if (reader.at_end()) return out;
  bool failed = reader.u8() != 'A';
  while (!failed && !reader.at_end()) {
    const std::uint32_t size = reader.u32();
    if (reader.failed() || size < 4) {
      failed = true;
      break;
    }
    ByteReader vendor(reader.take(size - 4));
    const bool is_public = vendor.string() == "aeabi";
    failed = reader.failed() || vendor.failed();
    if (is_public && !failed) {
      const std::size_t name_bytes = vendor.position();
      read_vendor(ByteReader(vendor.take(size - 4 - name_bytes)), out, failed);
    }
  }
  if (failed) {
    throw ImageError("malformed build attributes", where, "link or copy the file again");
  }
  return out;
}

}  // namespace mcost::loader
