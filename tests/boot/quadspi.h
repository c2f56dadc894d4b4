// The NOR flash behind QUADSPI as ST's BSP brings it up and HAL uses it: reset, dummy clocks,
// identification, a page program, memory-mapped reads. Included by boot.c where QUADSPI is defined.

enum {
  QSPI_CR = QUADSPI,
  QSPI_DCR = QUADSPI + 0x04,
  QSPI_SR = QUADSPI + 0x08,
  QSPI_FCR = QUADSPI + 0x0C,
  QSPI_DLR = QUADSPI + 0x10,
  QSPI_CCR = QUADSPI + 0x14,
  QSPI_AR = QUADSPI + 0x18,
  QSPI_DR = QUADSPI + 0x20,
};
#define QSPI_MAPPED 0x90000000u
#define NOR_PAGE 0x00123400u
#define INSTRUCTION (1u << 8)
#define ADDRESS (1u << 10 | 2u << 12)
#define QUAD_ADDRESS (3u << 10 | 2u << 12)
#define DATA (1u << 24)
#define QUAD_DATA (3u << 24)
#define DUMMY(clocks) ((clocks) << 18)
#define MODE(mode) ((mode) << 26)

static void nor_command(uint32_t configuration, uint32_t address, uint32_t length) {
  WAIT(QSPI_SR, 1u << 5, 0);
  if (length != 0) REG(QSPI_DLR) = length - 1;
  REG(QSPI_CCR) = configuration;
  if ((configuration & 3u << 10) != 0) REG(QSPI_AR) = address;
  if ((configuration & QUAD_DATA) != 0) return;
  WAIT(QSPI_SR, 1u << 1, 1u << 1);
  REG(QSPI_FCR) = 1u << 1;
}

static void nor_receive(uint8_t* data, uint32_t length) {
  const uint32_t address = REG(QSPI_AR);
  REG(QSPI_CCR) = (REG(QSPI_CCR) & ~MODE(3u)) | MODE(1u);
  REG(QSPI_AR) = address;
  for (uint32_t i = 0; i < length; ++i) {
    while ((REG(QSPI_SR) & (1u << 2 | 1u << 1)) == 0) {
    }
    data[i] = *(volatile uint8_t*)QSPI_DR;
  }
  WAIT(QSPI_SR, 1u << 1, 1u << 1);
  REG(QSPI_FCR) = 1u << 1;
}

static void nor_transmit(const uint8_t* data, uint32_t length) {
  REG(QSPI_CCR) &= ~MODE(3u);
  for (uint32_t i = 0; i < length; ++i) {
    WAIT(QSPI_SR, 1u << 2, 1u << 2);
    *(volatile uint8_t*)QSPI_DR = data[i];
  }
  WAIT(QSPI_SR, 1u << 1, 1u << 1);
  REG(QSPI_FCR) = 1u << 1;
}

/// HAL_QSPI_AutoPolling on the status register.
static void nor_poll(uint32_t mask, uint32_t match) {
  WAIT(QSPI_SR, 1u << 5, 0);
  REG(QUADSPI + 0x28) = match;
  REG(QUADSPI + 0x24) = mask;
  REG(QUADSPI + 0x2C) = 0x10;
  REG(QSPI_CR) = (REG(QSPI_CR) & ~(1u << 23)) | 1u << 22;
  nor_command(INSTRUCTION | DATA | MODE(2u) | 0x05u, 0, 1);
  WAIT(QSPI_SR, 1u << 3, 1u << 3);
  REG(QSPI_FCR) = 1u << 3;
}

static void nor_enable_write(void) {
  nor_command(INSTRUCTION | 0x06u, 0, 0);
  nor_poll(2, 2);
}

static void check_nor(void) {
  uint8_t bytes[16];
  modify(RCC + 0x38, 0, 1u << 1);  // QSPIEN
  REG(QSPI_CR) = 0;
  WAIT(QSPI_SR, 1u << 5, 0);
  REG(QSPI_CR) = 1u << 24 | 1u << 4;
  REG(QSPI_DCR) = 23u << 16 | 1u << 8;
  REG(QSPI_CR) |= 1;
  nor_command(INSTRUCTION | 0x66u, 0, 0);
  nor_command(INSTRUCTION | 0x99u, 0, 0);
  nor_poll(1, 0);
  nor_command(INSTRUCTION | DATA | 0x85u, 0, 1);
  nor_receive(bytes, 1);
  nor_enable_write();
  bytes[0] = (uint8_t)((bytes[0] & 0xFu) | 10u << 4);
  nor_command(INSTRUCTION | DATA | 0x81u, 0, 1);
  nor_transmit(bytes, 1);
  nor_command(INSTRUCTION | DATA | 0x9Fu, 0, 3);
  nor_receive(bytes, 3);
  REQUIRE(bytes[0] == 0x20 && bytes[1] == 0xBA && bytes[2] == 0x18);

  nor_enable_write();
  for (uint32_t i = 0; i < sizeof bytes; ++i) bytes[i] = (uint8_t)(0xA0 + i);
  nor_command(INSTRUCTION | ADDRESS | QUAD_DATA | 0x32u, NOR_PAGE, sizeof bytes);
  nor_transmit(bytes, sizeof bytes);
  nor_poll(1, 0);
  for (uint32_t i = 0; i < sizeof bytes; ++i) bytes[i] = 0;
  nor_command(INSTRUCTION | QUAD_ADDRESS | QUAD_DATA | DUMMY(10u) | 0xEBu, NOR_PAGE, sizeof bytes);
  nor_receive(bytes, sizeof bytes);
  for (uint32_t i = 0; i < sizeof bytes; ++i) REQUIRE(bytes[i] == 0xA0 + i);

  WAIT(QSPI_SR, 1u << 5, 0);
  REG(QSPI_CCR) = INSTRUCTION | QUAD_ADDRESS | QUAD_DATA | DUMMY(10u) | MODE(3u) | 0xEBu;
  REQUIRE(REG(QSPI_MAPPED + NOR_PAGE) == 0xA3A2A1A0u);
  REQUIRE(REG(QSPI_MAPPED + NOR_PAGE + 12) == 0xAFAEADACu);
  REQUIRE(REG(QSPI_MAPPED + NOR_PAGE + 16) == 0xFFFFFFFFu);
}
