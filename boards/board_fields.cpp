#include "boards/board_fields.h"

#include <algorithm>

#include "boards/spec_reader.h"

namespace mcost::boards {
namespace {

constexpr std::uint64_t kMaxAddress = 0xFFFFFFFFu;
constexpr std::uint64_t kKib = 1024;
constexpr IntegerRule kAddress{0, kMaxAddress, 1, true};
constexpr IntegerRule kWord32{0, kMaxAddress, 1, true};
constexpr IntegerRule kSizeKib{1, kMaxAddress / kKib + 1, kKib};
constexpr IntegerRule kClockHz{1, 10'000'000'000};
constexpr IntegerRule kDelayNs{0, 10'000'000'000};
constexpr IntegerRule kDelayCycles{0, 1'000'000'000'000};
constexpr IntegerRule kWaitStates{0, 15};
constexpr IntegerRule kWidthBits{8, 1024};
constexpr IntegerRule kLines{1, 4096};
constexpr IntegerRule kCacheKib{4, 64, kKib};

constexpr std::array<std::string_view, 4> kSourceNames = {"datasheet", "measured", "calibrated",
                                                          "assumed"};
constexpr std::array<std::string_view, 6> kCoreNames = {"cortex-m0", "cortex-m0plus", "cortex-m3",
                                                        "cortex-m4", "cortex-m7",     "cortex-m33"};
constexpr std::array<std::string_view, 4> kFpuNames = {"none", "fpv4-sp-d16", "fpv5-sp-d16",
                                                       "fpv5-d16"};
constexpr std::array<std::string_view, 2> kStartNames = {"run_state", "reset"};
constexpr std::array<std::string_view, 2> kStartUpNames = {"instant", "typical"};
constexpr std::array<std::string_view, 7> kPortNames = {"icode_dcode", "icode", "dcode", "system",
                                                        "itcm",        "dtcm",  "axi"};
constexpr std::array<std::string_view, 6> kMemoryKinds = {"sram",  "flash", "rom",
                                                          "sdram", "psram", "qspi"};
constexpr std::array<std::string_view, 7> kAcceleratorKinds = {
    "none", "art_f4", "art_l4", "vims", "prefetch", "icache_l5", "art_f7"};
constexpr std::array<std::string_view, 3> kVimsModes = {"gpram", "cache", "off"};
constexpr std::array<std::string_view, 2> kVimsArbitrations = {"code_first", "round_robin"};
constexpr std::array<std::string_view, 2> kSupplySides = {"mcu", "board"};
constexpr IntegerRule kCoefficient{0, 4'000'000'000};
constexpr IntegerRule kColumn{0, 1'000'000'000'000};
constexpr std::array<std::string_view, 1> kDeviceKinds = {"sd_card"};
constexpr std::array<std::string_view, 4> kRuleKinds = {"follow", "constant", "self_clear",
                                                        "write_one_clears"};

template <typename Spec>
class BlockOf : public Block {
 public:
  explicit BlockOf(Spec& spec) : spec_(spec) {}
  void describe(FieldVisitor& visitor) override;

 private:
  Spec& spec_;
};

template <typename Spec>
class ListOf : public NamedList {
 public:
  ListOf(std::string_view noun, std::vector<Spec>& list) : noun_(noun), list_(list) {}
  [[nodiscard]] std::string_view noun() const override { return noun_; }
  [[nodiscard]] std::size_t size() const override { return list_.size(); }
  [[nodiscard]] const std::string& name(std::size_t index) const override {
    return list_[index].name;
  }
  void append(const std::string& name) override { list_.emplace_back().name = name; }
  void describe(std::size_t index, FieldVisitor& visitor) override;
  void describe_default(FieldVisitor& visitor) override;

 private:
  std::string_view noun_;
  std::vector<Spec>& list_;
};

template <typename Variant, std::size_t Count>
class AlternativesOf : public Alternatives {
  static_assert(std::variant_size_v<Variant> == Count);

 public:
  AlternativesOf(Variant& variant, const std::array<std::string_view, Count>& names)
      : variant_(variant), names_(names) {}
  [[nodiscard]] std::span<const std::string_view> names() const override { return names_; }
  [[nodiscard]] std::size_t index() const override { return variant_.index(); }
  void select(std::size_t index) override { select_from(index, std::make_index_sequence<Count>{}); }
  void describe(FieldVisitor& visitor) override;

 private:
  template <std::size_t... Index>
  void select_from(std::size_t index, std::index_sequence<Index...> /*all*/) {
    ((index == Index ? static_cast<void>(variant_.template emplace<Index>()) : void()), ...);
  }

  Variant& variant_;
  const std::array<std::string_view, Count>& names_;
};

template <typename Spec>
void visit_block(FieldVisitor& v, const Field& field, Spec& spec) {
  BlockOf<Spec> block(spec);
  v.block(field, block);
}

template <typename Spec>
void visit_list(FieldVisitor& v, const Field& field, std::string_view noun,
                std::vector<Spec>& list) {
  ListOf<Spec> named(noun, list);
  v.named_list(field, named);
}

template <typename Variant, std::size_t Count>
void visit_alternatives(FieldVisitor& v, const Field& kind, Variant& variant,
                        const std::array<std::string_view, Count>& names) {
  AlternativesOf<Variant, Count> choice(variant, names);
  v.alternatives(kind, choice);
}

}  // namespace

// ---- Core, clock, reset ----

static void describe(FieldVisitor& v, DwtSpec& dwt) {
  v.boolean({"cycle_counter", "CYCCNT and the profiling counters exist"}, dwt.cycle_counter);
  v.integer({"comparators", "DWT_CTRL.NUMCOMP"}, dwt.comparators, {0, 15});
}

static void describe(FieldVisitor& v, ClockSpec& clock) {
  v.integer({"rated_hz", "core clock of the run state"}, clock.rated_hz, kClockHz);
  v.integer({"max_hz", "highest core clock the part allows"}, clock.max_hz, kClockHz);
  v.integer(optional_field("hse_hz", "external high-speed clock; 0: the board has none"),
            clock.hse_hz, {0, 1'000'000'000});
  v.integer(optional_field("bus_divider", "core clock / HCLK in the run state"), clock.bus_divider,
            {1, 512});
  v.integer(optional_field("apb1_divider", "HCLK / PCLK1 in the run state"), clock.apb1_divider,
            {1, 512});
  v.integer(optional_field("apb2_divider", "HCLK / PCLK2 in the run state"), clock.apb2_divider,
            {1, 512});
  v.choice(label("start_up", "time until oscillators and PLLs are ready", Presence::optional),
           clock.start_up, kStartUpNames);
}

static void describe(FieldVisitor& v, ResetSpec& reset) {
  v.integer({"vector_table", "address of the initial stack pointer"}, reset.vector_table, kAddress);
  v.integer({"clock_hz", "core clock after reset"}, reset.clock_hz, kClockHz);
}

// ---- Energy ----

namespace {

/// Visits an optional coefficient of energy.
struct CoefficientField {
  FieldVisitor& visitor;
  void operator()(const char* key, const char* help, std::optional<std::uint32_t>& value) const {
    visitor.maybe_integer(optional_field(key, help), value, kCoefficient);
  }
};

}  // namespace

static void describe(FieldVisitor& v, PartEnergySpec& energy) {
  v.choice(label("supply", "side of an IDD jumper that supplies it", Presence::optional),
           energy.supply, kSupplySides);
  const CoefficientField coefficient{v};
  coefficient("read_fj_per_byte", "a byte read; behind a controller: at its pins",
              energy.read_fj_per_byte);
  coefficient("write_fj_per_byte", "a byte written", energy.write_fj_per_byte);
  coefficient("array_read_fj", "a read of the array: a line or a word", energy.array_read_fj);
  coefficient("activate_fj", "a row opened and closed", energy.activate_fj);
  coefficient("refresh_fj", "an auto refresh", energy.refresh_fj);
  coefficient("clock_fj", "a clock of the serial interface", energy.clock_fj);
  coefficient("program_uw", "more power while programming or erasing", energy.program_uw);
  coefficient("busy_uw", "more power while a card transfers or is busy", energy.busy_uw);
  coefficient("idle_uw", "power all the time, in runs that use it", energy.idle_uw);
  coefficient("interface_uw", "the same of controller and pins, at the mcu", energy.interface_uw);
}

// ---- Memories ----

static void describe(FieldVisitor& v, SramSpec& sram) {
  v.integer({"wait_states", "core cycles added to every access"}, sram.wait_states, kWaitStates);
}

static void describe(FieldVisitor& v, RomSpec& rom) {
  v.integer({"wait_states", "core cycles added to every access"}, rom.wait_states, kWaitStates);
}

static void describe(FieldVisitor& /*v*/, NoAccelerator& /*none*/) {}

/// Keys that the ART accelerators of F4 and L4 share.
template <typename Art>
static void describe_art(FieldVisitor& v, Art& art) {
  v.integer({"line_bits", "width of one cache line"}, art.line_bits, kWidthBits);
  v.integer({"i_lines", "instruction lines held"}, art.i_lines, kLines);
  v.integer({"d_lines", "data lines held (D-code reads)"}, art.d_lines, kLines);
  v.integer({"i_ways", "associativity of the instruction lines; i_lines: fully associative"},
            art.i_ways, kLines);
  v.integer({"d_ways", "associativity of the data lines; d_lines: fully associative"}, art.d_ways,
            kLines);
  v.boolean({"data_has_priority", "a D-code read goes before a waiting I-code fetch"},
            art.data_has_priority);
  v.boolean({"prefetch_enabled", "FLASH_ACR.PRFTEN in the run state"}, art.prefetch_enabled);
  v.boolean({"icache_enabled", "FLASH_ACR.ICEN in the run state"}, art.icache_enabled);
  v.boolean({"dcache_enabled", "FLASH_ACR.DCEN in the run state"}, art.dcache_enabled);
}

static void describe(FieldVisitor& v, ArtF4Spec& art) { describe_art(v, art); }

static void describe(FieldVisitor& v, ArtL4Spec& art) {
  describe_art(v, art);
  v.boolean({"sectored_fill", "a miss reads only the array word needed; false: the whole line"},
            art.sectored_fill);
}

static void describe(FieldVisitor& v, VimsSpec& vims) {
  v.integer({"cache_bytes", "size of the code cache"}, vims.cache_bytes, {64, 1u << 20});
  v.integer({"ways", "associativity; replacement is pseudo-random"}, vims.ways, {1, 64});
  v.integer({"line_bytes", "size of one cache line"}, vims.line_bytes, {4, 256});
  v.integer({"line_buffer_bits", "each of the code and system-bus line buffers"},
            vims.line_buffer_bits, kWidthBits);
  v.integer({"cache_line_buffer_bits", "buffer in front of the cache"}, vims.cache_line_buffer_bits,
            kWidthBits);
  v.integer({"tag_lookup_cycles", "added for a new line whose tag was not prefetched"},
            vims.tag_lookup_cycles, {0, 15});
  v.integer({"invalidate_cycles", "length of a mode change through invalidation"},
            vims.invalidate_cycles, {0, 1'000'000});
  v.choice({"mode", "VIMS CTL.MODE in the run state"}, vims.mode, kVimsModes);
  v.boolean({"tag_prefetch_enabled", "CTL.PREF_EN in the run state"}, vims.tag_prefetch_enabled);
  v.boolean({"idcode_line_buffer_enabled", "not CTL.IDCODE_LB_DIS"},
            vims.idcode_line_buffer_enabled);
  v.boolean({"sysbus_line_buffer_enabled", "not CTL.SYSBUS_LB_DIS"},
            vims.sysbus_line_buffer_enabled);
  v.choice({"arbitration", "CTL.ARB_CFG: code bus against system bus"}, vims.arbitration,
           kVimsArbitrations);
  v.text(label("gpram_memory", "memory that is reachable in mode gpram only", Presence::optional),
         vims.gpram_memory, TextRule::name);
}

static void describe(FieldVisitor& v, PrefetchSpec& prefetch) {
  v.integer({"blocks", "blocks of the array width that it holds"}, prefetch.blocks, {2, 8});
  v.boolean({"prefetch_enabled", "FLASH_ACR.PRFTBE in the run state"}, prefetch.prefetch_enabled);
}

static void describe(FieldVisitor& v, IcacheL5Spec& icache) {
  v.integer({"cache_bytes", "size of the cache"}, icache.cache_bytes, {64, 1u << 20});
  v.integer({"ways", "associativity in the run state; replacement is LRU"}, icache.ways, {1, 64});
  v.integer({"line_bytes", "size of one cache line"}, icache.line_bytes, {4, 256});
  v.integer({"lookup_cycles", "before a miss reads the array"}, icache.lookup_cycles, {0, 15});
  v.integer({"invalidate_cycles", "length of an invalidation"}, icache.invalidate_cycles,
            {0, 1'000'000});
  v.boolean({"enabled", "ICACHE_CR.EN in the run state"}, icache.enabled);
}

static void describe(FieldVisitor& v, ArtF7Spec& art) {
  v.integer({"lines", "lines of the array width that it holds"}, art.lines, kLines);
  v.integer({"ways", "associativity; lines: fully associative"}, art.ways, kLines);
  v.boolean({"prefetch_enabled", "FLASH_ACR.PRFTEN in the run state"}, art.prefetch_enabled);
  v.boolean({"art_enabled", "FLASH_ACR.ARTEN in the run state"}, art.art_enabled);
}

namespace {

/// The block `accelerator` of a flash.
struct AcceleratorBlock {
  AcceleratorSpec& accelerator;
};

}  // namespace

static void describe(FieldVisitor& v, AcceleratorBlock& block) {
  visit_alternatives(v, {"kind", "what stands between the core and the array"}, block.accelerator,
                     kAcceleratorKinds);
}

static void describe(FieldVisitor& v, FlashSpec& flash) {
  v.integer({"width_bits", "width of one array read"}, flash.width_bits, kWidthBits);
  v.integer({"wait_states", "in the run state; an array read takes one cycle more"},
            flash.wait_states, kWaitStates);
  v.integers(optional_field("wait_state_limits_hz", "element n: highest clock with n wait states"),
             flash.wait_state_limits_hz, kClockHz);
  v.integer(optional_field("banks", "equal parts; one is read while another is programmed"),
            flash.banks, {1, 2});
  AcceleratorBlock block{flash.accelerator};
  visit_block(v, {"accelerator", "caches and buffers in front of the array"}, block);
}

static void describe(FieldVisitor& v, SdramSpec& sdram) {
  constexpr IntegerRule kTime{1, 16};
  v.integer({"bus_bits", "data lines: 8, 16 or 32"}, sdram.bus_bits, {8, 32});
  v.integer({"row_bits", "bits of a row address"}, sdram.row_bits, {11, 13});
  v.integer({"column_bits", "bits of a column address"}, sdram.column_bits, {8, 11});
  v.integer({"banks", "internal banks: 2 or 4"}, sdram.banks, {2, 4});
  v.integer({"hclk_per_sdclk", "SDCR.SDCLK in the run state"}, sdram.hclk_per_sdclk, {2, 3});
  v.integer({"cas_sdclk", "CAS latency"}, sdram.cas_sdclk, {1, 3});
  v.integer({"trcd_sdclk", "activate to read or write"}, sdram.trcd_sdclk, kTime);
  v.integer({"trp_sdclk", "precharge"}, sdram.trp_sdclk, kTime);
  v.integer({"tras_sdclk", "activate to precharge"}, sdram.tras_sdclk, kTime);
  v.integer({"trc_sdclk", "activate to activate; length of an auto refresh"}, sdram.trc_sdclk,
            kTime);
  v.integer({"twr_sdclk", "last write to precharge"}, sdram.twr_sdclk, kTime);
  v.integer({"refresh_sdclk", "between auto refreshes, SDRTR.COUNT + 1; 0: none"},
            sdram.refresh_sdclk, {0, 8192});
  v.boolean({"read_burst", "SDCR.RBURST in the run state: the controller reads ahead"},
            sdram.read_burst);
  v.integer({"read_pipe_hclk", "SDCR.RPIPE in the run state"}, sdram.read_pipe_hclk, {0, 2});
  v.integer({"command_hclk", "from the bus to the command"}, sdram.command_hclk, {0, 15});
  v.integer({"data_hclk", "from the data to the bus"}, sdram.data_hclk, {0, 15});
}

static void describe(FieldVisitor& v, PsramSpec& psram) {
  v.integer({"bus_bits", "data lines: 8, 16 or 32"}, psram.bus_bits, {8, 32});
  v.integer({"addset_hclk", "BTR.ADDSET in the run state"}, psram.addset_hclk, {0, 15});
  v.integer({"datast_hclk", "BTR.DATAST in the run state"}, psram.datast_hclk, {1, 255});
  v.integer({"busturn_hclk", "BTR.BUSTURN in the run state"}, psram.busturn_hclk, {0, 15});
  v.integer({"sync_hclk", "of each access of the bus that reads"}, psram.sync_hclk, {0, 15});
  v.integer({"return_hclk", "from the last data to the AHB"}, psram.return_hclk, {0, 15});
}

static void describe(FieldVisitor& v, QspiSpec& qspi) {
  constexpr IntegerRule kClocks{0, 255};
  constexpr IntegerRule kHclk{1, 64};
  constexpr IntegerRule kBusyNs{0, 1'000'000'000'000};
  v.integer({"hclk_per_sclk", "PRESCALER + 1 in the run state"}, qspi.hclk_per_sclk, {1, 256});
  v.integer({"instruction_clocks", "SCLK of the instruction of a read"}, qspi.instruction_clocks,
            kClocks);
  v.integer({"address_clocks", "SCLK of address and alternate bytes"}, qspi.address_clocks,
            kClocks);
  v.integer({"dummy_clocks", "SCLK between them and the data"}, qspi.dummy_clocks, {0, 31});
  v.integer({"lines", "data lines: 1, 2, 4 or 8"}, qspi.lines, {1, 8});
  v.boolean(optional_field("double_rate", "data on both edges of SCLK"), qspi.double_rate);
  v.boolean(optional_field("instruction_once", "CCR.SIOO in the run state"), qspi.instruction_once);
  v.integer({"cs_high_clocks", "CSHT + 1 in the run state"}, qspi.cs_high_clocks, {1, 8});
  v.maybe_integer(optional_field("timeout_clocks", "LPTR in the run state; left out: no time-out"),
                  qspi.timeout_clocks, {0, 65535});
  v.integer({"fifo_bytes", "bytes that the controller reads ahead"}, qspi.fifo_bytes, {4, 32});
  v.integer({"sync_hclk", "HCLK from the pins to the bus"}, qspi.sync_hclk, kHclk);
  v.integer({"fifo_hclk", "HCLK of a word that the FIFO holds"}, qspi.fifo_hclk, kHclk);
  v.integer(optional_field("identification", "what command 0x9F reads: three bytes"),
            qspi.identification, {0, 0xFFFFFF, 1, true});
  v.integer(optional_field("page_program_ns", "busy after a page program"), qspi.page_program_ns,
            kBusyNs);
  v.integer(optional_field("subsector_erase_ns", "busy after an erase of 4 KiB"),
            qspi.subsector_erase_ns, kBusyNs);
  v.integer(optional_field("sector_erase_ns", "busy after an erase of 64 KiB"),
            qspi.sector_erase_ns, kBusyNs);
  v.integer(optional_field("bulk_erase_ns", "busy after an erase of all"), qspi.bulk_erase_ns,
            kBusyNs);
  v.integer(optional_field("write_register_ns", "busy after a write of a non-volatile register"),
            qspi.write_register_ns, kBusyNs);
}

static void describe(FieldVisitor& v, WordSpec& word) {
  v.integer({"offset_bytes", "offset in the memory"}, word.offset_bytes, kAddress);
  v.integer({"reads", "what it reads"}, word.reads, kWord32);
}

// ---- Address map ----

static void describe(FieldVisitor& v, RegionSpec& region) {
  v.text({"memory", "name of the memory it reaches"}, region.memory, TextRule::name);
  v.integer({"base", "first address"}, region.base, kAddress);
  v.integer({"size_kib", "left out: the rest of the memory", Presence::derived}, region.size_bytes,
            kSizeKib);
  v.integer(optional_field("offset_bytes", "offset of base inside the memory"), region.offset_bytes,
            kAddress);
  v.choice({"port", "bus interface of the core that serves it"}, region.port, kPortNames);
  v.boolean({"executable", "instructions may be fetched from it"}, region.executable);
  v.boolean({"writable", "a plain store changes it"}, region.writable);
  v.boolean(optional_field("accelerated", "goes through the accelerator's cache"),
            region.accelerated);
}

static void describe(FieldVisitor& v, PeripheralSpaceSpec& space) {
  v.integer({"base", "first address"}, space.base, kAddress);
  v.integer({"size_kib", "size"}, space.size_bytes, kSizeKib);
  v.maybe_integer(optional_field("mirror_of", "base of the space that it shows"), space.mirror_of,
                  kAddress);
}

// ---- Peripherals ----

static void describe(FieldVisitor& v, RegisterSpec& reg) {
  v.integer({"offset_bytes", "offset from the base of the peripheral"}, reg.offset_bytes, kAddress);
  v.integer({"reset", "value after reset"}, reg.reset, kWord32);
}

static void describe(FieldVisitor& v, FollowRule& rule) {
  v.bit_field({"trigger", "bits that firmware writes: CR[16]"}, rule.trigger);
  v.bit_field({"target", "bits that take the same value"}, rule.target);
  v.integer(optional_field("after_cycles", "core cycles until they do"), rule.after_cycles,
            kDelayCycles);
}

static void describe(FieldVisitor& v, ConstantRule& rule) {
  v.bit_field({"target", "bits that always read the same"}, rule.target);
  v.integer({"reads", "what they read"}, rule.reads, kWord32);
}

static void describe(FieldVisitor& v, SelfClearRule& rule) {
  v.bit_field({"target", "bits that clear themselves"}, rule.target);
  v.integer(optional_field("after_cycles", "core cycles until they do"), rule.after_cycles,
            kDelayCycles);
}

static void describe(FieldVisitor& v, WriteOneClearsRule& rule) {
  v.bit_field({"trigger", "bits to which firmware writes ones"}, rule.trigger);
  v.bit_field({"target", "bits that this clears"}, rule.target);
}

static void describe(FieldVisitor& v, RuleSpec& rule) {
  visit_alternatives(v, {"kind", "what the rule does"}, rule.action, kRuleKinds);
}

static void describe(FieldVisitor& v, RemapSpec& remap) {
  v.bit_field({"field", "bits that choose: MEMRMP[1:0]"}, remap.field);
  v.integer({"when", "their value"}, remap.when, kWord32);
  v.text({"region", "region that changes"}, remap.region, TextRule::name);
  v.text(label("memory", "memory that it then shows from its start; left out: nothing",
               Presence::optional),
         remap.memory, TextRule::name);
}

// ---- Devices ----

static void describe(FieldVisitor& v, SdCardSpec& card) {
  v.text(label("image", "image file; without one the slot is empty", Presence::optional),
         card.image, TextRule::line);
  v.boolean(label("image_writable", "what firmware writes goes to the file", Presence::optional),
            card.image_writable);
  v.integer(optional_field("size_kib", "capacity; 0: that of the image"), card.size_bytes,
            {0, 64 * kKib * kKib, kKib});
  v.integer(optional_field("initialise_ns", "from ACMD41 until the card is ready"),
            card.initialise_ns, kDelayNs);
  v.integer(optional_field("access_ns", "before the first block of a read"), card.access_ns,
            kDelayNs);
  v.integer(optional_field("next_access_ns", "between blocks of a multiple read"),
            card.next_access_ns, kDelayNs);
  v.integer(optional_field("program_ns", "busy after a single block is written"), card.program_ns,
            kDelayNs);
  v.integer(optional_field("stream_program_ns", "busy after a block of a multiple write"),
            card.stream_program_ns, kDelayNs);
  v.integer(optional_field("stream_pause_ns", "more of it behind each 64th block"),
            card.stream_pause_ns, kDelayNs);
}

static void describe(FieldVisitor& v, DeviceSpec& device) {
  visit_alternatives(v, {"kind", "what is attached"}, device.kind, kDeviceKinds);
  v.text(label("peripheral", "peripheral that it is attached to"), device.peripheral,
         TextRule::name);
  visit_block(v, optional_field("energy", "what it takes, by what it does"), device.energy);
}

/// Peripheral types are text in the spec and a closed list in YAML.
static void describe_type(FieldVisitor& v, std::string& type) {
  const auto* const found = std::find(kPeripheralTypes.begin(), kPeripheralTypes.end(), type);
  auto index = found == kPeripheralTypes.end()
                   ? std::size_t{0}
                   : static_cast<std::size_t>(found - kPeripheralTypes.begin());
  v.word(label("type", "the model; registers: storage, reset values and rules", Presence::optional),
         index, kPeripheralTypes);
  type = kPeripheralTypes[index];
}

namespace {

template <typename Spec>
void BlockOf<Spec>::describe(FieldVisitor& visitor) {
  boards::describe(visitor, spec_);
}

template <typename Spec>
void ListOf<Spec>::describe(std::size_t index, FieldVisitor& visitor) {
  boards::describe(visitor, list_[index]);
}

template <typename Spec>
void ListOf<Spec>::describe_default(FieldVisitor& visitor) {
  Spec spec;
  boards::describe(visitor, spec);
}

template <typename Variant, std::size_t Count>
void AlternativesOf<Variant, Count>::describe(FieldVisitor& visitor) {
  std::visit([&](auto& alternative) { boards::describe(visitor, alternative); }, variant_);
}

}  // namespace

void describe(FieldVisitor& v, CoreSpec& core) {
  v.choice({"model", "Arm's name of the core"}, core.model, kCoreNames);
  v.text({"revision", "as Arm writes it: r0p1"}, core.revision, TextRule::name);
  v.integer({"cpuid", "SCB->CPUID"}, core.cpuid, kWord32);
  v.choice({"fpu", "floating-point unit"}, core.fpu, kFpuNames);
  v.boolean({"dsp", "DSP extension"}, core.dsp);
  v.boolean({"bit_band", "bit-band aliases of SRAM and peripherals exist"}, core.bit_band);
  v.integer({"mpu_regions", "MPU_TYPE.DREGION"}, core.mpu_regions, {0, 16});
  v.integer({"nvic_priority_bits", "implemented bits of a priority"}, core.nvic_priority_bits,
            {2, 8});
  v.integer({"interrupts", "number of external interrupts"}, core.interrupts, {0, 480});
  v.integer(
      {"systick_reference_divider", "core clock / SysTick clock when CLKSOURCE is 0; 0: none"},
      core.systick_reference_divider, {0, 1024});
  visit_block(v, {"dwt", "data watchpoint and trace unit"}, core.dwt);
  v.maybe_integer(optional_field("multiply_cycles", "of MULS"), core.multiply_cycles, {1, 32});
  v.maybe_integer(optional_field("divide_cycles", "of SDIV and UDIV"), core.divide_cycles, {1, 64});
  v.maybe_integer(optional_field("fp_divide_cycles", "of VDIV and VSQRT"), core.fp_divide_cycles,
                  {1, 64});
  v.maybe_integer(optional_field("btac_entries", "branches that the predictor knows"),
                  core.btac_entries, {1, 4096});
  v.maybe_integer(optional_field("indirect_mispredict_cycles", "lost by a wrong register target"),
                  core.indirect_mispredict_cycles, {1, 64});
  v.maybe_integer(optional_field("loaded_pc_cycles", "lost by POP {pc}, LDR pc and TBB"),
                  core.loaded_pc_cycles, {1, 64});
  v.maybe_integer(optional_field("icache_kib", "level-1 cache of instructions"), core.icache_bytes,
                  kCacheKib);
  v.maybe_integer(optional_field("dcache_kib", "level-1 cache of data"), core.dcache_bytes,
                  kCacheKib);
  v.maybe_integer(optional_field("icache_on", "CCR.IC in the run state; left out: 1"),
                  core.icache_on, {0, 1});
  v.maybe_integer(optional_field("dcache_on", "CCR.DC in the run state; left out: 1"),
                  core.dcache_on, {0, 1});
}

void describe(FieldVisitor& v, MemorySpec& memory) {
  visit_alternatives(v, {"kind", "what the memory is"}, memory.timing, kMemoryKinds);
  v.integer({"size_kib", "size"}, memory.size_bytes, kSizeKib);
  v.integer(optional_field("fill", "byte that it holds before the image is loaded"), memory.fill,
            {0, 0xFF, 1, true});
  visit_list(v, optional_field("words", "words that it holds before the image is loaded"), "word",
             memory.words);
  v.maybe_integer(optional_field("axi_request_cycles", "core cycles until an address is out"),
                  memory.axi_request_cycles, {0, 64});
  v.maybe_integer(optional_field("axi_bridge_cycles", "bus clocks from there to the memory"),
                  memory.axi_bridge_cycles, {0, 64});
  v.maybe_integer(optional_field("axi_return_cycles", "bus clocks back to the core"),
                  memory.axi_return_cycles, {0, 64});
  v.maybe_integer(optional_field("axi_beat_bits", "width of the memory's port"),
                  memory.axi_beat_bits, {8, 64});
  v.maybe_integer(optional_field("axi_clock_ratio", "core cycles per bus clock"),
                  memory.axi_clock_ratio, {1, 16});
  v.maybe_integer(optional_field("axi_line_extra_cycles", "core cycles more for a whole line"),
                  memory.axi_line_extra_cycles, {0, 64});
  visit_block(v, optional_field("energy", "what it takes, by what it does"), memory.energy);
}

void describe(FieldVisitor& v, PeripheralSpec& peripheral) {
  describe_type(v, peripheral.type);
  v.integer({"base", "first address"}, peripheral.base, kAddress);
  v.integer({"size_bytes", "size"}, peripheral.size_bytes, {4, 1u << 24, 1, true});
  v.text(label("memory", "memory that it controls", Presence::optional), peripheral.memory,
         TextRule::name);
  v.maybe_integer(optional_field("interrupt", "its IRQ number"), peripheral.interrupt, {0, 479});
  v.integers(optional_field("interrupts", "of a DMA controller: IRQ number by stream or channel"),
             peripheral.interrupts, {0, 479});
  v.maybe_integer(
      optional_field("clock_hz", "of the clock that paces it; left out: that of its APB"),
      peripheral.clock_hz, {1, 4'000'000'000});
  v.maybe_integer(optional_field("single_cycles", "of a DMA port's single transfer, no waits"),
                  peripheral.single_cycles, {1, 64});
  v.maybe_integer(optional_field("burst_overhead_cycles", "of a DMA burst, beside its beats"),
                  peripheral.burst_overhead_cycles, {0, 64});
  v.maybe_integer(optional_field("register_cycles", "of a DMA access to a peripheral's register"),
                  peripheral.register_cycles, {1, 64});
  visit_list(v, optional_field("registers", "registers with a name or a reset value"), "register",
             peripheral.registers);
  visit_list(v, optional_field("rules", "answers given by rule"), "rule", peripheral.rules);
  visit_list(v, optional_field("remaps", "memories that a region shows by choice"), "remap",
             peripheral.remaps);
}

void describe(FieldVisitor& v, EnergySpec& energy) {
  v.choice(label("measure_point", "mcu: its supply pins; board: all of it", Presence::optional),
           energy.measure_point, kSupplySides);
  v.integers({"clock_hz", "core clocks of the next two lists, rising"}, energy.clock_hz, kClockHz);
  v.integers({"static_uw", "power with the core asleep"}, energy.static_uw, kColumn);
  v.integers({"active_fj", "energy of a core cycle beyond that, if it does not wait"},
             energy.active_fj, kColumn);
  v.integers({"waiting_fj", "the same, if it waits"}, energy.waiting_fj, kColumn);
  const CoefficientField coefficient{v};
  coefficient("integer_fj", "more per executed integer instruction", energy.integer_fj);
  coefficient("multiply_fj", "more per executed multiply or divide", energy.multiply_fj);
  coefficient("floating_point_fj", "more per executed FP instruction", energy.floating_point_fj);
  coefficient("load_store_fj", "more per executed load or store", energy.load_store_fj);
  coefficient("sram_fj_per_byte", "a byte that on-chip RAM reads or writes, unless it says its own",
              energy.sram_fj_per_byte);
  coefficient("dma_fj_per_byte", "a byte that a DMA reads or writes", energy.dma_fj_per_byte);
  coefficient("peripherals_uw", "what else runs at the mcu's supply", energy.peripherals_uw);
  coefficient("board_uw", "what else runs beside it", energy.board_uw);
  coefficient("standby_uw", "between runs, at the measuring point", energy.standby_uw);
}

void describe(FieldVisitor& v, BoardSpec& board) {
  v.text(label("name", "as in --board"), board.name, TextRule::name);
  v.text(label("title", "one line for people"), board.title, TextRule::line);
  v.text(label("part", "vendor's part number"), board.part, TextRule::line);
  v.text(label("caution", "what is not modelled and makes figures wrong", Presence::optional),
         board.caution, TextRule::line);
  v.choice(label("start", "state in which a run starts", Presence::optional), board.start,
           kStartNames);
  v.text(label("console", "peripheral that is the firmware's console, or itm", Presence::optional),
         board.console, TextRule::name);
  visit_block(v, {"core", "the processor"}, board.core);
  visit_block(v, {"clock", "core clock"}, board.clock);
  visit_block(v, {"reset", "what the hardware does at reset"}, board.reset);
  visit_list(v, {"memories", "memory devices by name"}, "memory", board.memories);
  visit_list(v, {"regions", "address ranges that reach memories"}, "region", board.regions);
  visit_list(v, {"peripheral_spaces", "address ranges that answer as peripherals"},
             "peripheral space", board.peripheral_spaces);
  visit_list(v, optional_field("peripherals", "modelled peripherals and rule stubs"), "peripheral",
             board.peripherals);
  visit_list(v, optional_field("devices", "what is attached to peripherals"), "device",
             board.devices);
  visit_block(v, optional_field("energy", "what microcontroller and board take"), board.energy);
}

std::string_view name_of(SourceKind kind) { return kSourceNames[static_cast<std::size_t>(kind)]; }
std::string_view name_of(CoreModel model) { return kCoreNames[static_cast<std::size_t>(model)]; }
std::string_view name_of(FpuModel fpu) { return kFpuNames[static_cast<std::size_t>(fpu)]; }
std::string_view name_of(RegionPort port) { return kPortNames[static_cast<std::size_t>(port)]; }
std::string_view name_of(StartState start) { return kStartNames[static_cast<std::size_t>(start)]; }

}  // namespace mcost::boards
