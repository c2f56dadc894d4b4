# Options, compiler flags and output places. Everything a preset can choose is declared here.

option(MCOST_WERROR "Treat warnings in our own targets as errors" ON)
option(MCOST_BENCH "Build the benchmarks" ON)
option(MCOST_COVERAGE "Instrument for gcov" OFF)
option(MCOST_FUZZ "Build fuzz targets with libFuzzer (needs clang)" OFF)
option(MCOST_SLOW_TESTS "Let `all` build the tests with label isa or slow" ON)
option(MCOST_REPORT "Build the page of `mcost report` (needs node and npm)" ON)
set(MCOST_SANITIZE "" CACHE STRING "Value for -fsanitize=, for example address,undefined or thread")
option(MCOST_SANITIZE_LINES "Let reports of AddressSanitizer name lines, for a sixth more time to build" OFF)
set(MCOST_FIRMWARE_DIR "${PROJECT_SOURCE_DIR}/build/firmware" CACHE PATH "Where sample ELF files are built")
set(MCOST_REPORT_DIR "${PROJECT_SOURCE_DIR}/build/report_page" CACHE PATH "Where npm packages of that page are installed")
set(MCOST_TEST_TIMEOUT 300 CACHE STRING "Seconds after which ctest stops a test binary")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

# Release: the engine's handlers call the next one in tail position and rely on sibling-call optimisation. -O2 turns
# it on in GCC and Clang; it is spelled out so that nobody removes it unseen. No link-time optimisation, -march=native
# or -ffast-math: the same source gives the same numbers everywhere. Assertions are for our own bugs and are off here;
# the dev and sanitizer presets keep them.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -foptimize-sibling-calls -DNDEBUG")
set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-Og -g")
set(CMAKE_C_FLAGS_DEBUG "-Og -g")

# Everywhere: a*b+c must round twice unless the guest instruction is fused.
add_compile_options(-ffp-contract=off)

# Under sanitizers, what is compiled for long and runs for long is optimised a little (mcost_add_library OPTIMISED), all
# else not at all: together that is the shortest way through the tests.
# AddressSanitizer meets null pointers anyway, and checks of every reference and its alignment are a third of what there
# is to compile: only what is optimised has them.
if(MCOST_SANITIZE)
  add_compile_options(-fsanitize=${MCOST_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -O0
                      $<IF:$<BOOL:${MCOST_SANITIZE_LINES}>,-g1,-g0>)
  if(MCOST_SANITIZE MATCHES "undefined")
    set(MCOST_REFERENCE_CHECKS -fsanitize=null,alignment)
    add_compile_options(-fno-sanitize=null,alignment,vptr)
  endif()
  add_link_options(-fsanitize=${MCOST_SANITIZE})
  add_compile_definitions(MCOST_SANITIZED)
endif()

if(MCOST_COVERAGE)
  # -fprofile-update=atomic: some tests run several machines in threads.
  add_compile_options(--coverage -O0 -fprofile-update=atomic)
  add_link_options(--coverage)
endif()

if(MCOST_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "MCOST_FUZZ needs clang: use `cmake --preset fuzz`")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# With times in it, a precompiled header of clang is another one after each checkout, and ccache finds nothing.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
endif()

find_program(MCOST_CCACHE ccache)
if(MCOST_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Without this ccache passes over every file that uses a precompiled header.
  set(CMAKE_C_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros "${MCOST_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_C_COMPILER_LAUNCHER}")
endif()

# Linked by every target of ours, and by nothing else.
add_library(mcost_warnings INTERFACE)
target_compile_options(mcost_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  $<$<BOOL:${MCOST_WERROR}>:-Werror>
  # Clang's -Wconversion includes -Wsign-conversion, GCC's does not; both compilers shall ask for the same.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-sign-conversion>)

# Includes start at the root of the repository.
add_library(mcost_options INTERFACE)
target_include_directories(mcost_options INTERFACE "${PROJECT_SOURCE_DIR}")

# For the one target that prints the version.
add_library(mcost_version INTERFACE)
target_compile_definitions(mcost_version INTERFACE MCOST_VERSION="${PROJECT_VERSION}")
