// The subcommands: each file adds its own to the command line and says what runs when it is chosen.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace polyglyph::cli {

struct Command {
  CLI::App* app;
  std::function<int()> run;  // gives the exit status; throws Error
};

Command add_count(CLI::App& root);
Command add_encode(CLI::App& root);
Command add_decode(CLI::App& root);
Command add_show(CLI::App& root);
Command add_inspect(CLI::App& root);
Command add_verify(CLI::App& root);
Command add_convert(CLI::App& root);
Command add_add(CLI::App& root);
Command add_prune(CLI::App& root);
Command add_extend(CLI::App& root);
Command add_unreachable(CLI::App& root);
Command add_chunk(CLI::App& root);
Command add_pack(CLI::App& root);
Command add_shard(CLI::App& root);
Command add_list(CLI::App& root);
Command add_completion(CLI::App& root);  // last: it describes the others

// Exit statuses.
inline constexpr int kSuccess = 0;
inline constexpr int kFailedInput = 1;
inline constexpr int kUsage = 2;

}  // namespace polyglyph::cli
