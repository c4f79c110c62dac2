#ifndef AFTERCARE_CCBOR_H
#define AFTERCARE_CCBOR_H
#include <cbor.h>
#include <string.h>

// libcbor's streaming decoder gives what it finds to one of 25 functions, and only structures of functions that C made:
// this hands on one item a call instead. It allocates nothing.

/// What an item of CBOR is.
enum {
    AC_CBOR_UNSIGNED = 1,
    AC_CBOR_NEGATIVE,
    AC_CBOR_BYTES,
    AC_CBOR_TEXT,
    AC_CBOR_ARRAY,
    AC_CBOR_MAP,
    AC_CBOR_OPEN_ARRAY,
    AC_CBOR_OPEN_MAP,
    AC_CBOR_BREAK,
    AC_CBOR_FLOAT,
    AC_CBOR_BOOL,
    AC_CBOR_NULL,
    AC_CBOR_UNDEFINED,
    AC_CBOR_TAG,
    AC_CBOR_PIECES,
};

/// What stands next in CBOR: `number` is a value, a count or (with negative) what -1 is less by, `bytes` point into the
/// input.
struct ac_cbor_item {
    int kind;
    uint64_t number;
    double decimal;
    const unsigned char *bytes;
};

#define AC_CBOR_NUMBER(name, type, item_kind)                                        \
    static inline void ac_cbor_##name(void *item, type value) {                      \
        *(struct ac_cbor_item *)item = (struct ac_cbor_item){item_kind, value, 0, 0}; \
    }
#define AC_CBOR_DECIMAL(name, type)                                                      \
    static inline void ac_cbor_##name(void *item, type value) {                          \
        *(struct ac_cbor_item *)item = (struct ac_cbor_item){AC_CBOR_FLOAT, 0, value, 0}; \
    }
#define AC_CBOR_STRING(name, item_kind)                                                   \
    static inline void ac_cbor_##name(void *item, cbor_data bytes, size_t count) {        \
        *(struct ac_cbor_item *)item = (struct ac_cbor_item){item_kind, count, 0, bytes}; \
    }
#define AC_CBOR_SIMPLE(name, item_kind)                                         \
    static inline void ac_cbor_##name(void *item) {                             \
        *(struct ac_cbor_item *)item = (struct ac_cbor_item){item_kind, 0, 0, 0}; \
    }
AC_CBOR_NUMBER(uint8, uint8_t, AC_CBOR_UNSIGNED)
AC_CBOR_NUMBER(uint16, uint16_t, AC_CBOR_UNSIGNED)
AC_CBOR_NUMBER(uint32, uint32_t, AC_CBOR_UNSIGNED)
AC_CBOR_NUMBER(uint64, uint64_t, AC_CBOR_UNSIGNED)
AC_CBOR_NUMBER(negint8, uint8_t, AC_CBOR_NEGATIVE)
AC_CBOR_NUMBER(negint16, uint16_t, AC_CBOR_NEGATIVE)
AC_CBOR_NUMBER(negint32, uint32_t, AC_CBOR_NEGATIVE)
AC_CBOR_NUMBER(negint64, uint64_t, AC_CBOR_NEGATIVE)
AC_CBOR_NUMBER(tag, uint64_t, AC_CBOR_TAG)
AC_CBOR_NUMBER(array, size_t, AC_CBOR_ARRAY)
AC_CBOR_NUMBER(map, size_t, AC_CBOR_MAP)
AC_CBOR_NUMBER(boolean, bool, AC_CBOR_BOOL)
AC_CBOR_DECIMAL(single, float)
AC_CBOR_DECIMAL(twice, double)
AC_CBOR_STRING(bytes, AC_CBOR_BYTES)
AC_CBOR_STRING(text, AC_CBOR_TEXT)
AC_CBOR_SIMPLE(pieces, AC_CBOR_PIECES)
AC_CBOR_SIMPLE(open_array, AC_CBOR_OPEN_ARRAY)
AC_CBOR_SIMPLE(open_map, AC_CBOR_OPEN_MAP)
AC_CBOR_SIMPLE(undefined, AC_CBOR_UNDEFINED)
AC_CBOR_SIMPLE(null, AC_CBOR_NULL)
AC_CBOR_SIMPLE(end, AC_CBOR_BREAK)

/// Reads one item's head, with the content of a string, and gives how many bytes it took: 0 when there are too few,
/// -1 when they are no CBOR.
static inline long ac_cbor_next(const unsigned char *bytes, size_t count, struct ac_cbor_item *item) {
    static const struct cbor_callbacks callbacks = {
        .uint8 = ac_cbor_uint8,
        .uint16 = ac_cbor_uint16,
        .uint32 = ac_cbor_uint32,
        .uint64 = ac_cbor_uint64,
        .negint64 = ac_cbor_negint64,
        .negint32 = ac_cbor_negint32,
        .negint16 = ac_cbor_negint16,
        .negint8 = ac_cbor_negint8,
        .byte_string_start = ac_cbor_pieces,
        .byte_string = ac_cbor_bytes,
        .string = ac_cbor_text,
        .string_start = ac_cbor_pieces,
        .indef_array_start = ac_cbor_open_array,
        .array_start = ac_cbor_array,
        .indef_map_start = ac_cbor_open_map,
        .map_start = ac_cbor_map,
        .tag = ac_cbor_tag,
        .float2 = ac_cbor_single,
        .float4 = ac_cbor_single,
        .float8 = ac_cbor_twice,
        .undefined = ac_cbor_undefined,
        .null = ac_cbor_null,
        .boolean = ac_cbor_boolean,
        .indef_break = ac_cbor_end,
    };
    struct cbor_decoder_result result = cbor_stream_decode(bytes, count, &callbacks, item);
    if (result.status == CBOR_DECODER_ERROR) return -1;
    return result.status == CBOR_DECODER_FINISHED ? (long)result.read : 0;
}
#endif
