#include "cli/pack_options.h"

#include <algorithm>

#include "cli/arguments.h"

namespace polyglyph::cli {

PackOptions PackArguments::options() const {
  PackOptions options = pack;
  options.seed = seed;
  return options;
}

bool PackArguments::given() const {
  return std::any_of(added.begin(), added.end(),
                     [](const CLI::Option* option) { return option->count() > 0; });
}

void add_pack_options(CLI::App& app, PackArguments& arguments) {
  PackOptions& options = arguments.pack;
  arguments.added = {
      add_choice(
          app, "--strategy", options.strategy,
          {{"best_fit", PackStrategy::best_fit},
           {"first_fit", PackStrategy::first_fit},
           {"sequential", PackStrategy::sequential},
           {"concat", PackStrategy::concat}},
          "best_fit takes the longest first and needs the fewest bins; first_fit and sequential keep the "
          "order; concat leaves no gap and cuts at the end of a bin"),
      add_choice(app, "--overlong", options.overlong,
                 {{"split", Overlong::split},
                  {"truncate", Overlong::truncate},
                  {"drop", Overlong::drop},
                  {"error", Overlong::error}},
                 "What becomes of a document longer than a bin"),
      app.add_option("--max-documents", options.max_documents, "Pieces in a bin at most; 0 for any number")
          ->type_name("N")
          ->capture_default_str(),
      app.add_option("--pad-each-to", options.pad_each_to, "Each piece takes a multiple of so many places")
          ->type_name("N")
          ->capture_default_str(),
      app.add_option("--seed", arguments.seed, "Shuffle the documents before, and the bins after")
          ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 62).description(""))
          ->type_name("N")};
}

}  // namespace polyglyph::cli
