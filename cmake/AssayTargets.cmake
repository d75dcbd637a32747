# How every target of the project is built. Folders say what they hold; the flags live here, once.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS ON) # __int128 under its own name
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_UNITY_BUILD_BATCH_SIZE 32) # most targets are one unit: JSON's and Borsh's templates are instantiated once
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM) # shared by clones in other folders; with precompiled headers; no preprocessor run beside the compiler's
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1
    CCACHE_DEPEND=1 CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime "${CCACHE_PROGRAM}")
endif()
find_package(Threads REQUIRED)

add_library(assay_flags INTERFACE)
target_compile_options(assay_flags INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wshadow;-Wnon-virtual-dtor;-Wundef;-Werror;-ffp-contract=off>")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU") # what GCC 12 sees in inlined string and vector code is not there (GCC bugs 105329, 105651)
  target_compile_options(assay_flags INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict;-Wno-stringop-overflow;-Wno-stringop-overread;-Wno-array-bounds>")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  # Amounts are made in two 64-bit halves. Copied through a vector register right after, as GCC likes to, each copy waits
  # for both stores: half of the time of a division.
  target_compile_options(assay_flags INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:-mno-stv>")
endif()
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU") # a file's own types are in an included file then
  target_compile_options(assay_flags INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:-Wno-subobject-linkage>")
endif()
target_include_directories(assay_flags INTERFACE "${CMAKE_SOURCE_DIR}")
if(ASSAY_SANITIZE) # for the whole directory: what comes by assay_flags would stand behind a target's own -fno-sanitize, and win
  add_compile_options("-fsanitize=${ASSAY_SANITIZE}" -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options("-fsanitize=${ASSAY_SANITIZE}")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU") # instrumented <regex> looks uninitialized to GCC 12 (bug 105562)
    target_compile_options(assay_flags INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:-Wno-maybe-uninitialized>")
  endif()
  if(ASSAY_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU") # Asio's fences stand beside mutexes that TSan sees
    target_compile_options(assay_flags INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:-Wno-tsan>")
  endif()
endif()

# Everything outside the deterministic core is mostly Beast's and JSON's templates, which take sanitizers minutes to
# optimise. There, a null that is used is AddressSanitizer's to report.
set(assay_outer_options "")
set(assay_program_options "$<$<CONFIG:Release>:-O1>") # of files that read a command line and print
if(ASSAY_SANITIZE)
  set(assay_outer_options -O0)
  if(ASSAY_SANITIZE MATCHES undefined)
    list(APPEND assay_outer_options -fno-sanitize=null)
  endif()
endif()

# assay_library(NAME [TOTAL] [HOT] SOURCES … DEPS …)   TOTAL: built without exceptions (base, tokenomics, proofs, chain)
# HOT: what all tests spend their time in, hashes and money: optimised in sanitizer builds too.
function(assay_library name)
  cmake_parse_arguments(A "TOTAL;HOT" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(${name} STATIC ${A_SOURCES})
  target_link_libraries(${name} PUBLIC assay_flags ${A_DEPS} PRIVATE ${A_PRIVATE_DEPS})
  if(A_TOTAL)
    target_compile_options(${name} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>")
  else()
    target_compile_options(${name} PRIVATE ${assay_outer_options})
  endif()
  if(A_HOT AND ASSAY_SANITIZE)
    target_compile_options(${name} PRIVATE -O1)
  endif()
endfunction()

# assay_program(NAME SOURCES … DEPS …)
function(assay_program name)
  if(ASSAY_ONLY_SIMULATOR)
    return()
  endif()
  cmake_parse_arguments(A "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${A_SOURCES})
  target_link_libraries(${name} PRIVATE assay_flags ${A_DEPS})
  target_compile_options(${name} PRIVATE ${assay_program_options} ${assay_outer_options})
endfunction()

# assay_test(NAME [THREADS] SOURCES … DEPS … [COST N])   one executable and one ctest entry, with the shared main of tests/support
# THREADS: some of its cases start threads and are tagged [threads]; ThreadSanitizer builds have these and no others, but
# for the long form. The main fails for a case that starts a thread untagged, tests/scripts for a flag too few or too many.
# COST: seconds that it takes, roughly, where it is long: ctest starts the longest first.
function(assay_test name)
  cmake_parse_arguments(A "THREADS" "TIMEOUT;COST" "SOURCES;DEPS;LABELS" ${ARGN})
  set(selection "")
  if(A_THREADS)
    set_property(GLOBAL APPEND PROPERTY assay_threads "$<TARGET_FILE:${name}>")
  else()
    set_property(GLOBAL APPEND PROPERTY assay_no_threads "$<TARGET_FILE:${name}>")
  endif()
  if(ASSAY_SANITIZE MATCHES thread AND NOT ASSAY_LONG_TESTS)
    if(NOT A_THREADS)
      return()
    endif()
    set(selection "[threads]")
  endif()
  add_executable(${name} ${A_SOURCES})
  target_link_libraries(${name} PRIVATE assay_flags assay_test_main ${A_DEPS})
  if(NOT ASSAY_ONLY_PROOFS)
    target_precompile_headers(${name} REUSE_FROM assay_test_headers)
    # What is tested is optimised; optimising the checks themselves would double the time of the whole build.
    target_compile_options(${name} PRIVATE ${ASSAY_TEST_LEVEL})
    if(ASSAY_SANITIZE) # Catch2's own comparisons, which the lean ones replace, are in a system header
      target_compile_options(${name} PRIVATE -Wno-sign-compare)
    endif()
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  target_compile_definitions(${name} PRIVATE
    "ASSAY_SHARED_DIR=\"${ASSAY_SHARED_DIR}\"" "ASSAY_SOURCE_DIR=\"${CMAKE_SOURCE_DIR}\""
    "ASSAY_LONG_TESTS=$<BOOL:${ASSAY_LONG_TESTS}>")
  add_test(NAME ${name} COMMAND ${name} ${selection})
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 300)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${A_TIMEOUT} LABELS "unit;${A_LABELS}")
  if(A_COST)
    set_tests_properties(${name} PROPERTIES COST ${A_COST})
  endif()
  add_dependencies(unit_tests ${name})
endfunction()

# assay_bench(NAME SOURCES … DEPS …)   prints ratios measured in one run and checks the results that it times
function(assay_bench name)
  cmake_parse_arguments(A "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${A_SOURCES})
  target_link_libraries(${name} PRIVATE assay_flags ${A_DEPS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bench")
endfunction()
