# cmake -DCONFIGS=folder -DFILES=a;b -DOUTPUT=file.cpp -P embed_configs.cmake
# Writes the texts of FILES (sorted paths below CONFIGS) into a C++ file that defines embedded_configs().
set(text "// Generated from configs/ by boards/embed_configs.cmake.\n#include \"boards/embedded_configs.h\"\n\n")
string(APPEND text "namespace mcost::boards {\nnamespace {\n\nconstexpr EmbeddedFile kFiles[] = {\n")
list(SORT FILES)
foreach(path IN LISTS FILES)
  file(READ "${CONFIGS}/${path}" content)
  string(APPEND text "    {\"${path}\", R\"mcost_yaml(${content})mcost_yaml\"},\n")
endforeach()
string(APPEND text "};\n\n}  // namespace\n\n")
string(APPEND text "std::span<const EmbeddedFile> embedded_configs() { return kFiles; }\n\n}  // namespace mcost::boards\n")
file(WRITE "${OUTPUT}" "${text}")
