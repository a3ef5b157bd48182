// Each step runs over the whole section before the next one does, as in the reference, and each keeps its own
// edits: the map of them all is the chain of theirs. In a stream, each step has what it waits for: it takes
// what it can settle and gives that on at once.
#include "normalizers/normalizer.h"

#include <algorithm>
#include <utility>

#include "normalizers/character_step.h"
#include "normalizers/end_step.h"
#include "normalizers/form_step.h"
#include "normalizers/precompiled_step.h"
#include "normalizers/replace_step.h"
#include "normalizers/sentencepiece_step.h"
#include "polyglyph/error.h"

namespace polyglyph::normalizers {

using unicode::NormalForm;
using unicode::NormalStep;
using unicode::OffsetMap;

Normalizer::Normalizer(std::vector<std::unique_ptr<Step>> steps) : steps_(std::move(steps)) {}

// What one of several steps leaves alone at the beginning may still change with what another makes of the
// rest, so it is all or nothing.
std::size_t Normalizer::unchanged_prefix(std::string_view text) const {
  if (steps_.size() == 1) return steps_[0]->unchanged_prefix(text);
  const bool all = std::ranges::all_of(
      steps_, [&](const auto& step) { return step->unchanged_prefix(text) == text.size(); });
  return all ? text.size() : 0;
}

void Normalizer::normalize(std::string_view text, std::string& out, OffsetMap* map) const {
  if (steps_.size() == 1) return steps_[0]->apply(text, {}, out, map);
  std::string now, next;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const bool last = i + 1 == steps_.size();
    OffsetMap edits;
    next.clear();
    steps_[i]->apply(i == 0 ? text : now, {}, last ? out : next, map != nullptr ? &edits : nullptr);
    if (map != nullptr) *map = i == 0 ? std::move(edits) : OffsetMap::chain(*map, edits);
    std::swap(now, next);
  }
}

void Normalizer::normalize_rest(std::string_view text, std::size_t unchanged, std::string& out) const {
  if (unchanged == 0) return normalize(text, out, nullptr);
  steps_[0]->apply(text.substr(unchanged), {false, true}, out, nullptr);
}

Normalizer::Stream::Stream(const Normalizer& normalizer)
    : normalizer_(&normalizer), stages_(normalizer.steps_.size()) {}

void Normalizer::Stream::feed(std::string_view text, bool final, std::string& out) {
  std::string_view arriving = text;
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    const Step& step = *normalizer_->steps_[i];
    Stage& stage = stages_[i];
    std::string& next = i + 1 == stages_.size() ? out : between_;
    const std::size_t before = i + 1 == stages_.size() ? out.size() : 0;
    stage.waiting += arriving;
    between_.clear();
    if (final) {
      step.apply(stage.waiting, stage.ends, next, nullptr);
      stage = {};
    } else if (const std::size_t settled = step.apply_settled(stage.waiting, stage.ends, next)) {
      stage.ends.begin &= next.size() == before;
      stage.ends.before = stage.waiting[settled - 1] == '\n' ? Ends::Before::newline : Ends::Before::other;
      stage.waiting.erase(0, settled);
    }
    arriving = between_;
  }
}

std::size_t Normalizer::Stream::pending() const {
  std::size_t size = 0;
  for (const Stage& stage : stages_) size += stage.waiting.size();
  return size;
}

std::unique_ptr<Normalizer> make_form_normalizer(std::span<const NormalForm> forms) {
  std::vector<std::unique_ptr<Step>> steps;
  steps.push_back(make_form_step(forms));
  return std::make_unique<Normalizer>(std::move(steps));
}

namespace {

bool is_form(const NormalStep& step) {
  return step.kind <= NormalStep::Kind::nfkd;
}

void add_bert(const NormalStep& step, std::vector<std::unique_ptr<Step>>& steps) {
  if (step.has(NormalStep::bert_clean_text)) steps.push_back(make_character_step(clean_for_bert));
  if (step.has(NormalStep::bert_split_chinese)) steps.push_back(make_character_step(set_apart_for_bert));
  if (step.has(NormalStep::bert_strip_accents)) {
    steps.push_back(make_form_step({{NormalForm::nfd}}));
    steps.push_back(make_character_step(strip_nonspacing_mark));
  }
  if (step.has(NormalStep::bert_lowercase)) steps.push_back(make_character_step(lowercase));
}

void add_llama_cpp(const NormalStep& step, std::vector<std::unique_ptr<Step>>& steps) {
  const bool strips = step.has(NormalStep::bert_strip_accents);
  if (strips) steps.push_back(make_character_step(begin_decomposition));
  steps.push_back(make_character_step(clean_for_llama_cpp));
  if (strips) steps.push_back(make_character_step(strip_mark_for_llama_cpp));
  if (step.has(NormalStep::bert_lowercase)) steps.push_back(make_character_step(lowercase_for_llama_cpp));
}

void add_step(const NormalStep& step, const MakeMatcher& make_matcher,
              std::vector<std::unique_ptr<Step>>& steps) {
  using Kind = NormalStep::Kind;
  switch (step.kind) {
    case Kind::lowercase:
      return steps.push_back(make_character_step(lowercase));
    case Kind::strip_accents:
      return steps.push_back(make_character_step(strip_mark));
    case Kind::nmt:
      return steps.push_back(make_character_step(clean_for_nmt));
    case Kind::byte_alphabet:
      return steps.push_back(make_character_step(spell_bytes));
    case Kind::bert:
      return add_bert(step, steps);
    case Kind::llama_cpp:
      return add_llama_cpp(step, steps);
    case Kind::strip:
      return steps.push_back(
          make_strip_step(step.has(NormalStep::strip_left), step.has(NormalStep::strip_right)));
    case Kind::prepend:
      return steps.push_back(make_prepend_step(step.text));
    case Kind::replace_text:
      return steps.push_back(make_replace_step(step.pattern, step.text));
    case Kind::replace_regex:
      return steps.push_back(make_replace_step(make_matcher(step.pattern), step.text));
    case Kind::precompiled:
      return steps.push_back(make_precompiled_step(step.charsmap));
    case Kind::sentencepiece:
      return steps.push_back(make_sentencepiece_step(step));
    default:
      throw Error(ErrorCode::unsupported, "this version cannot run a normalizer of this image", "normalizer");
  }
}

}  // namespace

std::unique_ptr<Normalizer> make_normalizer(std::span<const NormalStep> steps,
                                            const MakeMatcher& make_matcher) {
  std::vector<std::unique_ptr<Step>> made;
  for (std::size_t i = 0; i < steps.size();) {
    std::vector<NormalForm> forms;
    for (; i < steps.size() && is_form(steps[i]); ++i)
      forms.push_back(static_cast<NormalForm>(steps[i].kind));
    if (!forms.empty()) made.push_back(make_form_step(forms));
    if (i < steps.size()) add_step(steps[i++], make_matcher, made);
  }
  return made.empty() ? nullptr : std::make_unique<Normalizer>(std::move(made));
}

}  // namespace polyglyph::normalizers
