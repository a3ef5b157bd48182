// Viterbi's algorithm from left to right. nodes[i] holds the best way to cut the first i bytes; from each
// place where a character begins, in order, every entry that matches there offers a way to where it ends. An
// entry never ends inside a character, and every character is at least one unknown token, so each of those
// places is reached before the walk comes to it. One pass over the piece, each step as long as the entries
// that match: linear, with the longest entry as the factor (the builder bounds it).
//
// Which way wins is decided by rounding: scores often tie, and their sums depend on the order of additions
// and on the width of a sum. So each is what the reference does:
//
// - Hugging Face tokenizers adds up doubles. A later way must be greater than an earlier one, so of equals
//   the one with the longest last token stays. The fallback to an unknown character comes last.
// - sentencepiece adds up floats. Where a sum has fallen below -100,000, it takes this sum off those of all
//   places that are reached, this one and later ones, so that the sums of long texts stay small. A
//   user-defined entry counts a tenth for each of its bytes but one, so that it wins over others, whose
//   scores are negative, and the longest of two wins.
// - llama.cpp adds up doubles, and user-defined entries count nothing.
//
// On the way back neighbouring unknown characters become one run. Hugging Face tokenizers looks a run up
// among the entries once more (the unknown token's own name, spelled in the text, is part of a run); then it
// is spelled in byte tokens if there are all of them, else it is the unknown token.
#include "tokenizer/unigram.h"

#include <algorithm>
#include <limits>
#include <type_traits>

#include "unicode/utf8.h"

namespace polyglyph::tokenizer {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
constexpr double kUnknownPenalty = 10;
constexpr float kLeastSum = -100'000;

}  // namespace

using vocab::kNoToken;
using vocab::Reference;

Unigram::Unigram(const vocab::Image& image)
    : image_(image),
      scores_(image.scores()),
      hugging_face_(image.pipeline().reference == Reference::hugging_face),
      single_sums_(image.pipeline().reference == Reference::sentencepiece) {
  // Hugging Face tokenizers knows no kinds: every entry counts, also one that no text reaches.
  longest_ = unicode::encoded_size(0x10FFFF);  // unknown characters
  double least = hugging_face_ ? std::numeric_limits<double>::infinity() : std::numeric_limits<float>::max();
  bool user_defined = false;
  for (TokenId id = 0; id < scores_.size(); ++id) {
    user_defined = user_defined || image.is_user_defined(id);
    longest_ = std::max(longest_, image.token_size(id));
    if (hugging_face_ || image.is_normal(id)) least = std::min(least, scores_[id]);
  }
  unknown_score_ = least - kUnknownPenalty;
  if (single_sums_) unknown_score_ = static_cast<float>(least) - static_cast<float>(kUnknownPenalty);
  if (hugging_face_ || !user_defined) return;
  adjusted_.assign(scores_.begin(), scores_.end());
  for (TokenId id = 0; id < adjusted_.size(); ++id) {
    if (!image.is_user_defined(id)) continue;
    const auto size = static_cast<double>(image.token_size(id));
    adjusted_[id] = single_sums_ ? static_cast<double>(static_cast<float>((size - 1) * 0.1)) : 0;
  }
  scores_ = adjusted_;
}

void Unigram::Scratch::release() {
  constexpr std::size_t kKeep = std::size_t{1} << 20;
  if (nodes.capacity() * sizeof(Node) > kKeep) nodes = {};
}

// Takes the first sum off all of them that are there.
void Unigram::lower(std::span<Node> nodes) {
  const auto sum = static_cast<float>(nodes[0].score);
  for (Node& node : nodes) {
    if (node.begin != kNone || &node == nodes.data()) node.score = static_cast<float>(node.score) - sum;
  }
}

template <typename Sum>
void Unigram::find_best(std::string_view piece, std::vector<Node>& nodes) const {
  nodes.assign(piece.size() + 1, Node{0, kNone, kNoToken});
  const bool characters = image_.pipeline().characters;
  const TokenId unknown = image_.pipeline().unknown;
  const vocab::Image::TriePlace root = image_.trie_root();
  const char* const text = piece.data();
  const auto offer = [&](std::size_t begin, std::size_t end, double so_far, double score, TokenId id) {
    const Sum sum = static_cast<Sum>(score) + static_cast<Sum>(so_far);
    Node& node = nodes[end];
    if (sum > static_cast<Sum>(node.score) || node.begin == kNone) {
      node = {sum, static_cast<std::uint32_t>(begin), id};
    }
  };
  for (std::size_t begin = 0, next; begin < piece.size(); begin = next) {
    const auto lead = static_cast<unsigned char>(text[begin]);
    const std::size_t size = characters ? std::max(1u, unicode::sequence_size(lead)) : 1;
    next = std::min(piece.size(), begin + size);
    if (std::is_same_v<Sum, float> && nodes[begin].score < kLeastSum) {
      lower(std::span(nodes).subspan(begin, std::min(longest_ + 1, nodes.size() - begin)));
    }
    const double so_far = nodes[begin].score;
    bool single = false;  // the character is an entry
    vocab::Image::TriePlace place = root;
    for (std::size_t end = begin; end < piece.size() && place.step(text[end]);) {
      ++end;
      const TokenId id = place.token();
      if (id >= scores_.size()) continue;  // none, or a damaged image
      offer(begin, end, so_far, scores_[id], id);
      single = single || end == next;
    }
    if (!single) offer(begin, next, so_far, unknown_score_, unknown);
  }
}

void Unigram::find_best(std::string_view piece, std::vector<Node>& nodes) const {
  if (single_sums_) {
    find_best<float>(piece, nodes);
  } else {
    find_best<double>(piece, nodes);
  }
}

// Appends what a run of unknown characters becomes, the last id first.
template <bool kSpans>
void Unigram::add_unknown(std::string_view piece, Span run, TokenBuffer& ids,
                          std::vector<Span>* spans) const {
  const auto add = [&](TokenId id, Span span) {
    ids.push(id);
    if (kSpans) spans->push_back(span);
  };
  const std::string_view bytes = piece.substr(run.begin, run.end - run.begin);
  if (hugging_face_) {
    if (const TokenId id = image_.find_entry(bytes); id != kNoToken) return add(id, run);
  }
  const auto& byte_tokens = image_.pipeline().byte_tokens;
  const auto has_token = [&](char c) { return byte_tokens[static_cast<unsigned char>(c)] != kNoToken; };
  if (!byte_tokens.empty() && std::ranges::all_of(bytes, has_token)) {
    for (std::size_t i = bytes.size(); i-- > 0;) {
      // Hugging Face tokenizers gives each byte the place of the whole run.
      const Span own{run.begin + i, run.begin + i + 1};
      add(byte_tokens[static_cast<unsigned char>(bytes[i])], hugging_face_ ? run : own);
    }
    return;
  }
  if (image_.pipeline().unknown != kNoToken) add(image_.pipeline().unknown, run);
}

// Walks back from the end of the piece, and then turns what was found around.
template <bool kSpans>
void Unigram::collect(std::string_view piece, const std::vector<Node>& nodes, TokenBuffer& ids,
                      std::vector<Span>* spans) const {
  const std::size_t first = ids.size();
  const std::size_t first_span = kSpans ? spans->size() : 0;
  const TokenId unknown = image_.pipeline().unknown;
  std::size_t run_end = 0;  // of the unknown run that the walk is in, 0 if it is in none
  std::size_t end = piece.size();
  while (end > 0) {
    const Node& node = nodes[end];
    if (node.id == unknown) {
      if (run_end == 0) run_end = end;
    } else {
      if (run_end != 0) add_unknown<kSpans>(piece, {end, run_end}, ids, spans);
      run_end = 0;
      ids.push(node.id);
      if (kSpans) spans->push_back({node.begin, end});
    }
    end = node.begin;
  }
  if (run_end != 0) add_unknown<kSpans>(piece, {end, run_end}, ids, spans);
  std::reverse(ids.data() + first, ids.data() + ids.size());
  if (kSpans) std::reverse(spans->begin() + static_cast<std::ptrdiff_t>(first_span), spans->end());
}

void Unigram::encode(std::string_view piece, Model::Scratch& model_scratch, TokenBuffer& ids) const {
  auto& nodes = static_cast<Scratch&>(model_scratch).nodes;
  find_best(piece, nodes);
  collect<false>(piece, nodes, ids, nullptr);
}

void Unigram::encode(std::string_view piece, Model::Scratch& model_scratch, TokenBuffer& ids,
                     std::vector<Span>& spans) const {
  auto& nodes = static_cast<Scratch&>(model_scratch).nodes;
  find_best(piece, nodes);
  collect<true>(piece, nodes, ids, &spans);
}

}  // namespace polyglyph::tokenizer
