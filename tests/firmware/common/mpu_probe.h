// Loads, stores, unprivileged loads and stores and calls that report a MemManage fault instead of
// dying of it.
#ifndef TESTS_FIRMWARE_COMMON_MPU_PROBE_H
#define TESTS_FIRMWARE_COMMON_MPU_PROBE_H

#include "tests/firmware/common/firmware.h"

// What the last probe left: 0, or MMFSR; and MMFAR where it is valid.
extern volatile uint32_t probe_mmfsr, probe_mmfar;

void probe_load(uint32_t address);
void probe_store(uint32_t address);
void probe_load_unprivileged(uint32_t address);   // LDRT
void probe_store_unprivileged(uint32_t address);  // STRT
void probe_call(uint32_t address);                // of a BX LR at `address`
// Runs all five; prints one line.
void probe_all(const char* title, uint32_t address);

#endif  // TESTS_FIRMWARE_COMMON_MPU_PROBE_H
