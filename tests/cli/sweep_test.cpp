// What a sweep is to run: the reader of its YAML and its command line, the cells of its grid, their
// keys, and the file that keeps them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "analysis/reports/sweep_reports.h"
#include "boards/spec_reader.h"
#include "cli/sweep_cells.h"
#include "cli/sweep_check.h"
#include "cli/sweep_pool.h"
#include "cli/sweep_spec.h"
#include "cli/sweep_store.h"
#include "tests/cli/programs.h"

namespace mcost::cli::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::size_t kMost = 1000;

std::string file_with(const std::string& name, const std::string& text) {
  const std::string path = temporary_file(name);
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

SweepSpec read(const std::string& yaml, SweepLine line = {}) {
  line.spec = file_with("sweep.yaml", yaml);
  return read_sweep(line);
}

/// All mistakes of a file, one per line, without its folder.
std::string mistakes(const std::string& yaml, const SweepLine& line = {}) {
  try {
    (void)make_cells(read(yaml, line), kMost);
  } catch (const InputError& error) {
    std::string text = error.what();
    const std::string path = temporary_file("sweep.yaml");
    for (std::size_t at = text.find(path); at != std::string::npos; at = text.find(path))
      text.replace(at, path.size(), "sweep.yaml");
    return text;
  }
  return {};
}

/// "a.elf generic-m4 1" and so on: values of each cell, "-" where there is none.
std::vector<std::string> cells_of(const SweepSpec& spec) {
  std::vector<std::string> texts;
  for (const SweepCell& cell : make_cells(spec, kMost)) {
    std::string text;
    for (const auto& value : cell.values) text += (text.empty() ? "" : " ") + value.value_or("-");
    texts.push_back(text);
  }
  return texts;
}

// ---- the grid

TEST(SweepGrid, IsTheProductOfItsAxesTheLastOneFastest) {
  const SweepSpec spec = read(
      "firmware: a.elf\n"
      "boards: [x, y]\n"
      "set: {memories.flash.wait_states: [~, 5]}\n"
      "place: {.rodata: [sram, ~]}\n");
  EXPECT_THAT(cells_of(spec),
              ElementsAre("a.elf x sram -", "a.elf x sram 5", "a.elf x - -", "a.elf x - 5",
                          "a.elf y sram -", "a.elf y sram 5", "a.elf y - -", "a.elf y - 5"));
  EXPECT_EQ(spec.axes[2].name, "place:.rodata");
  EXPECT_EQ(spec.axes[3].name, "memories.flash.wait_states");
}

TEST(SweepGrid, GivesEachCellTheOptionsOfARun) {
  const SweepSpec spec = read(
      "firmware: a.elf\n"
      "boards: x\n"
      "clock: 80000000\n"
      "args: --all 3\n"
      "layers: calls:invoke\n"
      "until: main\n"
      "max_cycles: 1000\n"
      "timeout: 2\n"
      "seed: 7\n"
      "load_at: 0x100\n"
      "entry: start\n"
      "input: picture.bin@image\n"
      "sd: card.img\n"
      "memory_use: false\n"
      "set: {a.b: [[1, 2], [3]]}\n"
      "place: {.data: ccm}\n");
  const auto cells = make_cells(spec, kMost);
  ASSERT_THAT(cells, SizeIs(2));
  const RunOptions& options = cells[0].options;
  const std::filesystem::path folder = std::filesystem::path(temporary_file("x")).parent_path();
  EXPECT_EQ(options.firmware, (folder / "a.elf").string());
  EXPECT_EQ(options.board, "x");
  EXPECT_THAT(options.overrides, ElementsAre("a.b=[1, 2]", "clock.rated_hz=80000000"));
  EXPECT_THAT(options.placements, ElementsAre(".data=ccm"));
  EXPECT_EQ(options.args, "--all 3");
  EXPECT_EQ(options.layer_mode, LayerMode::calls);
  EXPECT_EQ(options.until, "main");
  EXPECT_EQ(options.entry, "start");
  EXPECT_EQ(options.max_cycles, 1000u);
  EXPECT_EQ(options.timeout_s, 2.0);
  EXPECT_EQ(options.seed, 7u);
  EXPECT_EQ(options.load_at, 0x100u);
  ASSERT_THAT(options.inputs, SizeIs(1));
  EXPECT_EQ(options.inputs[0].file, (folder / "picture.bin").string());
  EXPECT_EQ(options.inputs[0].where, "image");
  EXPECT_EQ(options.sd_image, (folder / "card.img").string());
  EXPECT_FALSE(options.memory_use);
}

TEST(SweepGrid, AxesThatMoveTogetherAreOneDimension) {
  const SweepSpec spec = read(
      "firmware: a.elf\n"
      "boards: x\n"
      "clock: [80, 16]\n"
      "set: {a.b: [1, 2], a.c: [7, 8]}\n"
      "zip: [[a.c, clock]]\n");
  EXPECT_THAT(cells_of(spec),
              ElementsAre("a.elf x 80 1 7", "a.elf x 80 2 7", "a.elf x 16 1 8", "a.elf x 16 2 8"));
}

TEST(SweepGrid, LeavesOutWhatIsExcludedAndAddsSingleCellsOnce) {
  const SweepSpec spec = read(
      "firmware: a.elf\n"
      "boards: [x, y]\n"
      "set: {a.b: [1, 2, ~]}\n"
      "exclude:\n"
      "- {board: y, a.b: [2, ~]}\n"
      "cells:\n"
      "- {board: y, set: {a.b: 9}}\n"
      "- {board: x, set: {a.b: 1}}\n"
      "- {board: z, clock: 5}\n");
  EXPECT_THAT(cells_of(spec), ElementsAre("a.elf x 1 -", "a.elf x 2 -", "a.elf x - -",
                                          "a.elf y 1 -", "a.elf y 9 -", "a.elf z - 5"));
}

TEST(SweepGrid, MayBeSingleCellsOnly) {
  const SweepSpec spec = read(
      "firmware: [{file: a.elf, name: one}, {file: b.elf, args: hello}]\n"
      "cells:\n"
      "- {firmware: one, board: x}\n"
      "- {firmware: b.elf, board: y, set: {a.b: 1}}\n");
  EXPECT_THAT(cells_of(spec), ElementsAre("one x -", "b.elf y 1"));
  const auto cells = make_cells(spec, kMost);
  EXPECT_EQ(cells[0].options.args, "");
  EXPECT_EQ(cells[1].options.args, "hello");
}

TEST(SweepGrid, TheCommandLineTakesThePlaceOfTheFile) {
  SweepLine line;
  line.boards = {"y", "y", "./z.yaml"};
  line.set = {"a.b=,[1,2],\"x,y\"", "a.d=4"};
  line.options = {{CellOption::clock, "1,2"}, {CellOption::args, "1,2"}};
  const SweepSpec spec =
      read("firmware: a.elf\nboards: x\nargs: [p, q]\nset: {a.b: 1, a.c: 3}\n", line);
  ASSERT_THAT(spec.axes, SizeIs(7));
  EXPECT_EQ(spec.axes[1].values, (analysis::CellValues{"y", "./z.yaml"}));
  EXPECT_EQ(spec.axes[2].values, (analysis::CellValues{"1", "2"}));
  EXPECT_EQ(spec.axes[3].values, (analysis::CellValues{"1,2"}));
  EXPECT_EQ(spec.axes[4].values, (analysis::CellValues{std::nullopt, "[1,2]", "\"x,y\""}));
  EXPECT_EQ(spec.axes[5].name, "a.c");
  EXPECT_EQ(spec.axes[6].name, "a.d");
  // What the line names is relative to where the program runs.
  const auto cells = make_cells(spec, kMost);
  EXPECT_EQ(cells.back().options.board, "./z.yaml");
}

TEST(SweepGrid, IsBounded) {
  const std::string yaml =
      "firmware: a.elf\nboards: x\nset: {a: [1, 2, 3], b: [1, 2, 3], c: [1, 2, 3]}\n";
  const SweepSpec spec = read(yaml);
  EXPECT_THAT(make_cells(spec, 27), SizeIs(27));
  try {
    (void)make_cells(spec, 26);
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(),
                 "more than 26 cells: 3 x 3 x 3: --max-cells: leave out values, or raise "
                 "--max-cells");
  }
}

TEST(SweepGrid, GroupsDifferInSettingsOfMemoriesOnly) {
  const SweepSpec spec = read(
      "firmware: a.elf\nboards: [x, y]\nargs: [p, q]\nset: {memories.flash.wait_states: [1, 2]}\n");
  std::vector<std::size_t> groups;
  for (const SweepCell& cell : make_cells(spec, kMost)) groups.push_back(cell.group);
  EXPECT_THAT(groups, ElementsAre(0, 0, 1, 1, 2, 2, 3, 3));
}

// ---- mistakes

TEST(SweepReader, ReportsAllMistakesTogether) {
  EXPECT_EQ(
      mistakes("firmwre: a\n"
               "boards: [a, a]\n"
               "set: [1]\n"
               "zip: [clock]\n"
               "clock: {a: 1}\n"
               "memory_use: maybe\n"
               "columns: cycles\n"
               "cells: [{speed: 1}]\n"),
      "unknown key \"firmwre\": sweep.yaml:1:1: did you mean \"firmware\"? allowed: firmware, "
      "boards, set, place, clock, args, layers, entry, until, max_cycles, timeout, input, "
      "load_at, seed, sd, zip, exclude, cells, memory_use, any_exit_code, columns, pareto\n"
      "boards has \"a\" twice: sweep.yaml:2:13: keep one\n"
      "set must be a map, got a list: sweep.yaml:3:6 set: write path: values lines below it\n"
      "what moves together must be a list of axes, got \"clock\": sweep.yaml:4:7 zip: write "
      "zip: [[clock, memories.flash.wait_states]]\n"
      "clock must be one line of up to 1024 characters, got a map: sweep.yaml:5:8: write one "
      "value, or a list of values\n"
      "memory_use must be true or false, got \"maybe\": sweep.yaml:6:13: write true or false\n"
      "columns must be a list, got \"cycles\": sweep.yaml:7:10: write [cycles, time_s]\n"
      "unknown key \"speed\": sweep.yaml:8:10 cells[0]: did you mean \"seed\"? allowed: firmware, "
      "board, set, place, clock, args, layers, entry, until, max_cycles, timeout, input, "
      "load_at, seed, sd");
}

TEST(SweepReader, ChecksWhatWasWrittenAgainstItself) {
  EXPECT_EQ(
      mistakes("firmware: [a.elf, b/a.elf]\n"
               "boards: x\n"
               "clock: [1, 2]\n"
               "set: {clock.rated_hz: 3}\n"
               "zip: [[clock, board], [clock, bord]]\n"
               "exclude: [{board: y}]\n"
               "cells: [{firmware: c, board: x}]\n"
               "pareto: [cycels, time, time_s]\n"),
      "two core clocks: sweep.yaml:3:1 and sweep.yaml:4:7: sweep.yaml: give one of clock and "
      "clock.rated_hz\n"
      "two firmwares are called a.elf: sweep.yaml:1:19: leave one out, or tell them apart: "
      "{file: FILE, name: NAME}\n"
      "board has 1 value, clock has 2 values: sweep.yaml:5:15 zip: give as many, or take it out of "
      "zip\n"
      "clock is named twice: sweep.yaml:5:24 zip: an axis moves with one list of others\n"
      "the sweep has no axis \"bord\": sweep.yaml:5:31 zip: did you mean \"board\"? axes: "
      "firmware, board, clock, clock.rated_hz\n"
      "board never is \"y\": sweep.yaml:6:19 exclude[0]: values: x\n"
      "no firmware is called \"c\": sweep.yaml:7:20 cells[0]: firmware: a.elf\n"
      "unknown metric \"cycels\": sweep.yaml:8:10: did you mean \"cycles\"? metrics: cycles, "
      "time_s, energy_j, energy_uncertainty_j, instructions, macs, macs_per_cycle, "
      "issue_cycles, latency_cycles, memory_cycles, branch_cycles, bus_cycles, "
      "exception_cycles, sleep_cycles, live_bytes, touched_bytes, stack_bytes, and "
      "MEMORY_fetch_bytes, _read_bytes, _write_bytes, _stall_cycles\n"
      "time_s is named twice: sweep.yaml:8:24: keep one");
}

TEST(SweepReader, RefusesEachOtherMistake) {
  EXPECT_THAT(mistakes("boards: x\n"), HasSubstr("no firmware: sweep.yaml: name an ELF file"));
  EXPECT_THAT(mistakes("firmware: a.elf\n"), HasSubstr("no board: sweep.yaml: add --board NAME"));
  EXPECT_THAT(mistakes("firmware: {name: a}\nboards: x\n"),
              HasSubstr("missing key \"file\": sweep.yaml:1:11 firmware: add file:"));
  EXPECT_THAT(mistakes("firmware: {file: a, clock: 3}\nboards: x\n"),
              HasSubstr("unknown key \"clock\": sweep.yaml:1:21 firmware"));
  EXPECT_THAT(mistakes("firmware: {file: a, args: x}\nboards: x\nargs: [1, 2]\n"),
              HasSubstr("args is given for this firmware and for all: sweep.yaml:1:11: give it "
                        "here or in sweep.yaml:3:1"));
  EXPECT_THAT(mistakes("firmware: a.elf\nboards: []\n"),
              HasSubstr("boards must have 1..100000 values, got 0: sweep.yaml:2:9"));
  EXPECT_THAT(mistakes("firmware: a.elf\nboards: [x, ~]\n"),
              HasSubstr("boards must be a name, got nothing: sweep.yaml:2:13"));
  EXPECT_THAT(mistakes("firmware: a.elf\ncells: [{clock: 1}]\n"),
              HasSubstr("the cell does not say which board: sweep.yaml:2:9 cells[0]"));
  EXPECT_THAT(mistakes("firmware: [a.elf, b.elf]\ncells: [{board: x}]\n"),
              HasSubstr("the cell does not say which firmware: sweep.yaml:2:9 cells[0]"));
  EXPECT_THAT(mistakes("firmware: a.elf\nboards: x\nmax_cycles: lots\n"),
              HasSubstr("\"lots\" is no number it takes: sweep.yaml:3:1 max_cycles: write a "
                        "positive number of cycles"));
  EXPECT_THAT(mistakes("firmware: {file: a.elf, max_cycles: lots}\nboards: x\n"),
              HasSubstr("sweep.yaml:1:11 max_cycles: write a positive number"));
  EXPECT_THAT(mistakes("firmware: a.elf\nboards: x\nexclude: [{board: x}]\n"),
              HasSubstr("every cell of the grid is excluded"));
  EXPECT_THAT(mistakes("- a\n"), HasSubstr("the file must be a map, got a list"));
  EXPECT_THAT(mistakes("firmware: &a a.elf\n"), HasSubstr("anchors and aliases"));
  EXPECT_THAT(mistakes("firmware: [}\n"), HasSubstr("not valid YAML"));
  SweepLine line;
  line.set = {"x"};
  EXPECT_THAT(mistakes("firmware: a.elf\n", line),
              HasSubstr("no \"=\" with values in \"x\": --set"));
  line.set = {"a=1", "a=2"};
  EXPECT_THAT(mistakes("firmware: a.elf\n", line), HasSubstr("given more than once: --set a"));
  line.set = {"a=1,1"};
  EXPECT_THAT(mistakes("firmware: a.elf\n", line), HasSubstr("\"1\" is given twice: --set a"));
  line.set = {};
  line.columns = "cycles,nonsense";
  EXPECT_THAT(mistakes("firmware: a.elf\nboards: x\n", line),
              HasSubstr("unknown metric \"nonsense\": --columns"));
  line = {};
  line.spec = temporary_file("sweep-nosuch.yaml");
  EXPECT_THROW((void)read_sweep(line), ConfigError);
}

TEST(SweepReader, CommasInsideBracketsAndQuotesSeparateNothing) {
  EXPECT_THAT(comma_separated("a,b"), ElementsAre("a", "b"));
  EXPECT_THAT(comma_separated(""), ElementsAre(""));
  EXPECT_THAT(comma_separated(",5"), ElementsAre("", "5"));
  EXPECT_THAT(comma_separated("[1,[2,3]],{a: 1, b: 2},'x,y',\"p,q\""),
              ElementsAre("[1,[2,3]]", "{a: 1, b: 2}", "'x,y'", "\"p,q\""));
  EXPECT_THAT(comma_separated("],a"), ElementsAre("]", "a"));
}

TEST(SweepSchema, CommittedFileEqualsTheReadersTable) {
  std::ifstream file(std::filesystem::path(MCOST_SOURCE_DIR) / "docs/schema/sweep.schema.json",
                     std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), sweep_schema())
      << "run mcost_sweep_schema docs/schema/sweep.schema.json and commit it";
}

// ---- what is told before anything runs

std::string idle_program() {
  return Program().function("reset").add({kBranchToSelf}).write("sweep-idle.elf");
}

std::string found_wrong(const std::string& yaml) {
  const SweepSpec spec = read(yaml);
  try {
    check_sweep(spec, make_cells(spec, kMost));
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

TEST(SweepCheck, TellsWhatIsWrongInEveryCell) {
  (void)idle_program();
  EXPECT_EQ(found_wrong("firmware: sweep-idle.elf\nboards: generic-m4\n"), "");
  EXPECT_THAT(found_wrong("firmware: sweep-nosuch.elf\nboards: [nosuch, generic-m4]\n"),
              ::testing::AllOf(HasSubstr("sweep-nosuch.elf"), HasSubstr("unknown board \"nosuch\""),
                               HasSubstr(":2:1 boards")));
  EXPECT_THAT(
      found_wrong("firmware: sweep-idle.elf\nboards: generic-m4\nset: {memories.coed.size_kib: "
                  "[1, 2]}\n"),
      HasSubstr(":3:7 set.memories.coed.size_kib"));
  EXPECT_THAT(found_wrong("firmware: sweep-idle.elf\nboards: generic-m4\nclock: [0xZ]\n"),
              HasSubstr("no number it takes"));
}

TEST(SweepCheck, LeavesToTheCellsWhatIsWrongInSome) {
  (void)idle_program();
  EXPECT_EQ(found_wrong("firmware: sweep-idle.elf\nboards: [generic-m4, nucleo-l496zg]\n"
                        "set: {memories.code.wait_states: [1, 2]}\n"),
            "");
  EXPECT_EQ(found_wrong("firmware: sweep-idle.elf\nboards: generic-m4\n"
                        "set: {memories.code.wait_states: [99999, 2]}\n"),
            "");
}

// ---- keys

TEST(CellKeys, DependOnAllThatFiguresDependOn) {
  (void)idle_program();
  (void)Program().function("reset").add({kNop, kBranchToSelf}).write("sweep-other.elf");
  file_with("in.bin", "1");
  const auto key = [](const std::string& yaml, const analysis::OutcomeOptions& outcome = {}) {
    const auto cells = make_cells(read(yaml), kMost);
    return CellKeys(cells, outcome).key_of(cells.front());
  };
  const std::string base = "firmware: sweep-idle.elf\nboards: generic-m4\n";
  EXPECT_THAT(key(base), SizeIs(64));
  EXPECT_EQ(key(base), key(base));
  std::set<std::string> keys = {key(base), key(base, {.with_layers = true}),
                                key(base, {.any_exit_code = true})};
  std::size_t count = 3;
  for (const std::string more :
       {"args: a\n", "until: reset\n", "entry: reset\n", "max_cycles: 5\n", "seed: 1\n",
        "layers: none\n", "layers: functions:reset\n", "memory_use: false\n", "clock: 16000000\n",
        "set: {memories.code.wait_states: 1}\n", "place: {reset: data}\n",
        "input: in.bin@0x20000000\n", "input: in.bin@0x20000004\n"}) {
    keys.insert(key(base + more));
    EXPECT_THAT(keys, SizeIs(++count)) << more;
  }
  keys.insert(key("firmware: sweep-other.elf\nboards: generic-m4\n"));
  keys.insert(key("firmware: sweep-idle.elf\nboards: generic-m33\n"));
  file_with("in.bin", "2");
  keys.insert(key(base + "input: in.bin@0x20000000\n"));
  EXPECT_THAT(keys, SizeIs(count + 3));
  EXPECT_EQ(key(base + "timeout: 3\n"), key(base));  // the host's time is no part of a result
}

// ---- threads

TEST(WorkThrough, DoesEveryIndexOnceWhateverTheNumberOfThreads) {
  std::vector<std::size_t> order(500);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = order.size() - 1 - i;
  for (const unsigned jobs : {1u, 2u, 7u, 900u}) {
    std::vector<unsigned> times(order.size());
    work_through(
        order, jobs,
        [](std::size_t i) {
          analysis::CellOutcome outcome;
          outcome.key = std::to_string(i);
          return outcome;
        },
        [&](std::size_t i, analysis::CellOutcome outcome) {
          EXPECT_EQ(outcome.key, std::to_string(i));
          ++times[i];
        });
    EXPECT_THAT(times, ::testing::Each(1u));
  }
}

TEST(WorkThrough, EndsWithTheFirstException) {
  const std::vector<std::size_t> order(100, 0);
  const auto work = [](std::size_t) -> analysis::CellOutcome { return {}; };
  for (unsigned round = 0; round < 50; ++round) {
    unsigned finished = 0;
    EXPECT_THROW(work_through(order, 3, work,
                              [&](std::size_t, const analysis::CellOutcome&) {
                                ++finished;
                                throw ConfigError("full", "disk", "");
                              }),
                 ConfigError);
    EXPECT_EQ(finished, 1u);
  }
  EXPECT_THROW(work_through(
                   order, 3, [](std::size_t) -> analysis::CellOutcome { throw std::bad_alloc(); },
                   [](std::size_t, const analysis::CellOutcome&) {}),
               std::bad_alloc);
}

// ---- kept cells

analysis::Sweep small_sweep() {
  analysis::Sweep sweep;
  sweep.axes = {"board"};
  sweep.dimensions = {{0}};
  for (const char* board : {"one", "two"}) {
    analysis::SweepRow row{{board}, {}};
    row.outcome.key = std::string("key-") + board;
    row.outcome.exit = "idle";
    row.outcome.cost.emplace();
    sweep.rows.push_back(row);
  }
  return sweep;
}

std::string contents(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

TEST(SweepStore, KeepsLinesAndRecoversFromAHalfWrittenOne) {
  const std::string path = temporary_file("kept.jsonl");
  std::filesystem::remove(path);
  const analysis::Sweep sweep = small_sweep();
  const std::string first = analysis::sweep_line(sweep, 0, std::nullopt);
  const std::string second = analysis::sweep_line(sweep, 1, std::nullopt);
  {
    SweepStore store(path, "--output " + path);
    EXPECT_EQ(store.find("key-one"), nullptr);
    store.add(first);
    store.add(second);
  }
  EXPECT_EQ(contents(path), first + second);
  for (std::size_t cut = first.size() + 1; cut < first.size() + second.size(); cut += 13) {
    std::ofstream(path, std::ios::binary) << (first + second).substr(0, cut);
    SweepStore store(path, "--output " + path);
    ASSERT_NE(store.find("key-one"), nullptr) << cut;
    EXPECT_EQ(*store.find("key-one"), sweep.rows[0].outcome);
    EXPECT_EQ(store.find("key-two"), nullptr) << cut;
    EXPECT_EQ(contents(path), first) << cut;
  }
  {
    SweepStore store(path, "--output " + path);
    EXPECT_EQ(store.foreign(sweep), 0u);
    EXPECT_EQ(store.foreign(analysis::Sweep{}), 1u);
    store.add(second);
    store.replace(second + first);
  }
  EXPECT_EQ(contents(path), second + first);
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

TEST(SweepStore, RefusesOtherFilesAndASecondWriter) {
  const std::string path = temporary_file("other.jsonl");
  for (const std::string& text :
       {std::string("hello"), std::string("hello\n"), std::string("{\"schema\":\"mcost/run/1\"}\n"),
        std::string("\n")}) {
    std::ofstream(path, std::ios::binary) << text;
    EXPECT_THROW(SweepStore(path, "--output " + path), ConfigError) << text;
    EXPECT_EQ(contents(path), text);
  }
  const std::string free_path = temporary_file("free.jsonl");
  SweepStore store(free_path, "--output " + free_path);
  EXPECT_THROW(SweepStore(free_path, "--output " + free_path), ConfigError);
  EXPECT_THROW(SweepStore(temporary_file("none") + "/x.jsonl", "--output"), ConfigError);
}

TEST(SweepStore, LeavesNoEmptyFileBehind) {
  const std::string path = temporary_file("empty.jsonl");
  { const SweepStore store(path, "--output " + path); }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace mcost::cli::test
