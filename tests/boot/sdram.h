// SDRAM behind the FMC: started up as the board support of vendors does, written and read, also
// where SYSCFG swaps it to. Included by boot.c.

#define FMC_SDRAM 0xA0000140u
#define SYSCFG_MEMRMP 0x40013800u

static void sdram_command(uint32_t command) {
  WAIT(FMC_SDRAM + 0x18, 1u << 5, 0);  // SDSR.BUSY
  REG(FMC_SDRAM + 0x10) = command | 1u << 4;
}

/// As the vendor's board support does: geometry and times, then the sequence of commands.
static void start_sdram(void) {
  enable_fmc();
  REG(FMC_SDRAM + 0x00) = SDRAM_CONTROL;
  REG(FMC_SDRAM + 0x08) = 0x01116361u;
  sdram_command(1);                    // clock enable
  sdram_command(2);                    // precharge all
  sdram_command(3 | 7u << 5);          // eight auto refreshes
  sdram_command(4 | SDRAM_MODE << 9);  // load mode
  REG(FMC_SDRAM + 0x14) |= SDRAM_REFRESH << 1;
}

static void check_sdram(void) {
  start_sdram();
  for (uint32_t offset = 0; offset < SDRAM_BYTES; offset += SDRAM_BYTES / 64 + 4) {
    REG(SDRAM + offset) = offset ^ 0x5A5A5A5Au;
  }
  for (uint32_t offset = 0; offset < SDRAM_BYTES; offset += SDRAM_BYTES / 64 + 4) {
    REQUIRE(REG(SDRAM + offset) == (offset ^ 0x5A5A5A5Au));
  }
  *(volatile uint8_t*)(SDRAM + 1) = 0xC3;
  REQUIRE(REG(SDRAM) == 0x5A5AC35Au);
  modify(SYSCFG_MEMRMP, 3u << 10, 1u << 10);  // SWP_FMC
  REQUIRE(REG(0x60000000u) == 0x5A5AC35Au);
  modify(SYSCFG_MEMRMP, 3u << 10, 0);
}
