# Libraries from the distribution. Targets to link: CLI11::CLI11, fmt::fmt, yaml-cpp, Eigen3::Eigen, nlohmann_json::nlohmann_json,
# PkgConfig::libelf, PkgConfig::libdw, PkgConfig::capstone; in tests also GTest::gmock, benchmark::benchmark,
# PkgConfig::unicorn. If one is missing, `script/bootstrap` installs it.

find_package(Threads REQUIRED)
find_package(CLI11 REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(Eigen3 REQUIRED NO_MODULE)
find_package(PkgConfig REQUIRED)
pkg_check_modules(libelf REQUIRED IMPORTED_TARGET libelf)
pkg_check_modules(libdw REQUIRED IMPORTED_TARGET libdw)
pkg_check_modules(capstone REQUIRED IMPORTED_TARGET capstone)

# The distribution's Python has the modules that script/bootstrap installs; another one first in PATH may not.
if(EXISTS /usr/bin/python3)
  set(Python3_EXECUTABLE /usr/bin/python3 CACHE FILEPATH "Python with the modules of script/bootstrap")
endif()
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)

if(BUILD_TESTING)
  find_package(GTest REQUIRED)
  pkg_check_modules(unicorn REQUIRED IMPORTED_TARGET unicorn)
  if(MCOST_BENCH)
    find_package(benchmark REQUIRED)
  endif()
endif()
