#include "cli/gdb_registers.h"

#include <fmt/format.h>

namespace mcost::cli {
namespace {

// SYSm.  Source: ARMv7-M ARM B5.1.1, table of special registers.
constexpr unsigned kPrimask = 16;
constexpr unsigned kBasepri = 17;
constexpr unsigned kFaultmask = 19;
constexpr unsigned kControl = 20;

constexpr unsigned kSp = 13;
constexpr unsigned kDoubles = 16;

}  // namespace

GdbRegisters::GdbRegisters(engine::Engine& engine) : engine_(engine) {
  for (unsigned r = 0; r < kSp; ++r) add(fmt::format("r{}", r), Kind::core, r);
  add("sp", Kind::core, kSp, "data_ptr");
  add("lr", Kind::core, kSp + 1);
  add("pc", Kind::pc, 0, "code_ptr");
  add("xpsr", Kind::xpsr, 0);
  features_.push_back({"org.gnu.gdb.arm.m-profile", list_.size()});
  const engine::Exceptions& exceptions = engine.exceptions();
  if (exceptions.has_fpu()) {
    for (unsigned d = 0; d < kDoubles; ++d)
      add(fmt::format("d{}", d), Kind::fp_double, d, "ieee_double");
    add("fpscr", Kind::fpscr, 0);
    features_.push_back({"org.gnu.gdb.arm.vfp", list_.size()});
  }
  add("msp", Kind::main_stack, 0, "data_ptr");
  add("psp", Kind::process_stack, 0, "data_ptr");
  add("primask", Kind::special, kPrimask);
  if (exceptions.architecture() != engine::Architecture::v6m) {
    add("basepri", Kind::special, kBasepri);
    add("faultmask", Kind::special, kFaultmask);
  }
  add("control", Kind::special, kControl);
  features_.push_back({"org.gnu.gdb.arm.m-system", list_.size()});
}

void GdbRegisters::add(const std::string& name, Kind kind, unsigned index, const char* type) {
  list_.push_back({name, kind, index, type});
}

std::string GdbRegisters::description() const {
  std::string xml =
      "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
      "<target version=\"1.0\">\n<architecture>arm</architecture>\n";
  std::size_t number = 0;
  for (const Feature& feature : features_) {
    xml += fmt::format("<feature name=\"{}\">\n", feature.name);
    for (; number < feature.end; ++number) {
      const Register& entry = list_[number];
      xml += fmt::format("<reg name=\"{}\" bitsize=\"{}\" type=\"{}\" regnum=\"{}\"/>\n",
                         entry.name, 8 * entry.size_bytes(), entry.type, number);
    }
    xml += "</feature>\n";
  }
  return xml + "</target>\n";
}

std::uint64_t GdbRegisters::value_of(const Register& entry) const {
  const engine::Core& core = engine_.core();
  switch (entry.kind) {
    case Kind::core: return core.r[entry.index];
    case Kind::pc: return engine_.pc();
    case Kind::xpsr: return engine_.xpsr();
    case Kind::fp_double:
      return core.s[entry.low_single()] | std::uint64_t{core.s[entry.low_single() + 1]} << 32;
    case Kind::fpscr: return core.fp.fpscr;
    case Kind::main_stack: return engine_.banked_stack_pointer(false);
    case Kind::process_stack: return engine_.banked_stack_pointer(true);
    case Kind::special: break;
  }
  const engine::Exceptions& exceptions = engine_.exceptions();
  switch (entry.index) {
    case kPrimask: return exceptions.primask;
    case kBasepri: return exceptions.basepri;
    case kFaultmask: return exceptions.faultmask;
    default: return exceptions.control;
  }
}

void GdbRegisters::set(const Register& entry, std::uint64_t value) {
  const auto word = static_cast<std::uint32_t>(value);
  switch (entry.kind) {
    case Kind::core: engine_.core().r[entry.index] = entry.index == kSp ? word & ~3u : word; break;
    case Kind::pc: engine_.set_pc(word); break;
    case Kind::xpsr: engine_.set_xpsr(word); break;
    case Kind::fp_double:
      engine_.core().s[entry.low_single()] = word;
      engine_.core().s[entry.low_single() + 1] = static_cast<std::uint32_t>(value >> 32);
      break;
    case Kind::fpscr: engine_.set_fpscr(word); break;
    case Kind::main_stack: engine_.set_banked_stack_pointer(false, word); break;
    case Kind::process_stack: engine_.set_banked_stack_pointer(true, word); break;
    case Kind::special: engine_.set_special(entry.index, word); break;
  }
}

std::optional<std::vector<std::uint8_t>> GdbRegisters::read(std::size_t number) const {
  if (number >= list_.size()) return std::nullopt;
  std::uint64_t value = value_of(list_[number]);
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < list_[number].size_bytes(); ++i, value >>= 8)
    bytes.push_back(static_cast<std::uint8_t>(value));
  return bytes;
}

bool GdbRegisters::write(std::size_t number, const std::vector<std::uint8_t>& bytes) {
  if (number >= list_.size() || bytes.size() != list_[number].size_bytes()) return false;
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | bytes[i];
  set(list_[number], value);
  return true;
}

std::vector<std::uint8_t> GdbRegisters::read_all() const {
  std::vector<std::uint8_t> all;
  for (std::size_t number = 0; number < list_.size(); ++number) {
    const auto bytes = read(number);
    all.insert(all.end(), bytes->begin(), bytes->end());
  }
  return all;
}

/// Values that stay are not written: a write of PC would end the IT block it is in.
bool GdbRegisters::write_all(const std::vector<std::uint8_t>& bytes) {
  std::size_t at = 0;
  for (std::size_t number = 0; number < list_.size() && at < bytes.size(); ++number) {
    const std::size_t size = list_[number].size_bytes();
    if (bytes.size() - at < size) return false;
    const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    const std::vector<std::uint8_t> value(first, first + static_cast<std::ptrdiff_t>(size));
    if (value != *read(number) && !write(number, value)) return false;
    at += size;
  }
  return true;
}

}  // namespace mcost::cli
