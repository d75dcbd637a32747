# The manual page and the completions of one program, as it writes them itself.
#   cmake -DPROGRAM=/path/assay -DNAME=assay -DTO=/path/share -P WriteDocuments.cmake
function(write_document to)
  get_filename_component(folder "${to}" DIRECTORY)
  file(MAKE_DIRECTORY "${folder}")
  execute_process(COMMAND ${ARGN} OUTPUT_FILE "${to}" RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    file(REMOVE "${to}")
    string(JOIN " " words ${ARGN})
    message(FATAL_ERROR "'${words}' ended with ${result}")
  endif()
endfunction()
write_document("${TO}/bash-completion/completions/${NAME}" "${PROGRAM}" completion bash)
write_document("${TO}/zsh/vendor-completions/_${NAME}" "${PROGRAM}" completion zsh)
write_document("${TO}/fish/vendor_completions.d/${NAME}.fish" "${PROGRAM}" completion fish)
write_document("${TO}/man/man1/${NAME}.1" "${PROGRAM}" man)
# As packages carry it; without name and time in it the same page is the same bytes.
write_document("${TO}/doc/assay/${NAME}.1.gz" gzip -9nc "${TO}/man/man1/${NAME}.1")
