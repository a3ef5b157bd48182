// How documents are laid into bins, as options of a command.
#pragma once

#include <CLI/CLI.hpp>

#include <cstdint>
#include <optional>
#include <vector>

#include "polyglyph/pack.h"

namespace polyglyph::cli {

struct PackArguments {
  PackOptions pack;  // without the seed
  std::optional<std::uint64_t> seed;
  std::vector<CLI::Option*> added;

  PackOptions options() const;
  bool given() const;  // any of them
};

// --strategy, --overlong, --max-documents, --pad-each-to and --seed.
void add_pack_options(CLI::App& app, PackArguments& arguments);

}  // namespace polyglyph::cli
