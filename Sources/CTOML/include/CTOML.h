#ifndef AFTERCARE_CTOML_H
#define AFTERCARE_CTOML_H

// toml++ (the system's libtomlplusplus-dev), as far as a whole text is read at once.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What came of reading a text: JSON, or why it was refused. It has one owner.
struct ac_toml;

/// Reads TOML 1.0 in UTF-8; NULL where there is no memory for it. What it gives is ended by ac_toml_free.
struct ac_toml *ac_toml_read(const char *text, size_t length);

/// Gives back all that it holds.
void ac_toml_free(struct ac_toml *toml);

/// The same document as JSON, and how many bytes that is: dates, infinities and what is no number as strings, numbers in base ten.
/// NULL where the text was refused. It lives as long as `toml`.
const char *ac_toml_json(const struct ac_toml *toml, size_t *length);

/// Why the text was refused, in words. It lives as long as `toml`.
const char *ac_toml_reason(const struct ac_toml *toml);

/// Where the text was refused, counted from 1; 1 where toml++ does not say.
uint32_t ac_toml_line(const struct ac_toml *toml);
uint32_t ac_toml_column(const struct ac_toml *toml);

#ifdef __cplusplus
}
#endif

#endif
