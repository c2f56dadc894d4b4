// Load-acquire and store-release of Armv8-M, plain and exclusive. Accesses are in program order
// anyway; they must be aligned. Source: ARMv8-M ARM C2.4.
#pragma once

#include "sim_core/isa/insn/load_store_dual.h"

namespace mcost::isa {

template <class Data>
struct LoadAcquire {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    Data::write(e, o, e.load_ordered(Data::kBytes, e.address(e.reg(o.rn), 0)));
  }
};

template <unsigned kBytes>
struct StoreRelease {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.store_ordered(kBytes, e.address(e.reg(o.rn), 0), e.reg(o.rd));
  }
};

/// LDA <Rt>, [<Rn>].  Source: ARMv8-M ARM C2.4, LDA, encoding T1.
struct LdaT1 : LoadAcquire<WordData>, shape::ExclusiveLoad {
  static constexpr Encoding row{"LDA",
                                T1,
                                Feature::v8m,
                                TimingClass::load,
                                "111010001101 nnnn tttt OOOO 1010 OOOO",
                                "lda{c} <rd>, <address>"};
};

/// LDAB <Rt>, [<Rn>].  Source: ARMv8-M ARM C2.4, LDAB, encoding T1.
struct LdabT1 : LoadAcquire<ByteData>, shape::ExclusiveLoad {
  static constexpr Encoding row{"LDAB",
                                T1,
                                Feature::v8m,
                                TimingClass::load,
                                "111010001101 nnnn tttt OOOO 1000 OOOO",
                                "ldab{c} <rd>, <address>"};
};

/// LDAH <Rt>, [<Rn>].  Source: ARMv8-M ARM C2.4, LDAH, encoding T1.
struct LdahT1 : LoadAcquire<HalfwordData>, shape::ExclusiveLoad {
  static constexpr Encoding row{"LDAH",
                                T1,
                                Feature::v8m,
                                TimingClass::load,
                                "111010001101 nnnn tttt OOOO 1001 OOOO",
                                "ldah{c} <rd>, <address>"};
};

/// STL <Rt>, [<Rn>].  Source: ARMv8-M ARM C2.4, STL, encoding T1.
struct StlT1 : StoreRelease<4>, shape::ExclusiveLoad {
  static constexpr Encoding row{"STL",
                                T1,
                                Feature::v8m,
                                TimingClass::store,
                                "111010001100 nnnn tttt OOOO 1010 OOOO",
                                "stl{c} <rd>, <address>"};
};

/// STLB <Rt>, [<Rn>].  Source: ARMv8-M ARM C2.4, STLB, encoding T1.
struct StlbT1 : StoreRelease<1>, shape::ExclusiveLoad {
  static constexpr Encoding row{"STLB",
                                T1,
                                Feature::v8m,
                                TimingClass::store,
                                "111010001100 nnnn tttt OOOO 1000 OOOO",
                                "stlb{c} <rd>, <address>"};
};

/// STLH <Rt>, [<Rn>].  Source: ARMv8-M ARM C2.4, STLH, encoding T1.
struct StlhT1 : StoreRelease<2>, shape::ExclusiveLoad {
  static constexpr Encoding row{"STLH",
                                T1,
                                Feature::v8m,
                                TimingClass::store,
                                "111010001100 nnnn tttt OOOO 1001 OOOO",
                                "stlh{c} <rd>, <address>"};
};

/// LDAEX <Rt>, [<Rn>].  Source: ARMv8-M ARM C2.4, LDAEX, encoding T1.
struct LdaexT1 : LoadExclusive<4>, shape::ExclusiveLoad {
  static constexpr Encoding row{"LDAEX",
                                T1,
                                Feature::v8m,
                                TimingClass::load_exclusive,
                                "111010001101 nnnn tttt OOOO 1110 OOOO",
                                "ldaex{c} <rd>, <address>"};
};

/// LDAEXB <Rt>, [<Rn>].  Source: ARMv8-M ARM C2.4, LDAEXB, encoding T1.
struct LdaexbT1 : LoadExclusive<1>, shape::ExclusiveLoad {
  static constexpr Encoding row{"LDAEXB",
                                T1,
                                Feature::v8m,
                                TimingClass::load_exclusive,
                                "111010001101 nnnn tttt OOOO 1100 OOOO",
                                "ldaexb{c} <rd>, <address>"};
};

/// LDAEXH <Rt>, [<Rn>].  Source: ARMv8-M ARM C2.4, LDAEXH, encoding T1.
struct LdaexhT1 : LoadExclusive<2>, shape::ExclusiveLoad {
  static constexpr Encoding row{"LDAEXH",
                                T1,
                                Feature::v8m,
                                TimingClass::load_exclusive,
                                "111010001101 nnnn tttt OOOO 1101 OOOO",
                                "ldaexh{c} <rd>, <address>"};
};

/// STLEX <Rd>, <Rt>, [<Rn>].  Source: ARMv8-M ARM C2.4, STLEX, encoding T1.
struct StlexT1 : StoreExclusive<4>, shape::ExclusiveStore {
  static constexpr Encoding row{"STLEX",
                                T1,
                                Feature::v8m,
                                TimingClass::store_exclusive,
                                "111010001100 nnnn tttt OOOO 1110 dddd",
                                "stlex{c} <rd>, <ra>, <address>"};
};

/// STLEXB <Rd>, <Rt>, [<Rn>].  Source: ARMv8-M ARM C2.4, STLEXB, encoding T1.
struct StlexbT1 : StoreExclusive<1>, shape::ExclusiveStore {
  static constexpr Encoding row{"STLEXB",
                                T1,
                                Feature::v8m,
                                TimingClass::store_exclusive,
                                "111010001100 nnnn tttt OOOO 1100 dddd",
                                "stlexb{c} <rd>, <ra>, <address>"};
};

/// STLEXH <Rd>, <Rt>, [<Rn>].  Source: ARMv8-M ARM C2.4, STLEXH, encoding T1.
struct StlexhT1 : StoreExclusive<2>, shape::ExclusiveStore {
  static constexpr Encoding row{"STLEXH",
                                T1,
                                Feature::v8m,
                                TimingClass::store_exclusive,
                                "111010001100 nnnn tttt OOOO 1101 dddd",
                                "stlexh{c} <rd>, <ra>, <address>"};
};

using AcquireReleaseRows = RowList<LdaT1, LdabT1, LdahT1, StlT1, StlbT1, StlhT1, LdaexT1, LdaexbT1,
                                   LdaexhT1, StlexT1, StlexbT1, StlexhT1>;

}  // namespace mcost::isa
