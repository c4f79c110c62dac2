#include "CTOML.h"

#include <exception>
#include <new>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

// What toml++ takes for granted and a text does not keep to is a refusal, where it would end the process otherwise. In those of its
// functions that may not throw it still does: what is known to come there is refused before toml++ sees it (TOMLWalk).
#define TOML_ASSERT(expression) \
    do { \
        if (!(expression)) throw std::logic_error("toml++ expects " #expression); \
    } while (false)
#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

struct ac_toml {
    bool is_read = false;
    std::string json;
    std::string reason;
    uint32_t line = 1;
    uint32_t column = 1;
};

namespace {

/// A number's base, which JSON does not know, is left out.
constexpr auto flags =
    toml::format_flags::quote_dates_and_times | toml::format_flags::quote_infinities_and_nans | toml::format_flags::allow_unicode_strings;

void read(ac_toml &toml, std::string_view text) {
    try {
        const toml::table table = toml::parse(text);
        std::ostringstream json;
        json << toml::json_formatter(table, flags);
        toml.json = json.str();
        toml.is_read = true;
    } catch (const toml::parse_error &error) {
        toml.reason = error.description();
        toml.line = error.source().begin.line;
        toml.column = error.source().begin.column;
    } catch (const std::exception &error) {
        toml.reason = error.what();
    }
}

} // namespace

extern "C" ac_toml *ac_toml_read(const char *text, size_t length) {
    auto *toml = new (std::nothrow) ac_toml;
    if (!toml) return nullptr;
    try {
        read(*toml, std::string_view(text, length));
        return toml;
    } catch (...) {
        // Not even the words of the refusal had room.
        delete toml;
        return nullptr;
    }
}

extern "C" void ac_toml_free(ac_toml *toml) { delete toml; }

extern "C" const char *ac_toml_json(const ac_toml *toml, size_t *length) {
    *length = toml->json.size();
    return toml->is_read ? toml->json.data() : nullptr;
}

extern "C" const char *ac_toml_reason(const ac_toml *toml) { return toml->reason.c_str(); }
extern "C" uint32_t ac_toml_line(const ac_toml *toml) { return toml->line; }
extern "C" uint32_t ac_toml_column(const ac_toml *toml) { return toml->column; }
