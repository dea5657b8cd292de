// SPDX-License-Identifier: EUPL-1.2
#include "fibre/detail/shapefile.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include <fmt/format.h>
#include <shapefil.h>
#include <unicode/ucnv.h>

#include "table/table.h"

namespace revier::fibre::detail {
namespace {

constexpr std::size_t kFieldsMax = 255;
constexpr std::size_t kShpHeadBytes = 100;
constexpr std::size_t kPointBytes = 28;  // head of 8, type of 4, two numbers of 8

// One open "file". shapelib hands it about as an int*.
struct Memory {
  std::string_view bytes;
  std::size_t at = 0;
};

struct Opened {
  const ShapeParts* parts = nullptr;
};
// shapelib's hooks carry no data of the caller; a call reads one Shapefile on its thread.
thread_local Opened opened;

Memory* memory_of(SAFile file) { return reinterpret_cast<Memory*>(file); }

SAFile memory_open(const char* name, const char* /*access*/) {
  if (opened.parts == nullptr) return nullptr;
  const std::string_view file(name);
  std::string_view bytes;
  if (file.ends_with(".shp")) bytes = opened.parts->shp;
  if (file.ends_with(".shx")) bytes = opened.parts->shx;
  if (file.ends_with(".dbf")) bytes = opened.parts->dbf;
  if (bytes.empty()) return nullptr;
  return reinterpret_cast<SAFile>(new Memory{.bytes = bytes});
}

SAOffset memory_read(void* into, SAOffset size, SAOffset count, SAFile file) {
  Memory& memory = *memory_of(file);
  if (size == 0 || memory.at >= memory.bytes.size()) return 0;
  const std::size_t whole = std::min<std::size_t>(count, (memory.bytes.size() - memory.at) / size);
  std::memcpy(into, memory.bytes.data() + memory.at, whole * size);
  memory.at += whole * size;
  return whole;
}

SAOffset memory_write(void* /*from*/, SAOffset /*size*/, SAOffset /*count*/, SAFile /*file*/) {
  return 0;
}

SAOffset memory_seek(SAFile file, SAOffset offset, int whence) {
  Memory& memory = *memory_of(file);
  const std::size_t base = whence == SEEK_END   ? memory.bytes.size()
                           : whence == SEEK_CUR ? memory.at
                                                : 0;
  memory.at = base + offset;  // behind the end there is nothing to read
  return 0;
}

SAOffset memory_tell(SAFile file) { return memory_of(file)->at; }
int memory_flush(SAFile /*file*/) { return 0; }
int memory_close(SAFile file) {
  delete memory_of(file);
  return 0;
}
int memory_remove(const char* /*name*/) { return -1; }
void be_quiet(const char* /*message*/) {}

SAHooks memory_hooks() {
  SAHooks hooks{};
  hooks.FOpen = memory_open;
  hooks.FRead = memory_read;
  hooks.FWrite = memory_write;
  hooks.FSeek = memory_seek;
  hooks.FTell = memory_tell;
  hooks.FFlush = memory_flush;
  hooks.FClose = memory_close;
  hooks.Remove = memory_remove;
  hooks.Error = be_quiet;
  hooks.Atof = std::atof;
  return hooks;
}

struct CloseShp {
  void operator()(SHPInfo* shp) const { SHPClose(shp); }
};
struct CloseDbf {
  void operator()(DBFInfo* dbf) const { DBFClose(dbf); }
};
struct EndShape {
  void operator()(SHPObject* shape) const { SHPDestroyObject(shape); }
};

std::uint32_t big_endian(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t n = 0; n < 4; ++n) {
    value = (value << 8U) | static_cast<unsigned char>(bytes[at + n]);
  }
  return value;
}
std::uint32_t little_endian(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t n = size; n-- > 0;) {
    value = (value << 8U) | static_cast<unsigned char>(bytes[at + n]);
  }
  return value;
}

tl::unexpected<Error> broken(std::string_view part, std::string_view why) {
  return fail(Code::kUnprocessable, fmt::format("the .{} {}", part, why), "file");
}

// The head of a .shp or .shx: its own length, in words of two bytes, and the kind of shape.
Result<> check_head(std::string_view bytes, std::string_view part) {
  if (bytes.size() < kShpHeadBytes || big_endian(bytes, 0) != 9994) {
    return broken(part, "is none");
  }
  if (std::size_t{big_endian(bytes, 24)} * 2 != bytes.size()) {
    return broken(part, "states another length than it has");
  }
  const std::uint32_t kind = little_endian(bytes, 32, 4);
  const bool points = kind == SHPT_POINT || kind == SHPT_POINTZ || kind == SHPT_POINTM;
  return points ? Result<>{} : broken(part, "has other shapes than points");
}

// Every entry of the .shx lies in the .shp and is a point's.
Result<std::size_t> check_index(const ShapeParts& parts) {
  const std::size_t entries = (parts.shx.size() - kShpHeadBytes) / 8;
  if ((parts.shx.size() - kShpHeadBytes) % 8 != 0) return broken("shx", "is cut off");
  if (entries > kListRowsMax) {
    return fail(Code::kTooLarge, fmt::format("more than {} addresses in one list", kListRowsMax));
  }
  for (std::size_t n = 0; n < entries; ++n) {
    const std::size_t at = std::size_t{big_endian(parts.shx, kShpHeadBytes + 8 * n)} * 2;
    const std::size_t size = std::size_t{big_endian(parts.shx, kShpHeadBytes + 8 * n + 4)} * 2;
    const bool lies_in =
        at >= kShpHeadBytes && size >= 4 && size <= 64 && at + 8 + size <= parts.shp.size();
    if (!lies_in) return broken("shx", fmt::format("points outside the .shp (record {})", n + 1));
    const bool shape = little_endian(parts.shp, at + 8, 4) != SHPT_NULL;
    if (shape && size + 8 < kPointBytes) {
      return broken("shp", fmt::format("has a point that is cut off (record {})", n + 1));
    }
  }
  return entries;
}

Result<> check_table(std::string_view dbf, std::size_t records) {
  if (dbf.size() < 33) return broken("dbf", "is none");
  const std::size_t stated = little_endian(dbf, 4, 4);
  const std::size_t head = little_endian(dbf, 8, 2);
  const std::size_t record = little_endian(dbf, 10, 2);
  if (head < 33 || head > dbf.size() || record < 2) return broken("dbf", "is none");
  const std::size_t fields = (head - 33) / 32;
  if (fields == 0 || fields > kFieldsMax) return broken("dbf", "has no fields, or too many");
  std::size_t width = 1;
  for (std::size_t n = 0; n < fields && dbf[32 + 32 * n] != '\r'; ++n) {
    width += static_cast<unsigned char>(dbf[32 + 32 * n + 16]);
  }
  if (width > record) return broken("dbf", "has fields that are wider than its records");
  if (stated != records) {
    return broken("dbf", fmt::format("has {} records, the .shp {}: they do not belong together",
                                     stated, records));
  }
  if (head + stated * record > dbf.size()) return broken("dbf", "is cut off");
  return {};
}

// The encoding of the texts, by .cpg or the language byte of the .dbf; "" where neither says.
std::string encoding_of(const ShapeParts& parts) {
  std::string name(parts.cpg.substr(0, std::min<std::size_t>(parts.cpg.size(), 30)));
  std::erase_if(name, [](char c) { return c <= ' '; });
  if (name == "1252" || name == "ANSI1252") return "windows-1252";
  if (!name.empty()) return name;
  const auto language = static_cast<unsigned char>(parts.dbf[29]);
  return language == 0x03 || language == 0x57 ? "windows-1252" : "";
}

class Decoder {
 public:
  static Result<Decoder> of(const ShapeParts& parts) {
    Decoder decoder;
    decoder.name_ = encoding_of(parts);
    if (!decoder.name_.empty()) {
      UErrorCode code = U_ZERO_ERROR;
      const std::unique_ptr<UConverter, decltype(&ucnv_close)> known(
          ucnv_open(decoder.name_.c_str(), &code), &ucnv_close);
      if (U_FAILURE(code)) {
        return broken("cpg", fmt::format("names an unknown encoding: {}",
                                         table::is_utf8(decoder.name_) ? decoder.name_ : ""));
      }
    }
    return decoder;
  }

  // nullopt for what is no text in that encoding.
  [[nodiscard]] std::optional<std::string> decode(std::string_view bytes) const {
    while (!bytes.empty() && bytes.back() == ' ') bytes.remove_suffix(1);
    while (!bytes.empty() && bytes.front() == ' ') bytes.remove_prefix(1);
    const bool plain = std::ranges::all_of(bytes, [](char c) { return c > 0; });
    if (plain) return std::string(bytes);
    // A file that does not say: UTF-8 where it is that, else what Windows programs write.
    if (name_.empty() && table::is_utf8(bytes)) return std::string(bytes);
    const char* const from = name_.empty() ? "windows-1252" : name_.c_str();
    std::string text(4 * bytes.size() + 8, '\0');
    UErrorCode code = U_ZERO_ERROR;
    const std::int32_t length =
        ucnv_convert("UTF-8", from, text.data(), static_cast<std::int32_t>(text.size()),
                     bytes.data(), static_cast<std::int32_t>(bytes.size()), &code);
    if (U_FAILURE(code) || length < 0) return std::nullopt;
    text.resize(static_cast<std::size_t>(length));
    // ICU writes U+FFFD for bytes that mean nothing.
    if (!table::is_utf8(text) || text.find("\xEF\xBF\xBD") != std::string::npos) {
      return std::nullopt;
    }
    return text;
  }

 private:
  std::string name_;
};

ShapeRecord read_record(SHPInfo* shp, DBFInfo* dbf, int index, int fields, const Decoder& decoder) {
  ShapeRecord record{.number = static_cast<std::size_t>(index) + 1, .values = {}, .east_north = {}};
  for (int field = 0; field < fields; ++field) {
    const char* const bytes = DBFReadStringAttribute(dbf, index, field);
    auto text = decoder.decode(bytes == nullptr ? "" : bytes);
    record.wrong_text = record.wrong_text || !text;
    record.values.push_back(text.value_or(""));
  }
  const std::unique_ptr<SHPObject, EndShape> shape(SHPReadObject(shp, index));
  if (shape && shape->nVertices == 1) {
    record.east_north = std::pair(shape->padfX[0], shape->padfY[0]);
  }
  return record;
}

Result<> read_all(SHPInfo* shp, DBFInfo* dbf, const Decoder& decoder, const ShapeReader& reader) {
  const int fields = DBFGetFieldCount(dbf);
  std::vector<std::string> names;
  for (int field = 0; field < fields; ++field) {
    std::array<char, 16> name{};
    DBFGetFieldInfo(dbf, field, name.data(), nullptr, nullptr);
    names.push_back(decoder.decode(name.data()).value_or(""));
  }
  RV_TRY(reader.on_fields(names));
  int records = 0;
  SHPGetInfo(shp, &records, nullptr, nullptr, nullptr);
  records = std::min(records, DBFGetRecordCount(dbf));
  for (int index = 0; index < records; ++index) {
    if (DBFIsRecordDeleted(dbf, index) != 0) continue;
    RV_TRY(reader.on_record(read_record(shp, dbf, index, fields, decoder)));
  }
  return {};
}

}  // namespace

Result<> read_shapefile(const ShapeParts& parts, const ShapeReader& reader) {
  RV_TRY(check_head(parts.shp, "shp"));
  RV_TRY(check_head(parts.shx, "shx"));
  RV_ASSIGN(const std::size_t records, check_index(parts));
  RV_TRY(check_table(parts.dbf, records));
  RV_ASSIGN(const Decoder decoder, Decoder::of(parts));
  SAHooks hooks = memory_hooks();
  opened.parts = &parts;
  const std::unique_ptr<SHPInfo, CloseShp> shp(SHPOpenLL("list.shp", "rb", &hooks));
  const std::unique_ptr<DBFInfo, CloseDbf> dbf(DBFOpenLL("list.dbf", "rb", &hooks));
  opened.parts = nullptr;
  if (!shp || !dbf) return broken(shp ? "dbf" : "shp", "is damaged");
  return read_all(shp.get(), dbf.get(), decoder, reader);
}

}  // namespace revier::fibre::detail
