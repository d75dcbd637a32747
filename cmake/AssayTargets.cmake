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
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU") # a file's own types are in an included file then
  target_compile_options(assay_flags INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:-Wno-subobject-linkage>")
endif()
target_include_directories(assay_flags INTERFACE "${CMAKE_SOURCE_DIR}")
if(ASSAY_SANITIZE)
  target_compile_options(assay_flags INTERFACE "-fsanitize=${ASSAY_SANITIZE};-fno-omit-frame-pointer;-fno-sanitize-recover=all")
  target_link_options(assay_flags INTERFACE "-fsanitize=${ASSAY_SANITIZE}")
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

# assay_library(NAME [TOTAL] SOURCES … DEPS …)   TOTAL: built without exceptions (base, tokenomics, proofs, chain)
function(assay_library name)
  cmake_parse_arguments(A "TOTAL" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(${name} STATIC ${A_SOURCES})
  target_link_libraries(${name} PUBLIC assay_flags ${A_DEPS} PRIVATE ${A_PRIVATE_DEPS})
  if(A_TOTAL)
    target_compile_options(${name} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>")
  else()
    target_compile_options(${name} PRIVATE ${assay_outer_options})
  endif()
endfunction()

# assay_program(NAME SOURCES … DEPS …)
function(assay_program name)
  cmake_parse_arguments(A "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${A_SOURCES})
  target_link_libraries(${name} PRIVATE assay_flags ${A_DEPS})
  target_compile_options(${name} PRIVATE ${assay_program_options} ${assay_outer_options})
endfunction()

# assay_test(NAME [ONE_THREAD] SOURCES … DEPS …)   one executable and one ctest entry, with the shared main of tests/support
# ONE_THREAD: nothing in it can start a thread (tests/scripts looks), so ThreadSanitizer builds leave it to the long form.
function(assay_test name)
  cmake_parse_arguments(A "ONE_THREAD" "TIMEOUT" "SOURCES;DEPS;LABELS" ${ARGN})
  if(A_ONE_THREAD)
    set_property(GLOBAL APPEND PROPERTY assay_one_thread "$<TARGET_FILE:${name}>")
    if(ASSAY_SANITIZE MATCHES thread AND NOT ASSAY_LONG_TESTS)
      return()
    endif()
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
  add_test(NAME ${name} COMMAND ${name})
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 300)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${A_TIMEOUT} LABELS "unit;${A_LABELS}")
  add_dependencies(unit_tests ${name})
endfunction()

# assay_bench(NAME SOURCES … DEPS …)   prints ratios measured in one run and checks the results that it times
function(assay_bench name)
  cmake_parse_arguments(A "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${A_SOURCES})
  target_link_libraries(${name} PRIVATE assay_flags ${A_DEPS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bench")
endfunction()
