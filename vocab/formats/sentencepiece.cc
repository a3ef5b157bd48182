// What a ModelProto says, in terms of the spec. The reference is sentencepiece 0.2.3; what it refuses is
// refused here.
//
// Pieces of six types. NORMAL, USER_DEFINED and UNUSED ones are spelled in text; BYTE pieces stand for bytes
// of characters that have no piece; CONTROL pieces and the UNKNOWN one stand for nothing in a text: they are
// control tokens here, which text yields only when asked to. Names are looked up in two tables: the same name
// may be that of a piece of text and of another one, but not twice in one table.
//
// A char model is a BPE without merges. A BPE merges whatever joins to a piece, higher scores first.
#include "vocab/formats/sentencepiece.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/json.h"
#include "unicode/utf8.h"
#include "vocab/formats/id_limits.h"
#include "vocab/formats/name_table.h"
#include "vocab/formats/protobuf.h"

namespace polyglyph::vocab {
namespace {

using json::excerpt;
using unicode::NormalStep;

// The field numbers of sentencepiece_model.proto.
namespace model_field {
enum { pieces = 1, trainer_spec = 2, normalizer_spec = 3, self_test_data = 4, denormalizer_spec = 5 };
}
namespace piece_field {
enum { piece = 1, score = 2, type = 3 };
}
namespace trainer_field {
enum {
  model_type = 3,
  treat_whitespace_as_suffix = 24,
  byte_fallback = 35,
  unk_surface = 44,
  unk_piece = 45,
  bos_piece = 46,
  eos_piece = 47,
  pad_piece = 48,
};
}
namespace normalizer_field {
enum { precompiled_charsmap = 2, add_dummy_prefix = 3, remove_extra_whitespaces = 4, escape_whitespaces = 5 };
}

enum class PieceType { normal = 1, unknown, control, user_defined, unused, byte };
enum class ModelType { unigram = 1, bpe, word, character };

constexpr std::size_t kMaxPieceBytes = 8000;  // longer ones the reference refuses

struct Piece {
  std::string_view name;
  float score = 0;
  PieceType type = PieceType::normal;
  std::size_t place = 0;
};

// With the values that hold where the file says nothing.
struct TrainerSpec {
  ModelType model = ModelType::unigram;
  bool space_is_suffix = false;
  bool byte_fallback = false;
  std::string_view unknown_surface = " \u2047 ";
  std::string_view bos = "<s>", eos = "</s>", pad = "<pad>";
};
struct NormalizerSpec {
  std::string_view charsmap;
  bool dummy_prefix = true;
  bool remove_extra_spaces = true;
  bool escape_spaces = true;
};

template <class Enum>
Enum choice(ProtoReader& reader, const char* name, Enum last) {
  const std::uint64_t value = reader.number(name);
  if (value == 0 || value > static_cast<std::uint64_t>(last)) {
    reader.fail(ErrorCode::unsupported,
                fmt::format("the {} {} is not known, as the ones up to {} are; load the model's "
                            "tokenizer.json, if there is one",
                            name, value, static_cast<int>(last)));
  }
  return static_cast<Enum>(value);
}

Piece read_piece(ProtoReader reader, std::size_t place) {
  Piece piece;
  piece.place = place;
  while (reader.next()) {
    switch (reader.tag()) {
      case piece_field::piece:
        piece.name = reader.bytes("piece");
        break;
      case piece_field::score:
        piece.score = reader.real("score");
        break;
      case piece_field::type:
        piece.type = choice(reader, "type of piece", PieceType::byte);
        break;
      default:
        reader.skip();
    }
  }
  return piece;
}

void read_trainer(ProtoReader reader, TrainerSpec& trainer) {
  while (reader.next()) {
    switch (reader.tag()) {
      case trainer_field::model_type:
        trainer.model = choice(reader, "model_type", ModelType::character);
        break;
      case trainer_field::treat_whitespace_as_suffix:
        trainer.space_is_suffix = reader.boolean("treat_whitespace_as_suffix");
        break;
      case trainer_field::byte_fallback:
        trainer.byte_fallback = reader.boolean("byte_fallback");
        break;
      case trainer_field::unk_surface:
        trainer.unknown_surface = reader.bytes("unk_surface");
        break;
      case trainer_field::bos_piece:
        trainer.bos = reader.bytes("bos_piece");
        break;
      case trainer_field::eos_piece:
        trainer.eos = reader.bytes("eos_piece");
        break;
      case trainer_field::pad_piece:
        trainer.pad = reader.bytes("pad_piece");
        break;
      default:
        reader.skip();
    }
  }
}

void read_normalizer(ProtoReader reader, NormalizerSpec& normalizer) {
  while (reader.next()) {
    switch (reader.tag()) {
      case normalizer_field::precompiled_charsmap:
        normalizer.charsmap = reader.bytes("precompiled_charsmap");
        break;
      case normalizer_field::add_dummy_prefix:
        normalizer.dummy_prefix = reader.boolean("add_dummy_prefix");
        break;
      case normalizer_field::remove_extra_whitespaces:
        normalizer.remove_extra_spaces = reader.boolean("remove_extra_whitespaces");
        break;
      case normalizer_field::escape_whitespaces:
        normalizer.escape_spaces = reader.boolean("escape_whitespaces");
        break;
      default:
        reader.skip();
    }
  }
}

class Loader {
 public:
  Loader(const std::string& file, std::string_view content)
      : file_(file), content_(content), root_(file, content, content) {}

  TokenizerSpec load() {
    read();
    spec_.name = std::filesystem::path(file_).filename().string();
    spec_.format = "sentencepiece";
    spec_.reference = Reference::sentencepiece;
    spec_.characters = true;
    spec_.fuse_unknown = true;
    choose_model();
    add_entries();
    add_tokens();
    add_steps();
    return std::move(spec_);
  }

 private:
  void read();
  void choose_model();
  void add_entries();
  void add_entry(const Piece& piece, TokenId id);
  void check_spelling(const Piece& piece) const;
  void add_byte(const Piece& piece, TokenId id);
  void add_tokens();
  void add_steps();

  [[noreturn]] void malformed(std::size_t place, const std::string& what) const {
    root_.fail_at(place, ErrorCode::malformed, what + "; get the file again, or train the model anew");
  }

  const std::string& file_;
  std::string_view content_;
  ProtoReader root_;
  std::vector<Piece> pieces_;
  TrainerSpec trainer_;
  NormalizerSpec normalizer_;
  TokenizerSpec spec_;
};

// A message that comes in several parts is the parts put together.
void Loader::read() {
  while (root_.next()) {
    const std::size_t place = root_.place();
    switch (root_.tag()) {
      case model_field::pieces:
        if (pieces_.size() == max_entries_for(content_.size())) {
          root_.fail(
              ErrorCode::limit,
              fmt::format("there are more than {} pieces, too many for a file of {} bytes; is it damaged?",
                          pieces_.size(), content_.size()));
        }
        pieces_.push_back(read_piece(root_.message("pieces"), place));
        break;
      case model_field::trainer_spec:
        read_trainer(root_.message("trainer_spec"), trainer_);
        break;
      case model_field::normalizer_spec:
        read_normalizer(root_.message("normalizer_spec"), normalizer_);
        break;
      case model_field::denormalizer_spec: {
        NormalizerSpec denormalizer;
        read_normalizer(root_.message("denormalizer_spec"), denormalizer);
        if (!denormalizer.charsmap.empty()) {
          root_.fail(
              ErrorCode::unsupported,
              "denormalizer_spec has a precompiled_charsmap, which would change decoded text; such models "
              "are not supported yet; load the model's tokenizer.json, if there is one");
        }
        break;
      }
      default:
        root_.skip();
    }
  }
}

void Loader::choose_model() {
  switch (trainer_.model) {
    case ModelType::unigram:
      spec_.model = ModelKind::unigram;
      break;
    case ModelType::bpe:
      spec_.model = ModelKind::bpe;
      spec_.merges_by_rank = true;
      break;
    case ModelType::character:
      spec_.model = ModelKind::bpe;
      break;
    case ModelType::word:
      spec_.model = ModelKind::wordlevel;
      break;
  }
}

void Loader::check_spelling(const Piece& piece) const {
  const auto fail = [&](const char* what) {
    malformed(piece.place, fmt::format("the piece {} {}", excerpt(piece.name.substr(0, 100)), what));
  };
  if (piece.name.empty()) malformed(piece.place, "a piece has no text");
  if (piece.name.find('\0') != piece.name.npos) fail("has a zero byte in it, which no piece may have");
  if (piece.name.size() >= kMaxPieceBytes) fail("is longer than 8000 bytes, the limit of SentencePiece");
  if (!unicode::is_valid(piece.name)) fail("is no UTF-8");
  if (!std::isfinite(piece.score)) fail("has a score that is no number");
}

void Loader::add_entries() {
  if (pieces_.empty()) malformed(content_.size(), "has no pieces: is this a SentencePiece model?");
  const auto count = pieces_.size();
  const auto last = static_cast<TokenId>(count - 1);
  NameTable text_names(count, last), other_names(count, last);
  spec_.entries.reserve(count);
  spec_.scores.reserve(count);
  std::size_t bytes = 0;
  for (const Piece& piece : pieces_) bytes += piece.name.size();
  std::string& pool = spec_.pools.emplace_back();
  pool.reserve(bytes);  // views into it stay
  for (TokenId id = 0; id < count; ++id) {
    Piece& piece = pieces_[id];
    check_spelling(piece);
    const std::size_t begin = pool.size();
    pool += piece.name;
    piece.name = std::string_view(pool).substr(begin);
    const bool is_text = piece.type == PieceType::normal || piece.type == PieceType::user_defined ||
                         piece.type == PieceType::unused;
    NameTable& names = is_text ? text_names : other_names;
    if (const TokenId other = names.add(names.key(piece.name), id); other != kNoToken) {
      malformed(piece.place, fmt::format("the piece {} is there twice, with the ids {} and {}",
                                         excerpt(piece.name), other, id));
    }
    add_entry(piece, id);
  }
  if (spec_.unknown == kNoToken) {
    malformed(content_.size(),
              "no piece has the type UNKNOWN, which is needed for characters that have no piece");
  }
  if (!trainer_.byte_fallback) return;
  const auto missing = std::ranges::find(spec_.byte_tokens, kNoToken);
  if (missing != spec_.byte_tokens.end()) {
    malformed(content_.size(), fmt::format("byte_fallback is on, but there is no piece <0x{:02X}>",
                                           missing - spec_.byte_tokens.begin()));
  }
}

void Loader::add_entry(const Piece& piece, TokenId id) {
  Entry entry{Entry::Kind::bytes, piece.name};
  switch (piece.type) {
    case PieceType::normal:
      break;
    case PieceType::user_defined:
      entry.kind = Entry::Kind::user_defined;
      break;
    case PieceType::unused:
      entry.kind = Entry::Kind::unused;
      break;
    case PieceType::unknown:
      if (spec_.unknown != kNoToken) {
        malformed(piece.place,
                  fmt::format("a second piece has the type UNKNOWN: {}, after the one with the id {}",
                              excerpt(piece.name), spec_.unknown));
      }
      spec_.unknown = id;
      entry.kind = Entry::Kind::literal;
      break;
    case PieceType::control:
      entry.kind = Entry::Kind::literal;
      break;
    case PieceType::byte:
      add_byte(piece, id);
      entry.kind = Entry::Kind::literal;
      break;
  }
  spec_.entries.push_back(entry);
  spec_.scores.push_back(static_cast<double>(piece.score));
}

void Loader::add_byte(const Piece& piece, TokenId id) {
  if (!trainer_.byte_fallback) {
    malformed(piece.place,
              fmt::format("the piece {} has the type BYTE, but byte_fallback is off", excerpt(piece.name)));
  }
  spec_.byte_tokens.resize(256, kNoToken);
  for (int byte = 0; byte < 256; ++byte) {
    if (piece.name != fmt::format("<0x{:02X}>", byte)) continue;
    spec_.byte_tokens[static_cast<std::size_t>(byte)] = id;
    return;
  }
  malformed(piece.place, fmt::format("the piece {} has the type BYTE, but is not spelled like one: <0x0A>",
                                     excerpt(piece.name)));
}

void Loader::add_tokens() {
  for (TokenId id = 0; id < pieces_.size(); ++id) {
    const Piece& piece = pieces_[id];
    if (piece.type != PieceType::control && piece.type != PieceType::unknown) continue;
    AddedToken token;
    token.id = id;
    token.content = piece.name;
    token.special = token.control = true;
    spec_.added_tokens.push_back(std::move(token));
    if (piece.type == PieceType::unknown) spec_.roles.emplace_back("unk_token", id);
    if (piece.type != PieceType::control) continue;
    if (piece.name == trainer_.bos) spec_.roles.emplace_back("bos_token", id);
    if (piece.name == trainer_.eos) spec_.roles.emplace_back("eos_token", id);
    if (piece.name == trainer_.pad) spec_.roles.emplace_back("pad_token", id);
  }
}

void Loader::add_steps() {
  NormalStep& step = spec_.normalizers.emplace_back();
  step.kind = NormalStep::Kind::sentencepiece;
  step.charsmap = normalizer_.charsmap;
  const auto set = [&](bool on, NormalStep::Option option) {
    if (on) step.options |= option;
  };
  set(normalizer_.dummy_prefix, NormalStep::sp_dummy_prefix);
  set(normalizer_.remove_extra_spaces, NormalStep::sp_remove_extra_spaces);
  set(normalizer_.escape_spaces, NormalStep::sp_escape_spaces);
  set(trainer_.space_is_suffix, NormalStep::sp_space_is_suffix);
  for (const Piece& piece : pieces_) {
    if (piece.type == PieceType::user_defined) step.kept.emplace_back(piece.name);
  }

  DecodeStep decode;
  decode.kind = DecodeStep::Kind::sentencepiece;
  decode.pattern = "\u2581";
  decode.text = trainer_.unknown_surface;
  decode.start = normalizer_.dummy_prefix || normalizer_.remove_extra_spaces ? 1 : 0;
  decode.cleanup = normalizer_.remove_extra_spaces;
  spec_.decoders.push_back(std::move(decode));
}

}  // namespace

bool looks_like_sentencepiece(std::string_view content) {
  // Text may begin like a field or two; it does not go on like that.
  constexpr std::size_t kEnough = 8;
  std::size_t fields = 0;
  protozero::pbf_reader reader(content.data(), content.size());
  try {
    while (fields < kEnough && reader.next()) {
      const bool is_message = reader.wire_type() == protozero::pbf_wire_type::length_delimited;
      if (!is_message || reader.tag() > model_field::denormalizer_spec) return false;
      reader.skip();
      ++fields;
    }
  } catch (const protozero::exception&) {
    return false;
  }
  return fields > 0;
}

TokenizerSpec read_sentencepiece(const std::string& file, std::string_view content) {
  return Loader(file, content).load();
}

}  // namespace polyglyph::vocab
