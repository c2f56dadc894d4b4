// The typed description of a board: what spec_reader makes from YAML and board_builder makes a
// machine from. Plain data without behaviour; the default of every optional key is the member
// initialiser here and nowhere else. May include sim_core/base only. Invariant: a spec returned by
// read_board is complete and consistent (names resolve, address ranges do not overlap, every value
// has an entry in `sources`).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim_core/base/units.h"

namespace mcost::boards {

/// How a value is known: `datasheet` a vendor's document or code says so; `measured` on hardware;
/// `calibrated` fitted to measurements; `assumed` a guess with a reason.
enum class SourceKind : std::uint8_t { datasheet, measured, calibrated, assumed };

/// Where one value comes from. `ref` names the document and its section, or the reason of an
/// assumption.
struct Source {
  SourceKind kind = SourceKind::assumed;
  std::string ref;
  bool verified = true;  ///< False when the document was cited from memory and not read again.
  std::uint32_t uncertainty_percent =
      0;  ///< Of coefficients of energy: plus or minus; 0: not said.
  friend bool operator==(const Source&, const Source&) = default;
};

// ---- Core ----

enum class CoreModel : std::uint8_t {
  cortex_m0,
  cortex_m0plus,
  cortex_m3,
  cortex_m4,
  cortex_m7,
  cortex_m33
};
enum class FpuModel : std::uint8_t { none, fpv4_sp_d16, fpv5_sp_d16, fpv5_d16 };

/// Data watchpoint and trace unit.
struct DwtSpec {
  bool cycle_counter = true;      ///< CYCCNT and the profiling counters exist.
  std::uint32_t comparators = 4;  ///< DWT_CTRL.NUMCOMP.
  friend bool operator==(const DwtSpec&, const DwtSpec&) = default;
};

struct CoreSpec {
  CoreModel model = CoreModel::cortex_m4;
  std::string revision;     ///< As Arm writes it: "r0p1".
  std::uint32_t cpuid = 0;  ///< SCB->CPUID.
  FpuModel fpu = FpuModel::none;
  bool dsp = false;                      ///< DSP extension (SIMD and saturating instructions).
  bool bit_band = false;                 ///< SRAM and peripheral bit-band aliases exist.
  std::uint32_t mpu_regions = 0;         ///< MPU_TYPE.DREGION.
  std::uint32_t nvic_priority_bits = 0;  ///< Implemented high bits of a priority byte, 2..8.
  std::uint32_t interrupts = 0;          ///< External interrupts, IRQ 0 to interrupts - 1.
  std::uint32_t systick_reference_divider =
      8;  ///< Core clock / SysTick clock when CLKSOURCE = 0; 0: no reference.
  DwtSpec dwt;
  // Timing that a licensee chooses or that no manual tells; each exists on some cores only.
  std::optional<std::uint32_t> multiply_cycles;             ///< Of MULS.
  std::optional<std::uint32_t> divide_cycles;               ///< Of SDIV and UDIV.
  std::optional<std::uint32_t> fp_divide_cycles;            ///< Of VDIV and VSQRT.
  std::optional<std::uint32_t> btac_entries;                ///< Branches that the predictor knows.
  std::optional<std::uint32_t> indirect_mispredict_cycles;  ///< Lost by a wrong target.
  std::optional<std::uint32_t> loaded_pc_cycles;            ///< Lost behind a load of the PC.
  // Level-1 caches of Cortex-M7: of instructions in 2 ways, of data in 4. Left out: none.
  std::optional<std::uint32_t> icache_bytes;  ///< YAML: icache_kib.
  std::optional<std::uint32_t> dcache_bytes;
  std::optional<std::uint32_t> icache_on;  ///< In the run state; left out: 1.
  std::optional<std::uint32_t> dcache_on;
  friend bool operator==(const CoreSpec&, const CoreSpec&) = default;
};

// ---- Clock and start ----

/// Time from the enable bit of an oscillator or PLL to its ready bit: none, or what data sheets
/// call typical.
enum class ClockStartUp : std::uint8_t { instant, typical };

struct ClockSpec {
  std::uint64_t rated_hz = 0;     ///< Core clock of the run state.
  std::uint64_t max_hz = 0;       ///< Highest core clock the part allows; no other may be above it.
  std::uint64_t hse_hz = 0;       ///< External high-speed clock of the board; 0: none.
  std::uint32_t bus_divider = 1;  ///< Core clock / HCLK in the run state; above 1 on STM32H7.
  std::uint32_t apb1_divider = 1;  ///< HCLK / PCLK1 in the run state.
  std::uint32_t apb2_divider = 1;  ///< HCLK / PCLK2 in the run state.
  ClockStartUp start_up = ClockStartUp::instant;
  friend bool operator==(const ClockSpec&, const ClockSpec&) = default;
};

/// What the hardware does at reset. Register reset values are in `peripherals`.
struct ResetSpec {
  Address vector_table = 0;    ///< Address of the initial stack pointer; VTOR resets to it.
  std::uint64_t clock_hz = 0;  ///< Core clock after reset, before firmware touches anything.
  friend bool operator==(const ResetSpec&, const ResetSpec&) = default;
};

/// `run_state`: rated clock and the values written in `memories` (vendor wait states, accelerators
/// on), registers reading their reset values, until firmware writes the block concerned. `reset`:
/// everything follows reset values.
enum class StartState : std::uint8_t { run_state, reset };

// ---- Memories ----

/// On-chip static RAM.
struct SramSpec {
  std::uint32_t wait_states = 0;  ///< Core cycles added to every access.
  friend bool operator==(const SramSpec&, const SramSpec&) = default;
};

/// Mask ROM.
struct RomSpec {
  std::uint32_t wait_states = 0;
  friend bool operator==(const RomSpec&, const RomSpec&) = default;
};

/// No accelerator: one buffer of the array width holds the last word read.
struct NoAccelerator {
  friend bool operator==(const NoAccelerator&, const NoAccelerator&) = default;
};

/// ST ART accelerator of STM32F2 and F4: separate instruction and data line caches and a sequential
/// prefetch.
struct ArtF4Spec {
  std::uint32_t line_bits = 128;
  std::uint32_t i_lines = 64;
  std::uint32_t d_lines = 8;
  std::uint32_t i_ways = 64;  ///< Equal to i_lines: fully associative. Replacement is LRU.
  std::uint32_t d_ways = 8;
  bool data_has_priority = true;  ///< A D-code read goes before a waiting I-code fetch.
  bool prefetch_enabled = true;   ///< FLASH_ACR.PRFTEN in the run state.
  bool icache_enabled = true;     ///< FLASH_ACR.ICEN in the run state.
  bool dcache_enabled = true;     ///< FLASH_ACR.DCEN in the run state.
  friend bool operator==(const ArtF4Spec&, const ArtF4Spec&) = default;
};

/// ST ART accelerator of STM32L4 and L4+: lines of several array words (sectors).
struct ArtL4Spec {
  std::uint32_t line_bits = 256;
  std::uint32_t i_lines = 32;
  std::uint32_t d_lines = 8;
  std::uint32_t i_ways = 32;
  std::uint32_t d_ways = 8;
  bool sectored_fill = true;  ///< A miss reads only the array word needed; false: the whole line.
  bool data_has_priority = true;
  bool prefetch_enabled = false;
  bool icache_enabled = true;
  bool dcache_enabled = true;
  friend bool operator==(const ArtL4Spec&, const ArtL4Spec&) = default;
};

enum class VimsMode : std::uint8_t { gpram, cache, off };
enum class VimsArbitration : std::uint8_t { code_first, round_robin };

/// TI VIMS of CC13x2 and CC26x2: a code cache in RAM (or that RAM as GPRAM) and line buffers in
/// front of flash.
struct VimsSpec {
  std::uint32_t cache_bytes = 8192;
  std::uint32_t ways = 4;  ///< Replacement is pseudo-random.
  std::uint32_t line_bytes = 8;
  std::uint32_t line_buffer_bits =
      128;  ///< Each of the I/D-code and system-bus line buffers: the array width.
  std::uint32_t cache_line_buffer_bits =
      64;  ///< Buffer in front of the cache, active in mode `cache` only.
  std::uint32_t tag_lookup_cycles = 1;  ///< Added for a new line whose tag was not prefetched.
  std::uint32_t invalidate_cycles =
      1029;                          ///< Length of a mode change that passes through invalidation.
  VimsMode mode = VimsMode::cache;   ///< CTL.MODE in the run state.
  bool tag_prefetch_enabled = true;  ///< CTL.PREF_EN.
  bool idcode_line_buffer_enabled = true;                     ///< not CTL.IDCODE_LB_DIS.
  bool sysbus_line_buffer_enabled = true;                     ///< not CTL.SYSBUS_LB_DIS.
  VimsArbitration arbitration = VimsArbitration::code_first;  ///< CTL.ARB_CFG.
  std::string gpram_memory;  ///< Memory that is reachable in mode `gpram` only; empty: none.
  friend bool operator==(const VimsSpec&, const VimsSpec&) = default;
};

/// Prefetch buffer of STM32F0: blocks of the array width, one of them for the block behind the one
/// in use.
struct PrefetchSpec {
  std::uint32_t blocks = 2;
  bool prefetch_enabled = true;  ///< FLASH_ACR.PRFTBE in the run state.
  friend bool operator==(const PrefetchSpec&, const PrefetchSpec&) = default;
};

/// ICACHE of STM32L5, for all that the core reads from flash; replacement is LRU.
struct IcacheL5Spec {
  std::uint32_t cache_bytes = 8192;
  std::uint32_t ways = 2;  ///< In the run state; 1: ICACHE_CR.WAYSEL is 0.
  std::uint32_t line_bytes = 16;
  std::uint32_t lookup_cycles = 1;        ///< Before a miss reads the array.
  std::uint32_t invalidate_cycles = 256;  ///< Until BUSYF falls.
  bool enabled = true;                    ///< ICACHE_CR.EN in the run state.
  friend bool operator==(const IcacheL5Spec&, const IcacheL5Spec&) = default;
};

/// ST ART accelerator of STM32F7, for instructions and data that come through ITCM alone; lines of
/// the array width, replacement is LRU.
struct ArtF7Spec {
  std::uint32_t lines = 64;
  std::uint32_t ways = 64;       ///< Equal to lines: fully associative.
  bool prefetch_enabled = true;  ///< FLASH_ACR.PRFTEN in the run state.
  bool art_enabled = true;       ///< FLASH_ACR.ARTEN in the run state.
  friend bool operator==(const ArtF7Spec&, const ArtF7Spec&) = default;
};

using AcceleratorSpec = std::variant<NoAccelerator, ArtF4Spec, ArtL4Spec, VimsSpec, PrefetchSpec,
                                     IcacheL5Spec, ArtF7Spec>;

/// On-chip flash: an array read takes `wait_states` + 1 core cycles and yields `width_bits`.
struct FlashSpec {
  std::uint32_t width_bits = 0;
  std::uint32_t wait_states = 0;  ///< In the run state.
  std::vector<std::uint64_t>
      wait_state_limits_hz;  ///< Element n: highest clock with n wait states. May be empty.
  std::uint32_t banks = 1;   ///< Equal parts; one can be read while another is programmed.
  AcceleratorSpec accelerator;
  friend bool operator==(const FlashSpec&, const FlashSpec&) = default;
};

/// SDRAM behind ST's FMC: the state of its registers in the run state. Times are SDCLK cycles.
struct SdramSpec {
  std::uint32_t bus_bits = 16;
  std::uint32_t row_bits = 12;
  std::uint32_t column_bits = 8;
  std::uint32_t banks = 4;           ///< Internal banks.
  std::uint32_t hclk_per_sdclk = 2;  ///< SDCR.SDCLK.
  std::uint32_t cas_sdclk = 2;
  std::uint32_t trcd_sdclk = 2;      ///< Activate to read or write.
  std::uint32_t trp_sdclk = 2;       ///< Precharge.
  std::uint32_t tras_sdclk = 4;      ///< Activate to precharge.
  std::uint32_t trc_sdclk = 7;       ///< Activate to activate; length of an auto refresh.
  std::uint32_t twr_sdclk = 2;       ///< Last write to precharge.
  std::uint32_t refresh_sdclk = 0;   ///< Between auto refreshes: SDRTR.COUNT + 1; 0: none.
  bool read_burst = true;            ///< SDCR.RBURST: the controller reads ahead.
  std::uint32_t read_pipe_hclk = 0;  ///< SDCR.RPIPE.
  std::uint32_t command_hclk = 3;    ///< From the bus to the command.
  std::uint32_t data_hclk = 2;       ///< From the data to the bus.
  friend bool operator==(const SdramSpec&, const SdramSpec&) = default;
};

/// Asynchronous SRAM or PSRAM behind ST's FMC, mode A: the state of its registers in the run state.
struct PsramSpec {
  std::uint32_t bus_bits = 16;
  std::uint32_t addset_hclk = 2;   ///< BTR.ADDSET.
  std::uint32_t datast_hclk = 1;   ///< BTR.DATAST.
  std::uint32_t busturn_hclk = 1;  ///< BTR.BUSTURN.
  std::uint32_t sync_hclk = 2;     ///< Of each access of the bus that reads.
  std::uint32_t return_hclk = 1;   ///< From the last data to the AHB.
  friend bool operator==(const PsramSpec&, const PsramSpec&) = default;
};

/// Serial NOR flash behind QUADSPI or OCTOSPI: how it is mapped in the run state (registers of the
/// controller take over once firmware writes them), and the flash itself.
struct QspiSpec {
  std::uint32_t hclk_per_sclk = 2;       ///< PRESCALER + 1.
  std::uint32_t instruction_clocks = 8;  ///< SCLK of the phases of a read.
  std::uint32_t address_clocks = 6;      ///< With alternate bytes.
  std::uint32_t dummy_clocks = 10;
  std::uint32_t lines = 4;  ///< Of the data phase.
  bool double_rate = false;
  bool instruction_once = false;                ///< SIOO.
  std::uint32_t cs_high_clocks = 2;             ///< CSHT + 1.
  std::optional<std::uint32_t> timeout_clocks;  ///< TCEN: LPTR.
  std::uint32_t fifo_bytes = 32;
  std::uint32_t sync_hclk = 8;              ///< From the pins to the bus.
  std::uint32_t fifo_hclk = 4;              ///< A word that the FIFO holds.
  std::uint32_t identification = 0x20BA18;  ///< Manufacturer, type, capacity.
  std::uint64_t page_program_ns = 500'000;
  std::uint64_t subsector_erase_ns = 250'000'000;  ///< 4 KiB.
  std::uint64_t sector_erase_ns = 700'000'000;     ///< 64 KiB.
  std::uint64_t bulk_erase_ns = 170'000'000'000;
  std::uint64_t write_register_ns = 1'300'000;  ///< Of a non-volatile register.
  friend bool operator==(const QspiSpec&, const QspiSpec&) = default;
};

/// Later kinds: tcm.
using MemoryTiming = std::variant<SramSpec, FlashSpec, RomSpec, SdramSpec, PsramSpec, QspiSpec>;

/// A word that a memory holds before the image is loaded: an identification, say.
struct WordSpec {
  std::string name;
  std::uint32_t offset_bytes = 0;  ///< A multiple of 4.
  std::uint32_t reads = 0;
  friend bool operator==(const WordSpec&, const WordSpec&) = default;
};

/// Where a current flows: through the microcontroller's supply pins (an IDD jumper) or beside it.
enum class SupplySide : std::uint8_t { mcu, board };

/// What a memory or a card takes, by what it does. Left out: nothing beyond what the coefficients
/// of the core hold.
struct PartEnergySpec {
  SupplySide supply = SupplySide::mcu;            ///< Of all of these but interface_uw.
  std::optional<std::uint32_t> read_fj_per_byte;  ///< Behind a controller: bytes at its pins.
  std::optional<std::uint32_t> write_fj_per_byte;
  std::optional<std::uint32_t> array_read_fj;  ///< Per read of the array: a line, a word.
  std::optional<std::uint32_t> activate_fj;    ///< Per row opened and closed.
  std::optional<std::uint32_t> refresh_fj;     ///< Per auto refresh.
  std::optional<std::uint32_t> clock_fj;       ///< Per clock of a serial interface.
  std::optional<std::uint32_t> program_uw;     ///< More while programming or erasing.
  std::optional<std::uint32_t> busy_uw;        ///< More while a card transfers or is busy.
  std::optional<std::uint32_t> idle_uw;        ///< All the time, in runs that use it.
  std::optional<std::uint32_t> interface_uw;   ///< The same of controller and pins, at the mcu.
  friend bool operator==(const PartEnergySpec&, const PartEnergySpec&) = default;
};

/// One memory device. Memories on one bus slave share arbitration; two memories are two slaves.
struct MemorySpec {
  std::string name;
  std::uint64_t size_bytes = 0;  ///< YAML: size_kib.
  std::uint8_t fill = 0;         ///< Content before the image is loaded.
  std::vector<WordSpec> words;   ///< In place of `fill`.
  MemoryTiming timing;           ///< YAML: `kind` names the alternative: sram, flash, ...
  // The way from the AXI port of a Cortex-M7; left out: the defaults of memory::AxiPath.
  std::optional<std::uint32_t> axi_request_cycles;  ///< Core cycles until the address is out.
  std::optional<std::uint32_t> axi_bridge_cycles;   ///< Bus clocks on the way there.
  std::optional<std::uint32_t> axi_return_cycles;   ///< Bus clocks on the way back.
  std::optional<std::uint32_t> axi_beat_bits;
  std::optional<std::uint32_t> axi_clock_ratio;        ///< Core cycles per bus clock.
  std::optional<std::uint32_t> axi_line_extra_cycles;  ///< Core cycles more for a whole line.
  PartEnergySpec energy;
  friend bool operator==(const MemorySpec&, const MemorySpec&) = default;
};

// ---- Address map ----

/// Bus interface of the core that serves a region. `icode_dcode`: fetches on I-code, data on
/// D-code. The last three are those of a Cortex-M7; its caches are in front of `axi`.
enum class RegionPort : std::uint8_t { icode_dcode, icode, dcode, system, itcm, dtcm, axi };

/// A range of addresses that reaches a memory. An alias is a further region of the same memory.
struct RegionSpec {
  std::string name;
  Address base = 0;
  std::uint64_t size_bytes = 0;    ///< YAML: size_kib; left out: the rest of the memory.
  std::string memory;              ///< Name in `memories`.
  std::uint64_t offset_bytes = 0;  ///< Offset of `base` inside the memory.
  RegionPort port = RegionPort::system;
  bool executable = true;
  bool writable = true;  ///< By a plain store; flash is programmed through its controller.
  bool accelerated =
      true;  ///< Goes through the memory's accelerator cache; false: line buffer at most.
  friend bool operator==(const RegionSpec&, const RegionSpec&) = default;
};

// ---- Peripherals ----

/// Addresses that answer as peripherals: what no peripheral claims reads its last written value and
/// is reported.
struct PeripheralSpaceSpec {
  std::string name;
  Address base = 0;
  std::uint64_t size_bytes = 0;      ///< YAML: size_kib.
  std::optional<Address> mirror_of;  ///< The space shows the one that starts here.
  friend bool operator==(const PeripheralSpaceSpec&, const PeripheralSpaceSpec&) = default;
};

struct RegisterSpec {
  std::string name;  ///< As the manual spells it: "PLLCFGR".
  std::uint32_t offset_bytes = 0;
  std::uint32_t reset = 0;
  friend bool operator==(const RegisterSpec&, const RegisterSpec&) = default;
};

/// Bits `high` to `low` of a register; written `CR[17]` or `CFGR[3:2]`.
struct BitField {
  std::string register_name;
  std::uint32_t offset_bytes = 0;  ///< Of the register.
  std::uint32_t high = 31;
  std::uint32_t low = 0;
  friend bool operator==(const BitField&, const BitField&) = default;
};

/// `target` takes the value of `trigger` (same width) `after_cycles` core cycles after each write
/// to it.
struct FollowRule {
  BitField trigger;
  BitField target;
  std::uint64_t after_cycles = 0;
  friend bool operator==(const FollowRule&, const FollowRule&) = default;
};

/// `target` always reads `reads`; writes to it do nothing.
struct ConstantRule {
  BitField target;
  std::uint32_t reads = 0;
  friend bool operator==(const ConstantRule&, const ConstantRule&) = default;
};

/// Ones written to `target` read 0 again `after_cycles` core cycles later.
struct SelfClearRule {
  BitField target;
  std::uint64_t after_cycles = 0;
  friend bool operator==(const SelfClearRule&, const SelfClearRule&) = default;
};

/// Each one written to `trigger` clears the bit of `target` (same width) at the same place;
/// `trigger` reads 0 unless it is `target` itself.
struct WriteOneClearsRule {
  BitField trigger;
  BitField target;
  friend bool operator==(const WriteOneClearsRule&, const WriteOneClearsRule&) = default;
};

using RuleAction = std::variant<FollowRule, ConstantRule, SelfClearRule, WriteOneClearsRule>;

/// One answer given by rule, in place of a model. Listed in the report when used.
struct RuleSpec {
  std::string name;
  RuleAction action;  ///< YAML: `kind`: follow, constant, self_clear, write_one_clears.
  friend bool operator==(const RuleSpec&, const RuleSpec&) = default;
};

/// While a field of a register has a value, a region shows another memory from its start, or
/// nothing. A field that no remap of a region is for leaves it as it is.
struct RemapSpec {
  std::string name;
  BitField field;          ///< "MEMRMP[1:0]".
  std::uint32_t when = 0;  ///< Value of the field.
  std::string region;      ///< Name in `regions`.
  std::string memory;      ///< Name in `memories`; empty: nothing answers.
  friend bool operator==(const RemapSpec&, const RemapSpec&) = default;
};

struct PeripheralSpec {
  std::string name;
  std::string type =
      "registers";  ///< One of kPeripheralTypes; "registers": storage plus the rules below.
  Address base = 0;
  std::uint64_t size_bytes = 0;
  std::vector<RegisterSpec>
      registers;  ///< Those with a name or a reset value; the others reset to 0.
  std::vector<RuleSpec> rules;
  std::string memory;  ///< For controllers of a memory: the name in `memories`; else empty.
  std::optional<std::uint32_t> interrupt;
  std::vector<RemapSpec> remaps;          ///< Of type memory_remap.
  std::vector<std::uint64_t> interrupts;  ///< Of a DMA controller: IRQ by stream or channel.
  /// Of the clock that paces it, where it has a time of its own; left out: that of its APB.
  std::optional<std::uint32_t> clock_hz;
  // Of DMA controllers, in core cycles; left out: the defaults of their models.
  std::optional<std::uint32_t> single_cycles;
  std::optional<std::uint32_t> burst_overhead_cycles;
  std::optional<std::uint32_t> register_cycles;
  friend bool operator==(const PeripheralSpec&, const PeripheralSpec&) = default;
};

/// Where a value was written, "board.yaml:12:5", for messages. Boards that differ in it are equal.
struct WrittenAt {
  std::string text;
  friend bool operator==(const WrittenAt&, const WrittenAt&) { return true; }
};

/// An SD card in a slot. Without an image the slot is empty.
struct SdCardSpec {
  std::string image;             ///< Image file; `--sd` names it too.
  WrittenAt image_at;            ///< Derived; empty if no file has it.
  bool image_writable = false;   ///< What firmware writes goes to the file, not only to memory.
  std::uint64_t size_bytes = 0;  ///< YAML: size_kib; 0: that of the image.
  std::uint64_t initialise_ns = 1'000'000;
  std::uint64_t access_ns = 200'000;          ///< NAC of the first block of a read.
  std::uint64_t next_access_ns = 20'000;      ///< Between the blocks of a multiple read.
  std::uint64_t program_ns = 1'000'000;       ///< Busy after a single block.
  std::uint64_t stream_program_ns = 200'000;  ///< Busy after a block of a multiple write.
  std::uint64_t stream_pause_ns = 2'000'000;  ///< More of it behind each 64th block.
  friend bool operator==(const SdCardSpec&, const SdCardSpec&) = default;
};

using DeviceKind = std::variant<SdCardSpec>;

/// Something attached to a peripheral's pins.
struct DeviceSpec {
  std::string name;
  std::string peripheral;  ///< Name in `peripherals`.
  DeviceKind kind;         ///< YAML: `kind`: sd_card.
  PartEnergySpec energy;
  friend bool operator==(const DeviceSpec&, const DeviceSpec&) = default;
};

/// Type names a board may use. The registry of boards/peripherals makes the models; `registers`
/// needs none.
inline constexpr auto kPeripheralTypes = std::to_array<std::string_view>({
    "registers",         // storage, reset values and rules
    "flash_acr_f0",      // flash interface of STM32F0
    "flash_acr_f1",      // flash interface of STM32F100
    "flash_acr_f4",      // flash interface of STM32F2/F4
    "flash_acr_f7",      // flash interface of STM32F7
    "flash_acr_h7",      // flash interface of STM32H7
    "flash_acr_l5",      // flash interface of STM32L5
    "flash_acr_l4",      // STM32L4 flash interface
    "vims",              // TI CC26x2 VIMS
    "icache_l5",         // ICACHE of STM32L5
    "rcc_f4",            // clock tree of STM32F2/F4/F7
    "rcc_l4",            // clock tree of STM32L4, L4+ and L5
    "uart_stm32_v1",     // SR/DR USART of STM32F1/F2/F4
    "uart_stm32_v2",     // ISR/TDR USART and LPUART of STM32L4
    "uart_pl011",        // TI CC26x2 UART
    "uart_cmsdk",        // Arm CMSDK APB UART (QEMU mps2)
    "flash_acr_l4plus",  // flash interface of STM32L4+
    "rcc_f0",            // clock tree of STM32F0
    "rcc_f1",            // clock tree of STM32F100
    "rcc_h7",            // clock tree of STM32H7
    "pwr_f4",            // PWR: voltage scales of STM32F4 and over-drive
    "pwr_f7",            // PWR of STM32F7
    "pwr_l4",            // PWR of STM32L4
    "pwr_l4plus",        // PWR of STM32L4+, with boost
    "pwr_l5",            // PWR of STM32L5
    "pwr_h7",            // PWR of STM32H7
    "gpio_stm32_v1",     // port of STM32F1
    "gpio_stm32_v2",     // port of other STM32
    "timer_stm32_apb1",  // TIMx that counts the timer clock of APB1
    "timer_stm32_apb2",  // TIMx that counts the timer clock of APB2
    "rng_stm32",         // random numbers, deterministic
    "crc_stm32_v1",      // CRC-32 of words: STM32F1, F2, F4
    "memory_remap",      // SYSCFG: chooses the memory that a region shows
    "fmc",               // SDRAM and asynchronous SRAM controller of STM32
    "crc_stm32_v2",      // CRC with programmable polynomial: other STM32
    "spi_stm32_v1",      // SPI of STM32F1, F2, F4: one data register each way
    "spi_stm32_fifo",    // SPI of STM32F0, F7, L4, L5
    "spi_stm32_h7",      // SPI of STM32H7
    "sdmmc_stm32_v1",    // SDIO and SDMMC of STM32F2, F4, F7, L4
    "sdmmc_stm32_v2",    // SDMMC of STM32L4+, L5, H7
    "dma_channel",       // DMA with channels of STM32F0, F1, L4, L5 and BDMA of H7
    "octospi_stm32",     // OCTOSPI of STM32L4+ and L5
    "quadspi_stm32",     // QUADSPI of STM32F4, F7, L4 and H7
    "mdma",              // MDMA of STM32H7
    "dma_stream",        // DMA with streams and FIFOs of STM32F2/F4/F7/H7
    "dma_stream_p",      // the same whose peripheral port reaches no memory: DMA1 of F2/F4/F7
});

// ---- Energy ----

/// What the microcontroller and the board take beside their memories. The columns of a data sheet
/// (clocks and what belongs to them) are lists of one length; between columns values are
/// interpolated, outside they are those of the nearest.
struct EnergySpec {
  SupplySide measure_point = SupplySide::mcu;  ///< What a total holds; board: both sides.
  std::vector<std::uint64_t> clock_hz;         ///< Rising core clocks; empty: energy is unknown.
  std::vector<std::uint64_t> static_uw;        ///< At these clocks, the core asleep.
  std::vector<std::uint64_t> active_fj;        ///< A core cycle beyond that, if it does not wait.
  std::vector<std::uint64_t> waiting_fj;       ///< If it does.
  std::optional<std::uint32_t> integer_fj;     ///< More per executed instruction of these classes.
  std::optional<std::uint32_t> multiply_fj;
  std::optional<std::uint32_t> floating_point_fj;
  std::optional<std::uint32_t> load_store_fj;
  std::optional<std::uint32_t>
      sram_fj_per_byte;  ///< Of on-chip RAM without a coefficient of its own.
  std::optional<std::uint32_t> dma_fj_per_byte;  ///< Each byte that a DMA reads or writes.
  std::optional<std::uint32_t> peripherals_uw;   ///< What else runs at the mcu's supply.
  std::optional<std::uint32_t> board_uw;         ///< What else runs beside it.
  std::optional<std::uint32_t> standby_uw;       ///< Between runs, at the measuring point.
  friend bool operator==(const EnergySpec&, const EnergySpec&) = default;
};

// ---- Board ----

/// BoardSpec::console for text through stimulus port 0 of the core's ITM.
inline constexpr std::string_view kItmConsole = "itm";

struct BoardSpec {
  std::string name;     ///< As in `--board`.
  std::string title;    ///< One line for people.
  std::string part;     ///< Vendor's part number.
  std::string caution;  ///< What is not modelled and makes figures wrong, in each report; or empty.
  StartState start = StartState::run_state;
  CoreSpec core;
  ClockSpec clock;
  ResetSpec reset;
  std::vector<MemorySpec> memories;  ///< These five lists keep the order of the file.
  std::vector<RegionSpec> regions;
  std::vector<PeripheralSpaceSpec> peripheral_spaces;
  std::vector<PeripheralSpec> peripherals;
  std::vector<DeviceSpec> devices;
  EnergySpec energy;
  /// Peripheral whose output is the firmware's console, or kItmConsole; empty: the ITM, if any.
  std::string console;

  std::map<std::string, Source>
      sources;  ///< By path, e.g. "memories.flash.wait_states": one entry per value.
  std::set<std::string> pinned;  ///< Paths that firmware cannot change (--set, --clock).
  friend bool operator==(const BoardSpec&, const BoardSpec&) = default;
};

}  // namespace mcost::boards
