// Our decoder and UAL text against capstone and objdump: length, mnemonic and operands agree over
// all halfwords, every 32-bit row with boundary and random fields, and random 32-bit words. Rules:
// decode_rules_<oracle>.cpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "sim_core/isa/decoder.h"
#include "sim_core/isa/format.h"
#include "tests/isa/decode_oracles.h"
#include "tests/isa/decode_rules.h"
#include "tests/isa/decode_samples.h"

namespace mcost::isa::test {
namespace {

constexpr unsigned kWordsPerRow = 200;
constexpr unsigned kWordsPerRowInIt = 30;
constexpr unsigned kRandomWords = 200000;

const std::vector<Sample>& samples() {
  static const std::vector<Sample> all = [] {
    std::vector<Sample> result = all_narrow_words();
    const auto append = [&result](const std::vector<Sample>& more) {
      result.insert(result.end(), more.begin(), more.end());
    };
    append(words_of_wide_rows(kWordsPerRow));
    append(random_wide_words(kRandomWords));
    const std::size_t in_it_block = result.size();
    append(all_narrow_words());
    append(words_of_wide_rows(kWordsPerRowInIt));
    for (std::size_t i = in_it_block; i < result.size(); ++i) result[i].in_it_block = true;
    lay_out(result);
    return result;
  }();
  return all;
}

/// Takes "eq" from the mnemonic, so that rules need not know it: "addeq" and "vaddeq.f32".
bool remove_condition(Listing& listing) {
  const std::size_t end = std::min(listing.mnemonic.find('.'), listing.mnemonic.size());
  if (end < 3 || listing.mnemonic.compare(end - 2, 2, "eq") != 0) return false;
  listing.mnemonic.erase(end - 2, 2);
  return true;
}

Case make_case(const Sample& sample, const Reading& reading, FeatureSet features) {
  const bool wide = sample.width_bits == 32;
  Case c{.features = features,
         .sample = sample,
         .decoded = {},
         .ours = {},
         .reading = reading,
         .theirs = reading.listing};
  c.decoded = decode_at(static_cast<std::uint16_t>(wide ? sample.word >> 16 : sample.word),
                        static_cast<std::uint16_t>(sample.word), sample.place(), features);
  c.ours = normalise(disassemble(c.decoded));
  if (sample.in_it_block && remove_condition(c.ours) != remove_condition(c.theirs))
    c.theirs.mnemonic += "?";
  return c;
}

/// Rule counts and unexplained cases of one oracle.
class Comparison {
 public:
  Comparison(const RuleSet& rules, std::size_t core)
      : rules_(rules),
        core_(core),
        spelled_(rules.spellings.size()),
        explained_(rules.differences.size()) {}

  void add(Case c) {
    if (c.reading.defined || c.reading.size != 0) {
      EXPECT_EQ(c.decoded.size, c.reading.size)
          << "length of " << std::hex << c.word() << ": " << c.reading.text;
    }
    if (agree(c)) return;
    const Case original = c;
    for (std::size_t i = 0;
         i < rules_.spellings.size() && original.reading.defined && original.defined(); ++i) {
      if (rules_.spellings[i].rewrite(c)) changed_.push_back(i);
    }
    if (agree(c)) {
      for (const std::size_t i : changed_) ++spelled_[i];
    } else {
      explain(original, c);
    }
    changed_.clear();
  }

  void report() const {
    for (std::size_t i = 0; i < spelled_.size(); ++i) {
      EXPECT_EQ(spelled_[i], rules_.spellings[i].counts[core_])
          << rules_.oracle << ", spelling: " << rules_.spellings[i].name;
    }
    for (std::size_t i = 0; i < explained_.size(); ++i) {
      EXPECT_EQ(explained_[i], rules_.differences[i].counts[core_])
          << rules_.oracle << ", difference: " << rules_.differences[i].name;
    }
    for (const auto& [group, count_and_example] : unexplained_) {
      ADD_FAILURE() << rules_.oracle << " differs without a rule, " << count_and_example.first
                    << " times: " << group << "\n  " << count_and_example.second;
    }
  }

 private:
  static bool agree(const Case& c) {
    if (c.defined() != c.reading.defined) return false;
    return !c.defined() || c.ours == c.theirs;
  }

  void explain(const Case& original, const Case& rewritten) {
    for (std::size_t i = 0; i < rules_.differences.size(); ++i) {
      if (!rules_.differences[i].explains(original)) continue;
      ++explained_[i];
      return;
    }
    const std::string row =
        original.defined() ? original.decoded.instruction->row->name : "UNDEFINED";
    std::ostringstream example;
    example << std::hex << original.word() << ": ours \"" << to_string(rewritten.ours)
            << "\", theirs \""
            << (original.reading.defined ? to_string(rewritten.theirs) : "UNDEFINED") << "\" ("
            << original.reading.text << ")";
    auto& entry = unexplained_[row + " / " +
                               (original.reading.defined ? original.theirs.mnemonic : "UNDEFINED")];
    if (entry.first++ == 0) entry.second = example.str();
  }

  RuleSet rules_;
  std::size_t core_;
  std::vector<unsigned> spelled_;
  std::vector<unsigned> explained_;
  std::vector<std::size_t> changed_;
  std::map<std::string, std::pair<unsigned, std::string>> unexplained_;
};

void compare(const std::vector<Reading>& readings, const RuleSet& rules, std::size_t core) {
  ASSERT_EQ(readings.size(), samples().size());
  Comparison comparison(rules, core);
  for (std::size_t i = 0; i < readings.size(); ++i)
    comparison.add(make_case(samples()[i], readings[i], kDecodedCores[core].features));
  comparison.report();
}

bool is_used(const Counts& counts) {
  return std::any_of(counts.begin(), counts.end(), [](unsigned count) { return count != 0; });
}

std::string name_of(const ::testing::TestParamInfo<std::size_t>& instance) {
  return kDecodedCores[instance.param].name;
}

class DecodeAsCapstone : public ::testing::TestWithParam<std::size_t> {};

TEST_P(DecodeAsCapstone, Agrees) {
  static const std::vector<Reading> readings = read_with_capstone(samples());
  compare(readings, capstone_rules(), GetParam());
}

// All but the Cortex-M33: capstone 4 misreads Armv8-M.
INSTANTIATE_TEST_SUITE_P(Cores, DecodeAsCapstone,
                         ::testing::Range(std::size_t{0}, kDecodedCores.size() - 1), name_of);

class DecodeAsObjdump : public ::testing::TestWithParam<std::size_t> {};

TEST_P(DecodeAsObjdump, Agrees) {
  const std::optional<std::vector<Reading>> readings =
      read_with_objdump(samples(), kDecodedCores[GetParam()].objdump_machine);
  if (!readings) GTEST_SKIP() << "arm-none-eabi-objdump cannot be run";
  compare(*readings, objdump_rules(), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Cores, DecodeAsObjdump,
                         ::testing::Range(std::size_t{0}, kDecodedCores.size()), name_of);

TEST(DecodeRules, AreUsed) {
  for (const RuleSet& rules : {capstone_rules(), objdump_rules()}) {
    for (const Spelling& rule : rules.spellings) {
      EXPECT_TRUE(is_used(rule.counts)) << rules.oracle << ": " << rule.name;
    }
    for (const Difference& rule : rules.differences) {
      EXPECT_TRUE(is_used(rule.counts)) << rules.oracle << ": " << rule.name;
    }
  }
}

}  // namespace
}  // namespace mcost::isa::test
