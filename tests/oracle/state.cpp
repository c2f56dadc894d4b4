#include "tests/oracle/state.h"

#include <cstdio>

namespace mcost::oracle {
namespace {

void line(std::string& text, const char* name, std::uint32_t initial, std::uint32_t mcost,
          std::uint32_t oracle) {
  std::array<char, 96> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%c %-9s %08x  %08x  %08x\n",
                mcost == oracle ? ' ' : '*', name, initial, mcost, oracle);
  text += buffer.data();
}

}  // namespace

std::string compare_text(const State& initial, const State& mcost, const State& oracle) {
  std::string text = "            initial   mcost     oracle\n";
  for (unsigned i = 0; i < 15; ++i) {
    line(text, ("r" + std::to_string(i)).c_str(), initial.r[i], mcost.r[i], oracle.r[i]);
  }
  line(text, "pc", initial.pc, mcost.pc, oracle.pc);
  line(text, "apsr", initial.apsr, mcost.apsr, oracle.apsr);
  line(text, "fpscr", initial.fpscr, mcost.fpscr, oracle.fpscr);
  constexpr std::array kSpecial{"control", "primask", "basepri", "faultmask", "msp", "psp"};
  for (unsigned i = 0; i < kSpecial.size(); ++i) {
    line(text, kSpecial[i], initial.special[i], mcost.special[i], oracle.special[i]);
  }
  for (unsigned i = 0; i < 32; ++i) {
    if (mcost.s[i] == oracle.s[i] && mcost.s[i] == initial.s[i]) continue;
    line(text, ("s" + std::to_string(i)).c_str(), initial.s[i], mcost.s[i], oracle.s[i]);
  }
  return text;
}

}  // namespace mcost::oracle
