// For each character of the piece, from the left: every entry that follows offers its end a sum. Whole ways
// are kept, not links, and entries are looked up one substring at a time.
#include "tests/reference/unigram.h"

#include <algorithm>
#include <limits>

namespace polyglyph::reference {

using vocab::Entry;
using vocab::kNoToken;
using vocab::Reference;

Unigram::Unigram(const vocab::TokenizerSpec& spec)
    : reference_(spec.reference),
      byte_tokens_(spec.byte_tokens),
      unknown_(spec.unknown),
      least_(spec.reference == Reference::hugging_face ? std::numeric_limits<double>::infinity()
                                                       : std::numeric_limits<float>::max()) {
  for (TokenId id = 0; id < spec.entries.size(); ++id) {
    const Entry& entry = spec.entries[id];
    const bool normal = entry.kind == Entry::Kind::bytes;
    scores_[id] = spec.scores[id];
    if (normal || reference_ == Reference::hugging_face) least_ = std::min(least_, spec.scores[id]);
    if (entry.kind == Entry::Kind::user_defined) user_defined_.insert(id);
    if (normal || entry.kind == Entry::Kind::user_defined ||
        (entry.kind == Entry::Kind::unused && reference_ == Reference::llama_cpp)) {
      entries_[std::string(entry.bytes)] = id;
    }
  }
}

std::size_t Unigram::character_size(std::string_view text) {
  std::size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) ++size;
  return size;
}

double Unigram::score_of(const std::string& entry) const {
  const TokenId id = entries_.at(entry);
  if (!user_defined_.contains(id)) return scores_.at(id);
  if (reference_ == Reference::llama_cpp) return 0;
  return static_cast<float>(static_cast<double>(entry.size()) * 0.1 - 0.1);
}

std::vector<TokenId> Unigram::encode(std::string_view piece) const {
  std::vector<Way> ways(piece.size() + 1);
  ways[0].reached = true;
  const bool floats = reference_ == Reference::sentencepiece;
  const auto offer = [&](const Way& from, Way& to, double score, TokenId id, std::string_view text) {
    score = floats ? static_cast<float>(score) + static_cast<float>(from.score) : score + from.score;
    if (to.reached && !(score > to.score)) return;
    std::vector<Piece> pieces = from.pieces;
    pieces.push_back({id, std::string(text)});
    to = {true, score, std::move(pieces)};
  };
  for (std::size_t begin = 0; begin < piece.size(); begin += character_size(piece.substr(begin))) {
    const Way from = ways[begin];
    for (std::size_t size = 1; begin + size <= piece.size(); ++size) {
      const std::string text(piece.substr(begin, size));
      if (!entries_.contains(text)) continue;
      offer(from, ways[begin + size], score_of(text), entries_.at(text), text);
    }
    const std::string_view character = piece.substr(begin, character_size(piece.substr(begin)));
    if (entries_.contains(character)) continue;
    const double score = floats ? static_cast<float>(least_) - 10.0f : least_ - 10;
    offer(from, ways[begin + character.size()], score, unknown_, character);
  }
  return finish(ways.back().pieces);
}

// Unknown neighbours become one, and that an entry, bytes, or the unknown token.
std::vector<TokenId> Unigram::finish(const std::vector<Piece>& pieces) const {
  std::vector<TokenId> ids;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (pieces[i].id != unknown_) {
      ids.push_back(pieces[i].id);
      continue;
    }
    std::string run = pieces[i].text;
    while (i + 1 < pieces.size() && pieces[i + 1].id == unknown_) run += pieces[++i].text;
    const auto whole = entries_.find(run);
    if (reference_ == Reference::hugging_face && whole != entries_.end()) {
      ids.push_back(whole->second);
      continue;
    }
    std::vector<TokenId> bytes;
    for (const char c : run) {
      if (!byte_tokens_.empty()) bytes.push_back(byte_tokens_[static_cast<unsigned char>(c)]);
    }
    if (bytes.empty() || std::ranges::count(bytes, kNoToken) != 0) bytes = {unknown_};
    ids.insert(ids.end(), bytes.begin(), bytes.end());
  }
  return ids;
}

void Unigram::try_ways(std::string_view rest, Way& way, Way& best) const {
  if (rest.empty()) {
    const auto last_is_longer = [&] {
      for (std::size_t i = 1;; ++i) {
        const auto& a = way.pieces[way.pieces.size() - i];
        const auto& b = best.pieces[best.pieces.size() - i];
        if (a.text.size() != b.text.size()) return a.text.size() > b.text.size();
      }
    };
    if (!best.reached || way.score > best.score || (way.score == best.score && last_is_longer())) {
      best = {true, way.score, way.pieces};
    }
    return;
  }
  const auto go_on = [&](const Piece& piece, double score) {
    way.pieces.push_back(piece);
    way.score += score;
    try_ways(rest.substr(piece.text.size()), way, best);
    way.score -= score;
    way.pieces.pop_back();
  };
  for (std::size_t size = 1; size <= rest.size(); ++size) {
    const std::string text(rest.substr(0, size));
    if (entries_.contains(text)) go_on({entries_.at(text), text}, score_of(text));
  }
  const std::string character(rest.substr(0, character_size(rest)));
  if (!entries_.contains(character)) go_on({unknown_, character}, least_ - 10);
}

std::vector<TokenId> Unigram::encode_exhaustively(std::string_view piece) const {
  Way way, best;
  try_ways(piece, way, best);
  return finish(best.pieces);
}

}  // namespace polyglyph::reference
