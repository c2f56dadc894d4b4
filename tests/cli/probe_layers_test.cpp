// Layers of static probes that are left without their end, and those that only look so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/programs.h"
#include "tests/support/assembler.h"

namespace mcost::cli::test {
namespace {

using mcost::test::Assembler;
using mcost::test::eq;
using mcost::test::lr;
using mcost::test::r0;
using mcost::test::r1;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr unsigned kBegin = 1;
constexpr unsigned kEnd = 2;
constexpr unsigned kSavedLr = 1u << 14;
constexpr unsigned kSavedPc = 1u << 15;

/// Functions one behind the other, and probes where they are asked for.
class Firmware {
 public:
  Assembler code{0x40};
  void function(const std::string& name) { functions_.push_back({name, code.pc()}); }
  void probe(unsigned kind, const std::string& name) {
    probes_.push_back({kind, code.pc(), static_cast<std::uint32_t>(probes_.size()), name});
  }
  RunResult run_it(const std::string& file) {
    Program program;
    const auto& halfwords = code.finish();
    std::size_t done = 0;
    for (const auto& [name, address] : functions_) {
      const std::size_t until = (address - 0x40) / 2;
      program.add({halfwords.begin() + static_cast<std::ptrdiff_t>(done),
                   halfwords.begin() + static_cast<std::ptrdiff_t>(until)});
      program.function(name);
      done = until;
    }
    program.add({halfwords.begin() + static_cast<std::ptrdiff_t>(done), halfwords.end()});
    for (const auto& note : probes_) program.probe(note);
    return run(options_for(program.write(file), "probes"));
  }

 private:
  std::vector<std::pair<std::string, Address>> functions_;
  std::vector<mcost::test::ProbeNoteSpec> probes_;
};

std::uint64_t own_instructions(const RunResult& result, const std::string& path) {
  return layer(result, path).exclusive.counters.instructions;
}

TEST(ProbeScopes, LayerLeftByLongjmpIsClosedAndNoted) {
  Firmware fw;
  const auto f = fw.code.label();
  const auto landing = fw.code.label();
  fw.function("reset");
  fw.code.bl(f);
  fw.code.nop();
  fw.code.bind(landing);
  fw.probe(kBegin, "y");
  fw.code.nop();
  fw.probe(kEnd, "y");
  fw.code.stop();
  fw.function("f");
  fw.code.bind(f);
  fw.code.push(kSavedLr);
  fw.probe(kBegin, "x");
  fw.code.cmp(r0, 1);
  const auto go_on = fw.code.label();
  fw.code.b(eq, go_on);
  fw.code.halfword(0xB001);  // add sp, #4: what longjmp does to SP
  fw.code.b(landing);
  fw.code.bind(go_on);
  fw.probe(kEnd, "x");
  fw.code.pop(kSavedPc);
  const RunResult result = fw.run_it("longjmp.elf");
  EXPECT_EQ(paths(result), "x y (outside)");
  EXPECT_EQ(own_instructions(result, "x"), 4u);
  EXPECT_EQ(own_instructions(result, "y"), 1u);
  EXPECT_THAT(result.notes, ElementsAre(HasSubstr("layer x: left without its end (longjmp")));
}

TEST(ProbeScopes, LayerWhoseEndIsNeverReachedEndsWithItsFunction) {
  // The compiler removes an end behind a longjmp: no end of that name is left.
  Firmware fw;
  const auto f = fw.code.label();
  fw.function("reset");
  fw.code.bl(f);
  fw.code.nop();
  fw.code.stop();
  fw.function("f");
  fw.code.bind(f);
  fw.probe(kBegin, "x");
  fw.code.nop();
  fw.code.bx(lr);
  const RunResult result = fw.run_it("no_end.elf");
  EXPECT_EQ(own_instructions(result, "x"), 2u);
  EXPECT_EQ(own_instructions(result, "(outside)"), 2u);  // bl, and the nop behind it
  EXPECT_THAT(result.notes, ElementsAre(HasSubstr("layer x: left without its end")));
}

TEST(ProbeScopes, EarlyReturnEndsTheLayerWhereItReturns) {
  Firmware fw;
  const auto f = fw.code.label();
  const auto out = fw.code.label();
  fw.function("reset");
  fw.code.movs(r0, 0);
  fw.code.bl(f);
  fw.code.nop();
  fw.code.nop();
  fw.code.stop();
  fw.function("f");
  fw.code.bind(f);
  fw.probe(kBegin, "x");
  fw.code.cbz(r0, out);
  fw.code.nop();
  fw.probe(kEnd, "x");
  fw.code.nop();
  fw.code.bind(out);
  fw.code.bx(lr);
  const RunResult result = fw.run_it("early.elf");
  EXPECT_EQ(own_instructions(result, "x"), 2u);
  EXPECT_THAT(result.notes, ElementsAre(HasSubstr("layer x: left without its end")));
}

TEST(ProbeScopes, BeginAndEndInTwoFunctionsAreALayer) {
  Firmware fw;
  const auto begin = fw.code.label();
  const auto end = fw.code.label();
  fw.function("reset");
  fw.code.bl(begin);
  fw.code.nop();
  fw.code.bl(end);
  fw.code.stop();
  fw.function("begin");
  fw.code.bind(begin);
  fw.code.nop();
  fw.probe(kBegin, "x");
  fw.code.bx(lr);
  fw.function("end");
  fw.code.bind(end);
  fw.code.nop();
  fw.probe(kEnd, "x");
  fw.code.bx(lr);
  const RunResult result = fw.run_it("pair.elf");
  EXPECT_EQ(own_instructions(result, "x"), 4u);  // bx, nop, bl, nop
  EXPECT_THAT(result.notes, IsEmpty());
}

TEST(ProbeScopes, FunctionThatDoesEitherMakesALayer) {
  Firmware fw;
  const auto mark = fw.code.label();
  const auto end = fw.code.label();
  fw.function("reset");
  fw.code.movs(r0, 1);
  fw.code.bl(mark);
  fw.code.movs(r0, 0);
  fw.code.bl(mark);
  fw.code.stop();
  fw.function("mark");
  fw.code.bind(mark);
  fw.code.cbz(r0, end);
  fw.probe(kBegin, "x");
  fw.code.nop();
  fw.code.bx(lr);
  fw.code.bind(end);
  fw.probe(kEnd, "x");
  fw.code.nop();
  fw.code.bx(lr);
  const RunResult result = fw.run_it("either.elf");
  EXPECT_EQ(own_instructions(result, "x"), 5u);  // nop, bx, movs, bl, cbz
  EXPECT_THAT(result.notes, IsEmpty());
}

TEST(ProbeScopes, CalleeOfAFunctionThatSavesNothingIsInsideIt) {
  // As compilers make functions that do not return: the stack is as deep in the callee.
  Firmware fw;
  const auto f = fw.code.label();
  const auto g = fw.code.label();
  fw.function("reset");
  fw.code.bl(f);
  fw.code.stop();
  fw.function("f");
  fw.code.bind(f);
  fw.probe(kBegin, "x");
  fw.code.bl(g);
  fw.probe(kEnd, "x");
  fw.code.stop();
  fw.function("g");
  fw.code.bind(g);
  fw.probe(kBegin, "y");
  fw.code.nop();
  fw.probe(kEnd, "y");
  fw.code.bx(lr);
  const RunResult result = fw.run_it("noreturn.elf");
  EXPECT_EQ(paths(result), "x x/y (outside)");
  EXPECT_THAT(result.notes, IsEmpty());
}

TEST(ProbeScopes, ActivationsOfARecursionAreApart) {
  Firmware fw;
  const auto f = fw.code.label();
  const auto out = fw.code.label();
  fw.function("reset");
  fw.code.movs(r0, 2);
  fw.code.bl(f);
  fw.code.stop();
  fw.function("f");
  fw.code.bind(f);
  fw.code.push(kSavedLr);
  fw.probe(kBegin, "x");
  fw.code.subs(r0, 1);
  fw.code.b(eq, out);
  fw.code.bl(f);
  fw.code.bind(out);
  fw.code.movs(r1, 0);
  fw.probe(kEnd, "x");
  fw.code.pop(kSavedPc);
  const RunResult result = fw.run_it("recursion.elf");
  EXPECT_EQ(paths(result), "x x/x (outside)");
  EXPECT_THAT(result.notes, IsEmpty());
}

}  // namespace
}  // namespace mcost::cli::test
