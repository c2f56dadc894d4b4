#include "boards/peripherals/rcc_families.h"

#include <algorithm>

namespace mcost::boards {
namespace {

using S = ClockSource;

constexpr std::uint64_t kMHz = 1'000'000;

// ---- Dividers ----

/// HPRE of all families, D1CPRE of H7: 0xxx none, 1000 /2 ... 1011 /16, 1100 /64 ... 1111 /512.
std::uint32_t ahb_divider(std::uint32_t field) {
  constexpr std::array<std::uint16_t, 8> kDividers{2, 4, 8, 16, 64, 128, 256, 512};
  return field < 8 ? 1 : kDividers[field - 8];
}

/// PPRE: 0xx none, 100 /2 ... 111 /16.
std::uint32_t apb_divider(std::uint32_t field) { return field < 4 ? 1 : 1u << (field - 3); }

/// Timers run at HCLK where their APB does, else at twice PCLK; with TIMPRE at HCLK up to an APB
/// divider of 4, else at four times PCLK.  Source: RM0090, RCC_DCKCFGR.TIMPRE.
std::uint32_t timer_divider(std::uint32_t apb, bool timpre) {
  const std::uint32_t faster = timpre ? 4 : 2;
  return apb <= faster ? 1 : apb / faster;
}

ClockTree tree_of(Hertz core, std::uint32_t hclk, std::uint32_t apb1, std::uint32_t apb2,
                  bool timpre) {
  ClockTree tree{core};
  const auto set = [&](ClockDomain domain, std::uint32_t cycles) {
    tree.core_cycles[static_cast<unsigned>(domain)] = cycles;
  };
  set(ClockDomain::hclk, hclk);
  set(ClockDomain::pclk1, hclk * apb1);
  set(ClockDomain::pclk2, hclk * apb2);
  set(ClockDomain::timers1, hclk * timer_divider(apb1, timpre));
  set(ClockDomain::timers2, hclk * timer_divider(apb2, timpre));
  return tree;
}

std::optional<Hertz> if_fitted(std::uint64_t hz) {
  if (hz == 0) return std::nullopt;
  return Hertz{hz, 1};
}

/// The common part of all: fixed oscillators.
std::optional<Hertz> fixed(ClockSource source, std::uint64_t hsi_hz, std::uint64_t hse_hz) {
  switch (source) {
    case S::hsi: return Hertz{hsi_hz, 1};
    case S::csi: return Hertz{4 * kMHz, 1};
    case S::hsi48: return Hertz{48 * kMHz, 1};
    case S::hse: return if_fitted(hse_hz);
    default: return std::nullopt;
  }
}

// ---- F0, F1 ----

constexpr std::uint16_t kF0Cfgr = 0x04;
constexpr std::uint16_t kF0Cfgr2 = 0x2C;
constexpr std::array kF0Ready{ReadyBit{S::hsi, 0x00, 0, 1},   ReadyBit{S::hse, 0x00, 16, 17},
                              ReadyBit{S::pll, 0x00, 24, 25}, ReadyBit{S::lse, 0x20, 0, 1},
                              ReadyBit{S::lsi, 0x24, 0, 1},   ReadyBit{S::hsi48, 0x34, 16, 17},
                              ReadyBit{S::csi, 0x34, 0, 1}};  // HSI14, which clocks the ADC alone
constexpr std::array kF0Sources{S::hsi, S::hse, S::pll, S::hsi48};
constexpr std::array<std::uint16_t, 4> kF0Registers{0x00, kF0Cfgr, kF0Cfgr2, 0x34};
constexpr std::array kF1Sources{S::hsi, S::hse, S::pll};
constexpr std::array<std::uint16_t, 3> kF1Registers{0x00, kF0Cfgr, kF0Cfgr2};

/// PLLMUL 0 to 13 is 2 to 15, 14 and 15 are 16.
std::uint64_t f0_multiplier(const RegisterReader& read) {
  return std::min<std::uint64_t>(bits(read(kF0Cfgr), 21, 18) + 2, 16);
}

std::uint64_t f0_predivider(const RegisterReader& read) { return bits(read(kF0Cfgr2), 3, 0) + 1; }

ClockSource f0_pll_source(const RegisterReader& read) {
  constexpr std::array kSources{S::hsi, S::hsi, S::hse, S::hsi48};
  return kSources[bits(read(kF0Cfgr), 16, 15)];
}

std::optional<Hertz> f0_frequency(ClockSource source, const RegisterReader& read,
                                  std::uint64_t hse_hz) {
  constexpr std::uint64_t kHsi = 8 * kMHz;
  if (source != S::pll) return fixed(source, kHsi, hse_hz);
  const auto input = fixed(f0_pll_source(read), kHsi, hse_hz);
  if (!input) return std::nullopt;
  const std::uint64_t divider = bits(read(kF0Cfgr), 16, 15) == 0 ? 2 : f0_predivider(read);
  return hertz(input->numerator * f0_multiplier(read), divider);
}

ClockTree f0_divide(Hertz system, const RegisterReader& read) {
  const std::uint32_t ahb = ahb_divider(bits(read(kF0Cfgr), 7, 4));
  const std::uint32_t apb = apb_divider(bits(read(kF0Cfgr), 10, 8));
  return tree_of(hertz(system.numerator, system.denominator * ahb), 1, apb, apb, false);
}

ClockSource f1_pll_source(const RegisterReader& read) {
  return bit(read(kF0Cfgr), 16) ? S::hse : S::hsi;
}

std::optional<Hertz> f1_frequency(ClockSource source, const RegisterReader& read,
                                  std::uint64_t hse_hz) {
  constexpr std::uint64_t kHsi = 8 * kMHz;
  if (source != S::pll) return fixed(source, kHsi, hse_hz);
  const bool from_hse = f1_pll_source(read) == S::hse;
  const auto input = fixed(f1_pll_source(read), kHsi, hse_hz);
  if (!input) return std::nullopt;
  return hertz(input->numerator * f0_multiplier(read), from_hse ? f0_predivider(read) : 2);
}

ClockTree f1_divide(Hertz system, const RegisterReader& read) {
  const std::uint32_t cfgr = read(kF0Cfgr);
  return tree_of(hertz(system.numerator, system.denominator * ahb_divider(bits(cfgr, 7, 4))), 1,
                 apb_divider(bits(cfgr, 10, 8)), apb_divider(bits(cfgr, 13, 11)), false);
}

// ---- F2, F4, F7 ----

constexpr std::uint16_t kF4Pllcfgr = 0x04;
constexpr std::uint16_t kF4Cfgr = 0x08;
constexpr std::uint16_t kF4Dckcfgr = 0x8C;
constexpr std::array kF4Ready{ReadyBit{S::hsi, 0x00, 0, 1},    ReadyBit{S::hse, 0x00, 16, 17},
                              ReadyBit{S::pll, 0x00, 24, 25},  ReadyBit{S::pll2, 0x00, 26, 27},
                              ReadyBit{S::pll3, 0x00, 28, 29}, ReadyBit{S::lse, 0x70, 0, 1},
                              ReadyBit{S::lsi, 0x74, 0, 1}};
constexpr std::array<std::uint16_t, 4> kF4Registers{0x00, kF4Pllcfgr, kF4Cfgr, kF4Dckcfgr};

ClockSource f4_pll_source(const RegisterReader& read) {
  return bit(read(kF4Pllcfgr), 22) ? S::hse : S::hsi;
}

std::optional<Hertz> f4_frequency(ClockSource source, const RegisterReader& read,
                                  std::uint64_t hse_hz) {
  constexpr std::uint64_t kHsi = 16 * kMHz;
  if (source != S::pll) return fixed(source, kHsi, hse_hz);
  const std::uint32_t pll = read(kF4Pllcfgr);
  const auto input = fixed(f4_pll_source(read), kHsi, hse_hz);
  const std::uint64_t m = bits(pll, 5, 0);
  const std::uint64_t n = bits(pll, 14, 6);
  if (!input || m == 0 || n == 0) return std::nullopt;
  return hertz(input->numerator * n, m * (2 * bits(pll, 17, 16) + 2));
}

ClockTree f4_divide(Hertz system, const RegisterReader& read) {
  const std::uint32_t cfgr = read(kF4Cfgr);
  return tree_of(hertz(system.numerator, system.denominator * ahb_divider(bits(cfgr, 7, 4))), 1,
                 apb_divider(bits(cfgr, 12, 10)), apb_divider(bits(cfgr, 15, 13)),
                 bit(read(kF4Dckcfgr), 24));
}

// ---- L4, L4+, L5 ----

constexpr std::uint16_t kL4Cfgr = 0x08;
constexpr std::uint16_t kL4Pllcfgr = 0x0C;
constexpr std::uint16_t kL4Csr = 0x94;
constexpr std::array kL4Ready{ReadyBit{S::msi, 0x00, 0, 1},    ReadyBit{S::hsi, 0x00, 8, 10},
                              ReadyBit{S::hse, 0x00, 16, 17},  ReadyBit{S::pll, 0x00, 24, 25},
                              ReadyBit{S::pll2, 0x00, 26, 27}, ReadyBit{S::pll3, 0x00, 28, 29},
                              ReadyBit{S::lse, 0x90, 0, 1},    ReadyBit{S::lsi, 0x94, 0, 1},
                              ReadyBit{S::hsi48, 0x98, 0, 1}};
constexpr std::array kL4Sources{S::msi, S::hsi, S::hse, S::pll};
constexpr std::array<std::uint16_t, 3> kL4Registers{0x00, kL4Cfgr, kL4Pllcfgr};

/// MSIRANGE counts while MSIRGSEL is set, MSISRANGE of RCC_CSR else.
std::optional<Hertz> msi(const RegisterReader& read) {
  constexpr std::array<std::uint32_t, 12> kRanges{100'000,    200'000,    400'000,    800'000,
                                                  1'000'000,  2'000'000,  4'000'000,  8'000'000,
                                                  16'000'000, 24'000'000, 32'000'000, 48'000'000};
  const bool from_cr = bit(read(0x00), 3);
  const std::uint32_t range = from_cr ? bits(read(0x00), 7, 4) : bits(read(kL4Csr), 11, 8);
  if (range >= kRanges.size()) return std::nullopt;
  return Hertz{kRanges[range], 1};
}

ClockSource l4_pll_source(const RegisterReader& read) {
  constexpr std::array kSources{S::lsi, S::msi, S::hsi, S::hse};  // 0: none
  return kSources[bits(read(kL4Pllcfgr), 1, 0)];
}

std::optional<Hertz> l4_frequency(ClockSource source, const RegisterReader& read,
                                  std::uint64_t hse_hz) {
  constexpr std::uint64_t kHsi = 16 * kMHz;
  if (source == S::msi) return msi(read);
  if (source != S::pll) return fixed(source, kHsi, hse_hz);
  const std::uint32_t pll = read(kL4Pllcfgr);
  const ClockSource from = l4_pll_source(read);
  const auto input = from == S::msi ? msi(read) : fixed(from, kHsi, hse_hz);
  const std::uint64_t n = bits(pll, 14, 8);
  const bool enabled = bit(pll, 24);  // PLLREN
  if (!input || n == 0 || !enabled) return std::nullopt;
  // PLLM has a fourth bit on L4+ and L5, which reads 0 on L4.
  return hertz(input->numerator * n,
               (std::uint64_t{bits(pll, 7, 4)} + 1) * (2 * bits(pll, 26, 25) + 2));
}

ClockTree l4_divide(Hertz system, const RegisterReader& read) {
  const std::uint32_t cfgr = read(kL4Cfgr);
  return tree_of(hertz(system.numerator, system.denominator * ahb_divider(bits(cfgr, 7, 4))), 1,
                 apb_divider(bits(cfgr, 10, 8)), apb_divider(bits(cfgr, 13, 11)), false);
}

// ---- H7 ----

constexpr std::uint16_t kH7Cfgr = 0x10;
constexpr std::uint16_t kH7D1cfgr = 0x18;
constexpr std::uint16_t kH7D2cfgr = 0x1C;
constexpr std::uint16_t kH7Pllckselr = 0x28;
constexpr std::uint16_t kH7Pllcfgr = 0x2C;
constexpr std::uint16_t kH7Pll1divr = 0x30;
constexpr std::uint16_t kH7Pll1fracr = 0x34;
constexpr std::array kH7Ready{ReadyBit{S::hsi, 0x00, 0, 2},     ReadyBit{S::csi, 0x00, 7, 8},
                              ReadyBit{S::hsi48, 0x00, 12, 13}, ReadyBit{S::hse, 0x00, 16, 17},
                              ReadyBit{S::pll, 0x00, 24, 25},   ReadyBit{S::pll2, 0x00, 26, 27},
                              ReadyBit{S::pll3, 0x00, 28, 29},  ReadyBit{S::lse, 0x70, 0, 1},
                              ReadyBit{S::lsi, 0x74, 0, 1}};
constexpr std::array kH7Sources{S::hsi, S::csi, S::hse, S::pll};
constexpr std::array<std::uint16_t, 8> kH7Registers{
    0x00, kH7Cfgr, kH7D1cfgr, kH7D2cfgr, kH7Pllckselr, kH7Pllcfgr, kH7Pll1divr, kH7Pll1fracr};

ClockSource h7_pll_source(const RegisterReader& read) {
  constexpr std::array kSources{S::hsi, S::csi, S::hse, S::lsi};  // 3: none
  return kSources[bits(read(kH7Pllckselr), 1, 0)];
}

std::optional<Hertz> h7_frequency(ClockSource source, const RegisterReader& read,
                                  std::uint64_t hse_hz) {
  const std::uint64_t hsi = 64 * kMHz >> bits(read(0x00), 4, 3);  // HSIDIV
  if (source != S::pll) return fixed(source, hsi, hse_hz);
  const auto input = fixed(h7_pll_source(read), hsi, hse_hz);
  const std::uint64_t m = bits(read(kH7Pllckselr), 9, 4);
  const std::uint32_t config = read(kH7Pllcfgr);
  const bool enabled = bit(config, 16);  // DIVP1EN
  if (!input || m == 0 || !enabled) return std::nullopt;
  const std::uint32_t dividers = read(kH7Pll1divr);
  const std::uint64_t fraction = bit(config, 0) ? bits(read(kH7Pll1fracr), 15, 3) : 0;
  const std::uint64_t n = (std::uint64_t{bits(dividers, 8, 0)} + 1) * 8192 + fraction;
  return hertz(input->numerator * n, m * 8192 * (std::uint64_t{bits(dividers, 15, 9)} + 1));
}

ClockTree h7_divide(Hertz system, const RegisterReader& read) {
  const std::uint32_t domain1 = read(kH7D1cfgr);
  const std::uint32_t domain2 = read(kH7D2cfgr);
  return tree_of(hertz(system.numerator, system.denominator * ahb_divider(bits(domain1, 11, 8))),
                 ahb_divider(bits(domain1, 3, 0)), apb_divider(bits(domain2, 6, 4)),
                 apb_divider(bits(domain2, 10, 8)), bit(read(kH7Cfgr), 15));
}

constexpr std::array kFamilies{
    RccFamily{"rcc_f0", kF0Ready, kF0Sources, kF0Cfgr, 2, kF0Registers, f0_frequency, f0_pll_source,
              f0_divide},
    RccFamily{"rcc_f1", std::span(kF0Ready).first(5), kF1Sources, kF0Cfgr, 2, kF1Registers,
              f1_frequency, f1_pll_source, f1_divide},
    RccFamily{"rcc_f4", kF4Ready, kF1Sources, kF4Cfgr, 2, kF4Registers, f4_frequency, f4_pll_source,
              f4_divide},
    RccFamily{"rcc_l4", kL4Ready, kL4Sources, kL4Cfgr, 2, kL4Registers, l4_frequency, l4_pll_source,
              l4_divide},
    RccFamily{"rcc_h7", kH7Ready, kH7Sources, kH7Cfgr, 3, kH7Registers, h7_frequency, h7_pll_source,
              h7_divide},
};

}  // namespace

const RccFamily* find_rcc_family(std::string_view type) {
  const auto* const found = std::find_if(kFamilies.begin(), kFamilies.end(),
                                         [&](const RccFamily& f) { return f.type == type; });
  return found == kFamilies.end() ? nullptr : found;
}

}  // namespace mcost::boards
