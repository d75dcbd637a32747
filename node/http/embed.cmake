# Writes one file as a raw string into a source: -DIN=… -DOUT=… -DNAME=function
file(READ "${IN}" body)
file(WRITE "${OUT}" "#include \"node/rpc/service.hpp\"\nnamespace assay::node {\nstd::string_view ${NAME}() {\n    return R\"assaypage(${body})assaypage\";\n}\n}  // namespace assay::node\n")
