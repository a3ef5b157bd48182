// Packs. A plan's arrays are numpy views of the plan itself, which nobody can write to, so that what was laid
// out stays within its bounds.
#include "polyglyph/pack.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "arguments.h"
#include "arrow.h"
#include "batch.h"
#include "ids.h"
#include "interrupts.h"
#include "module.h"
#include "pack_options.h"
#include "polyglyph/error.h"
#include "polyglyph/materialize.h"
#include "text.h"
#include "values.h"

namespace py = pybind11;
using namespace pybind11::literals;  // "name"_a

namespace polyglyph::python {
namespace {

using Plan = std::shared_ptr<const PackPlan>;

constexpr Choice<Positions> kPositions[] = {{"restart", Positions::restart},
                                            {"continue", Positions::continues}};
constexpr Choice<Labels> kLabels[] = {{"same", Labels::same}, {"next", Labels::next}};

// Whole numbers of any width as int64, in place where they are that already.
py::array_t<std::int64_t, py::array::c_style> integers(const py::object& object, const char* name) {
  const py::array array = py::array::ensure(object);
  if (!array || array.ndim() != 1)
    throw py::type_error(std::string(name) + " must be one-dimensional: a list or an array of integers");
  const char kind = array.dtype().kind();
  if (array.size() != 0 && kind != 'i' && kind != 'u') {
    throw Error(ErrorCode::invalid_argument,
                std::string("it holds ") + py::str(array.dtype()).cast<std::string>() +
                    ", not integers; numbers that are unknown (NaN, None) have to be filled in or left out",
                name);
  }
  if (kind == 'u' && array.itemsize() == 8 && array.size() != 0 &&
      array.attr("max")().cast<std::uint64_t>() > std::numeric_limits<std::int64_t>::max())
    throw Error(ErrorCode::invalid_argument, "it holds numbers beyond 2^63 - 1; what do they count?", name);
  return py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>(array);
}

template <class Item>
std::span<const Item> view(const py::array_t<Item, py::array::c_style>& array) {
  return {array.data(), static_cast<std::size_t>(array.size())};
}

Plan shared(PackPlan plan) {
  return std::make_shared<const PackPlan>(std::move(plan));
}

// A view of one of the plan's arrays, which lives as long as the view does.
py::array column(const Plan& plan, const std::vector<std::int64_t> PackPlan::*member) {
  const auto owner = new Plan(plan);
  const py::capsule base(owner, [](void* held) { delete static_cast<Plan*>(held); });
  const std::vector<std::int64_t>& values = (*plan).*member;
  py::array_t<std::int64_t> array(static_cast<py::ssize_t>(values.size()), values.data(), base);
  array.attr("setflags")("write"_a = false);
  return array;
}

Plan pack_lengths(const py::object& lengths, std::int64_t capacity, const py::object& strategy,
                  const py::object& overlong, std::optional<std::int64_t> max_documents,
                  std::int64_t pad_each_to, std::int64_t pad_total_to, std::optional<std::uint64_t> seed) {
  const PackOptions options =
      pack_options(capacity, strategy, overlong, max_documents, pad_each_to, pad_total_to, seed);
  if (py::isinstance<BatchArrays>(lengths)) {
    const auto& batch = lengths.cast<const BatchArrays&>();
    const std::vector<std::int64_t> rows =
        row_lengths({batch.row_splits().data(), static_cast<std::size_t>(batch.row_splits().size())});
    return without_gil(rows.size() * 8, [&] { return shared(pack(rows, options)); });
  }
  const auto array = integers(lengths, "lengths");
  return without_gil(static_cast<std::size_t>(array.size()) * 8,
                     [&] { return shared(pack(view(array), options)); });
}

// A plan again, from what its __reduce__ gives. Arrays that do not belong together are refused: what reads a
// plan relies on them.
Plan rebuild_plan(const py::object& bin_offsets, const py::object& document, const py::object& start,
                  const py::object& length, std::int64_t capacity, std::int64_t pad_each_to,
                  std::int64_t pad_total_to, const py::tuple& counts, bool more_to_come) {
  PackPlan plan;
  plan.more_to_come = more_to_come;
  const auto copy = [](const py::object& object, const char* name) {
    const auto array = integers(object, name);
    return std::vector<std::int64_t>(array.data(), array.data() + array.size());
  };
  plan.bin_offsets = copy(bin_offsets, "bin_offsets");
  plan.document = copy(document, "document");
  plan.start = copy(start, "start");
  plan.length = copy(length, "length");
  plan.options.capacity = capacity;
  plan.options.pad_each_to = pad_each_to;
  plan.options.pad_total_to = pad_total_to;
  pack({}, plan.options);  // checks them
  PackReport& r = plan.report;
  std::tie(r.documents, r.empty_documents, r.split_documents, r.truncated_documents, r.dropped_documents,
           r.tokens, r.truncated_tokens, r.dropped_tokens, r.bins, r.lower_bound, r.fill) =
      counts.cast<std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                             std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, double>>();
  const std::size_t pieces = plan.document.size();
  const auto& bins = plan.bin_offsets;
  bool sound = plan.start.size() == pieces && plan.length.size() == pieces && !bins.empty() &&
               bins.front() == 0 && bins.back() == static_cast<std::int64_t>(pieces) &&
               std::is_sorted(bins.begin(), bins.end());
  for (std::size_t i = 0; sound && i < pieces; ++i) {
    sound = plan.document[i] >= 0 && plan.document[i] < r.documents && plan.start[i] >= 0 &&
            plan.length[i] >= 0 && plan.length[i] <= capacity &&
            plan.start[i] <= std::numeric_limits<std::int64_t>::max() - plan.length[i];
  }
  if (!sound)
    throw Error(ErrorCode::invalid_argument, "its arrays do not belong together; pickle it again", "plan");
  return shared(std::move(plan));
}

// The documents' ids: a Batch, one flat array with row_splits, or a row for each document.
struct Documents {
  Documents(const py::object& ids, const py::object& row_splits) {
    if (py::isinstance<BatchArrays>(ids)) {
      if (!row_splits.is_none()) throw py::type_error("a Batch has its own row_splits; leave them out");
      const auto& batch = ids.cast<const BatchArrays&>();
      kept = ids;
      splits = batch.row_splits();
      tokens = {batch.ids().data(), static_cast<std::size_t>(batch.ids().size())};
    } else if (row_splits.is_none() && py::hasattr(ids, "offsets") && py::hasattr(ids, "values")) {
      // Lists of Arrow: their values in place. A slice of an array begins somewhere in them.
      splits = integers(ids.attr("offsets"), "ids");
      const std::int64_t first = splits.data()[0], last = splits.data()[splits.size() - 1];
      flat.emplace(ids.attr("values").attr("slice")(first, last - first), UnknownIds::error);
      if (first != 0) splits = integers(splits.attr("__sub__")(first), "ids");
      tokens = flat->view();
    } else if (!row_splits.is_none()) {
      splits = integers(row_splits, "row_splits");
      flat.emplace(ids, UnknownIds::error);
      tokens = flat->view();
    } else {
      std::vector<std::int64_t> ends = {0};
      for (const py::handle row : py::reinterpret_borrow<py::iterable>(ids)) {
        const Ids read(row, UnknownIds::error);
        joined.insert(joined.end(), read.view().begin(), read.view().end());
        ends.push_back(static_cast<std::int64_t>(joined.size()));
      }
      splits = to_array(std::move(ends));
      tokens = joined;
    }
  }

  py::object kept;
  std::optional<Ids> flat;
  std::vector<TokenId> joined;
  py::array_t<std::int64_t, py::array::c_style> splits;
  std::span<const TokenId> tokens;
};

// All, one by its number, or a range of them.
std::pair<std::size_t, std::size_t> bins_of(const PackPlan& plan, const py::object& bins) {
  const auto count = static_cast<py::ssize_t>(plan.bin_offsets.size()) - 1;
  if (bins.is_none()) return {0, static_cast<std::size_t>(count)};
  py::ssize_t first = 0, last = 0, step = 1;
  if (py::isinstance<py::slice>(bins)) {
    py::ssize_t length = 0;
    if (!bins.cast<py::slice>().compute(count, &first, &last, &step, &length)) throw py::error_already_set();
    last = first + length;
  } else if (py::hasattr(bins, "start") && py::hasattr(bins, "step")) {
    first = bins.attr("start").cast<py::ssize_t>();
    step = bins.attr("step").cast<py::ssize_t>();
    last = first + static_cast<py::ssize_t>(py::len(bins));
  } else {
    first = bins.cast<py::ssize_t>();
    if (first < 0) first += count;
    last = first + 1;
  }
  if (step != 1) throw py::type_error("bins must be neighbours: a range or slice whose step is 1");
  if (first < 0 || last > count) {
    throw Error(ErrorCode::invalid_argument,
                "the plan has " + std::to_string(count) + " bins; name some of them", "bins");
  }
  return {static_cast<std::size_t>(first), static_cast<std::size_t>(last)};
}

py::object materialize_bins(const Plan& plan, const py::object& ids, const py::object& row_splits,
                            const py::object& bins, TokenId pad_id, const py::object& positions,
                            const py::object& labels, const py::object& mask) {
  const Documents documents(ids, row_splits);
  const auto [first, last] = bins_of(*plan, bins);
  MaterializeOptions options;
  options.pad_id = pad_id;
  options.positions = choose(positions.ptr(), "positions", kPositions);
  options.labels = choose(labels.ptr(), "labels", kLabels);
  py::array_t<std::uint8_t, py::array::c_style | py::array::forcecast> learned;
  if (!mask.is_none()) {
    learned = py::array_t<std::uint8_t, py::array::c_style | py::array::forcecast>(
        py::module_::import("numpy").attr("asarray")(mask).attr("astype")("bool"));
    if (learned.ndim() != 1) throw py::type_error("loss_mask must be one-dimensional");
    options.loss_mask = {learned.data(), static_cast<std::size_t>(learned.size())};
    if (learned.size() == 0 && !documents.tokens.empty())
      throw Error(ErrorCode::invalid_argument, "it is empty; give one entry for each id", "loss_mask");
  }
  PackedBins packed = without_gil(documents.tokens.size() * sizeof(TokenId), [&, b = first, e = last] {
    return materialize(*plan, documents.tokens, view(documents.splits), b, e, options);
  });
  return values().packed_bins("token_offsets"_a = to_array(std::move(packed.token_offsets)),
                              "sequence_offsets"_a = to_array(std::move(packed.sequence_offsets)),
                              "input_ids"_a = to_array(std::move(packed.input_ids)),
                              "position_ids"_a = to_array(std::move(packed.position_ids)),
                              "labels"_a = to_array(std::move(packed.labels)),
                              "loss_mask"_a = to_array(std::move(packed.loss_mask)),
                              "seq_idx"_a = to_array(std::move(packed.seq_idx)),
                              "cu_seqlens"_a = to_array(std::move(packed.cu_seqlens)),
                              "cu_seqlens_padded"_a = to_array(std::move(packed.cu_seqlens_padded)),
                              "max_seqlen"_a = to_array(std::move(packed.max_seqlen)));
}

py::array role_mask(const py::object& offsets, const py::iterable& spans, const py::object& roles) {
  const py::array_t<std::int64_t, py::array::c_style | py::array::forcecast> places(offsets);
  if (places.ndim() != 2 || places.shape(1) != 2)
    throw py::type_error("offsets must be of shape (n, 2), as encode_with_offsets gives them");
  std::vector<Span> tokens;
  for (py::ssize_t i = 0; i < places.shape(0); ++i)
    tokens.push_back({static_cast<std::size_t>(places.at(i, 0)), static_cast<std::size_t>(places.at(i, 1))});
  std::vector<RoleSpan> given;
  for (const py::handle span : spans) {
    const auto [begin, end, role] = span.cast<std::tuple<std::size_t, std::size_t, std::string>>();
    given.push_back({{begin, end}, role});
  }
  std::vector<std::string> names;
  if (py::isinstance<py::str>(roles)) {
    names.push_back(roles.cast<std::string>());
  } else {
    for (const py::handle role : roles.cast<py::iterable>()) names.push_back(role.cast<std::string>());
  }
  const std::vector<std::string_view> wanted(names.begin(), names.end());
  return to_array(loss_mask(tokens, given, wanted));
}

void add_lengths(PackStream& stream, const py::object& lengths) {
  if (PyIndex_Check(lengths.ptr()) && !py::hasattr(lengths, "__len__"))
    return stream.add(lengths.cast<std::int64_t>());
  const auto array = integers(lengths, "lengths");
  const auto values = view(array);
  if (const auto bad = std::ranges::find_if(values, [](std::int64_t length) { return length < 0; });
      bad != values.end()) {  // before any is added
    throw Error(ErrorCode::invalid_argument, "it holds " + std::to_string(*bad) + "; lengths are 0 or more",
                "lengths");
  }
  for (const std::int64_t length : values) stream.add(length);
}

constexpr const char* kPackDoc =
    R"(pack(lengths, capacity=131072, strategy="best_fit", overlong="split", max_documents=None, pad_each_to=1, pad_total_to=1, seed=None)
--

A plan that lays documents into bins of capacity tokens.

lengths: how many tokens each document has, as integers (a list, numpy or Arrow), or a Batch.
strategy: "best_fit", longest first, each into the fullest bin that has room: the fewest bins; "first_fit", in order,
each into the first bin that has room; "sequential", in order, into the last bin or a new one; "concat", in order without
a gap, cut at the end of a bin.
overlong: what becomes of a document longer than a bin: "split", "truncate", "drop" or "error".
max_documents: pieces in a bin at most.
pad_each_to: each piece takes a multiple of so many places; twice the number of ranks for context parallelism.
pad_total_to: bins are filled up to a multiple of so many places; it divides capacity.
seed: shuffles the documents before, and the bins after.

The same arguments give the same plan everywhere. Time n log capacity.

Raises polyglyph.Error (invalid_argument).)";

constexpr const char* kMaterializeDoc =
    R"(materialize(self, ids, row_splits=None, bins=None, pad_id=0, positions="restart", labels="same", loss_mask=None)
--

A model's inputs for the bins: a PackedBins.

ids: the tokens of the documents: a Batch, lists in Arrow, a flat array with its row_splits, or a row for each document. Of a
stream's plan, those that were added before it was taken, and, if you like, later ones.
bins: which ones: None for all, a number, a slice or a range. All at once take 29 bytes a place.
pad_id: the id of padding. It says nothing about the loss: loss_mask does.
positions: "restart", each piece from 0, or "continue", through the whole bin.
labels: "same", the token itself, for models that shift labels (transformers), or "next", the token that follows (Megatron).
loss_mask: which tokens are to be learned, one entry for each of ids; see polyglyph.loss_mask.

Raises polyglyph.Error (invalid_argument): the documents are others than those of the plan.)";

constexpr const char* kLossMaskDoc = R"(loss_mask(offsets, spans, roles="assistant")
--

Which tokens of one text are to be learned: uint8 of shape (n,), 1 for a token that begins in a span of one of the roles.

offsets: of shape (n, 2), from encode_with_offsets. spans: an iterable of (begin, end, role), in the same unit.
roles: one, or several.)";

constexpr const char* kStreamDoc =
    R"(PackStream(capacity=131072, strategy="best_fit", overlong="split", max_documents=None, pad_each_to=1, pad_total_to=1, open_bins=1024)
--

pack for documents that come one by one, in memory for the open bins alone.

Documents are laid out as they come; best_fit is best fit in their order. A bin is closed when it is full, and when more
than open_bins are open, the fullest (best_fit) or the oldest. Documents are numbered in the order in which they are added.)";

}  // namespace

void define_pack(py::module_& module) {
  module.def(
      "_pack_plan",
      [](const py::object& bin_offsets, const py::object& document, const py::object& start,
         const py::object& length, std::int64_t capacity, std::int64_t pad_each_to, std::int64_t pad_total_to,
         const py::tuple& counts, bool more_to_come) {
        return std::const_pointer_cast<PackPlan>(rebuild_plan(
            bin_offsets, document, start, length, capacity, pad_each_to, pad_total_to, counts, more_to_come));
      },
      "For pickle.");
  py::class_<PackPlan, std::shared_ptr<PackPlan>> plan(module, "PackPlan",
                                                       "Which tokens of which documents lie in which bin.");
  const auto array = [&](const char* name, std::vector<std::int64_t> PackPlan::*member, const char* doc) {
    plan.def_property_readonly(
        name, [member](const std::shared_ptr<PackPlan>& self) { return column(self, member); }, doc);
  };
  array("bin_offsets", &PackPlan::bin_offsets,
        "int64 of shape (bins + 1,): bin b holds the pieces bin_offsets[b] to bin_offsets[b + 1].");
  array("document", &PackPlan::document, "int64 of shape (pieces,): each piece's row in lengths.");
  array("start", &PackPlan::start, "int64 of shape (pieces,): each piece's first token in its document.");
  array("length", &PackPlan::length, "int64 of shape (pieces,): how many tokens each piece has.");
  plan.def_property_readonly(
          "capacity", [](const PackPlan& self) { return self.options.capacity; }, "Tokens a bin.")
      .def_property_readonly(
          "report", [](const PackPlan& self) { return to_python(self.report); }, "A PackReport.")
      .def(
          "__len__", [](const PackPlan& self) { return self.bin_offsets.size() - 1; }, "The number of bins.")
      .def(
          "materialize",
          [](const std::shared_ptr<PackPlan>& self, const py::object& ids, const py::object& row_splits,
             const py::object& bins, TokenId pad_id, const py::object& positions, const py::object& labels,
             const py::object& mask) {
            return materialize_bins(self, ids, row_splits, bins, pad_id, positions, labels, mask);
          },
          py::arg("ids"), py::arg("row_splits") = py::none(), py::arg("bins") = py::none(),
          py::arg("pad_id") = 0, py::arg("positions") = "restart", py::arg("labels") = "same",
          py::arg("loss_mask") = py::none(), kMaterializeDoc)
      .def("__repr__",
           [](const PackPlan& self) {
             return "<polyglyph.PackPlan: " + std::to_string(self.bin_offsets.size() - 1) + " bins of " +
                    std::to_string(self.options.capacity) + ", " + std::to_string(self.document.size()) +
                    " pieces>";
           })
      .def("__reduce__",
           [rebuild = module.attr("_pack_plan")](const std::shared_ptr<PackPlan>& self) {
             return py::make_tuple(
                 rebuild,
                 py::make_tuple(column(self, &PackPlan::bin_offsets), column(self, &PackPlan::document),
                                column(self, &PackPlan::start), column(self, &PackPlan::length),
                                self->options.capacity, self->options.pad_each_to, self->options.pad_total_to,
                                py::tuple(to_python(self->report)), self->more_to_come));
           })
      .def(
          "__arrow_c_array__",
          [](const std::shared_ptr<PackPlan>& self, const py::object&) {
            return export_arrow_lists(column(self, &PackPlan::bin_offsets),
                                      {{"document", column(self, &PackPlan::document)},
                                       {"start", column(self, &PackPlan::start)},
                                       {"length", column(self, &PackPlan::length)}});
          },
          py::arg("requested_schema") = py::none(),
          R"(__arrow_c_array__(self, requested_schema=None)
--

The plan for any library that reads Arrow, without a copy: a list of structs (document, start, length) for each bin.)");

  module.def(
      "pack",
      [](const py::object& lengths, std::int64_t capacity, const py::object& strategy,
         const py::object& overlong, std::optional<std::int64_t> max_documents, std::int64_t pad_each_to,
         std::int64_t pad_total_to, std::optional<std::uint64_t> seed) {
        return std::const_pointer_cast<PackPlan>(pack_lengths(
            lengths, capacity, strategy, overlong, max_documents, pad_each_to, pad_total_to, seed));
      },
      py::arg("lengths"), py::arg("capacity") = 131072, py::arg("strategy") = "best_fit",
      py::arg("overlong") = "split", py::arg("max_documents") = py::none(), py::arg("pad_each_to") = 1,
      py::arg("pad_total_to") = 1, py::arg("seed") = py::none(), kPackDoc);
  module.def("loss_mask", &role_mask, py::arg("offsets"), py::arg("spans"), py::arg("roles") = "assistant",
             kLossMaskDoc);

  py::class_<PackStream> stream(module, "PackStream", kStreamDoc);
  stream
      .def(py::init([](std::int64_t capacity, const py::object& strategy, const py::object& overlong,
                       std::optional<std::int64_t> max_documents, std::int64_t pad_each_to,
                       std::int64_t pad_total_to, std::size_t open_bins) {
             return PackStream(pack_options(capacity, strategy, overlong, max_documents, pad_each_to,
                                            pad_total_to, std::nullopt),
                               open_bins);
           }),
           py::arg("capacity") = 131072, py::arg("strategy") = "best_fit", py::arg("overlong") = "split",
           py::arg("max_documents") = py::none(), py::arg("pad_each_to") = 1, py::arg("pad_total_to") = 1,
           py::arg("open_bins") = 1024)
      .def("add", &add_lengths, py::arg("lengths"),
           "add(self, lengths)\n--\n\nAdds the next document, or the next ones: a length, or several.")
      .def("finish", &PackStream::finish, "finish(self)\n--\n\nCloses all bins.")
      .def(
          "take", [](PackStream& self) { return std::make_shared<PackPlan>(self.take()); },
          "take(self)\n--\n\nThe bins closed since the last call, as a PackPlan; its report is of everything "
          "so "
          "far.");
}

}  // namespace polyglyph::python
