#ifndef AFTERCARE_CZLIB_H
#define AFTERCARE_CZLIB_H
#include <zlib.h>

// deflateInit2 and inflateInit2 are macros, which Swift does not import. 15 + 16 asks for a gzip header and trailer
// around the largest window (zlib.h).
static inline int ac_gzip_begin(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
static inline int ac_gunzip_begin(z_stream *stream) {
    return inflateInit2(stream, 15 + 16);
}
#endif
