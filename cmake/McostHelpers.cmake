# The functions every CMakeLists.txt of this project is written with.

# mcost_add_folders(folder...): adds those that have a CMakeLists.txt. Creating one makes CMake run again.
function(mcost_add_folders)
  foreach(folder IN LISTS ARGN)
    file(GLOB present CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt")
    if(present)
      add_subdirectory(${folder})
    endif()
  endforeach()
endfunction()

# mcost_add_library(name [SOURCES file...] [LIBS public...] [PRIVATE_LIBS private...] [OPTIMISED|UNOPTIMISED])
# A static library, or a header-only one when there are no SOURCES. Every library may include from the root of the
# repository; apart from that it links what is named. LIBS appear in its headers, PRIVATE_LIBS only in its .cpp files.
# OPTIMISED: under sanitizers, too. UNOPTIMISED: in no preset.
function(mcost_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "OPTIMISED;UNOPTIMISED" "" "SOURCES;LIBS;PRIVATE_LIBS")
  mcost_check_arguments(mcost_add_library ${name})
  if(arg_SOURCES)
    add_library(${name} STATIC ${arg_SOURCES})
    target_link_libraries(${name} PUBLIC mcost_options ${arg_LIBS} PRIVATE mcost_warnings ${arg_PRIVATE_LIBS})
    set(options "")
    if(arg_UNOPTIMISED)
      set(options -O0)
    elseif(MCOST_SANITIZE AND arg_OPTIMISED)
      set(options -O1 ${MCOST_REFERENCE_CHECKS})
    endif()
    target_compile_options(${name} PRIVATE ${options})
    mcost_use_library_headers(${name} "${arg_LIBS};${arg_PRIVATE_LIBS}" "${options}")
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE mcost_options ${arg_LIBS})
  endif()
endfunction()

# mcost_add_executable(name SOURCES file... [LIBS lib...]): a program in bin/ of the build folder.
function(mcost_add_executable name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBS")
  mcost_check_arguments(mcost_add_executable ${name})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE mcost_options mcost_warnings ${arg_LIBS})
endfunction()

# mcost_add_test(name SOURCES file... [LIBS lib...] LABEL label... [ARGS arg...] [TIMEOUT seconds] [SERIAL])
# One googletest binary, one ctest test of the same name. `label` is one of unit, isa, timing, golden, fuzz; add
# `slow` to keep a test out of the sanitizer run and of `script/check --fast`. SERIAL: never beside another test.
# Who runs longest is given a COST, so that it does not begin last. In the source, MCOST_SOURCE_DIR and MCOST_FIRMWARE_DIR
# are string literals.
function(mcost_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL" "TIMEOUT" "SOURCES;LIBS;LABEL;ARGS")
  mcost_check_arguments(mcost_add_test ${name})
  mcost_check_label(${name} "unit;isa;timing;golden;fuzz;slow" "${arg_LABEL}")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE mcost_options mcost_warnings ${arg_LIBS} GTest::gmock GTest::gtest
                                        GTest::gmock_main)
  mcost_use_test_headers(${name})
  if(arg_LABEL MATCHES "isa|timing|slow")
    mcost_only_with_slow_tests(${name})
  endif()
  mcost_set_test_environment(${name})
  add_test(NAME ${name} COMMAND ${name} ${arg_ARGS})
  mcost_set_test_properties(${name} "${arg_LABEL}" "${arg_TIMEOUT}")
  if(arg_SERIAL)
    set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
  endif()
endfunction()

# mcost_add_fuzz(name SOURCES file... [LIBS lib...] [CORPUS folder] [SECONDS n] [SLOW])
# The source defines LLVMFuzzerTestOneInput. With the fuzz preset libFuzzer searches for SECONDS (default 20) from the
# corpus; with every other preset the binary only replays the files of the corpus folder (a path in the source tree).
function(mcost_add_fuzz name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SLOW" "CORPUS;SECONDS" "SOURCES;LIBS")
  mcost_check_arguments(mcost_add_fuzz ${name})
  if(NOT arg_SECONDS)
    set(arg_SECONDS 20)
  endif()
  set(label fuzz)
  if(arg_SLOW)
    list(APPEND label slow)
  endif()
  set(corpus "")
  if(arg_CORPUS)
    cmake_path(ABSOLUTE_PATH arg_CORPUS BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" OUTPUT_VARIABLE corpus)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE mcost_options mcost_warnings ${arg_LIBS})
  mcost_set_test_environment(${name})
  if(MCOST_FUZZ)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    # Finds go to the first folder, so that is one of the build tree; the source tree is only read.
    set(found "${CMAKE_CURRENT_BINARY_DIR}/${name}.corpus")
    file(MAKE_DIRECTORY "${found}")
    add_test(NAME ${name} COMMAND ${name} -max_total_time=${arg_SECONDS} -timeout=10 -rss_limit_mb=2048
                                          -artifact_prefix=${CMAKE_CURRENT_BINARY_DIR}/ ${found} ${corpus})
  else()
    target_sources(${name} PRIVATE "${PROJECT_SOURCE_DIR}/cmake/fuzz_replay_main.cpp")
    add_test(NAME ${name} COMMAND ${name} ${corpus})
  endif()
  mcost_set_test_properties(${name} "${label}" "")
endfunction()

# mcost_add_bench(name SOURCES file... [LIBS lib...]): a Google Benchmark program in bench/ of the build folder. It is
# built with everything else so that it cannot rot, and run by hand or by `ctest -C Bench -L bench`, never as a gate.
function(mcost_add_bench name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBS")
  mcost_check_arguments(mcost_add_bench ${name})
  if(NOT MCOST_BENCH)
    return()
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE mcost_options mcost_warnings ${arg_LIBS} benchmark::benchmark
                                        benchmark::benchmark_main)
  mcost_set_test_environment(${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bench")
  add_test(NAME ${name} COMMAND ${name} CONFIGURATIONS Bench)
  set_tests_properties(${name} PROPERTIES LABELS bench RUN_SERIAL ON)
endfunction()

# mcost_add_header_self_test(folder...): the target header_self_test compiles every header of these folders alone, so
# that each one includes what it needs. Not part of `all`; script/check builds it.
function(mcost_add_header_self_test)
  set(patterns ${ARGN})
  list(TRANSFORM patterns PREPEND "${PROJECT_SOURCE_DIR}/")
  list(TRANSFORM patterns APPEND "/*.h")
  file(GLOB_RECURSE headers RELATIVE "${PROJECT_SOURCE_DIR}" CONFIGURE_DEPENDS ${patterns})
  set(sources "")
  foreach(header IN LISTS headers)
    set(source "${CMAKE_BINARY_DIR}/header_self_test/${header}.cpp")
    file(CONFIGURE OUTPUT "${source}" CONTENT "#include \"${header}\"\n#include \"${header}\"  // NOLINT: a missing include guard is an error too\n" @ONLY)
    list(APPEND sources "${source}")
  endforeach()
  if(NOT sources)
    add_custom_target(header_self_test)
    return()
  endif()
  add_library(header_self_test OBJECT EXCLUDE_FROM_ALL ${sources})
  target_link_libraries(header_self_test PRIVATE mcost_options mcost_warnings fmt::fmt nlohmann_json::nlohmann_json
                                                 yaml-cpp CLI11::CLI11 PkgConfig::capstone GTest::gmock
                                                 PkgConfig::unicorn)
  # Only the front end matters here. A static function in a header is unused when the header is alone.
  target_compile_options(header_self_test PRIVATE -O0 -Wno-unused-function)
endfunction()

# mcost_only_with_slow_tests(target...): `all` builds these only with the tests that are slow under sanitizers.
function(mcost_only_with_slow_tests)
  if(NOT MCOST_SLOW_TESTS)
    set_target_properties(${ARGN} PROPERTIES EXCLUDE_FROM_ALL TRUE)
  endif()
endfunction()

# ---- used by the functions above ----

# Compiling headers of other libraries is most of the time to build a file, so they are compiled once. Expectations are
# optimised a little: without, a file takes a tenth less to compile, but fp_test twice as long to run.
function(mcost_use_test_headers name)
  target_compile_options(${name} PRIVATE ${MCOST_TEST_OPTIONS})
  mcost_precompile_headers(${name} mcost_test_headers "GTest::gmock;GTest::gtest" "${MCOST_TEST_OPTIONS}"
                           <gmock/gmock.h> <gtest/gtest.h> <algorithm> <array> <cstdint> <map> <memory> <optional>
                           <string> <vector>)
endfunction()

# GCC 12 at -O1 warns of appending to std::string where nothing is wrong.
set(MCOST_TEST_OPTIONS
    $<$<CONFIG:Release>:-O1>
    $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds$<SEMICOLON>-Wno-restrict$<SEMICOLON>-Wno-stringop-overflow>)

# What a library links decides which headers its files are likely to include, and the macros they are compiled with.
function(mcost_use_library_headers name libraries options)
  set(set_name mcost_library_headers)
  set(linked "")
  set(headers <algorithm> <array> <bit> <cstdint> <functional> <map> <memory> <optional> <string> <string_view>
              <utility> <variant> <vector>)
  if("fmt::fmt" IN_LIST libraries)
    string(APPEND set_name _fmt)
    list(APPEND linked fmt::fmt)
    list(APPEND headers <fmt/format.h>)
  endif()
  if("CLI11::CLI11" IN_LIST libraries)
    string(APPEND set_name _cli11)
    list(APPEND linked CLI11::CLI11)
    list(APPEND headers <CLI/App.hpp>)
  endif()
  if("nlohmann_json::nlohmann_json" IN_LIST libraries)
    string(APPEND set_name _json)
    list(APPEND linked nlohmann_json::nlohmann_json)
    list(APPEND headers <nlohmann/json.hpp>)
  endif()
  if(options)
    list(GET options 0 level)
    string(APPEND set_name ${level})
  endif()
  mcost_precompile_headers(${name} ${set_name} "${linked}" "${options}" ${headers})
endfunction()

# mcost_precompile_headers(name set_name libraries options header...): `name` uses a set of headers that is compiled once
# for all who name it.
function(mcost_precompile_headers name set_name libraries options)
  if(NOT TARGET ${set_name})
    set(source "${CMAKE_BINARY_DIR}/${set_name}.cpp")
    file(CONFIGURE OUTPUT "${source}" CONTENT "" @ONLY)
    add_library(${set_name} OBJECT "${source}")
    target_link_libraries(${set_name} PRIVATE mcost_options mcost_warnings ${libraries})
    target_compile_options(${set_name} PRIVATE ${options})
    target_precompile_headers(${set_name} PRIVATE ${ARGN})
  endif()
  target_precompile_headers(${name} REUSE_FROM ${set_name})
endfunction()

macro(mcost_check_arguments function name)
  if(arg_UNPARSED_ARGUMENTS OR arg_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "${function}(${name}): bad arguments: ${arg_UNPARSED_ARGUMENTS} "
                        "${arg_KEYWORDS_MISSING_VALUES}; its form is in cmake/McostHelpers.cmake")
  endif()
endmacro()

function(mcost_check_label name allowed labels)
  if(NOT labels)
    message(FATAL_ERROR "mcost_add_test(${name}): LABEL is missing; one of ${allowed}")
  endif()
  foreach(label IN LISTS labels)
    if(NOT label IN_LIST allowed)
      message(FATAL_ERROR "mcost_add_test(${name}): LABEL ${label} is not one of ${allowed}")
    endif()
  endforeach()
endfunction()

function(mcost_set_test_environment name)
  target_compile_definitions(${name} PRIVATE MCOST_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                             MCOST_FIRMWARE_DIR="${MCOST_FIRMWARE_DIR}")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/test")
endfunction()

function(mcost_set_test_properties name labels timeout)
  if(NOT timeout)
    set(timeout ${MCOST_TEST_TIMEOUT})
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${labels}" TIMEOUT ${timeout})
endfunction()
