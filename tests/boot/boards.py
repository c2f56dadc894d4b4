"""Boards that start-up code is tried on: how it is built for each, and what it must find."""
import dataclasses

M4F = ("-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16")
M7F = ("-mcpu=cortex-m7", "-mfloat-abi=hard", "-mfpu=fpv5-sp-d16")
M7FD = ("-mcpu=cortex-m7", "-mfloat-abi=hard", "-mfpu=fpv5-d16")
M33F = ("-mcpu=cortex-m33", "-mfloat-abi=hard", "-mfpu=fpv5-sp-d16")
M3 = ("-mcpu=cortex-m3",)
M0 = ("-mcpu=cortex-m0",)


@dataclasses.dataclass(frozen=True)
class Board:
    name: str
    family: str
    cpu: tuple
    clock: int  # that the code sets
    reset_clock: int
    timer: int  # core cycles per tick of TIM2; 0: the part has none
    defines: dict
    code: int = 0x08000000


F4 = {"HSE_HZ": 8000000, "PLL_M": 8, "PLL_P": 2, "PLL_Q": 4}
L1_4K = {"CCSIDR_I": 0xF007E009, "CCSIDR_D": 0xF003E019}
L1_16K = {"CCSIDR_I": 0xF01FE009, "CCSIDR_D": 0xF00FE019}
BOARDS = {
    board.name: board
    for board in (
        Board("nucleo-f429zi", "F4", M4F, 180000000, 16000000, 2,
              {**F4, "PLL_N": 360, "LATENCY": 5, "HSE_BYPASS": 1, "CONSOLE": 0x40004800, "FLASH_KIB": 2048, "DEVICE_ID": 0x419}),
        Board("stm32f469i-disco", "F4", M4F, 180000000, 16000000, 2,
              {**F4, "PLL_N": 360, "LATENCY": 5, "HSE_BYPASS": 0, "CONSOLE": 0x40004800, "FLASH_KIB": 2048, "DEVICE_ID": 0x434,
               "QUADSPI": 0xA0001000,
               "SDRAM": 0xC0000000, "SDRAM_BYTES": 0x1000000, "SDRAM_CONTROL": 0x19E4, "SDRAM_MODE": 0x230, "SDRAM_REFRESH": 0x569}),
        Board("nucleo-f207zg", "F2", M3, 120000000, 16000000, 2,
              {**F4, "PLL_N": 240, "LATENCY": 3, "HSE_BYPASS": 1, "CONSOLE": 0x40004800, "FLASH_KIB": 1024, "DEVICE_ID": 0x411}),
        Board("stm32f746g-disco", "F7", M7F, 216000000, 16000000, 2,
              {"HSE_HZ": 25000000, "PLL_M": 25, "PLL_N": 432, "PLL_P": 2, "PLL_Q": 9, "LATENCY": 7, "HSE_BYPASS": 0,
               "CONSOLE": 0x40011000, "FLASH_KIB": 1024, "DEVICE_ID": 0x449, "VECTOR_TABLE": 0x08000000, "QUADSPI": 0xA0001000,
               "SDRAM": 0xC0000000, "SDRAM_BYTES": 0x800000, "SDRAM_CONTROL": 0x1954, "SDRAM_MODE": 0x220, "SDRAM_REFRESH": 0x603,
               **L1_4K}),
        Board("nucleo-f746zg", "F7", M7F, 216000000, 16000000, 2,
              {"HSE_HZ": 8000000, "PLL_M": 8, "PLL_N": 432, "PLL_P": 2, "PLL_Q": 9, "LATENCY": 7, "HSE_BYPASS": 1,
               "CONSOLE": 0x40004800, "FLASH_KIB": 1024, "DEVICE_ID": 0x449, "VECTOR_TABLE": 0x08000000, **L1_4K}),
        Board("nucleo-f767zi", "F7", M7FD, 216000000, 16000000, 2,
              {"HSE_HZ": 8000000, "PLL_M": 8, "PLL_N": 432, "PLL_P": 2, "PLL_Q": 9, "LATENCY": 7, "HSE_BYPASS": 1,
               "CONSOLE": 0x40004800, "FLASH_KIB": 2048, "DEVICE_ID": 0x451, "VECTOR_TABLE": 0x08000000,
               **L1_16K}),
        Board("nucleo-l496zg", "L4", M4F, 80000000, 4000000, 1,
              {"MSI_HZ": 4000000, "PLL_M": 1, "PLL_N": 40, "LATENCY": 4, "VOLTAGE_RANGE": 1, "CONSOLE": 0x40008000,
               "FLASH_KIB": 1024, "DEVICE_ID": 0x461}),
        Board("nucleo-l4r5zi", "L4PLUS", M4F, 120000000, 4000000, 1,
              {"MSI_HZ": 4000000, "PLL_M": 2, "PLL_N": 30, "LATENCY": 5, "VOLTAGE_RANGE": 1, "CONSOLE": 0x40008000,
               "FLASH_KIB": 2048, "DEVICE_ID": 0x470}),
        Board("nucleo-l552ze-q", "L5", M33F, 110000000, 4000000, 1,
              {"MSI_HZ": 48000000, "PLL_M": 12, "PLL_N": 55, "LATENCY": 5, "VOLTAGE_RANGE": 0, "CONSOLE": 0x40008000,
               "FLASH_KIB": 512, "DEVICE_ID": 0x472}),
        Board("stm32l552e-eval", "L5", M33F, 110000000, 4000000, 1,
              {"MSI_HZ": 48000000, "PLL_M": 12, "PLL_N": 55, "LATENCY": 5, "VOLTAGE_RANGE": 0, "CONSOLE": 0x40004800,
               "FLASH_KIB": 512, "DEVICE_ID": 0x472}),
        Board("nucleo-h743zi2", "H7", M7FD, 480000000, 64000000, 2,
              {"HSE_HZ": 8000000, "PLL_M": 4, "PLL_N": 480, "PLL_P": 2, "LATENCY": 4, "HSE_BYPASS": 1,
               "CONSOLE": 0x40004800, "FLASH_KIB": 2048, "DEVICE_ID": 0x450, "VECTOR_TABLE": 0x08000000,
               **L1_16K}),
        Board("nucleo-f091rc", "F0", M0, 48000000, 8000000, 1,
              {"HSE_HZ": 8000000, "PLL_N": 6, "LATENCY": 1, "HSE_BYPASS": 1, "CONSOLE": 0x40004400, "FLASH_KIB": 256,
               "DEVICE_ID": 0x442}),
        Board("stm32vldiscovery", "F1", M3, 24000000, 8000000, 1,
              {"HSE_HZ": 8000000, "PLL_N": 3, "LATENCY": 0, "HSE_BYPASS": 0, "CONSOLE": 0x40013800, "FLASH_KIB": 128,
               "DEVICE_ID": 0x420}),
        Board("launchxl-cc26x2r1", "CC26", M4F, 48000000, 48000000, 0, {"CONSOLE": 0x40001000}, code=0x00000000),
    )
}
